/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The paths, and a filter that answers for those that are not there.  GDBus
 * calls a filter on its own thread: the set is all that the two share. */

#include "bus/paths.h"

#include "core/names.h"
#include "introspection/otrd-error.h"

struct _BusPaths
{
  gatomicrefcount count; /* ours, and the filter's */
  GMutex mutex;
  GHashTable *known;
  GDBusConnection *connection;
  guint filter;
};

char *
bus_path_of_account (const char *protocol, const char *name)
{
  g_autofree char *full = g_strconcat (protocol, ":", name, NULL);
  g_autofree char *element = core_names_to_path_element (full);

  return g_strconcat (BUS_PATH_ACCOUNTS, element, NULL);
}

char *
bus_path_of_session (const char *account_path, const char *contact)
{
  g_autofree char *element = core_names_to_path_element (contact);

  return g_strconcat (account_path, "/session/", element, NULL);
}

static void
paths_unref (gpointer item)
{
  BusPaths *paths = item;

  if (!g_atomic_ref_count_dec (&paths->count))
    return;
  g_hash_table_unref (paths->known);
  g_mutex_clear (&paths->mutex);
  g_free (paths);
}

static gboolean
is_known (BusPaths *paths, const char *path)
{
  gboolean known;

  g_mutex_lock (&paths->mutex);
  known = g_hash_table_contains (paths->known, path);
  g_mutex_unlock (&paths->mutex);
  return known;
}

/* A call of ours, or of its properties, below the manager. */
static gboolean
is_for_object (GDBusMessage *message)
{
  const char *interface = g_dbus_message_get_interface (message);
  const char *path = g_dbus_message_get_path (message);

  return g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL
         && path != NULL && g_str_has_prefix (path, BUS_PATH_ACCOUNTS) && interface != NULL
         && (g_str_has_prefix (interface, BUS_NAME ".")
             || g_str_equal (interface, "org.freedesktop.DBus.Properties"));
}

static void
refuse_call (GDBusConnection *connection, GDBusMessage *call)
{
  g_autoptr (GError) error = g_error_new_literal (
      OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
      "Cannot call the object: no such account or session is open; open it again with OpenSession "
      "or OpenAccount and use the path that comes back");
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  g_autoptr (GDBusMessage) answer =
      g_dbus_message_new_method_error_literal (call, name, error->message);

  if ((g_dbus_message_get_flags (call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) == 0)
    g_dbus_connection_send_message (connection, answer, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static GDBusMessage *
answer_for_missing_objects (GDBusConnection *connection,
                            GDBusMessage *message,
                            gboolean incoming,
                            gpointer user_data)
{
  if (!incoming || !is_for_object (message)
      || is_known (user_data, g_dbus_message_get_path (message)))
    return message;
  refuse_call (connection, message);
  g_object_unref (message);
  return NULL;
}

BusPaths *
bus_paths_new (GDBusConnection *connection)
{
  BusPaths *paths = g_new0 (BusPaths, 1);

  g_atomic_ref_count_init (&paths->count);
  g_atomic_ref_count_inc (&paths->count);
  g_mutex_init (&paths->mutex);
  paths->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  paths->connection = g_object_ref (connection);
  paths->filter =
      g_dbus_connection_add_filter (connection, answer_for_missing_objects, paths, paths_unref);
  return paths;
}

void
bus_paths_free (BusPaths *paths)
{
  g_dbus_connection_remove_filter (paths->connection, paths->filter);
  g_clear_object (&paths->connection);
  paths_unref (paths);
}

void
bus_paths_add (BusPaths *paths, const char *path)
{
  g_mutex_lock (&paths->mutex);
  g_hash_table_add (paths->known, g_strdup (path));
  g_mutex_unlock (&paths->mutex);
}

void
bus_paths_remove (BusPaths *paths, const char *path)
{
  g_mutex_lock (&paths->mutex);
  g_hash_table_remove (paths->known, path);
  g_mutex_unlock (&paths->mutex);
}
