/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The paths, and a filter that answers for those that are not there, takes
 * strays out, and believes nobody's own word for who sends.  GDBus calls a filter on its own
 * thread: the two sets are all that it shares with ours. */

#include "bus/paths.h"

#include "bus/interfaces.h"
#include "core/names.h"
#include "introspection/otrd-error.h"

struct _BusPaths
{
  gatomicrefcount count; /* ours, and the filter's */
  GMutex mutex;
  GHashTable *known;
  GHashTable *admitted;
  gboolean is_narrow;
  gboolean has_bus;   /* which says truly who sends */
  BusStrayed strayed; /* of the main context alone; NULL at the end */
  gpointer user_data;
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
  g_hash_table_unref (paths->admitted);
  g_mutex_clear (&paths->mutex);
  g_free (paths);
}

static gboolean
is_in (BusPaths *paths, GHashTable *set, const char *name)
{
  gboolean is_in_set;

  g_mutex_lock (&paths->mutex);
  is_in_set = g_hash_table_contains (set, name);
  g_mutex_unlock (&paths->mutex);
  return is_in_set;
}

static gboolean
is_admitted (BusPaths *paths, const char *sender)
{
  return sender != NULL ? is_in (paths, paths->admitted, sender) : !paths->is_narrow;
}

static gboolean
is_stray (BusPaths *paths, GDBusMessage *message)
{
  const char *path = g_dbus_message_get_path (message);

  return !is_admitted (paths, g_dbus_message_get_sender (message))
         && (!is_in (paths, paths->known, path) || !bus_interfaces_handle (path, message));
}

typedef struct
{
  BusPaths *paths;
  GDBusMessage *message;
} Stray;

static void
stray_free (gpointer item)
{
  Stray *stray = item;

  paths_unref (stray->paths);
  g_object_unref (stray->message);
  g_free (stray);
}

static gboolean
hand_over (gpointer item)
{
  Stray *stray = item;

  if (stray->paths->strayed != NULL)
    stray->paths->strayed (stray->message, stray->paths->user_data);
  return G_SOURCE_REMOVE;
}

static void
take_out (BusPaths *paths, GDBusMessage *message)
{
  Stray *stray = g_new (Stray, 1);

  g_atomic_ref_count_inc (&paths->count);
  stray->paths = paths;
  stray->message = message;
  g_idle_add_full (G_PRIORITY_DEFAULT, hand_over, stray, stray_free);
}

/* A call of ours, or of its properties, below the manager. */
static gboolean
is_for_object (GDBusMessage *message)
{
  const char *interface = g_dbus_message_get_interface (message);
  const char *path = g_dbus_message_get_path (message);

  return g_str_has_prefix (path, BUS_PATH_ACCOUNTS) && interface != NULL
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

/* Takes @message, which may not be changed; NULL: there is no room for its descriptors. */
static GDBusMessage *
without_sender (GDBusMessage *message)
{
  GDBusMessage *copy = g_dbus_message_copy (message, NULL);

  g_object_unref (message);
  if (copy != NULL)
    g_dbus_message_set_sender (copy, NULL);
  return copy;
}

static GDBusMessage *
answer_for_missing_objects (GDBusConnection *connection,
                            GDBusMessage *message,
                            gboolean incoming,
                            gpointer user_data)
{
  BusPaths *paths = user_data;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  if (!paths->has_bus && g_dbus_message_get_sender (message) != NULL)
    message = without_sender (message);
  if (message == NULL)
    return NULL;
  if (is_stray (paths, message))
    {
      take_out (paths, message);
      return NULL;
    }
  if (!is_for_object (message) || is_in (paths, paths->known, g_dbus_message_get_path (message)))
    return message;
  refuse_call (connection, message);
  g_object_unref (message);
  return NULL;
}

BusPaths *
bus_paths_new (GDBusConnection *connection,
               const char *root,
               gboolean is_narrow,
               BusStrayed strayed,
               gpointer user_data)
{
  BusPaths *paths = g_new0 (BusPaths, 1);
  const char *self = g_dbus_connection_get_unique_name (connection);

  g_atomic_ref_count_init (&paths->count);
  g_atomic_ref_count_inc (&paths->count);
  g_mutex_init (&paths->mutex);
  paths->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  paths->admitted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  paths->is_narrow = is_narrow;
  paths->has_bus = self != NULL;
  paths->strayed = strayed;
  paths->user_data = user_data;
  paths->connection = g_object_ref (connection);
  bus_paths_add (paths, root);
  if (self != NULL)
    bus_paths_admit (paths, self);
  paths->filter =
      g_dbus_connection_add_filter (connection, answer_for_missing_objects, paths, paths_unref);
  return paths;
}

void
bus_paths_free (BusPaths *paths)
{
  paths->strayed = NULL;
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

gboolean
bus_paths_has (BusPaths *paths, const char *path)
{
  return is_in (paths, paths->known, path);
}

void
bus_paths_admit (BusPaths *paths, const char *name)
{
  g_mutex_lock (&paths->mutex);
  g_hash_table_add (paths->admitted, g_strdup (name));
  g_mutex_unlock (&paths->mutex);
}

void
bus_paths_dismiss (BusPaths *paths, const char *name)
{
  g_mutex_lock (&paths->mutex);
  g_hash_table_remove (paths->admitted, name);
  g_mutex_unlock (&paths->mutex);
}
