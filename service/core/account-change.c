/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changes that must last: put into the vault, saved, and only then told; undone
 * when they cannot be saved.
 */

#include "core/account-private.h"

typedef struct
{
  CoreAccount *account;
  GTask *task;
  CoreChangeFunc done;
  CoreChangeFunc undo;
  gpointer change;
  GDestroyNotify free_change;
} Saving;

static void
saving_clear (gpointer memory)
{
  Saving *saving = memory;

  if (saving->free_change != NULL)
    saving->free_change (saving->change);
  g_object_unref (saving->account);
  g_object_unref (saving->task);
}

static void
saving_unref (gpointer saving)
{
  g_rc_box_release_full (saving, saving_clear);
}

static void
undo_change (Vault *vault, gpointer user_data)
{
  Saving *saving = user_data;

  saving->undo (saving->account, saving->change);
}

static void
on_change_saved (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  Saving *saving = user_data;
  GError *error = NULL;

  if (vault_save_finish (VAULT_VAULT (vault), result, &error))
    {
      if (saving->done != NULL)
        saving->done (saving->account, saving->change);
      g_task_return_boolean (saving->task, TRUE);
    }
  else
    g_task_return_error (saving->task, error);
  saving_unref (saving);
}

char *
core_name_setting (const char *protocol,
                   const char *account,
                   const char *what,
                   const char *whose,
                   const char *which)
{
  if (what == NULL)
    return g_strjoin ("\n", protocol, account, "", NULL);
  return g_strjoin ("\n", protocol, account, what, whose, which, "", NULL);
}

void
core_account_save_change (CoreAccount *account,
                          GTask *task,
                          char *setting,
                          CoreChangeFunc done,
                          CoreChangeFunc undo,
                          gpointer change,
                          GDestroyNotify free_change)
{
  Saving *saving = g_rc_box_new0 (Saving);

  saving->account = g_object_ref (account);
  saving->task = task;
  saving->done = done;
  saving->undo = undo;
  saving->change = change;
  saving->free_change = free_change;
  vault_note_undo (account->vault, setting, undo_change, g_rc_box_acquire (saving), saving_unref);
  vault_save_async (account->vault, on_change_saved, saving);
}

gboolean
core_account_change_finish (CoreAccount *account, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
