/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Watches each caller's name from its first call on, asks the bus once for its
 * process, and tells core when it has gone. */

#include "bus/callers.h"

#include "introspection/otrd-error.h"

struct _BusCallers
{
  GDBusConnection *connection;
  CoreBell bell;
  gpointer bell_data;
  GHashTable *by_name; /* BusCaller */
};

struct _BusCaller
{
  grefcount count;
  BusCallers *callers; /* NULL once it has gone */
  CoreMessenger *messenger;
  guint watch;
  guint pending;
  guint32 process; /* 0: not known */
};

static void
caller_unref (BusCaller *caller)
{
  if (!g_ref_count_dec (&caller->count))
    return;
  g_object_unref (caller->messenger);
  g_free (caller);
}

/* Out of the table: its name has gone, or we go. */
static void
caller_leave (BusCaller *caller)
{
  g_clear_handle_id (&caller->watch, g_bus_unwatch_name);
  caller->callers = NULL;
  core_messenger_vanish (caller->messenger);
  caller_unref (caller);
}

static void
name_has_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  BusCaller *caller = user_data;

  if (caller->callers != NULL)
    g_hash_table_remove (caller->callers->by_name, name);
}

static void
process_is_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCaller *caller = user_data;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  if (answer != NULL)
    g_variant_get (answer, "(u)", &caller->process);
  caller_unref (caller);
}

static void
ask_for_process (BusCaller *caller, const char *name)
{
  g_ref_count_inc (&caller->count);
  g_dbus_connection_call (
      caller->callers->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
      "org.freedesktop.DBus", "GetConnectionUnixProcessID", g_variant_new ("(s)", name),
      G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, process_is_known, caller);
}

/* Nobody is taken for sandboxed: proxies of sandboxes let nobody through to our name unasked. */
static BusCaller *
caller_new (BusCallers *callers, const char *sender)
{
  BusCaller *caller = g_new0 (BusCaller, 1);

  g_ref_count_init (&caller->count);
  caller->callers = callers;
  caller->messenger = core_messenger_new (sender != NULL ? sender : "direct", FALSE, callers->bell,
                                          callers->bell_data);
  if (sender != NULL)
    {
      caller->watch = g_bus_watch_name_on_connection (callers->connection, sender,
                                                      G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                      name_has_vanished, caller, NULL);
      ask_for_process (caller, sender);
    }
  return caller;
}

BusCallers *
bus_callers_new (GDBusConnection *connection, CoreBell bell, gpointer user_data)
{
  BusCallers *callers = g_new0 (BusCallers, 1);

  callers->connection = g_object_ref (connection);
  callers->bell = bell;
  callers->bell_data = user_data;
  callers->by_name =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)caller_leave);
  return callers;
}

void
bus_callers_free (BusCallers *callers)
{
  g_hash_table_unref (callers->by_name);
  g_object_unref (callers->connection);
  g_free (callers);
}

BusCaller *
bus_callers_begin_call (BusCallers *callers, const char *sender, GError **error)
{
  const char *name = sender != NULL ? sender : "";
  BusCaller *caller = g_hash_table_lookup (callers->by_name, name);

  if (caller == NULL)
    {
      caller = caller_new (callers, sender);
      g_hash_table_insert (callers->by_name, g_strdup (name), caller);
    }
  if (caller->pending >= BUS_CALLER_PENDING_MAX)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Cannot take the call: %d of this program's calls are pending; wait for their "
                   "answers",
                   BUS_CALLER_PENDING_MAX);
      return NULL;
    }
  caller->pending++;
  g_ref_count_inc (&caller->count);
  return caller;
}

void
bus_caller_end_call (BusCaller *caller)
{
  caller->pending--;
  caller_unref (caller);
}

CoreMessenger *
bus_caller_get_messenger (BusCaller *caller)
{
  return caller->messenger;
}

static GVariant *
list_sessions (BusCaller *caller, BusSessionPath get_path, gpointer user_data)
{
  g_autoptr (GPtrArray) sessions = core_messenger_list_sessions (caller->messenger);
  GVariantBuilder paths;

  g_variant_builder_init (&paths, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  for (guint i = 0; i < sessions->len; i++)
    {
      const char *path = get_path (sessions->pdata[i], user_data);

      if (path != NULL)
        g_variant_builder_add (&paths, "o", path);
    }
  return g_variant_builder_end (&paths);
}

void
bus_callers_list (BusCallers *callers,
                  GVariantBuilder *records,
                  BusSessionPath get_path,
                  gpointer user_data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, callers->by_name);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      BusCaller *caller = value;
      const char *application = core_messenger_get_application (caller->messenger);
      const char *name = core_messenger_get_name (caller->messenger);

      g_variant_builder_open (records, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (records, "{sv}", "application", g_variant_new_string (application));
      g_variant_builder_add (records, "{sv}", "name",
                             g_variant_new_string (name != NULL ? name : application));
      if (caller->process != 0)
        g_variant_builder_add (records, "{sv}", "process", g_variant_new_uint32 (caller->process));
      g_variant_builder_add (records, "{sv}", "sessions",
                             list_sessions (caller, get_path, user_data));
      g_variant_builder_close (records);
    }
}
