/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key of a new vault. The rule for making one is kept here and in the key
 * store: no file, the folder is ours, the key store is open, and looked at
 * again it has none. A key that is there (files never came to be, or are gone)
 * is used. */

#include "vault/vault-private.h"

static void serve_first (Vault *vault);

static gboolean
is_interactive (GTask *task)
{
  return GPOINTER_TO_INT (g_task_get_task_data (task));
}

static void
end_first (Vault *vault, GError *error)
{
  g_autoptr (GTask) task = g_queue_pop_head (&vault->key_tasks);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  if (!g_queue_is_empty (&vault->key_tasks))
    serve_first (vault);
}

static gboolean
is_wanted (Vault *vault)
{
  return vault_is_open (vault) || vault->is_restoring;
}

/* One that comes after the vault was locked is not held. */
static VaultKeyOutcome
take_key (Vault *vault, GAsyncResult *result, GError **error)
{
  g_autoptr (Secret) key = NULL;
  VaultKeyOutcome outcome = vault_key_store_finish (vault->key_store, result, &key, error);

  if (outcome != VAULT_KEY_OK)
    return outcome;
  if (is_wanted (vault))
    vault->key = g_steal_pointer (&key);
  else
    g_propagate_error (error, vault_new_state_error (vault, "take the key of the vault"));
  return outcome;
}

static void
on_key_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Vault) vault = user_data;
  GError *error = NULL;

  take_key (vault, result, &error);
  end_first (vault, error);
}

static GError *
new_folder_lost_error (Vault *vault)
{
  return g_error_new (OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED,
                      "Could not make the key of the vault: the folder %s is not held",
                      vault->path);
}

static void
on_key_looked_for (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Vault) vault = user_data;
  g_autoptr (GError) error = NULL;
  VaultKeyOutcome outcome = take_key (vault, result, &error);

  if (outcome != VAULT_KEY_ABSENT)
    end_first (vault, g_steal_pointer (&error));
  else if (!is_wanted (vault) || vault->folder == NULL)
    end_first (vault, new_folder_lost_error (vault));
  else
    vault_key_store_create_async (vault->key_store,
                                  is_interactive (g_queue_peek_head (&vault->key_tasks)),
                                  on_key_made, g_object_ref (vault));
}

static void
serve_first (Vault *vault)
{
  if (vault->key != NULL)
    {
      end_first (vault, NULL);
      return;
    }
  vault_key_store_get_async (vault->key_store, NULL,
                             is_interactive (g_queue_peek_head (&vault->key_tasks)),
                             on_key_looked_for, g_object_ref (vault));
}

void
vault_obtain_key_async (Vault *vault,
                        gboolean interactive,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (vault, NULL, callback, user_data);

  g_task_set_task_data (task, GINT_TO_POINTER (interactive), NULL);
  g_queue_push_tail (&vault->key_tasks, task);
  if (g_queue_get_length (&vault->key_tasks) == 1)
    serve_first (vault);
}

gboolean
vault_obtain_key_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
