/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Getting and making the vault key, each as a chain of small steps:
 *
 *     open the service, look for the id where it is known (keyring-look.c), search
 *       an item: read it; wrong: the next one
 *       a locked item: unlock it (if that is allowed), search again
 *       none: look at the default collection
 *         locked: unlock it, search again
 *         open: absent; or, to make one, search again, then store, read back
 *
 * "Not found" while something is locked means nothing: gnome-keyring hides the
 * schema of locked items, KWallet and KeePassXC hide the items. */

#include "vault/secret-service-store.h"

#include <string.h>

#include "introspection/otrd-error.h"
#include "vault/key-text.h"
#include "vault/keyring-look.h"
#include "vault/keyring-retry.h"
#include "vault/keyring-session.h"
#include "vault/keyring-watch.h"
#include "vault/prompt-service.h"

#define DEFAULT_TIMEOUT_MS 10000
#define UNLOCKS_MOST 3 /* an item's collection, the default one, and one for luck */
#define OBJECT "vault-key"
#define SESSION_COLLECTION "/collection/session"

struct _VaultSecretServiceStore
{
  GObject parent;
  guint timeout_ms;
  VaultKeyringWatch *watch;
  VaultKeyringRetry *retry;
  char *item; /* where the key was last found; NULL: not yet */
  char *collection;
  gboolean has_outcome;       /* which may be another when the keyring appears */
  gboolean has_begun;         /* somebody has asked */
  VaultKeyringSession *ahead; /* for the first who asks; NULL: none */
};

/* One call of ours. Owned by its task, which each step holds. */
typedef struct
{
  GTask *task;
  VaultPromptService *service;
  GCancellable *cancellable; /* for the deadline alone; never while a prompt may be up */
  guint timeout_ms;
  guint deadline;
  gboolean has_timed_out;
  gboolean interactive;
  gboolean creating;
  gboolean has_searched_again;
  guint n_unlocked;
  char *key_id; /* NULL: any */
  GList *items; /* unlocked, still to be read */
  GList *locked_items;
  Secret *to_keep; /* NULL: one is to be made */
  Secret *key;
} Operation;

/* The name is not matched: locked items of gnome-keyring have another. */
static const SecretSchema schema = {
  "im.otrd1.VaultKey",
  SECRET_SCHEMA_DONT_MATCH_NAME,
  { { "otrd-object", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "otrd-key-id", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 } },
};

static void vault_secret_service_store_interface_init (VaultKeyStoreInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VaultSecretServiceStore,
                               vault_secret_service_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VAULT_TYPE_KEY_STORE,
                                                      vault_secret_service_store_interface_init))

static void search (Operation *operation);

static void
operation_free (gpointer memory)
{
  Operation *operation = memory;

  g_clear_handle_id (&operation->deadline, g_source_remove);
  if (operation->service != NULL)
    vault_prompt_service_allow (operation->service, NULL, NULL);
  g_clear_object (&operation->service);
  g_clear_object (&operation->cancellable);
  g_clear_list (&operation->items, g_object_unref);
  g_clear_list (&operation->locked_items, g_object_unref);
  g_clear_pointer (&operation->to_keep, secret_unref);
  g_clear_pointer (&operation->key, secret_unref);
  g_free (operation->key_id);
  g_free (operation);
}

static gboolean
on_deadline (gpointer user_data)
{
  Operation *operation = user_data;

  operation->deadline = 0;
  operation->has_timed_out = TRUE;
  g_cancellable_cancel (operation->cancellable);
  return G_SOURCE_REMOVE;
}

static void
arm_deadline (Operation *operation)
{
  if (operation->deadline == 0)
    operation->deadline = g_timeout_add (operation->timeout_ms, on_deadline, operation);
}

static void
disarm_deadline (gpointer user_data)
{
  Operation *operation = user_data;

  g_clear_handle_id (&operation->deadline, g_source_remove);
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
    case VAULT_KEY_DUPLICATE:
      return OTRD_ERROR_EXISTS;
    default:
      return OTRD_ERROR_KEY_STORE_UNAVAILABLE;
    }
}

/* What goes better later by itself is tried again then; of the rest there is a signal. */
static void
note_outcome (Operation *operation, VaultKeyOutcome outcome)
{
  VaultSecretServiceStore *store =
      VAULT_SECRET_SERVICE_STORE (g_task_get_source_object (operation->task));

  store->has_outcome = TRUE;
  if (outcome == VAULT_KEY_TIMEOUT || outcome == VAULT_KEY_FAILED)
    vault_keyring_retry_begin (store->retry);
  else
    vault_keyring_retry_end (store->retry);
}

/* The task's value is the outcome; the error waits in its place for finish (). */
static void
end_with (Operation *operation, VaultKeyOutcome outcome, const char *why)
{
  GTask *task = operation->task;
  GError *error = NULL;

  disarm_deadline (operation);
  note_outcome (operation, outcome);
  if (outcome != VAULT_KEY_OK)
    error = g_error_new (OTRD_ERROR, error_code_of (outcome), "Could not %s the vault key: %s",
                         operation->creating ? "make" : "get", why);
  g_object_set_data_full (G_OBJECT (task), "outcome-error", error, (GDestroyNotify)g_error_free);
  g_task_return_int (task, outcome);
  g_object_unref (task);
}

static gboolean
is_unavailable (const GError *error)
{
  if (error->domain == G_IO_ERROR)
    return error->code == G_IO_ERROR_CONNECTION_REFUSED || error->code == G_IO_ERROR_NOT_FOUND
           || error->code == G_IO_ERROR_INVALID_ARGUMENT;
  return error->domain == G_DBUS_ERROR
         && (error->code == G_DBUS_ERROR_SERVICE_UNKNOWN
             || (error->code >= G_DBUS_ERROR_SPAWN_EXEC_FAILED
                 && error->code <= G_DBUS_ERROR_SPAWN_NO_MEMORY));
}

static VaultKeyOutcome
outcome_of (const Operation *operation, const GError *error)
{
  if (operation->has_timed_out || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return VAULT_KEY_TIMEOUT;
  if (g_error_matches (error, VAULT_PROMPT_ERROR, VAULT_PROMPT_ERROR_DISMISSED))
    return VAULT_KEY_DISMISSED;
  if (g_error_matches (error, VAULT_PROMPT_ERROR, VAULT_PROMPT_ERROR_NOT_ALLOWED)
      || g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    return VAULT_KEY_LOCKED;
  if (g_error_matches (error, VAULT_PROMPT_ERROR, VAULT_PROMPT_ERROR_VANISHED)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
    return VAULT_KEY_VANISHED;
  return is_unavailable (error) ? VAULT_KEY_UNAVAILABLE : VAULT_KEY_FAILED;
}

static void
end_with_error (Operation *operation, GError *error)
{
  VaultKeyOutcome outcome = outcome_of (operation, error);
  g_autofree char *why = NULL;

  g_dbus_error_strip_remote_error (error);
  if (outcome == VAULT_KEY_TIMEOUT)
    why = g_strdup ("the keyring does not answer; try again");
  else if (outcome == VAULT_KEY_DISMISSED)
    why = g_strdup ("the keyring's prompt was dismissed; unlock again when you like");
  else if (outcome == VAULT_KEY_LOCKED)
    why = g_strdup ("the keyring is locked; unlock it and try again");
  else if (outcome == VAULT_KEY_UNAVAILABLE)
    why = g_strdup_printf ("no keyring (Secret Service) is running: %s; start one", error->message);
  else
    why = g_strdup_printf ("the keyring failed: %s; try again", error->message);
  end_with (operation, outcome, why);
  g_error_free (error);
}

static void
end_locked (Operation *operation)
{
  end_with (operation, VAULT_KEY_LOCKED, "the keyring is locked; unlock it and try again");
}

/* Whether the item holds what it says: the id is made from the key. */
static gboolean
is_the_key (const Operation *operation, SecretItem *item, Secret *key)
{
  g_autoptr (GHashTable) attributes = secret_item_get_attributes (item);
  g_autofree char *id = vault_key_make_id (key);
  const char *wanted = operation->key_id;

  if (wanted == NULL)
    wanted = g_hash_table_lookup (attributes, "otrd-key-id");
  return g_strcmp0 (id, wanted) == 0;
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Operation *operation = user_data;
  GError *error = NULL;
  GList *unlocked = NULL;

  secret_service_unlock_finish (SECRET_SERVICE (source), result, &unlocked, &error);
  if (error != NULL)
    {
      end_with_error (operation, error);
      return;
    }
  if (unlocked == NULL || ++operation->n_unlocked > UNLOCKS_MOST)
    end_locked (operation);
  else
    {
      operation->has_searched_again = TRUE;
      arm_deadline (operation);
      search (operation);
    }
  g_list_free_full (unlocked, g_object_unref);
}

static void
unlock (Operation *operation, GList *objects)
{
  if (!operation->interactive)
    {
      end_locked (operation);
      return;
    }
  /* The deadline is for the answer; a prompt that comes of it ends the deadline. */
  secret_service_unlock (SECRET_SERVICE (operation->service), objects, operation->cancellable,
                         on_unlocked, operation);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Operation *operation = user_data;
  GError *error = NULL;
  g_autoptr (SecretItem) item = secret_item_create_finish (result, &error);

  if (item == NULL)
    {
      end_with_error (operation, error);
      return;
    }
  /* It is ours only when it can be read back. */
  g_free (operation->key_id);
  operation->key_id = vault_key_make_id (operation->key);
  operation->interactive = FALSE;
  arm_deadline (operation);
  search (operation);
}

/* Added even where one says that it is the same: what that holds is not for us
 * to destroy. */
static void
store_key (Operation *operation, SecretCollection *collection)
{
  g_autoptr (Secret) key = operation->to_keep != NULL ? secret_ref (operation->to_keep)
                                                      : secret_new_random (VAULT_KEY_LEN);
  g_autofree char *id = vault_key_make_id (key);
  g_autoptr (GHashTable) attributes =
      secret_attributes_build (&schema, "otrd-object", OBJECT, "otrd-key-id", id, NULL);
  SecretValue *value = vault_key_to_text (key);

  operation->key = g_steal_pointer (&key);
  secret_item_create (collection, &schema, attributes, "OTR keys (otrd)", value,
                      SECRET_ITEM_CREATE_NONE, operation->cancellable, on_stored, operation);
  secret_value_unref (value);
}

static void
on_collection_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Operation *operation = user_data;
  GError *error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_create_finish (result, &error);

  if (collection == NULL)
    {
      end_with_error (operation, error);
      return;
    }
  arm_deadline (operation);
  store_key (operation, collection);
}

static void
store_somewhere (Operation *operation, SecretCollection *collection)
{
  if (collection != NULL)
    store_key (operation, collection);
  else
    secret_collection_create (SECRET_SERVICE (operation->service), "Default keyring",
                              SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_CREATE_NONE,
                              operation->cancellable, on_collection_made, operation);
}

/* Nothing was found, and the place where it would be is open. */
static void
end_absent_or_create (Operation *operation, SecretCollection *collection)
{
  const char *path =
      collection != NULL ? g_dbus_proxy_get_object_path (G_DBUS_PROXY (collection)) : "";

  if (!operation->creating)
    end_with (operation, VAULT_KEY_ABSENT, "the keyring does not have it; restore the keyring");
  else if (operation->key != NULL)
    end_with (operation, VAULT_KEY_FAILED, "the keyring took it and did not keep it");
  else if (collection == NULL && !operation->interactive)
    end_with (operation, VAULT_KEY_LOCKED, "there is no keyring yet; unlock to make one");
  else if (g_str_has_suffix (path, SESSION_COLLECTION))
    end_with (operation, VAULT_KEY_FAILED,
              "the default keyring forgets everything at logout; choose another");
  else if (!operation->has_searched_again)
    {
      operation->has_searched_again = TRUE;
      search (operation);
    }
  else
    store_somewhere (operation, collection);
}

static void
on_default_collection (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Operation *operation = user_data;
  GError *error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_for_alias_finish (result, &error);
  GList one = { collection, NULL, NULL };

  if (error != NULL)
    end_with_error (operation, error);
  else if (collection != NULL && secret_collection_get_locked (collection))
    unlock (operation, &one);
  else
    end_absent_or_create (operation, collection);
}

static void
remember_place (Operation *operation, const char *item)
{
  VaultSecretServiceStore *store =
      VAULT_SECRET_SERVICE_STORE (g_task_get_source_object (operation->task));

  g_free (store->item);
  g_free (store->collection);
  store->item = g_strdup (item);
  store->collection = g_path_get_dirname (store->item);
}

/* Takes @key. */
static void
end_with_key (Operation *operation, Secret *key, const char *item)
{
  g_clear_pointer (&operation->key, secret_unref);
  operation->key = key;
  remember_place (operation, item);
  end_with (operation, VAULT_KEY_OK, NULL);
}

static void read_next_item (Operation *operation);

static void
on_item_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Operation *operation = user_data;
  SecretItem *item = SECRET_ITEM (source);
  GError *error = NULL;
  SecretValue *value;
  g_autoptr (Secret) key = NULL;

  if (!secret_item_load_secret_finish (item, result, &error))
    {
      end_with_error (operation, error);
      return;
    }
  value = secret_item_get_secret (item);
  if (value != NULL)
    {
      key = vault_key_from_text (value);
      secret_value_unref (value);
    }
  if (key == NULL || !is_the_key (operation, item, key))
    {
      read_next_item (operation);
      return;
    }
  end_with_key (operation, g_steal_pointer (&key),
                g_dbus_proxy_get_object_path (G_DBUS_PROXY (item)));
}

static void
read_next_item (Operation *operation)
{
  g_autoptr (SecretItem) item = NULL;

  if (operation->items != NULL)
    {
      item = operation->items->data;
      operation->items = g_list_delete_link (operation->items, operation->items);
      secret_item_load_secret (item, operation->cancellable, on_item_read, operation);
    }
  else if (operation->locked_items != NULL)
    unlock (operation, operation->locked_items);
  else
    secret_collection_for_alias (SECRET_SERVICE (operation->service), SECRET_COLLECTION_DEFAULT,
                                 SECRET_COLLECTION_NONE, operation->cancellable,
                                 on_default_collection, operation);
}

static int
newest_first (gconstpointer a, gconstpointer b)
{
  guint64 one = secret_item_get_created ((SecretItem *)a);
  guint64 other = secret_item_get_created ((SecretItem *)b);

  return one < other ? 1 : one > other ? -1 : 0;
}

static void
sort_items (Operation *operation, GList *found)
{
  g_clear_list (&operation->items, g_object_unref);
  g_clear_list (&operation->locked_items, g_object_unref);
  for (GList *link = found; link != NULL; link = link->next)
    {
      GList **list =
          secret_item_get_locked (link->data) ? &operation->locked_items : &operation->items;
      *list = g_list_prepend (*list, link->data);
    }
  operation->items = g_list_sort (operation->items, newest_first);
  g_list_free (found);
}

static void
on_searched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Operation *operation = user_data;
  GError *error = NULL;
  GList *found = secret_service_search_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    {
      end_with_error (operation, error);
      return;
    }
  sort_items (operation, found);
  if (operation->creating && operation->to_keep == NULL && operation->key == NULL
      && operation->items != NULL)
    end_with (operation, VAULT_KEY_DUPLICATE, "the keyring has one");
  else
    read_next_item (operation);
}

static GHashTable *
new_attributes (const char *key_id)
{
  return key_id != NULL
             ? secret_attributes_build (&schema, "otrd-object", OBJECT, "otrd-key-id", key_id, NULL)
             : secret_attributes_build (&schema, "otrd-object", OBJECT, NULL);
}

static void
search (Operation *operation)
{
  g_autoptr (GHashTable) attributes = new_attributes (operation->key_id);

  secret_service_search (SECRET_SERVICE (operation->service), &schema, attributes,
                         SECRET_SEARCH_ALL, operation->cancellable, on_searched, operation);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Operation *operation = user_data;
  g_autofree char *item = NULL;
  GError *error = NULL;
  Secret *key = vault_keyring_look_finish (result, &item, &error);

  if (error != NULL)
    end_with_error (operation, error);
  else if (key != NULL)
    end_with_key (operation, key, item);
  else
    search (operation);
}

static void
look (Operation *operation)
{
  g_autoptr (GHashTable) attributes = new_attributes (operation->key_id);

  vault_keyring_look_async (SECRET_SERVICE (operation->service), attributes, operation->key_id,
                            operation->cancellable, on_looked, operation);
}

static void
on_service_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Operation *operation = user_data;
  GError *error = NULL;

  operation->service = vault_keyring_session_take_finish (result, &error);
  if (operation->service == NULL)
    {
      end_with_error (operation, error);
      return;
    }
  if (operation->interactive)
    vault_prompt_service_allow (operation->service, disarm_deadline, operation);
  if (operation->key_id != NULL)
    look (operation);
  else
    search (operation);
}

static Operation *
operation_new (VaultKeyStore *store,
               const char *key_id,
               gboolean interactive,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  Operation *operation = g_new0 (Operation, 1);

  operation->task = g_task_new (store, NULL, callback, user_data);
  g_task_set_task_data (operation->task, operation, operation_free);
  operation->cancellable = g_cancellable_new ();
  operation->timeout_ms = VAULT_SECRET_SERVICE_STORE (store)->timeout_ms;
  operation->key_id = g_strdup (key_id);
  operation->interactive = interactive;
  return operation;
}

static void
begin_operation (Operation *operation)
{
  VaultSecretServiceStore *store =
      VAULT_SECRET_SERVICE_STORE (g_task_get_source_object (operation->task));

  store->has_begun = TRUE;
  arm_deadline (operation);
  vault_keyring_session_take_async (g_steal_pointer (&store->ahead), operation->cancellable,
                                    on_service_opened, operation);
}

static const char *
get_name (VaultKeyStore *store)
{
  return "secret-service";
}

static void
get_async (VaultKeyStore *store,
           const char *key_id,
           gboolean interactive,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  begin_operation (operation_new (store, key_id, interactive, callback, user_data));
}

static void
create_async (VaultKeyStore *store,
              gboolean interactive,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  Operation *operation = operation_new (store, NULL, interactive, callback, user_data);

  operation->creating = TRUE;
  begin_operation (operation);
}

static void
keep_async (VaultKeyStore *store,
            Secret *key,
            gboolean interactive,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  g_autofree char *key_id = vault_key_make_id (key);
  Operation *operation = operation_new (store, key_id, interactive, callback, user_data);

  operation->creating = TRUE;
  operation->to_keep = secret_ref (key);
  begin_operation (operation);
}

static VaultKeyOutcome
finish (VaultKeyStore *store, GAsyncResult *result, Secret **key, GError **error)
{
  GTask *task = G_TASK (result);
  Operation *operation = g_task_get_task_data (task);
  VaultKeyOutcome outcome = g_task_propagate_int (task, NULL);
  GError *failure = g_object_steal_data (G_OBJECT (task), "outcome-error");

  *key = NULL;
  if (outcome == VAULT_KEY_OK)
    *key = g_steal_pointer (&operation->key);
  else
    g_propagate_error (error, failure);
  return outcome;
}

/* At start, while the vault is still reading its files. */
static void
keyring_is_there (VaultSecretServiceStore *store)
{
  if (store->has_outcome)
    g_signal_emit_by_name (store, "changed");
  else if (store->ahead == NULL && !store->has_begun)
    store->ahead = vault_keyring_session_open_ahead ();
}

static void
on_keyring_changed (VaultKeyringEvent event, const char *path, gpointer user_data)
{
  VaultSecretServiceStore *store = user_data;
  gboolean is_ours = g_strcmp0 (path, store->item) == 0;

  if (event == VAULT_KEYRING_APPEARED || event == VAULT_KEYRING_VANISHED)
    {
      vault_keyring_retry_end (store->retry);
      g_clear_pointer (&store->ahead, vault_keyring_session_free);
    }
  if (event == VAULT_KEYRING_APPEARED)
    keyring_is_there (store);
  else if (event == VAULT_KEYRING_UNLOCKED || (event == VAULT_KEYRING_ITEM_CHANGED && is_ours))
    g_signal_emit_by_name (store, "changed");
  else if (event == VAULT_KEYRING_LOCKED && g_strcmp0 (path, store->collection) == 0)
    g_signal_emit_by_name (store, "locked");
}

static void
on_keyring_answers (gpointer user_data)
{
  g_signal_emit_by_name (user_data, "changed");
}

VaultKeyStore *
vault_secret_service_store_new (guint timeout_ms)
{
  VaultSecretServiceStore *store = g_object_new (VAULT_TYPE_SECRET_SERVICE_STORE, NULL);

  store->timeout_ms = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS;
  return VAULT_KEY_STORE (store);
}

static void
vault_secret_service_store_interface_init (VaultKeyStoreInterface *interface)
{
  interface->get_name = get_name;
  interface->get_async = get_async;
  interface->create_async = create_async;
  interface->keep_async = keep_async;
  interface->finish = finish;
}

static void
vault_secret_service_store_finalize (GObject *object)
{
  VaultSecretServiceStore *store = VAULT_SECRET_SERVICE_STORE (object);

  g_clear_pointer (&store->ahead, vault_keyring_session_free);
  vault_keyring_watch_free (store->watch);
  vault_keyring_retry_free (store->retry);
  g_free (store->item);
  g_free (store->collection);
  G_OBJECT_CLASS (vault_secret_service_store_parent_class)->finalize (object);
}

static void
vault_secret_service_store_class_init (VaultSecretServiceStoreClass *class)
{
  G_OBJECT_CLASS (class)->finalize = vault_secret_service_store_finalize;
}

static void
vault_secret_service_store_init (VaultSecretServiceStore *store)
{
  store->retry = vault_keyring_retry_new (on_keyring_answers, store);
  store->watch = vault_keyring_watch_new (on_keyring_changed, store);
}
