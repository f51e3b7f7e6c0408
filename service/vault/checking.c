/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading every file of an open vault again, the previous generation too, on a
 * worker, as if it were to be opened; nothing is changed. */

#include "vault/vault-private.h"

typedef struct
{
  VaultFolder *folder; /* the vault's; reading it disturbs no save */
  Secret *key;
} Check;

static void
check_free (gpointer memory)
{
  Check *check = memory;

  secret_unref (check->key);
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

static VaultFileCheck *
check_file (const Check *check, guint file, const char *suffix)
{
  VaultFileCheck *found = g_new0 (VaultFileCheck, 1);
  g_auto (VaultSealedHeader) header = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  found->name = g_strconcat (vault_files[file].name, suffix, NULL);
  found->is_sound = vault_folder_read (check->folder, found->name, &bytes, &error);
  if (bytes != NULL)
    {
      found->is_sound = vault_sealed_read_header (bytes, &header, &error)
                        && read_records (bytes, file, check->key, &error);
      found->generation = header.generation;
    }
  else if (error == NULL && suffix[0] == '\0')
    found->is_sound = FALSE;
  if (!found->is_sound)
    found->problem = g_strdup (error != NULL ? error->message : "the file is missing");
  return found;
}

static void
check_files (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_file_check_free);

  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      g_ptr_array_add (found, check_file (task_data, i, ""));
      g_ptr_array_add (found, check_file (task_data, i, ".previous"));
    }
  g_task_return_pointer (task, found, (GDestroyNotify)g_ptr_array_unref);
}

void
vault_check_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, callback, user_data);
  Check *check;

  if (!vault_is_open (vault))
    {
      g_task_return_error (task, vault_new_state_error (vault, "check the vault"));
      return;
    }
  if (vault->generations[VAULT_FILE_KEYS] == 0) /* there is nothing yet */
    {
      g_task_return_pointer (task, g_ptr_array_new (), (GDestroyNotify)g_ptr_array_unref);
      return;
    }
  check = g_new0 (Check, 1);
  check->folder = vault->folder;
  check->key = secret_ref (vault->key);
  g_task_set_task_data (task, check, check_free);
  g_task_run_in_thread (task, check_files);
}

GPtrArray *
vault_check_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
