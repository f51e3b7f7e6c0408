/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/backup.h"

#include "core/account-private.h"
#include "core/core-private.h"

static void
on_backup_made (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GBytes *backup = vault_backup_finish (VAULT_VAULT (vault), result, &error);

  if (backup != NULL)
    g_task_return_pointer (task, backup, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
core_backup_vault (Core *core, Secret *passphrase, GAsyncReadyCallback callback, gpointer user_data)
{
  vault_backup_async (core->vault, passphrase, on_backup_made,
                      g_task_new (core, NULL, callback, user_data));
}

GBytes *
core_backup_vault_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static const CoreAccount *
find_private_account (Core *core)
{
  for (guint i = 0; i < core->accounts->len; i++)
    if (core_account_has_private_session (g_ptr_array_index (core->accounts, i)))
      return g_ptr_array_index (core->accounts, i);
  return NULL;
}

static void
on_restored (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (vault_restore_finish (VAULT_VAULT (vault), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
core_restore_vault (Core *core,
                    GBytes *backup,
                    Secret *passphrase,
                    VaultRestoreMode mode,
                    gboolean interactive,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  GTask *task = g_task_new (core, NULL, callback, user_data);
  const CoreAccount *account = find_private_account (core);

  if (account == NULL || mode == VAULT_RESTORE_MERGE)
    {
      vault_restore_async (core->vault, backup, passphrase, mode, interactive, on_restored, task);
      return;
    }
  g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_IN_USE,
                           "Could not restore the backup: a conversation of %s is private; end "
                           "it first, or merge the backup into the vault",
                           account->name);
  g_object_unref (task);
}

gboolean
core_restore_vault_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_went_back (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (vault_go_back_finish (VAULT_VAULT (vault), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
core_go_back (Core *core, gboolean force, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (core, NULL, callback, user_data);
  const CoreAccount *account = find_private_account (core);

  if (account == NULL)
    {
      vault_go_back_async (core->vault, force, on_went_back, task);
      return;
    }
  g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_IN_USE,
                           "Could not go back to the generation before: a conversation of %s is "
                           "private; end it first",
                           account->name);
  g_object_unref (task);
}

gboolean
core_go_back_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
