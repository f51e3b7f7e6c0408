/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers from the main loop, as a real one does. */

#include "memory-key-store.h"

#include "introspection/otrd-error.h"

struct _MemoryKeyStore
{
  GObject parent;
  Secret *key;
  VaultKeyOutcome outcome;
  gboolean interactive;
};

static void memory_key_store_interface_init (VaultKeyStoreInterface *interface);

G_DEFINE_TYPE_WITH_CODE (MemoryKeyStore,
                         memory_key_store,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (VAULT_TYPE_KEY_STORE,
                                                memory_key_store_interface_init))

static gboolean
answer (gpointer user_data)
{
  g_task_return_boolean (user_data, TRUE);
  return G_SOURCE_REMOVE;
}

static void
answer_later (MemoryKeyStore *store,
              VaultKeyOutcome outcome,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  GTask *task = g_task_new (store, NULL, callback, user_data);

  g_task_set_task_data (task, GINT_TO_POINTER (outcome), NULL);
  g_idle_add_full (G_PRIORITY_DEFAULT, answer, task, g_object_unref);
}

static const char *
get_name (VaultKeyStore *store)
{
  return "secret-service";
}

static void
get_async (VaultKeyStore *base,
           const char *key_id,
           gboolean interactive,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  MemoryKeyStore *store = MEMORY_KEY_STORE (base);
  VaultKeyOutcome outcome = store->outcome;

  store->interactive = interactive;
  if (outcome == VAULT_KEY_OK && store->key == NULL)
    outcome = VAULT_KEY_ABSENT;
  answer_later (store, outcome, callback, user_data);
}

static void
create_async (VaultKeyStore *base,
              gboolean interactive,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  MemoryKeyStore *store = MEMORY_KEY_STORE (base);
  VaultKeyOutcome outcome = store->outcome;

  store->interactive = interactive;
  if (outcome == VAULT_KEY_OK && store->key != NULL)
    outcome = VAULT_KEY_DUPLICATE;
  else if (outcome == VAULT_KEY_OK)
    store->key = secret_new_random (VAULT_KEY_LEN);
  answer_later (store, outcome, callback, user_data);
}

static VaultKeyOutcome
finish (VaultKeyStore *base, GAsyncResult *result, Secret **key, GError **error)
{
  MemoryKeyStore *store = MEMORY_KEY_STORE (base);
  VaultKeyOutcome outcome = GPOINTER_TO_INT (g_task_get_task_data (G_TASK (result)));

  if (outcome == VAULT_KEY_OK)
    *key = secret_ref (store->key);
  else
    g_set_error (error, OTRD_ERROR,
                 outcome == VAULT_KEY_LOCKED ? OTRD_ERROR_LOCKED : OTRD_ERROR_KEY_STORE_UNAVAILABLE,
                 "The key store of the test does not want to");
  return outcome;
}

static void
memory_key_store_interface_init (VaultKeyStoreInterface *interface)
{
  interface->get_name = get_name;
  interface->get_async = get_async;
  interface->create_async = create_async;
  interface->finish = finish;
}

static void
memory_key_store_finalize (GObject *object)
{
  g_clear_pointer (&MEMORY_KEY_STORE (object)->key, secret_unref);
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
  store->outcome = VAULT_KEY_OK;
}

VaultKeyStore *
memory_key_store_new (void)
{
  return g_object_new (MEMORY_TYPE_KEY_STORE, NULL);
}

void
memory_key_store_set_outcome (VaultKeyStore *store, VaultKeyOutcome outcome)
{
  MEMORY_KEY_STORE (store)->outcome = outcome;
}

gboolean
memory_key_store_was_interactive (VaultKeyStore *store)
{
  return MEMORY_KEY_STORE (store)->interactive;
}
