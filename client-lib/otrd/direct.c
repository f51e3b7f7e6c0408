// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* A direct connection for the application's own use; that of the library is
 * opened in route.c. */

#include "otrd-client.h"

#include "client-private.h"
#include "link.h"

#define FLAGS G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT

/* The answer while the other end is being talked to. */
typedef struct
{
  GIOStream *stream;
  GVariant *details;
  GDBusConnection *connection;
} Direct;

static void
direct_free (gpointer box)
{
  Direct *self = box;

  g_clear_object (&self->stream);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->details, g_variant_unref);
  g_free (self);
}

static gpointer
read_direct (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  Direct *direct;
  int handle;

  if (!otrd_check_body (call, body, "(ha{sv})", error))
    return NULL;
  g_variant_get_child (body, 0, "h", &handle);
  socket = otrd_link_take_socket (fds, handle, error);
  if (socket == NULL)
    return NULL;
  direct = g_new0 (Direct, 1);
  direct->stream = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  direct->details = g_variant_get_child_value (body, 1);
  return direct;
}

static OtrdCall *
make_open_direct_connection (OtrdClient *self, GVariant *options)
{
  gboolean at_portal;
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_CLIENT (self), NULL);

  at_portal = g_str_equal (otrd_wire_get_name (otrd_client_get_wire (self)), OTRD_PORTAL_NAME);
  call = otrd_client_call_new (
      self, self, at_portal ? OTRD_PORTAL_PATH : OTRD_MANAGER_PATH,
      at_portal ? OTRD_PORTAL_INTERFACE : OTRD_MANAGER_INTERFACE, "OpenDirectConnection",
      g_variant_new ("(@a{sv})", otrd_options (options)), OTRD_CALL_ON_BUS);
  otrd_call_set_read (call, read_direct, direct_free);
  return call;
}

static void
set_failed (GError **error, GError *reason)
{
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED,
               "Could not speak to the service directly; use the bus (%s)", reason->message);
  g_error_free (reason);
}

static void
direct_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Direct *direct = g_task_get_task_data (task);
  GError *reason = NULL;
  GError *error = NULL;

  direct->connection = g_dbus_connection_new_finish (result, &reason);
  if (reason != NULL)
    {
      set_failed (&error, reason);
      g_task_return_error (task, error);
      return;
    }
  g_task_return_boolean (task, TRUE);
}

static void
direct_given (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  Direct *direct = otrd_call_end (source, result, &error);

  if (direct == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_set_task_data (task, direct, direct_free);
  g_dbus_connection_new (direct->stream, NULL, FLAGS, NULL, g_task_get_cancellable (task),
                         direct_connected, g_object_ref (task));
}

void
otrd_client_open_direct_connection (OtrdClient *self,
                                    GVariant *options,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OTRD_IS_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  otrd_call_begin (make_open_direct_connection (self, options), cancellable, direct_given,
                   g_object_ref (task));
}

GDBusConnection *
otrd_client_open_direct_connection_finish (OtrdClient *self,
                                           GAsyncResult *result,
                                           GVariant **details,
                                           GError **error)
{
  Direct *direct = g_task_get_task_data (G_TASK (result));

  if (details != NULL)
    *details = NULL;
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (details != NULL)
    *details = g_steal_pointer (&direct->details);
  return g_steal_pointer (&direct->connection);
}

GDBusConnection *
otrd_client_open_direct_connection_sync (OtrdClient *self,
                                         GVariant *options,
                                         GVariant **details,
                                         GCancellable *cancellable,
                                         GError **error)
{
  Direct *direct = otrd_call_run (make_open_direct_connection (self, options), cancellable, error);
  GDBusConnection *connection = NULL;
  GError *reason = NULL;

  if (details != NULL)
    *details = NULL;
  if (direct == NULL)
    return NULL;
  connection = g_dbus_connection_new_sync (direct->stream, NULL, FLAGS, NULL, cancellable, &reason);
  if (connection == NULL)
    set_failed (error, reason);
  else if (details != NULL)
    *details = g_steal_pointer (&direct->details);
  direct_free (direct);
  return connection;
}
