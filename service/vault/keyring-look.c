/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#define SECRET_API_SUBJECT_TO_CHANGE /* paths instead of objects */

#include "vault/keyring-look.h"

#include "vault/key-store.h"
#include "vault/key-text.h"

typedef struct
{
  char *key_id;
  char **items; /* paths */
  guint at;     /* the one that is being read */
} Look;

static void
look_free (gpointer memory)
{
  Look *look = memory;

  g_free (look->key_id);
  g_strfreev (look->items);
  g_free (look);
}

static void read_item (GTask *task);

static Secret *
take_key (const Look *look, SecretValue *value)
{
  g_autoptr (Secret) key = value != NULL ? vault_key_from_text (value) : NULL;
  g_autofree char *id = key != NULL ? vault_key_make_id (key) : NULL;

  return g_strcmp0 (id, look->key_id) == 0 ? g_steal_pointer (&key) : NULL;
}

static void
on_item_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Look *look = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) secret = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  SecretValue *value;
  Secret *key;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  secret = g_variant_get_child_value (reply, 0);
  value = secret_service_decode_dbus_secret (g_task_get_source_object (task), secret);
  key = take_key (look, value);
  g_clear_pointer (&value, secret_value_unref);
  if (key != NULL)
    {
      g_task_return_pointer (task, key, (GDestroyNotify)secret_unref);
      return;
    }
  look->at++;
  read_item (g_steal_pointer (&task));
}

/* Takes @task. */
static void
read_item (GTask *task)
{
  const Look *look = g_task_get_task_data (task);
  SecretService *service = g_task_get_source_object (task);
  GDBusProxy *proxy = G_DBUS_PROXY (service);
  g_autofree char *owner = g_dbus_proxy_get_name_owner (proxy);

  if (look->items == NULL || look->items[look->at] == NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      g_object_unref (task);
      return;
    }
  g_dbus_connection_call (g_dbus_proxy_get_connection (proxy),
                          owner != NULL ? owner : g_dbus_proxy_get_name (proxy),
                          look->items[look->at], "org.freedesktop.Secret.Item", "GetSecret",
                          g_variant_new ("(o)", secret_service_get_session_dbus_path (service)),
                          G_VARIANT_TYPE ("((oayays))"), G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT,
                          g_task_get_cancellable (task), on_item_read, task);
}

static void
on_paths_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Look *look = g_task_get_task_data (task);
  GError *error = NULL;

  if (secret_service_search_for_dbus_paths_finish (SECRET_SERVICE (source), result, &look->items,
                                                   NULL, &error))
    read_item (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

void
vault_keyring_look_async (SecretService *service,
                          GHashTable *attributes,
                          const char *key_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (service, cancellable, callback, user_data);
  Look *look = g_new0 (Look, 1);

  look->key_id = g_strdup (key_id);
  g_task_set_task_data (task, look, look_free);
  secret_service_search_for_dbus_paths (service, NULL, attributes, cancellable, on_paths_found,
                                        task);
}

Secret *
vault_keyring_look_finish (GAsyncResult *result, char **item, GError **error)
{
  GTask *task = G_TASK (result);
  const Look *look = g_task_get_task_data (task);
  Secret *key = g_task_propagate_pointer (task, error);

  *item = key != NULL ? g_strdup (look->items[look->at]) : NULL;
  return key;
}
