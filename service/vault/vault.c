/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The vault as an object: its state, and forgetting all that it holds. */

#include "vault/vault-private.h"

#include <string.h>

#include "introspection/otrd-enum-types.h"

enum
{
  PROPERTY_STATE = 1,
  PROPERTY_KEY_STORE,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

const VaultFile vault_files[VAULT_N_FILES] = {
  [VAULT_FILE_TRUST] = { "trust", VAULT_CONTENTS_TRUST },
  [VAULT_FILE_KEYS] = { "keys", VAULT_CONTENTS_KEYS },
};

G_DEFINE_FINAL_TYPE (Vault, vault, G_TYPE_OBJECT)

static void
forget_all (Vault *vault)
{
  g_clear_pointer (&vault->table, vault_table_free);
  g_clear_pointer (&vault->key, secret_unref);
  vault_free_spent_undos (vault);
  vault->key_place = VAULT_KEY_PLACE_KEPT;
}

void
vault_close_to_open_again (Vault *vault)
{
  vault_stop_save_timer (vault);
  forget_all (vault);
  vault->is_opening = TRUE;
  vault_set_state (
      vault, OTRD_VAULT_UNLOCKING,
      g_error_new (OTRD_ERROR, OTRD_ERROR_LOCKED, "The vault is being restored; wait a moment"));
}

static void
vault_finalize (GObject *object)
{
  Vault *vault = VAULT_VAULT (object);

  vault_stop_save_timer (vault);
  g_clear_handle_id (&vault->patience_timer, g_source_remove);
  g_clear_handle_id (&vault->key_timer, g_source_remove);
  forget_all (vault);
  g_clear_pointer (&vault->folder, vault_folder_close);
  g_clear_error (&vault->reason);
  g_clear_pointer (&vault->findings, g_ptr_array_unref);
  g_clear_pointer (&vault->parameters, g_bytes_unref);
  g_signal_handlers_disconnect_by_data (vault->key_store, vault);
  g_clear_object (&vault->key_store);
  g_ptr_array_unref (vault->opening_tasks);
  g_ptr_array_unref (vault->saving_tasks);
  g_ptr_array_unref (vault->checking_tasks);
  g_ptr_array_unref (vault->undos);
  g_free (vault->path);
  G_OBJECT_CLASS (vault_parent_class)->finalize (object);
}

static void
vault_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROPERTY_STATE)
    g_value_set_enum (value, VAULT_VAULT (object)->state);
  else if (id == PROPERTY_KEY_STORE)
    g_value_set_static_string (value, vault_get_key_store_name (VAULT_VAULT (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
vault_class_init (VaultClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->finalize = vault_finalize;
  object_class->get_property = vault_get_property;
  properties[PROPERTY_STATE] =
      g_param_spec_enum ("state", NULL, NULL, OTRD_TYPE_VAULT, OTRD_VAULT_LOCKED,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROPERTY_KEY_STORE] = g_param_spec_string ("key-store", NULL, NULL, NULL,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
vault_init (Vault *vault)
{
  vault->state = OTRD_VAULT_LOCKED;
  vault->sealed_by = VAULT_SEALED_BY_SECRET_SERVICE;
  vault->opening_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  vault->saving_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  vault->checking_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  vault->undos = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_undo_free);
  g_queue_init (&vault->key_tasks);
}

Vault *
vault_new (const char *folder, VaultKeyStore *key_store)
{
  Vault *vault;

  g_return_val_if_fail (folder != NULL && VAULT_IS_KEY_STORE (key_store), NULL);

  vault = g_object_new (VAULT_TYPE_VAULT, NULL);
  vault->path = g_strdup (folder);
  vault->key_store = g_object_ref (key_store);
  g_signal_connect_swapped (key_store, "locked", G_CALLBACK (vault_on_key_store_locked), vault);
  g_signal_connect_swapped (key_store, "changed", G_CALLBACK (vault_on_key_store_changed), vault);
  return vault;
}

OtrdVault
vault_get_state (Vault *vault)
{
  g_return_val_if_fail (VAULT_IS_VAULT (vault), OTRD_VAULT_UNKNOWN);

  return vault->state;
}

gboolean
vault_is_open (Vault *vault)
{
  return vault->state == OTRD_VAULT_NEW || vault->state == OTRD_VAULT_READY
         || vault->state == OTRD_VAULT_READ_ONLY;
}

gboolean
vault_may_be_opened (Vault *vault)
{
  return !vault->is_locked_on_purpose;
}

const char *
vault_get_key_store_name (Vault *vault)
{
  return vault->sealed_by == VAULT_SEALED_BY_PASSPHRASE
             ? "passphrase"
             : vault_key_store_get_name (vault->key_store);
}

void
vault_set_sealed_by (Vault *vault, VaultSealedBy sealed_by, GBytes *parameters)
{
  gboolean changes = vault->sealed_by != sealed_by;

  g_clear_pointer (&vault->parameters, g_bytes_unref);
  vault->parameters = parameters != NULL ? g_bytes_ref (parameters) : NULL;
  vault->sealed_by = sealed_by;
  if (changes)
    g_object_notify_by_pspec (G_OBJECT (vault), properties[PROPERTY_KEY_STORE]);
}

void
vault_set_open_state (Vault *vault)
{
  gboolean is_new = vault->generations[VAULT_FILE_KEYS] == 0
                    && vault->generations[VAULT_FILE_TRUST] == 0 && !vault->has_beginning;
  gboolean is_stuck = vault->is_failing || vault->key_place == VAULT_KEY_PLACE_MISSING
                      || (vault->folder != NULL && vault_folder_is_read_only (vault->folder));

  vault_set_state (vault,
                   is_stuck ? OTRD_VAULT_READ_ONLY
                   : is_new ? OTRD_VAULT_NEW
                            : OTRD_VAULT_READY,
                   NULL);
}

void
vault_set_state (Vault *vault, OtrdVault state, GError *reason)
{
  g_clear_error (&vault->reason);
  vault->reason = reason;
  if (vault->state == state)
    return;
  vault->state = state;
  g_object_notify_by_pspec (G_OBJECT (vault), properties[PROPERTY_STATE]);
}

GError *
vault_new_state_error (Vault *vault, const char *attempted)
{
  if (vault->reason != NULL)
    return g_error_new (OTRD_ERROR, vault->reason->code, "Could not %s. %s", attempted,
                        vault->reason->message);
  return g_error_new (OTRD_ERROR, OTRD_ERROR_LOCKED, "Could not %s: the vault is locked; unlock it",
                      attempted);
}

const char *
vault_find_hindrance (Vault *vault)
{
  gboolean by_passphrase = vault->sealed_by == VAULT_SEALED_BY_PASSPHRASE;

  if (vault->is_opening || vault->key_tasks.length > 0)
    return "the vault is being opened";
  if (vault->is_saving || vault->n_saved < vault->n_changes)
    return "a change is not saved";
  if (vault_remembers_guesses (vault))
    return "wrong passphrases are counted";
  if (vault->key_place == VAULT_KEY_PLACE_MISSING)
    return "the keyring has lost the key of the vault";
  if (vault_is_open (vault) && by_passphrase)
    return "the vault was opened with a passphrase";
  /* The key store would open it again. */
  if (!vault_is_open (vault) && vault->is_locked_on_purpose && !by_passphrase)
    return "the user has locked the vault";
  return NULL;
}

static void
on_saved_before_lock (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  gboolean is_saved = vault_save_finish (vault, result, &error);

  if (is_saved && vault->n_saved < vault->n_changes)
    {
      vault_save_async (vault, on_saved_before_lock, g_steal_pointer (&task));
      return;
    }
  vault_stop_save_timer (vault);
  forget_all (vault);
  memset (vault->is_dirty, 0, sizeof vault->is_dirty);
  vault->n_saved = vault->n_changes;
  vault->is_failing = FALSE;
  vault->n_locking--;
  /* What was restored meanwhile would be opened at once. */
  vault->drops_opening |= vault->is_opening && vault->is_locked_on_purpose;
  vault_set_state (vault, OTRD_VAULT_LOCKED, NULL);
  if (is_saved)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  vault_open_after_lock (vault);
}

/* Takes @task. */
static void
lock (Vault *vault, GTask *task)
{
  if (vault_is_open (vault))
    {
      vault->n_locking++;
      vault_save_async (vault, on_saved_before_lock, task);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

void
vault_follow_lock (Vault *vault)
{
  lock (vault, g_task_new (vault, NULL, NULL, NULL));
}

/* What keeps it from being open is no longer the reason. */
static void
close_locked (Vault *vault)
{
  if (vault->state == OTRD_VAULT_UNAVAILABLE || vault->state == OTRD_VAULT_KEYLESS
      || (vault->is_asking && vault->state == OTRD_VAULT_UNLOCKING))
    vault_set_state (vault, OTRD_VAULT_LOCKED, NULL);
}

void
vault_lock_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (VAULT_IS_VAULT (vault));

  task = g_task_new (vault, NULL, callback, user_data);
  vault->is_locked_on_purpose = TRUE;
  vault->drops_opening = vault->is_opening;
  close_locked (vault);
  if (vault->is_asking)
    vault_leave_attempt (vault);
  lock (vault, task);
}

gboolean
vault_lock_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, vault), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
