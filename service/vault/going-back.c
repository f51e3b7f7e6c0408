/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Going back to the generation before, of the files that are damaged: find out which,
 * put what is beside them in their place (on a worker), open again. The damaged ones
 * stay, under another name; so it can be undone by hand. */

#include "vault/backup.h"
#include "vault/vault-private.h"

typedef struct
{
  gboolean force;
  gboolean goes_back[VAULT_N_FILES];
  VaultFolder *folder; /* a worker's while one is running */
  Secret *key;         /* of an open vault, else NULL */
  GError *error;       /* why it did not go back */
} GoingBack;

static void
going_back_free (gpointer memory)
{
  GoingBack *going = memory;

  g_clear_pointer (&going->folder, vault_folder_close);
  g_clear_pointer (&going->key, secret_unref);
  g_clear_error (&going->error);
  g_free (going);
}

/* Takes @task and @error (NULL: it went well). */
static void
finish (GTask *task, GError *error)
{
  Vault *vault = g_task_get_source_object (task);

  vault->is_restoring = FALSE;
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* One that only a passphrase opens is locked now, which is good. */
static void
on_opened_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  GoingBack *going = g_task_get_task_data (user_data);
  g_autoptr (GError) error = NULL;

  vault_open_finish (vault, result, &error);
  if (going->error == NULL && vault->state == OTRD_VAULT_DAMAGED)
    going->error = g_steal_pointer (&error);
  finish (user_data, g_steal_pointer (&going->error));
}

static void
on_went_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  GoingBack *going = g_task_get_task_data (user_data);

  vault->folder = g_steal_pointer (&going->folder);
  vault_open_again_async (vault, going->key, on_opened_again, user_data);
}

static void
go_back_on_worker (GTask *work, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GoingBack *going = g_task_get_task_data (task_data);

  for (guint i = 0; i < VAULT_N_FILES && going->error == NULL; i++)
    if (going->goes_back[i])
      vault_folder_go_back (going->folder, vault_files[i].name, &going->error);
  g_task_return_boolean (work, TRUE);
}

/* From here to the end of opening it again nobody else has the vault. */
static void
go_back (GTask *task)
{
  Vault *vault = g_task_get_source_object (task);
  GoingBack *going = g_task_get_task_data (task);
  g_autoptr (GTask) work = g_task_new (vault, NULL, on_went_back, task);

  going->key = vault_is_open (vault) && vault->key != NULL ? secret_ref (vault->key) : NULL;
  going->folder = g_steal_pointer (&vault->folder);
  vault_close_to_open_again (vault);
  g_task_set_task_data (work, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (work, go_back_on_worker);
}

static gboolean
choose_file (GoingBack *going,
             guint file,
             const VaultFileCheck *now,
             const VaultFileCheck *before,
             GError **error)
{
  gboolean can_go_back = before->is_there && before->is_sound;

  going->goes_back[file] = can_go_back && (going->force || !now->is_sound);
  if (now->is_sound || can_go_back)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
               "Could not go back: the file %s is damaged, and %s is %s; restore a backup",
               now->name, before->name, before->is_there ? "damaged too" : "missing");
  return FALSE;
}

static gboolean
choose (GoingBack *going, GPtrArray *checks, GError **error)
{
  gboolean any = FALSE;

  for (guint i = 0; i < VAULT_N_FILES && checks->len == 2 * VAULT_N_FILES; i++)
    {
      if (!choose_file (going, i, checks->pdata[2 * i], checks->pdata[2 * i + 1], error))
        return FALSE;
      any |= going->goes_back[i];
    }
  if (any)
    return TRUE;
  g_set_error (
      error, OTRD_ERROR, OTRD_ERROR_EXISTS, "Could not go back to the generation before: %s",
      going->force ? "there is none"
                   : "no file was found to be damaged; unlock the vault first, or force it");
  return FALSE;
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  GoingBack *going = g_task_get_task_data (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) checks = vault_check_finish (vault, result, &error);

  if (checks == NULL || !choose (going, checks, &error))
    finish (user_data, error);
  else if (vault->is_opening || vault->is_saving || vault->folder == NULL
           || vault->n_saved < vault->n_changes)
    finish (user_data, g_error_new (OTRD_ERROR, OTRD_ERROR_BUSY,
                                    "Could not go back to the generation before: the vault is in "
                                    "use; try again"));
  else
    go_back (user_data);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  GError *error = NULL;

  if (vault_save_finish (vault, result, &error))
    vault_check_async (vault, on_checked, user_data);
  else
    finish (user_data, error);
}

/* Takes @task. */
static void
begin (GTask *task)
{
  Vault *vault = g_task_get_source_object (task);
  const GoingBack *going = g_task_get_task_data (task);

  if (vault->state == OTRD_VAULT_DAMAGED)
    vault_check_async (vault, on_checked, task);
  else if (!vault_is_open (vault))
    finish (task, vault_new_state_error (vault, "go back to the generation before"));
  else if (!going->force)
    finish (task, g_error_new (OTRD_ERROR, OTRD_ERROR_EXISTS,
                               "Could not go back to the generation before: the vault is open and "
                               "not damaged; force it if you want what was last changed undone"));
  else
    vault_save_async (vault, on_saved, task);
}

static void
on_opening_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  vault_open_finish (VAULT_VAULT (source), result, NULL);
  begin (user_data);
}

void
vault_go_back_async (Vault *vault, gboolean force, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, callback, user_data);
  GoingBack *going = g_new0 (GoingBack, 1);

  going->force = force;
  g_task_set_task_data (task, going, going_back_free);
  if (vault->is_restoring)
    {
      g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_BUSY,
                               "Could not go back to the generation before: a backup is being "
                               "restored");
      return;
    }
  vault->is_restoring = TRUE;
  if (vault->is_opening)
    vault_open_async (vault, FALSE, on_opening_over, g_steal_pointer (&task));
  else
    begin (g_steal_pointer (&task));
}

gboolean
vault_go_back_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
