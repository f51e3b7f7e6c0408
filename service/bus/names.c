/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* GLib's g_bus_own_name () blocks when it gives a name back, and does not say
 * when that has been done. */

#include "bus/names.h"

/* Of the D-Bus specification. */
#define DO_NOT_QUEUE 4
#define PRIMARY_OWNER 1
#define ALREADY_OWNER 4

static void
call_driver (GDBusConnection *connection,
             const char *method,
             GVariant *arguments,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", method, arguments, G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, cancellable, callback, user_data);
}

void
bus_names_request (GDBusConnection *connection,
                   const char *name,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  call_driver (connection, "RequestName", g_variant_new ("(su)", name, DO_NOT_QUEUE), cancellable,
               callback, user_data);
}

gboolean
bus_names_request_finish (GDBusConnection *connection, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (connection, result, error);
  guint32 code = 0;

  if (answer != NULL)
    g_variant_get (answer, "(u)", &code);
  return code == PRIMARY_OWNER || code == ALREADY_OWNER;
}

void
bus_names_release (GDBusConnection *connection,
                   const char *name,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  call_driver (connection, "ReleaseName", g_variant_new ("(s)", name), cancellable, callback,
               user_data);
}

gboolean
bus_names_release_finish (GDBusConnection *connection, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (connection, result, error);

  return answer != NULL;
}
