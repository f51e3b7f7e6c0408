/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Moving the vault from one key store to another. The vault key stays the same
 * and is first where it goes to, then the files say so, one after the other; so
 * whatever interrupts it, each file says truly what opens it. A passphrase that
 * is replaced opens nothing any more, the previous generation neither. */

#include "vault/passphrase.h"
#include "vault/vault-private.h"

typedef struct
{
  Secret *passphrase; /* NULL: it moves to the key store */
  Secret *key;
  VaultSealedBy old_sealed_by;
  GBytes *old_parameters;
} Move;

static void
move_free (gpointer memory)
{
  Move *move = memory;

  g_clear_pointer (&move->passphrase, secret_unref);
  g_clear_pointer (&move->key, secret_unref);
  g_clear_pointer (&move->old_parameters, g_bytes_unref);
  g_free (move);
}

static void
rewrite_all (Vault *vault, gboolean forget_previous)
{
  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      vault->forgets_previous[i] |= forget_previous;
      vault_mark_changed (vault, i);
    }
}

static void
undo_move (Vault *vault, gpointer task)
{
  const Move *move = g_task_get_task_data (task);

  if (!vault_is_open (vault))
    return;
  vault_set_sealed_by (vault, move->old_sealed_by, move->old_parameters);
  rewrite_all (vault, FALSE);
}

static void
on_moved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (vault_save_finish (vault, result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* The key is where it should be; takes @task. */
static void
write_where (GTask *task, VaultSealedBy sealed_by, GBytes *parameters)
{
  Vault *vault = g_task_get_source_object (task);
  Move *move = g_task_get_task_data (task);

  if (!vault_is_open (vault) || (vault->key != NULL && !secret_equal (vault->key, move->key)))
    {
      g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_LOCKED,
                               "Could not change the key store: the vault was locked meanwhile; "
                               "unlock it and try again");
      g_object_unref (task);
      return;
    }
  if (vault->key == NULL)
    vault->key = secret_ref (move->key);
  move->old_sealed_by = vault->sealed_by;
  move->old_parameters = vault->parameters != NULL ? g_bytes_ref (vault->parameters) : NULL;
  vault_set_sealed_by (vault, sealed_by, parameters);
  rewrite_all (vault, move->old_sealed_by == VAULT_SEALED_BY_PASSPHRASE);
  vault_note_undo (vault, g_strdup ("key-store\n"), undo_move, g_object_ref (task), g_object_unref);
  vault_save_async (vault, on_moved, task);
}

static void
on_wrapped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) wrapped = g_task_propagate_pointer (G_TASK (result), &error);

  if (wrapped != NULL)
    {
      write_where (task, VAULT_SEALED_BY_PASSPHRASE, wrapped);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
wrap_on_worker (GTask *work, gpointer source, gpointer task, GCancellable *cancellable)
{
  const Move *move = g_task_get_task_data (task);
  GError *error = NULL;
  GBytes *wrapped = vault_passphrase_wrap (move->passphrase, move->key, &error);

  if (wrapped != NULL)
    g_task_return_pointer (work, wrapped, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (work, error);
}

/* A new vault need not ask the keyring for a key: it may have none. */
static void
move_to_passphrase (Vault *vault, GTask *task)
{
  Move *move = g_task_get_task_data (task);
  g_autoptr (GTask) work = g_task_new (vault, NULL, on_wrapped, task);

  move->key = vault->key != NULL ? secret_ref (vault->key) : secret_new_random (VAULT_KEY_LEN);
  g_task_set_task_data (work, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (work, wrap_on_worker);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Move *move = g_task_get_task_data (task);
  GError *error = NULL;
  VaultKeyOutcome outcome =
      vault_key_store_finish (VAULT_KEY_STORE (source), result, &move->key, &error);

  if (outcome == VAULT_KEY_OK)
    {
      write_where (task, VAULT_SEALED_BY_SECRET_SERVICE, NULL);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_new_key_obtained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (vault_obtain_key_finish (VAULT_VAULT (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
move_to_key_store (Vault *vault, gboolean interactive, GTask *task)
{
  if (vault->key != NULL)
    vault_key_store_keep_async (vault->key_store, vault->key, interactive, on_kept, task);
  else
    vault_obtain_key_async (vault, interactive, on_new_key_obtained, task);
}

void
vault_set_key_store_async (Vault *vault,
                           const char *key_store,
                           Secret *passphrase,
                           gboolean interactive,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, callback, user_data);
  Move *move = g_new0 (Move, 1);
  gboolean to_passphrase = g_str_equal (key_store, "passphrase");

  move->passphrase = passphrase != NULL ? secret_ref (passphrase) : NULL;
  g_task_set_task_data (task, move, move_free);
  if (!to_passphrase && !g_str_equal (key_store, vault_key_store_get_name (vault->key_store)))
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                             "Could not change the key store: there is none of that name; there "
                             "are secret-service and passphrase");
  else if (to_passphrase != (passphrase != NULL && secret_get_length (passphrase) > 0))
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                             "Could not change the key store: %s",
                             to_passphrase ? "it needs a new passphrase, which must not be empty"
                                           : "the keyring takes no passphrase");
  else if (!vault_is_open (vault))
    g_task_return_error (task, vault_new_state_error (vault, "change the key store"));
  else if (to_passphrase)
    move_to_passphrase (vault, g_steal_pointer (&task));
  else
    move_to_key_store (vault, interactive, g_steal_pointer (&task));
}

gboolean
vault_set_key_store_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
