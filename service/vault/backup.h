/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A backup: all that the vault holds but the instance tags (two machines with
 * one tag are a fault), as one sealed file whose key a passphrase wraps.
 *
 * Putting one back has one moment that decides: the sealed file `restored`,
 * which is there whole or not at all. What opens the vault takes its contents
 * from it, whatever the others are, and it goes when they say the same. */

#pragma once

#include "vault/vault.h"

G_BEGIN_DECLS

/* More than a vault of the largest size needs. */
#define VAULT_BACKUP_MAX ((gsize)64 * 1024 * 1024)

/* The vault must be open. Errors: that of its state, NotFound (it is empty),
 * InvalidArgument (no passphrase), LimitExceeded. */
void vault_backup_async (Vault *vault,
                         Secret *passphrase,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
GBytes *vault_backup_finish (Vault *vault, GAsyncResult *result, GError **error);

typedef enum
{
  VAULT_RESTORE_IF_EMPTY, /* Exists when accounts are there */
  VAULT_RESTORE_MERGE,    /* adds what is not there; what is there stays */
  VAULT_RESTORE_REPLACE,  /* the vault before is the previous generation */
} VaultRestoreMode;

/* Into an open vault, or in the place of one whose key is gone or that is
 * damaged: its files then stay beside it, as NAME.aside-1 and so on. Errors:
 * Locked (the passphrase is wrong, which is counted and slow; or the vault is
 * locked), VaultDamaged and NotSupported (the backup), Exists, Busy,
 * StorageFailed, KeyStoreUnavailable; then the vault is as it was. */
void vault_restore_async (Vault *vault,
                          GBytes *backup,
                          Secret *passphrase,
                          VaultRestoreMode mode,
                          gboolean interactive,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean vault_restore_finish (Vault *vault, GAsyncResult *result, GError **error);

/* Puts the generation before in the place of each file of a damaged vault that is
 * damaged; that stays beside it, as NAME.aside-1 and so on. @force: of each file, and of
 * an open vault too. Errors: that of its state, Exists (nothing is damaged),
 * VaultDamaged (the one before is, too), Busy, StorageFailed. */
void vault_go_back_async (Vault *vault,
                          gboolean force,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean vault_go_back_finish (Vault *vault, GAsyncResult *result, GError **error);

G_END_DECLS
