/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Saving the vault: one save at a time, of all that has changed until it
 * began. The main loop takes a snapshot of the records; a worker serialises,
 * seals and writes it. Changes wait a moment for company; somebody who waits
 * for them does not let them. */

#include "vault/vault-private.h"

#define COMPANY_MS 200
#define RETRY_MS 30000

/* How long who saves waits for the key of a new vault: a prompt for it may be up. */
#define KEY_PATIENCE_MS 2000

typedef struct
{
  VaultFolder *folder; /* the vault's, which keeps it while it saves */
  Secret *key;
  VaultSealedBy sealed_by;
  GBytes *parameters;
  VaultSnapshot *records[VAULT_N_FILES]; /* NULL: this file did not change */
  guint64 generations[VAULT_N_FILES];
  gboolean forgets_previous[VAULT_N_FILES];
  gboolean is_written[VAULT_N_FILES];
  gboolean was_there[VAULT_N_FILES]; /* before it was written */
  gboolean is_begun;                 /* where nothing was */
  gboolean ends_restore;
  guint64 n_changes;
} Save;

static void start_save (Vault *vault);

static void
save_free (gpointer memory)
{
  Save *save = memory;

  g_clear_pointer (&save->key, secret_unref);
  g_clear_pointer (&save->parameters, g_bytes_unref);
  for (guint i = 0; i < VAULT_N_FILES; i++)
    g_clear_pointer (&save->records[i], vault_snapshot_free);
  g_free (save);
}

static gboolean
write_file (Save *save, guint file, guint64 generation, GError **error)
{
  g_autofree char *key_id = vault_key_make_id (save->key);
  VaultSealedHeader header = { .contents = vault_files[file].contents,
                               .sealed_by = save->sealed_by,
                               .parameters = save->parameters,
                               .generation = generation };
  g_autoptr (GPtrArray) records = vault_snapshot_list (save->records[file]);
  g_autoptr (Secret) payload = vault_records_serialise (records);
  g_autoptr (GBytes) sealed = NULL;

  g_strlcpy (header.key_id, key_id, sizeof header.key_id);
  sealed = vault_sealed_seal (&header, save->key, payload, error);
  return sealed != NULL
         && vault_folder_replace (save->folder, vault_files[file].name, sealed,
                                  save->forgets_previous[file], &save->was_there[file], error);
}

/* The first save of a new vault. Trust of generation 0 says "keys may not be
 * there yet", so that keys missing beside any other are missed. */
static gboolean
write_beginning (Save *save, GError **error)
{
  if (save->generations[VAULT_FILE_KEYS] != 1 || save->generations[VAULT_FILE_TRUST] != 1)
    return TRUE;
  save->is_begun =
      write_file (save, VAULT_FILE_TRUST, 0, error) && !save->was_there[VAULT_FILE_TRUST];
  return *error == NULL;
}

/* Of two files that belong together not one alone is left changed. */
static void
take_back (Save *save)
{
  static const guint last_first[] = { VAULT_FILE_TRUST, VAULT_FILE_KEYS };

  for (guint i = 0; i < G_N_ELEMENTS (last_first); i++)
    {
      guint file = last_first[i];

      if (save->is_written[file])
        save->is_written[file] = !vault_folder_take_back (save->folder, vault_files[file].name,
                                                          save->was_there[file], NULL);
    }
  if (save->is_begun && !save->is_written[VAULT_FILE_KEYS])
    vault_folder_take_back (save->folder, vault_files[VAULT_FILE_TRUST].name, FALSE, NULL);
}

/* What was there before need not go at once, but when it must not be found any more. */
static gboolean
settle (Save *save, GError **error)
{
  for (guint i = 0; i < VAULT_N_FILES; i++)
    if (save->is_written[i]
        && !vault_folder_settle (save->folder, vault_files[i].name, save->forgets_previous[i],
                                 error))
      return FALSE;
  return TRUE;
}

static void
write_files (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Save *save = task_data;
  GError *error = NULL;

  write_beginning (save, &error);
  for (guint i = 0; i < VAULT_N_FILES && error == NULL; i++)
    if (save->records[i] != NULL)
      save->is_written[i] = write_file (save, i, save->generations[i], &error);
  if (error != NULL || !settle (save, &error))
    take_back (save);
  if (error == NULL && save->ends_restore)
    vault_folder_remove (save->folder, VAULT_RESTORED, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static guint64
wanted_changes (GTask *task)
{
  return *(guint64 *)g_task_get_task_data (task);
}

/* Answers those who wait for changes up to @n_changes; whether there were any. */
static gboolean
answer_up_to (Vault *vault, guint64 n_changes, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&vault->saving_tasks);
  gboolean has_answered = FALSE;

  vault_settle_undos (vault, n_changes, error == NULL);
  vault->saving_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = tasks->pdata[i];
      if (wanted_changes (task) > n_changes)
        {
          g_ptr_array_add (vault->saving_tasks, g_object_ref (task));
          continue;
        }
      has_answered = TRUE;
      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
  return has_answered;
}

static gboolean
on_save_timer (gpointer user_data)
{
  Vault *vault = user_data;

  vault->save_timer = 0;
  start_save (vault);
  return G_SOURCE_REMOVE;
}

void
vault_stop_save_timer (Vault *vault)
{
  g_clear_handle_id (&vault->save_timer, g_source_remove);
}

void
vault_mark_changed (Vault *vault, guint file)
{
  vault->n_changes++;
  vault->is_dirty[file] = TRUE;
  if (vault->save_timer == 0)
    vault->save_timer = g_timeout_add (COMPANY_MS, on_save_timer, vault);
}

static gboolean
is_dirty (Vault *vault)
{
  return vault->is_dirty[VAULT_FILE_TRUST] || vault->is_dirty[VAULT_FILE_KEYS];
}

/* Read-only is found out by trying, and so is its end. */
static gboolean
note_outcome (Vault *vault, const GError *error)
{
  gboolean was_failing = vault->is_failing;

  vault->is_failing = g_error_matches (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
  if (vault_is_open (vault))
    vault_set_open_state (vault);
  return error != NULL && !(was_failing && vault->is_failing);
}

/* After a failure the next change tries again, or else we do, once in a while. */
/* A lock has thrown away what they wait for. */
static void
answer_for_lost (Vault *vault, const GError *error)
{
  g_autoptr (GError) lost =
      error != NULL ? g_error_copy (error) : vault_new_state_error (vault, "save the change");

  answer_up_to (vault, G_MAXUINT64, lost);
}

static void
end_save (Vault *vault, guint64 n_changes, const GError *error)
{
  gboolean is_news = note_outcome (vault, error);

  vault->is_saving = FALSE;
  if (error == NULL)
    vault->n_saved = MAX (vault->n_saved, n_changes);
  if (!answer_up_to (vault, n_changes, error) && is_news)
    g_message ("Changes that nobody waits for are not saved yet, and would be lost with the end of "
               "the service: %s",
               error->message);
  if (!vault->is_saving && !is_dirty (vault) && vault->saving_tasks->len > 0)
    answer_for_lost (vault, error);
  if (vault->is_saving || !is_dirty (vault))
    return;
  if (vault->saving_tasks->len > 0)
    start_save (vault);
  else if (vault->save_timer == 0 && (error == NULL || vault->is_failing))
    vault->save_timer = g_timeout_add (error == NULL ? COMPANY_MS : RETRY_MS, on_save_timer, vault);
}

static void
take_result (Vault *vault, const Save *save)
{
  for (guint i = 0; i < VAULT_N_FILES; i++)
    if (save->is_written[i])
      vault->generations[i] = save->generations[i];
}

/* Also what is written and could not be taken back: it is not settled. */
static void
save_again (Vault *vault, const Save *save)
{
  for (guint i = 0; i < VAULT_N_FILES; i++)
    if (save->records[i] != NULL)
      {
        vault->is_dirty[i] = TRUE;
        vault->forgets_previous[i] |= save->forgets_previous[i];
      }
  if (save->ends_restore)
    vault->ends_restore = vault->is_dirty[VAULT_FILE_TRUST] = TRUE;
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  const Save *save = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  take_result (vault, save);
  if (g_task_propagate_boolean (G_TASK (result), &error))
    vault_folder_was_written (vault->folder);
  else
    save_again (vault, save);
  end_save (vault, save->n_changes, error);
}

static Save *
take_snapshot (Vault *vault)
{
  Save *save = g_new0 (Save, 1);

  save->folder = vault->folder;
  save->key = secret_ref (vault->key);
  save->sealed_by = vault->sealed_by;
  save->parameters = vault->parameters != NULL ? g_bytes_ref (vault->parameters) : NULL;
  save->n_changes = vault->n_changes;
  save->ends_restore = vault->ends_restore;
  vault->ends_restore = FALSE;
  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      if (!vault->is_dirty[i] && vault->generations[i] > 0)
        continue;
      save->records[i] = vault_table_snapshot (vault->table, vault_files[i].contents);
      save->generations[i] = vault->generations[i] + 1;
      save->forgets_previous[i] = vault->forgets_previous[i];
      vault->is_dirty[i] = vault->forgets_previous[i] = FALSE;
    }
  return save;
}

static void
write_snapshot (Vault *vault)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, on_written, NULL);

  g_task_set_task_data (task, take_snapshot (vault), save_free);
  g_task_run_in_thread (task, write_files);
}

/* The save goes on, with what has not been taken back. */
static gboolean
on_key_took_long (gpointer user_data)
{
  Vault *vault = user_data;
  g_autoptr (GError) error =
      g_error_new (OTRD_ERROR, OTRD_ERROR_LOCKED,
                   "Could not save the change: what unlocks the vault has not answered yet; answer "
                   "its prompt if there is one, and try again then");

  answer_up_to (vault, vault->n_changes, error);
  return G_SOURCE_CONTINUE;
}

static void
on_key_obtained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&vault->key_timer, g_source_remove);
  if (vault_obtain_key_finish (vault, result, &error) && vault_is_open (vault))
    {
      write_snapshot (vault);
      return;
    }
  if (error == NULL) /* it was locked meanwhile */
    {
      error = vault_new_state_error (vault, "save the change");
      g_clear_pointer (&vault->key, secret_unref);
    }
  end_save (vault, vault->n_changes, error);
}

static void
start_save (Vault *vault)
{
  if (vault->is_saving || !is_dirty (vault))
    return;
  vault_stop_save_timer (vault);
  vault->is_saving = TRUE;
  if (vault->key != NULL)
    {
      write_snapshot (vault);
      return;
    }
  vault->key_timer = g_timeout_add (KEY_PATIENCE_MS, on_key_took_long, vault);
  vault_obtain_key_async (vault, FALSE, on_key_obtained, NULL);
}

void
vault_save_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, callback, user_data);

  g_return_if_fail (VAULT_IS_VAULT (vault));

  g_task_set_source_tag (task, vault_save_async);
  g_task_set_task_data (task, g_memdup2 (&vault->n_changes, sizeof vault->n_changes), g_free);
  if (vault->n_saved >= vault->n_changes)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_ptr_array_add (vault->saving_tasks, g_steal_pointer (&task));
  start_save (vault);
}

gboolean
vault_save_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, vault), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
