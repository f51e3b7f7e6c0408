/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Backups: the vault's, as a file sealed with a passphrase, and what that means
 * for accounts and sessions that are there. */
#pragma once

#include "core/core.h"
#include "vault/backup.h"

G_BEGIN_DECLS

void core_backup_vault (Core *core,
                        Secret *passphrase,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
GBytes *core_backup_vault_finish (Core *core, GAsyncResult *result, GError **error);

/* InUse when a session is private and the backup would replace its account. */
void core_restore_vault (Core *core,
                         GBytes *backup,
                         Secret *passphrase,
                         VaultRestoreMode mode,
                         gboolean interactive,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean core_restore_vault_finish (Core *core, GAsyncResult *result, GError **error);

/* InUse when a session is private. */
void core_go_back (Core *core, gboolean force, GAsyncReadyCallback callback, gpointer user_data);
gboolean core_go_back_finish (Core *core, GAsyncResult *result, GError **error);

G_END_DECLS
