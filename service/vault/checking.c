/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading every file of a vault again, the previous generation too, on a worker, as
 * if it were to be opened; nothing is changed. Of a vault that does not open it is read
 * what can be: all with the key, if the key store gives it, else the headers. */

#include "vault/vault-private.h"

#include <string.h>

/* What the four files are read with. */
typedef struct
{
  VaultFolder *folder; /* the vault's; reading it disturbs no save */
  Secret *key;         /* NULL: only headers can be read */
  char key_id[2 * VAULT_KEY_ID_LEN + 1];
} Check;

static void
check_free (gpointer memory)
{
  Check *check = memory;

  g_clear_pointer (&check->key, secret_unref);
  g_free (check);
}

void
vault_file_check_free (VaultFileCheck *check)
{
  g_free (check->name);
  g_free (check->problem);
  g_free (check);
}

static gboolean
read_records (GBytes *bytes, guint file, Secret *key, GError **error)
{
  g_autoptr (Secret) payload = vault_sealed_unseal (bytes, vault_files[file].contents, key, error);
  g_autoptr (GPtrArray) records =
      payload != NULL ? vault_records_parse (payload, file == VAULT_FILE_KEYS, error) : NULL;

  return records != NULL;
}

static gboolean
read_contents (const Check *check, VaultFileCheck *found, GBytes *bytes, guint file, GError **error)
{
  g_auto (VaultSealedHeader) header = { 0 };

  if (!vault_sealed_read_header (bytes, &header, error))
    return FALSE;
  found->generation = header.generation;
  if (!vault_check_header (&header, file, error))
    return FALSE;
  if (check->key_id[0] != '\0' && !g_str_equal (header.key_id, check->key_id))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED, "it belongs to another vault");
      return FALSE;
    }
  found->is_proven = check->key != NULL;
  return check->key == NULL || read_records (bytes, file, check->key, error);
}

static VaultFileCheck *
check_file (const Check *check, guint file, const char *suffix)
{
  VaultFileCheck *found = g_new0 (VaultFileCheck, 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  found->name = g_strconcat (vault_files[file].name, suffix, NULL);
  found->is_sound = vault_folder_read (check->folder, found->name, &bytes, &error);
  found->is_there = bytes != NULL;
  if (bytes != NULL)
    found->is_sound = read_contents (check, found, bytes, file, &error);
  else if (error == NULL && suffix[0] == '\0')
    found->is_sound = FALSE;
  if (!found->is_sound)
    found->problem = g_strdup (error != NULL ? error->message : "the file is missing");
  return found;
}

static GPtrArray *
check_all (const Check *check)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_file_check_free);

  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      g_ptr_array_add (found, check_file (check, i, ""));
      g_ptr_array_add (found, check_file (check, i, VAULT_PREVIOUS_SUFFIX));
    }
  return found;
}

static void
check_files (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Check *check = g_task_get_task_data (task_data);

  g_task_return_pointer (task, check_all (check), (GDestroyNotify)g_ptr_array_unref);
}

/* What is known without the key is enough where there is none. */
GPtrArray *
vault_check_files (VaultFolder *folder, Secret *key)
{
  Check check = { .folder = folder, .key = key };

  if (key != NULL)
    {
      g_autofree char *key_id = vault_key_make_id (key);

      g_strlcpy (check.key_id, key_id, sizeof check.key_id);
    }
  return check_all (&check);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_pointer (task, g_task_propagate_pointer (G_TASK (result), NULL),
                         (GDestroyNotify)g_ptr_array_unref);
}

/* Takes @task. */
static void
check_on_worker (GTask *task)
{
  g_autoptr (GTask) work = g_task_new (g_task_get_source_object (task), NULL, on_checked, task);

  g_task_set_task_data (work, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (work, check_files);
}

static void begin (GTask *task);

static void
on_key_got (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = g_task_get_source_object (user_data);
  Check *check = g_task_get_task_data (user_data);
  VaultKeyOutcome outcome =
      vault_key_store_finish (VAULT_KEY_STORE (source), result, &check->key, NULL);

  if (vault->folder == NULL || vault->is_opening)
    {
      begin (user_data);
      return;
    }
  vault->key_place = outcome == VAULT_KEY_OK ? VAULT_KEY_PLACE_KEPT : VAULT_KEY_PLACE_UNKNOWN;
  check->folder = vault->folder;
  check_on_worker (user_data);
}

/* Which vault the files are of: most of them know. */
static void
find_key_id (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Check *check = g_task_get_task_data (task_data);
  VaultSealedHeader headers[2 * VAULT_N_FILES] = { 0 };
  guint most = 0;

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *name =
          g_strconcat (vault_files[i / 2].name, i % 2 ? VAULT_PREVIOUS_SUFFIX : "", NULL);
      g_autoptr (GBytes) start = NULL;

      if (vault_folder_read_start (check->folder, name, VAULT_SEALED_START, &start, NULL)
          && start != NULL)
        vault_sealed_read_header (start, &headers[i], NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      guint n_alike = 0;

      for (guint j = 0; headers[i].key_id[0] != '\0' && j < G_N_ELEMENTS (headers); j++)
        n_alike += g_str_equal (headers[i].key_id, headers[j].key_id);
      if (n_alike > most)
        g_strlcpy (check->key_id, headers[i].key_id, sizeof check->key_id);
      most = MAX (most, n_alike);
    }
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    vault_sealed_header_clear (&headers[i]);
  g_task_return_boolean (task, TRUE);
}

static void
on_key_id_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  const Check *check = g_task_get_task_data (user_data);

  if (check->key_id[0] != '\0' && vault->sealed_by == VAULT_SEALED_BY_SECRET_SERVICE)
    vault_key_store_get_async (vault->key_store, check->key_id, FALSE, on_key_got, user_data);
  else
    check_on_worker (user_data);
}

static VaultFileCheck *
copy_finding (gconstpointer source, gpointer unused)
{
  VaultFileCheck *copy = g_memdup2 (source, sizeof *copy);

  copy->name = g_strdup (copy->name);
  copy->problem = g_strdup (copy->problem);
  return copy;
}

/* What was found out when it was to be opened, with the key, is known best. Takes @task. */
static void
check_closed (Vault *vault, GTask *task)
{
  g_autoptr (GTask) work = NULL;

  if (vault->findings != NULL)
    {
      GPtrArray *copy = g_ptr_array_copy (vault->findings, (GCopyFunc)copy_finding, NULL);

      g_ptr_array_set_free_func (copy, (GDestroyNotify)vault_file_check_free);
      g_task_return_pointer (task, copy, (GDestroyNotify)g_ptr_array_unref);
      g_object_unref (task);
      return;
    }
  work = g_task_new (vault, NULL, on_key_id_found, task);
  g_task_set_task_data (work, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (work, find_key_id);
}

static gboolean
is_lost (Vault *vault)
{
  return vault->state == OTRD_VAULT_DAMAGED || vault->state == OTRD_VAULT_KEYLESS;
}

static void
on_opening_over (GObject *source, GAsyncResult *result, gpointer task)
{
  vault_open_finish (VAULT_VAULT (source), result, NULL);
  begin (task);
}

/* Takes @task. */
static void
begin (GTask *task_to_begin)
{
  g_autoptr (GTask) task = task_to_begin;
  Vault *vault = g_task_get_source_object (task);
  Check *check;

  if (is_lost (vault) && vault->is_opening) /* perhaps it is not lost for long */
    {
      vault_await_opening (vault, on_opening_over, g_steal_pointer (&task));
      return;
    }
  if (!vault_is_open (vault) && (!is_lost (vault) || vault->folder == NULL))
    {
      g_task_return_error (task, vault_new_state_error (vault, "check the vault"));
      return;
    }
  if (vault_is_open (vault) && vault->generations[VAULT_FILE_KEYS] == 0) /* nothing is there yet */
    {
      g_task_return_pointer (task, g_ptr_array_new (), (GDestroyNotify)g_ptr_array_unref);
      return;
    }
  check = g_new0 (Check, 1);
  check->folder = vault->folder;
  g_task_set_task_data (task, check, check_free);
  if (!vault_is_open (vault))
    {
      check_closed (vault, g_steal_pointer (&task));
      return;
    }
  check->key = secret_ref (vault->key);
  check_on_worker (g_steal_pointer (&task));
}

void
vault_check_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data)
{
  begin (g_task_new (vault, NULL, callback, user_data));
}

GPtrArray *
vault_check_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
