/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Following the key store while we run. When it is locked, so is the vault;
 * when it may open a vault that it could not, it is asked. An open vault whose
 * key it has lost puts the key back from memory, beside whatever is there. What
 * is heard while the vault is being opened is acted on after. */

#include "vault/vault-private.h"

static gboolean
is_followed (Vault *vault)
{
  return vault->folder != NULL && vault->sealed_by == VAULT_SEALED_BY_SECRET_SERVICE;
}

static gboolean
has_key (Vault *vault)
{
  return vault_is_open (vault) && vault->key != NULL;
}

static void
end_check (Vault *vault, VaultKeyPlace place)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&vault->checking_tasks);

  vault->checking_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  vault->is_checking_key = FALSE;
  vault->key_place = place;
  if (vault_is_open (vault))
    vault_set_open_state (vault);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (tasks->pdata[i], TRUE);
  vault_hear_news (vault);
}

static void
on_key_put_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Vault) vault = user_data;
  g_autoptr (Secret) key = NULL;
  g_autoptr (GError) error = NULL;

  if (vault_key_store_finish (VAULT_KEY_STORE (source), result, &key, &error) == VAULT_KEY_OK)
    {
      g_message ("The keyring had lost the key of the vault; it was put back");
      end_check (vault, VAULT_KEY_PLACE_KEPT);
      return;
    }
  g_warning ("The keyring has lost the key of the vault, and does not take it back: %s. What is "
             "saved cannot be read after the service ends; unlock the keyring, or move the vault "
             "to a passphrase (otrctl key-store passphrase)",
             error->message);
  end_check (vault, has_key (vault) ? VAULT_KEY_PLACE_MISSING : VAULT_KEY_PLACE_UNKNOWN);
}

static void
on_key_looked_for (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Vault) vault = user_data;
  g_autoptr (Secret) key = NULL;
  g_autoptr (GError) error = NULL;
  VaultKeyOutcome outcome = vault_key_store_finish (VAULT_KEY_STORE (source), result, &key, &error);

  if (!has_key (vault) || !is_followed (vault))
    end_check (vault, VAULT_KEY_PLACE_UNKNOWN);
  else if (outcome == VAULT_KEY_OK)
    end_check (vault, VAULT_KEY_PLACE_KEPT);
  else if (outcome == VAULT_KEY_ABSENT)
    vault_key_store_keep_async (vault->key_store, vault->key, FALSE, on_key_put_back,
                                g_object_ref (vault));
  else
    {
      /* Missing it stays, until it is seen: a lock would lose it for good. */
      gboolean is_missing = vault->key_place == VAULT_KEY_PLACE_MISSING;

      if (outcome == VAULT_KEY_LOCKED && !is_missing)
        vault_follow_lock (vault);
      end_check (vault, is_missing ? VAULT_KEY_PLACE_MISSING : VAULT_KEY_PLACE_UNKNOWN);
    }
}

static void
check_key (Vault *vault)
{
  g_autofree char *key_id = vault_key_make_id (vault->key);

  vault->is_checking_key = TRUE;
  vault_key_store_get_async (vault->key_store, key_id, FALSE, on_key_looked_for,
                             g_object_ref (vault));
}

static void
act (Vault *vault)
{
  gboolean may_help = vault->state == OTRD_VAULT_LOCKED || vault->state == OTRD_VAULT_UNAVAILABLE
                      || vault->state == OTRD_VAULT_KEYLESS;

  if (has_key (vault))
    check_key (vault);
  else if (vault_is_open (vault)) /* a new one, whose changes perhaps wait for a key */
    vault_save_async (vault, NULL, NULL);
  else if (may_help && !vault->is_restoring && !vault->is_locked_on_purpose)
    vault_open_async (vault, FALSE, NULL, NULL);
}

void
vault_hear_news (Vault *vault)
{
  if (!vault->has_news || vault->is_opening || vault->is_checking_key)
    return;
  vault->has_news = FALSE;
  if (is_followed (vault))
    act (vault);
}

void
vault_on_key_store_changed (Vault *vault)
{
  vault->has_news = vault->folder != NULL || vault->is_opening;
  vault_hear_news (vault);
}

/* The key was the key store's to give, and it would not give it now. */
void
vault_on_key_store_locked (Vault *vault)
{
  if (vault->is_opening)
    vault->has_news = TRUE;
  else if (has_key (vault) && is_followed (vault) && vault->key_place != VAULT_KEY_PLACE_MISSING)
    vault_follow_lock (vault);
}

void
vault_look_after_key_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (vault, NULL, callback, user_data);

  if (!has_key (vault) || !is_followed (vault) || vault->is_opening)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  g_ptr_array_add (vault->checking_tasks, task);
  if (!vault->is_checking_key)
    check_key (vault);
}

void
vault_look_after_key_finish (Vault *vault, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}

const char *
vault_get_key_place (Vault *vault)
{
  if (vault->state == OTRD_VAULT_KEYLESS)
    return "missing";
  if (vault->sealed_by == VAULT_SEALED_BY_PASSPHRASE || vault->key_place == VAULT_KEY_PLACE_KEPT)
    return "kept";
  return vault->key_place == VAULT_KEY_PLACE_MISSING ? "missing" : "unknown";
}
