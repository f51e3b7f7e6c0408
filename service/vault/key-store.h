/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What keeps the vault key. A key store answers with an outcome, not merely
 * with success: "not found" is many things, and only one of them may lead to a
 * new key.
 *
 * The id of a vault key is made from the key itself, so a store that gives
 * another value back is found out. Calls cannot be cancelled: a prompt may be
 * up, and taking it away crashes gnome-keyring. */

#pragma once

#include <gio/gio.h>

#include "secret/secret.h"

G_BEGIN_DECLS

#define VAULT_KEY_LEN 32
#define VAULT_KEY_ID_LEN 16 /* bytes; twice as many hex digits as text */

typedef enum
{
  VAULT_KEY_OK,
  VAULT_KEY_ABSENT,      /* the store is open and has no such key */
  VAULT_KEY_LOCKED,      /* would need a prompt, which was not allowed */
  VAULT_KEY_DISMISSED,   /* the user closed the prompt */
  VAULT_KEY_VANISHED,    /* the store went away meanwhile */
  VAULT_KEY_TIMEOUT,     /* no answer (never while a prompt is up) */
  VAULT_KEY_UNAVAILABLE, /* there is no store */
  VAULT_KEY_DUPLICATE,   /* asked to make one, but there is one */
  VAULT_KEY_FAILED,
} VaultKeyOutcome;

/* 32 lower-case hex digits. */
char *vault_key_make_id (Secret *key);

/* Signals: "locked", when it was locked while we run and would not give the key
 * again; "changed", when a call may now end otherwise than the last one: it has
 * appeared, was unlocked, answers again, or the key in it was deleted. */
#define VAULT_TYPE_KEY_STORE (vault_key_store_get_type ())
G_DECLARE_INTERFACE (VaultKeyStore, vault_key_store, VAULT, KEY_STORE, GObject)

struct _VaultKeyStoreInterface
{
  GTypeInterface parent;

  const char *(*get_name) (VaultKeyStore *store);
  void (*get_async) (VaultKeyStore *store,
                     const char *key_id,
                     gboolean interactive,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
  void (*create_async) (VaultKeyStore *store,
                        gboolean interactive,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  void (*keep_async) (VaultKeyStore *store,
                      Secret *key,
                      gboolean interactive,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  VaultKeyOutcome (*finish) (VaultKeyStore *store,
                             GAsyncResult *result,
                             Secret **key,
                             GError **error);
};

/* The contract's word: "secret-service", "passphrase". */
const char *vault_key_store_get_name (VaultKeyStore *store);

/* @key_id: NULL for any, the newest. */
void vault_key_store_get_async (VaultKeyStore *store,
                                const char *key_id,
                                gboolean interactive,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/* Makes a new vault key, if the store is open and, looked at again, has none:
 * else VAULT_KEY_DUPLICATE, and nothing was made. Never replaces one. The
 * caller sees to the rest of the rule: no file here, and the folder is ours. */
void vault_key_store_create_async (VaultKeyStore *store,
                                   gboolean interactive,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/* Keeps a key that there is already; one that it has is not stored twice. */
void vault_key_store_keep_async (VaultKeyStore *store,
                                 Secret *key,
                                 gboolean interactive,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/* Of all three. With VAULT_KEY_OK *@key is set, else @error, in OTRD_ERROR. */
VaultKeyOutcome
vault_key_store_finish (VaultKeyStore *store, GAsyncResult *result, Secret **key, GError **error);

G_END_DECLS
