/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening the vault: read the files (on a worker), ask the key store, unseal
 * and load (on a worker). Everybody who asks meanwhile waits for the same
 * attempt; when one of them allows a prompt and the attempt did not, there is a
 * second one. */

#include "vault/vault-private.h"

/* What an attempt has read. Travels between the main thread and workers, never on both. */
typedef struct
{
  Vault *vault;
  char *path;
  VaultFolder *folder; /* taken from the vault, and given back */
  GBytes *files[VAULT_N_FILES];
  VaultSealedHeader headers[VAULT_N_FILES];
  Secret *key;
  VaultTable *table;
  gboolean interactive;
} Attempt;

static void begin_attempt (Vault *vault);

static void
attempt_clear (gpointer memory)
{
  Attempt *attempt = memory;

  g_object_unref (attempt->vault);
  g_free (attempt->path);
  g_clear_pointer (&attempt->folder, vault_folder_close);
  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      g_clear_pointer (&attempt->files[i], g_bytes_unref);
      vault_sealed_header_clear (&attempt->headers[i]);
    }
  g_clear_pointer (&attempt->key, secret_unref);
  g_clear_pointer (&attempt->table, vault_table_free);
}

static void
attempt_unref (gpointer attempt)
{
  g_atomic_rc_box_release_full (attempt, attempt_clear);
}

static void
run_on_worker (Attempt *attempt, GTaskThreadFunc work, GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = g_task_new (attempt->vault, NULL, callback, NULL);

  g_task_set_task_data (task, g_atomic_rc_box_acquire (attempt), attempt_unref);
  attempt->folder = g_steal_pointer (&attempt->vault->folder);
  g_task_run_in_thread (task, work);
}

static gboolean
is_interactive (GTask *task)
{
  return GPOINTER_TO_INT (g_task_get_task_data (task));
}

static gboolean
has_interactive_task (GPtrArray *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    if (is_interactive (tasks->pdata[i]))
      return TRUE;
  return FALSE;
}

static void
answer (Vault *vault, GTask *task, const GError *failure)
{
  if (failure != NULL && (is_interactive (task) || !vault_is_open (vault)))
    g_task_return_error (task, g_error_copy (failure));
  else
    g_task_return_boolean (task, TRUE);
}

/* Answers those whom this attempt was for; begins the next for the others. */
static void
end_attempt (Vault *vault, gboolean was_interactive, const GError *failure)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&vault->opening_tasks);

  vault->opening_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  vault->is_opening = FALSE;
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = tasks->pdata[i];
      if (failure != NULL && is_interactive (task) && !was_interactive)
        g_ptr_array_add (vault->opening_tasks, g_object_ref (task));
      else
        answer (vault, task, failure);
    }
  if (vault->opening_tasks->len > 0 && !vault->is_opening)
    begin_attempt (vault);
}

/* The attempt's end without an open vault. */
static void
fail_attempt (Vault *vault, Attempt *attempt, OtrdVault state, GError *reason)
{
  g_autoptr (GError) failure = g_error_copy (reason);

  vault_set_state (vault, state, reason);
  end_attempt (vault, attempt->interactive, failure);
}

static gboolean
read_file (Attempt *attempt, guint file, GError **error)
{
  if (!vault_folder_read (attempt->folder, vault_files[file].name, &attempt->files[file], error))
    return FALSE;
  return attempt->files[file] == NULL
         || vault_sealed_read_header (attempt->files[file], &attempt->headers[file], error);
}

/* Keys without trust, or the other way round: a file was taken away. Only a
 * vault whose very first save was interrupted has its trust alone. */
static gboolean
check_complete (Attempt *attempt, GError **error)
{
  gboolean has_keys = attempt->files[VAULT_FILE_KEYS] != NULL;
  gboolean has_trust = attempt->files[VAULT_FILE_TRUST] != NULL;
  const char *missing = vault_files[has_keys ? VAULT_FILE_TRUST : VAULT_FILE_KEYS].name;

  if (has_keys && has_trust)
    {
      if (g_str_equal (attempt->headers[0].key_id, attempt->headers[1].key_id))
        return TRUE;
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
                   "Could not read the vault: its files belong to different vaults; "
                   "restore a backup of %s",
                   attempt->path);
      return FALSE;
    }
  if (!vault_folder_has (attempt->folder, missing)
      && (!has_trust || attempt->headers[VAULT_FILE_TRUST].generation == 0) && !has_keys)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
               "Could not read the vault: its file %s/%s is missing; restore it", attempt->path,
               missing);
  return FALSE;
}

static void
read_folder (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Attempt *attempt = task_data;
  GError *error = NULL;

  if (attempt->folder == NULL)
    attempt->folder = vault_folder_open (attempt->path, &error);
  if (attempt->folder == NULL || !read_file (attempt, VAULT_FILE_TRUST, &error)
      || !read_file (attempt, VAULT_FILE_KEYS, &error) || !check_complete (attempt, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
load_file (Attempt *attempt, guint file, GError **error)
{
  const VaultFile *which = &vault_files[file];
  g_autoptr (Secret) payload = NULL;
  g_autoptr (GPtrArray) records = NULL;

  if (attempt->files[file] == NULL)
    return TRUE;
  payload = vault_sealed_unseal (attempt->files[file], which->contents, attempt->key, error);
  if (payload != NULL)
    records = vault_records_parse (payload, file == VAULT_FILE_KEYS, error);
  if (records == NULL)
    return FALSE;
  vault_table_load (attempt->table, which->contents, records);
  return TRUE;
}

static void
load_files (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Attempt *attempt = task_data;
  GError *error = NULL;

  attempt->table = vault_table_new ();
  if (!load_file (attempt, VAULT_FILE_TRUST, &error)
      || !load_file (attempt, VAULT_FILE_KEYS, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_files_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  Attempt *attempt = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  vault->folder = g_steal_pointer (&attempt->folder);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail_attempt (vault, attempt, OTRD_VAULT_DAMAGED, error);
      return;
    }
  g_clear_pointer (&vault->table, vault_table_free);
  vault->table = g_steal_pointer (&attempt->table);
  vault->key = g_steal_pointer (&attempt->key);
  for (guint i = 0; i < VAULT_N_FILES; i++)
    vault->generations[i] = attempt->headers[i].generation;
  vault_set_state (vault, OTRD_VAULT_READY, NULL);
  if (vault->generations[VAULT_FILE_TRUST] == 0) /* its first save was interrupted */
    vault_mark_changed (vault, VAULT_FILE_TRUST);
  end_attempt (vault, attempt->interactive, NULL);
}

static OtrdVault
state_of_outcome (VaultKeyOutcome outcome)
{
  switch (outcome)
    {
    case VAULT_KEY_ABSENT:
      return OTRD_VAULT_KEYLESS;
    case VAULT_KEY_LOCKED:
    case VAULT_KEY_DISMISSED:
      return OTRD_VAULT_LOCKED;
    default:
      return OTRD_VAULT_UNAVAILABLE;
    }
}

/* What the keyring does not have is not merely "not found" when files need it. */
static GError *
reason_of_outcome (VaultKeyOutcome outcome, GError *error)
{
  if (outcome != VAULT_KEY_ABSENT)
    return error;
  g_error_free (error);
  return g_error_new (OTRD_ERROR, OTRD_ERROR_KEY_STORE_UNAVAILABLE,
                      "Could not open the vault: the keyring no longer has its key; "
                      "restore the keyring (nothing was made anew)");
}

static void
on_key_got (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Attempt *attempt = user_data;
  Vault *vault = attempt->vault;
  GError *error = NULL;
  VaultKeyOutcome outcome;

  outcome = vault_key_store_finish (VAULT_KEY_STORE (source), result, &attempt->key, &error);
  if (outcome == VAULT_KEY_OK)
    run_on_worker (attempt, load_files, on_files_loaded);
  else
    fail_attempt (vault, attempt, state_of_outcome (outcome), reason_of_outcome (outcome, error));
  attempt_unref (attempt);
}

static void
on_new_key_obtained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  g_autoptr (GError) error = NULL;

  vault_obtain_key_finish (vault, result, &error);
  end_attempt (vault, TRUE, error);
}

static void
begin_new_vault (Vault *vault, Attempt *attempt)
{
  g_clear_pointer (&vault->table, vault_table_free);
  vault->table = vault_table_new ();
  vault_set_state (vault, OTRD_VAULT_NEW, NULL);
  if (attempt->interactive)
    vault_obtain_key_async (vault, TRUE, on_new_key_obtained, NULL);
  else
    end_attempt (vault, FALSE, NULL);
}

static void
ask_key_store (Vault *vault, Attempt *attempt)
{
  guint file = attempt->files[VAULT_FILE_KEYS] != NULL ? VAULT_FILE_KEYS : VAULT_FILE_TRUST;

  if (attempt->interactive)
    vault_set_state (vault, OTRD_VAULT_UNLOCKING, vault_new_state_error (vault, "use the vault"));
  vault_key_store_get_async (vault->key_store, attempt->headers[file].key_id, attempt->interactive,
                             on_key_got, g_atomic_rc_box_acquire (attempt));
}

static void
on_folder_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  Attempt *attempt = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;
  gboolean is_damaged;

  vault->folder = g_steal_pointer (&attempt->folder);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      is_damaged = g_error_matches (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED)
                   || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED);
      fail_attempt (vault, attempt, is_damaged ? OTRD_VAULT_DAMAGED : OTRD_VAULT_UNAVAILABLE,
                    error);
    }
  else if (attempt->files[VAULT_FILE_TRUST] == NULL)
    begin_new_vault (vault, attempt);
  else
    ask_key_store (vault, attempt);
}

static void
begin_attempt (Vault *vault)
{
  Attempt *attempt;

  vault->is_opening = TRUE;
  if (vault_is_open (vault)) /* a new one: only its key is wanted */
    {
      vault_obtain_key_async (vault, TRUE, on_new_key_obtained, NULL);
      return;
    }
  attempt = g_atomic_rc_box_new0 (Attempt);
  attempt->vault = g_object_ref (vault);
  attempt->path = g_strdup (vault->path);
  attempt->interactive = has_interactive_task (vault->opening_tasks);
  run_on_worker (attempt, read_folder, on_folder_read);
  attempt_unref (attempt);
}

void
vault_open_async (Vault *vault,
                  gboolean interactive,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, callback, user_data);

  g_return_if_fail (VAULT_IS_VAULT (vault));

  g_task_set_source_tag (task, vault_open_async);
  g_task_set_task_data (task, GINT_TO_POINTER (interactive), NULL);
  if (vault_is_open (vault) && (!interactive || vault->key != NULL))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_ptr_array_add (vault->opening_tasks, g_steal_pointer (&task));
  if (!vault->is_opening)
    begin_attempt (vault);
}

gboolean
vault_open_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, vault), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
