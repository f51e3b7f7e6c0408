/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What one attempt at opening the vault has found, for opening.c alone. */
#pragma once

#include "vault/vault-private.h"

G_BEGIN_DECLS

/* What an attempt has read. Travels between the main thread and workers, never on both. */
typedef struct
{
  Vault *vault;
  char *path;
  VaultFolder *folder; /* taken from the vault, and given back */
  GBytes *files[VAULT_N_FILES];
  VaultSealedHeader headers[VAULT_N_FILES];
  VaultSealedHeader previous[VAULT_N_FILES]; /* of the generation before, where it can be read */
  Secret *key;
  VaultTable *table;
  gboolean is_patient; /* may wait for the folder */
  gboolean interactive;
  Secret *passphrase;  /* NULL: none was given */
  GPtrArray *findings; /* NULL, or what is damaged */
  GBytes *restored;    /* NULL: no backup is on its way back */
  VaultSealedHeader restored_header;
  gboolean is_sound[VAULT_N_FILES]; /* beside a restored one */
} VaultAttempt;

void vault_attempt_unref (gpointer attempt);

/* Takes the vault's folder, reads the files there and checks that they belong together.  The
 * callback has the attempt as its task's data, and the result of g_task_propagate_boolean (). */
void vault_attempt_read (VaultAttempt *attempt, GAsyncReadyCallback callback);
/* Unseals what was read with its key, into its table. */
void vault_attempt_load (VaultAttempt *attempt, GAsyncReadyCallback callback);

G_END_DECLS
