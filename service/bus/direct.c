/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* GDBus as the server of one connection.  The handshake is in its own time: the
 * other end gets its descriptor in the reply that we have yet to send. */

#include "bus/direct.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bus/tree.h"
#include "core/idleness.h"
#include "introspection/otrd-error.h"

struct _BusDirect
{
  BusRoster *roster;
  BusIdentity *identity;
  BusDirectClosed closed;
  gpointer user_data;
  char *guid;
  GCancellable *opening;
  GDBusConnection *connection;
  gulong closing;
  BusTree *tree;
};

static gboolean
allow_mechanism (GDBusAuthObserver *observer, const char *mechanism, gpointer user_data)
{
  return g_str_equal (mechanism, "EXTERNAL");
}

/* Whoever holds the other end of a pair of ours has our own credentials. */
static gboolean
allow_peer (GDBusAuthObserver *observer,
            GIOStream *stream,
            GCredentials *credentials,
            gpointer user_data)
{
  return credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == getuid ();
}

static void
connection_has_closed (GDBusConnection *connection,
                       gboolean vanished,
                       GError *error,
                       gpointer user_data)
{
  BusDirect *direct = user_data;

  direct->closed (direct, direct->user_data);
}

static void
handshake_is_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_finish (result, &error);
  BusDirect *direct = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection == NULL)
    {
      direct->closed (direct, direct->user_data);
      return;
    }
  direct->connection = g_steal_pointer (&connection);
  g_dbus_connection_set_exit_on_close (direct->connection, FALSE);
  direct->closing =
      g_signal_connect (direct->connection, "closed", G_CALLBACK (connection_has_closed), direct);
  direct->tree =
      bus_tree_new (direct->roster, direct->connection, BUS_DOOR_DIRECT, direct->identity);
  g_dbus_connection_start_message_processing (direct->connection);
}

static GIOStream *
open_stream (int descriptor, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (descriptor, error);

  if (socket == NULL)
    {
      close (descriptor);
      return NULL;
    }
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static GIOStream *
open_pair (int *peer, GError **error)
{
  g_autoptr (GIOStream) stream = NULL;
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Cannot open a direct connection: %s; use the bus", g_strerror (errno));
      return NULL;
    }
  stream = open_stream (ends[0], error);
  if (stream == NULL)
    close (ends[1]);
  else
    *peer = ends[1];
  return g_steal_pointer (&stream);
}

BusDirect *
bus_direct_new (BusRoster *roster,
                const BusIdentity *identity,
                BusDirectClosed closed,
                gpointer user_data,
                int *peer,
                GError **error)
{
  g_autoptr (GDBusAuthObserver) observer = g_dbus_auth_observer_new ();
  g_autoptr (GIOStream) stream = open_pair (peer, error);
  BusDirect *direct;

  if (stream == NULL)
    return NULL;
  direct = g_new0 (BusDirect, 1);
  direct->roster = bus_roster_ref (roster);
  core_hold (bus_roster_get_core (roster), CORE_HOLD_CONNECTION);
  direct->identity = bus_identity_copy (identity);
  direct->closed = closed;
  direct->user_data = user_data;
  direct->guid = g_dbus_generate_guid ();
  direct->opening = g_cancellable_new ();
  g_signal_connect (observer, "allow-mechanism", G_CALLBACK (allow_mechanism), NULL);
  g_signal_connect (observer, "authorize-authenticated-peer", G_CALLBACK (allow_peer), NULL);
  g_dbus_connection_new (stream, direct->guid,
                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER
                             | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                         observer, direct->opening, handshake_is_over, direct);
  return direct;
}

void
bus_direct_free (BusDirect *direct)
{
  g_cancellable_cancel (direct->opening);
  g_object_unref (direct->opening);
  if (direct->tree != NULL)
    bus_tree_close (direct->tree);
  g_clear_pointer (&direct->tree, bus_tree_unref);
  if (direct->connection != NULL)
    {
      g_signal_handler_disconnect (direct->connection, direct->closing);
      g_dbus_connection_close (direct->connection, NULL, NULL, NULL);
    }
  g_clear_object (&direct->connection);
  bus_identity_free (direct->identity);
  core_release (bus_roster_get_core (direct->roster), CORE_HOLD_CONNECTION);
  bus_roster_unref (direct->roster);
  g_free (direct->guid);
  g_free (direct);
}

const char *
bus_direct_get_guid (BusDirect *direct)
{
  return direct->guid;
}
