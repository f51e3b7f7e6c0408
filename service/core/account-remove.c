/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Removing an account: its key, its contacts' trust, the grants for it, its sessions. */

#include "core/account-private.h"

#include <string.h>

#include "core/session-private.h"

static void
undo_removal (CoreAccount *account, gpointer user_data)
{
  vault_put_back (account->vault, user_data);
  account->removed = FALSE;
}

static void
finish_removal (CoreAccount *account, gpointer user_data)
{
  g_autoptr (GPtrArray) sessions = core_account_list_sessions (account);

  core_account_abandon_generation (account);
  for (guint i = 0; i < sessions->len; i++)
    {
      core_session_abandon (g_ptr_array_index (sessions, i));
      core_account_remove_session (account, g_ptr_array_index (sessions, i));
    }
  g_clear_pointer (&account->key, engine_key_unref);
  g_clear_pointer (&account->public_half, engine_key_unref);
  g_signal_emit_by_name (account, "removed");
}

static gboolean
check_removable (CoreAccount *account, const char *confirm, GError **error)
{
  if (g_strcmp0 (confirm, account->name) != 0)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Nothing was removed: the option confirm must be the account's name");
      return FALSE;
    }
  if (core_account_has_private_session (account))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_IN_USE,
                   "Nothing was removed: a conversation of the account is private; end it first");
      return FALSE;
    }
  return core_account_check_open (account, "remove the account", error);
}

void
core_account_remove (CoreAccount *account,
                     const char *confirm,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = g_task_new (account, NULL, callback, user_data);
  GPtrArray *taken = NULL;
  GError *error = NULL;

  if (check_removable (account, confirm, &error))
    taken = vault_take_account (account->vault, account->protocol, account->name, &error);
  if (taken == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  account->removed = TRUE;
  core_account_save_change (account, task,
                            core_name_setting (account->protocol, account->name, NULL, NULL, NULL),
                            finish_removal, undo_removal, taken, (GDestroyNotify)g_ptr_array_unref);
}
