/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The account's key: made once, on a thread of its own, by the first who needs it;
 * whoever else asks meanwhile shares it. It is on disk before anybody hears of it.
 */

#include "core/account-private.h"

#include "core/session-private.h"

const char *
core_account_find_key_state (CoreAccount *account)
{
  if (account->generating)
    return "generating";
  if (!vault_is_open (account->vault))
    return "locked";
  return account->has_key ? "ready" : "none";
}

static EngineKey *
read_key (CoreAccount *account)
{
  g_autoptr (VaultAccount) record =
      vault_lookup_account (account->vault, account->protocol, account->name);
  g_autoptr (GError) error = NULL;
  EngineKey *key;

  if (record == NULL || record->private_key == NULL)
    return NULL;
  key = engine_key_new_from_secret (record->private_key, &error);
  if (key == NULL)
    g_warning ("The private key of an account cannot be used: %s", error->message);
  return key;
}

EngineKey *
core_account_dup_key (CoreAccount *account)
{
  if (account->key == NULL && account->has_key && vault_is_open (account->vault))
    account->key = read_key (account);
  if (account->key != NULL)
    return engine_key_ref (account->key);
  return account->public_half != NULL ? engine_key_ref (account->public_half) : NULL;
}

typedef struct
{
  CoreAccount *account;
  EngineKey *key;
  GError *error;
  VaultAccount *before; /* whose key is put back when the new one cannot be saved */
} Generation;

static void
generation_clear (gpointer memory)
{
  Generation *generation = memory;

  g_clear_pointer (&generation->key, engine_key_unref);
  g_clear_pointer (&generation->before, vault_account_free);
  g_clear_error (&generation->error);
  g_object_unref (generation->account);
}

static void
generation_unref (gpointer generation)
{
  g_rc_box_release_full (generation, generation_clear);
}

static void
tell_who_waits (CoreAccount *account, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&account->generations);

  account->generations = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (tasks, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_pointer (task, g_strdup (account->fingerprint), g_free);
    }
}

static void
end_generation (Generation *generation, const GError *error)
{
  CoreAccount *account = generation->account;

  account->generating = FALSE;
  if (error == NULL)
    {
      g_clear_pointer (&account->key, engine_key_unref);
      g_clear_pointer (&account->public_half, engine_key_unref);
      account->key = g_steal_pointer (&generation->key);
    }
  else
    core_account_notify_key (account);
  tell_who_waits (account, error);
  if (!account->removed)
    core_account_load (account);
  generation_unref (generation);
}

static void
on_key_saved (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  Generation *generation = user_data;
  g_autoptr (GError) error = NULL;

  if (vault_save_finish (VAULT_VAULT (vault), result, &error))
    {
      g_free (generation->account->fingerprint);
      generation->account->fingerprint = g_strdup (engine_key_get_fingerprint (generation->key));
    }
  end_generation (generation, error);
}

static gboolean
put_key (Generation *generation, GError **error)
{
  CoreAccount *account = generation->account;
  g_autoptr (VaultAccount) record = NULL;

  if (!core_account_check_open (account, "keep the new key", error))
    return FALSE;
  generation->before = vault_lookup_account (account->vault, account->protocol, account->name);
  if (generation->before == NULL)
    {
      g_set_error_literal (
          error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
          "The new key was not kept: the account is not in the vault any more; add "
          "it again");
      return FALSE;
    }
  record = vault_account_copy (generation->before);
  g_clear_pointer (&record->private_key, secret_unref);
  record->private_key = engine_key_to_secret (generation->key);
  g_free (record->fingerprint);
  record->fingerprint = g_strdup (engine_key_get_fingerprint (generation->key));
  return vault_put_account (account->vault, record, error);
}

/* The policy may be another one meanwhile. */
static void
undo_key (Vault *vault, gpointer user_data)
{
  const Generation *generation = user_data;
  const VaultAccount *before = generation->before;
  g_autoptr (VaultAccount) now = vault_lookup_account (vault, before->protocol, before->name);

  if (now == NULL)
    return;
  g_clear_pointer (&now->private_key, secret_unref);
  if (before->private_key != NULL)
    now->private_key = secret_ref (before->private_key);
  g_free (now->fingerprint);
  now->fingerprint = g_strdup (before->fingerprint);
  vault_put_account (vault, now, NULL);
}

static void
save_key (Generation *generation)
{
  CoreAccount *account = generation->account;

  vault_note_undo (account->vault,
                   core_name_setting (account->protocol, account->name, "key", "", ""), undo_key,
                   g_rc_box_acquire (generation), generation_unref);
  vault_save_async (account->vault, on_key_saved, generation);
}

static void
on_key_made (gpointer user_data)
{
  Generation *generation = user_data;
  g_autoptr (GError) error = NULL;

  if (generation->key == NULL)
    end_generation (generation, generation->error);
  else if (!put_key (generation, &error))
    end_generation (generation, error);
  else
    save_key (generation);
}

static void
make_key (gpointer user_data)
{
  Generation *generation = user_data;

  generation->key = engine_key_generate (&generation->error);
}

static void
generate (CoreAccount *account)
{
  Generation *generation = g_rc_box_new0 (Generation);

  generation->account = g_object_ref (account);
  account->generating = TRUE;
  core_account_notify_key (account);
  core_workers_run_alone (account->workers, make_key, on_key_made, generation);
}

void
core_account_want_key (CoreAccount *account)
{
  if (account->has_key || account->generating || account->removed
      || !vault_is_open (account->vault))
    return;
  generate (account);
}

static void
on_unlock_answered (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CoreAccount) account = user_data;

  /* What waits for it hears of the vault's state, not of this. */
  vault_open_finish (VAULT_VAULT (vault), result, NULL);
}

void
core_account_ask_to_unlock (CoreAccount *account)
{
  vault_open_async (account->vault, TRUE, on_unlock_answered, g_object_ref (account));
}

static void
end_private_sessions (CoreAccount *account)
{
  g_autoptr (GPtrArray) sessions = core_account_list_sessions (account);

  for (guint i = 0; i < sessions->len; i++)
    {
      CoreSession *session = g_ptr_array_index (sessions, i);

      if (session->view->state == ENGINE_STATE_PRIVATE)
        core_session_say_goodbye (session);
    }
}

static void
generate_in_open_vault (GTask *task)
{
  CoreAccount *account = g_task_get_source_object (task);
  gboolean replace = GPOINTER_TO_INT (g_task_get_task_data (task));
  GError *error = NULL;

  if (!core_account_check_open (account, "make a key", &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (!account->generating && account->has_key && !replace)
    {
      g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_EXISTS,
                               "No key was made: the account has one already. With the option "
                               "replace it is replaced");
      g_object_unref (task);
      return;
    }
  g_ptr_array_add (account->generations, task);
  if (account->generating)
    return;
  end_private_sessions (account);
  generate (account);
}

static void
on_opened_for_key (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (vault_open_finish (VAULT_VAULT (vault), result, &error))
    {
      generate_in_open_vault (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
core_account_generate_key (CoreAccount *account,
                           gboolean replace,
                           gboolean interactive,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (account, NULL, callback, user_data);

  g_task_set_task_data (task, GINT_TO_POINTER (replace), NULL);
  if (vault_is_open (account->vault) || !interactive)
    generate_in_open_vault (task);
  else
    vault_open_async (account->vault, TRUE, on_opened_for_key, task);
}

char *
core_account_generate_key_finish (CoreAccount *account, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
core_account_abandon_generation (CoreAccount *account)
{
  g_autoptr (GError) error =
      g_error_new (OTRD_ERROR, OTRD_ERROR_NOT_FOUND, "No key was made: the account was removed");

  tell_who_waits (account, error);
}
