/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keyrings tell of a lock by PropertiesChanged or by CollectionChanged, some by
 * both and without the value: each makes us look at the property itself. */

#include "vault/keyring-watch.h"

#define NAME "org.freedesktop.secrets"
#define SERVICE "org.freedesktop.Secret.Service"
#define COLLECTION "org.freedesktop.Secret.Collection"
#define PROPERTIES "org.freedesktop.DBus.Properties"

struct _VaultKeyringWatch
{
  VaultKeyringChanged changed;
  gpointer user_data;
  guint name_watch;
  GDBusConnection *connection; /* NULL until the keyring is there */
  guint properties_signal;
  guint collection_signal;
  guint deleted_signal;
  guint changed_signal;
  GCancellable *cancellable;
};

typedef struct
{
  VaultKeyringWatch *watch;
  char *collection;
} Look;

static void
look_free (Look *look)
{
  g_free (look->collection);
  g_free (look);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Look, look_free)

static void
on_looked_at (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Look) look = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    return; /* cancelled: the watch is gone; else the collection is */
  g_variant_get (reply, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    look->watch->changed (g_variant_get_boolean (value) ? VAULT_KEYRING_LOCKED
                                                        : VAULT_KEYRING_UNLOCKED,
                          look->collection, look->watch->user_data);
}

/* One that is slow to say it is asked no less: only its death ends the wait. */
static void
look_at (VaultKeyringWatch *watch, const char *collection)
{
  Look *look = g_new0 (Look, 1);

  look->watch = watch;
  look->collection = g_strdup (collection);
  g_dbus_connection_call (watch->connection, NAME, collection, PROPERTIES, "Get",
                          g_variant_new ("(ss)", COLLECTION, "Locked"), G_VARIANT_TYPE ("(v)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, watch->cancellable,
                          on_looked_at, look);
}

static void
on_properties_changed (GDBusConnection *connection,
                       const char *sender,
                       const char *path,
                       const char *interface,
                       const char *signal,
                       GVariant *arguments,
                       gpointer user_data)
{
  look_at (user_data, path);
}

static void
on_collection_changed (GDBusConnection *connection,
                       const char *sender,
                       const char *path,
                       const char *interface,
                       const char *signal,
                       GVariant *arguments,
                       gpointer user_data)
{
  const char *collection;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(o)")))
    return;
  g_variant_get (arguments, "(&o)", &collection);
  look_at (user_data, collection);
}

static void
on_item_changed (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *signal,
                 GVariant *arguments,
                 gpointer user_data)
{
  VaultKeyringWatch *watch = user_data;
  const char *item;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(o)")))
    return;
  g_variant_get (arguments, "(&o)", &item);
  watch->changed (VAULT_KEYRING_ITEM_CHANGED, item, watch->user_data);
}

static guint
subscribe_to_items (VaultKeyringWatch *watch, const char *owner, const char *signal)
{
  return g_dbus_connection_signal_subscribe (watch->connection, owner, COLLECTION, signal, NULL,
                                             NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_item_changed, watch,
                                             NULL);
}

static void
disconnect_from_keyring (VaultKeyringWatch *watch)
{
  if (watch->connection == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (watch->connection, watch->properties_signal);
  g_dbus_connection_signal_unsubscribe (watch->connection, watch->collection_signal);
  g_dbus_connection_signal_unsubscribe (watch->connection, watch->deleted_signal);
  g_dbus_connection_signal_unsubscribe (watch->connection, watch->changed_signal);
  g_clear_object (&watch->connection);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  VaultKeyringWatch *watch = user_data;

  disconnect_from_keyring (watch);
  watch->connection = g_object_ref (connection);
  watch->properties_signal = g_dbus_connection_signal_subscribe (
      connection, owner, PROPERTIES, "PropertiesChanged", NULL, COLLECTION,
      G_DBUS_SIGNAL_FLAGS_NONE, on_properties_changed, watch, NULL);
  watch->collection_signal = g_dbus_connection_signal_subscribe (
      connection, owner, SERVICE, "CollectionChanged", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      on_collection_changed, watch, NULL);
  watch->deleted_signal = subscribe_to_items (watch, owner, "ItemDeleted");
  watch->changed_signal = subscribe_to_items (watch, owner, "ItemChanged");
  watch->changed (VAULT_KEYRING_APPEARED, NULL, watch->user_data);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  VaultKeyringWatch *watch = user_data;

  disconnect_from_keyring (watch);
  watch->changed (VAULT_KEYRING_VANISHED, NULL, watch->user_data);
}

VaultKeyringWatch *
vault_keyring_watch_new (VaultKeyringChanged changed, gpointer user_data)
{
  VaultKeyringWatch *watch = g_new0 (VaultKeyringWatch, 1);

  watch->changed = changed;
  watch->user_data = user_data;
  watch->cancellable = g_cancellable_new ();
  watch->name_watch = g_bus_watch_name (G_BUS_TYPE_SESSION, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                        on_appeared, on_vanished, watch, NULL);
  return watch;
}

void
vault_keyring_watch_free (VaultKeyringWatch *watch)
{
  g_bus_unwatch_name (watch->name_watch);
  disconnect_from_keyring (watch);
  g_cancellable_cancel (watch->cancellable);
  g_object_unref (watch->cancellable);
  g_free (watch);
}
