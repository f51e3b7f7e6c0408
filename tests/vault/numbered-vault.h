/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A vault of a known key, whose changes are numbered, so that another process
 * can tell which of them it holds. */

#pragma once

#include "vault/vault.h"

G_BEGIN_DECLS

#define NUMBERED_PASSPHRASE "staple"
#define NUMBERED_CONTACTS 20

/* Opens it, new or not; anything else ends the program. */
Vault *numbered_vault_open (const char *folder);
/* @passphrase: NULL where the key store opens it. */
Vault *numbered_vault_try_open (const char *folder, const char *passphrase, GError **error);
/* Another process may open it then. */
void numbered_vault_close (Vault *vault);

/* A fingerprint of one contact after the other; each tenth also replaces a private key. */
void numbered_vault_put (Vault *vault, guint64 number);
gboolean numbered_vault_save (Vault *vault, GError **error);

/* The latest number of this contact that is there; 0: none. */
guint64 numbered_vault_get (Vault *vault, guint64 contact);

/* With the passphrase of these tests; it replaces what is there. */
GBytes *numbered_vault_backup (Vault *vault);
gboolean numbered_vault_restore (Vault *vault, GBytes *backup, GError **error);

/* To "memory", or to "passphrase" with @passphrase. */
gboolean
numbered_vault_move (Vault *vault, const char *key_store, const char *passphrase, GError **error);
/* The number in the private key of the account; 0: it has none. */
guint64 numbered_vault_get_key (Vault *vault);
/* The key of each of them. */
Secret *numbered_vault_new_key (void);

G_END_DECLS
