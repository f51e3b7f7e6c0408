/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/vault/memory-key-store.h"

#include "introspection/otrd-error.h"

static void memory_key_store_interface_init (VaultKeyStoreInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MemoryKeyStore,
                               memory_key_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VAULT_TYPE_KEY_STORE,
                                                      memory_key_store_interface_init))

static const char *
get_name (VaultKeyStore *store)
{
  return "memory";
}

static void
answer (MemoryKeyStore *store, GTask *task, gboolean interactive, VaultKeyOutcome outcome)
{
  VaultKeyOutcome allowed = interactive ? store->prompting_outcome : store->outcome;

  if (interactive && store->outcome != VAULT_KEY_OK)
    store->n_prompts++;
  g_task_return_int (task, allowed != VAULT_KEY_OK ? allowed : outcome);
  g_object_unref (task);
}

static void
get_async (VaultKeyStore *key_store,
           const char *key_id,
           gboolean interactive,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  MemoryKeyStore *store = TEST_MEMORY_KEY_STORE (key_store);
  GTask *task = g_task_new (store, NULL, callback, user_data);
  g_autofree char *id = store->key != NULL ? vault_key_make_id (store->key) : NULL;
  gboolean is_there = id != NULL && (key_id == NULL || g_str_equal (id, key_id));

  store->n_gets++;
  answer (store, task, interactive, is_there ? VAULT_KEY_OK : VAULT_KEY_ABSENT);
}

static void
create_async (VaultKeyStore *key_store,
              gboolean interactive,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  MemoryKeyStore *store = TEST_MEMORY_KEY_STORE (key_store);
  GTask *task = g_task_new (store, NULL, callback, user_data);

  store->n_creates++;
  g_assert_null (store->key);
  store->key = secret_new_random (VAULT_KEY_LEN);
  answer (store, task, interactive, VAULT_KEY_OK);
}

static void
keep_async (VaultKeyStore *key_store,
            Secret *key,
            gboolean interactive,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  MemoryKeyStore *store = TEST_MEMORY_KEY_STORE (key_store);
  GTask *task = g_task_new (store, NULL, callback, user_data);

  if (!store->refuses_keys
      && (interactive ? store->prompting_outcome == VAULT_KEY_OK : store->outcome == VAULT_KEY_OK))
    {
      g_clear_pointer (&store->key, secret_unref);
      store->key = secret_ref (key);
    }
  answer (store, task, interactive, store->refuses_keys ? VAULT_KEY_FAILED : VAULT_KEY_OK);
}

static OtrdError
error_code_of (VaultKeyOutcome outcome)
{
  switch (outcome)
    {
    case VAULT_KEY_LOCKED:
      return OTRD_ERROR_LOCKED;
    case VAULT_KEY_DISMISSED:
      return OTRD_ERROR_DISMISSED;
    case VAULT_KEY_ABSENT:
      return OTRD_ERROR_NOT_FOUND;
    default:
      return OTRD_ERROR_KEY_STORE_UNAVAILABLE;
    }
}

static VaultKeyOutcome
finish (VaultKeyStore *key_store, GAsyncResult *result, Secret **key, GError **error)
{
  MemoryKeyStore *store = TEST_MEMORY_KEY_STORE (key_store);
  VaultKeyOutcome outcome = g_task_propagate_int (G_TASK (result), NULL);

  *key = NULL;
  if (outcome == VAULT_KEY_OK)
    *key = secret_ref (store->key);
  else
    g_set_error (error, OTRD_ERROR, error_code_of (outcome), "Outcome %d", outcome);
  return outcome;
}

MemoryKeyStore *
memory_key_store_new (void)
{
  return g_object_new (TEST_TYPE_MEMORY_KEY_STORE, NULL);
}

static void
memory_key_store_interface_init (VaultKeyStoreInterface *interface)
{
  interface->get_name = get_name;
  interface->get_async = get_async;
  interface->create_async = create_async;
  interface->keep_async = keep_async;
  interface->finish = finish;
}

static void
memory_key_store_finalize (GObject *object)
{
  g_clear_pointer (&TEST_MEMORY_KEY_STORE (object)->key, secret_unref);
  G_OBJECT_CLASS (memory_key_store_parent_class)->finalize (object);
}

static void
memory_key_store_class_init (MemoryKeyStoreClass *class)
{
  G_OBJECT_CLASS (class)->finalize = memory_key_store_finalize;
}

static void
memory_key_store_init (MemoryKeyStore *store)
{
}
