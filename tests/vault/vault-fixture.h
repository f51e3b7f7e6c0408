/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A vault over a key store that does as it is told, in a folder of its own. */

#pragma once

#include "tests/vault/memory-key-store.h"
#include "vault/vault.h"

G_BEGIN_DECLS

#define FPR "0123456789ABCDEF0123456789ABCDEF01234567"
#define OTHER_FPR "FEDCBA9876543210FEDCBA9876543210FEDCBA98"
#define PRIVATE_KEY "this is a private key, and nobody may see it"

typedef struct
{
  char *parent;
  char *path;
  MemoryKeyStore *store;
  Vault *vault;
} TestVault;

void test_vault_set_up (TestVault *fixture, gconstpointer unused);
void test_vault_tear_down (TestVault *fixture, gconstpointer unused);
void test_keep_result (GObject *source, GAsyncResult *result, gpointer kept);
GAsyncResult *test_wait_for (GAsyncResult **result);
gboolean test_vault_open (TestVault *fixture, gboolean interactive, GError **error);
gboolean test_vault_save (TestVault *fixture, GError **error);
void test_vault_must_open (TestVault *fixture);
void test_vault_must_save (TestVault *fixture);
/* As if the service ended and began again. */
void test_vault_restart (TestVault *fixture);
void test_vault_put_account (TestVault *fixture, const char *name, const char *private_key);
void test_vault_put_fingerprint (TestVault *fixture,
                                 const char *contact,
                                 const char *text,
                                 OtrdTrust trust);
gboolean test_vault_has_account (TestVault *fixture, const char *name);
/* Account a@x with PRIVATE_KEY, contact b@x with FPR verified. */
void test_vault_fill_and_restart (TestVault *fixture);

G_END_DECLS
