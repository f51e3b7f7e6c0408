/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* GDBus as the server of one connection.  The handshake is in its own time: the
 * other end gets its descriptor in the reply that we have yet to send.
 *
 * GDBus reads it in a thread.  It is one of its own, and begins when the other
 * end speaks: those who do not cost a descriptor, and hold up nobody. */

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
  BusProgram *program;
  BusDirectClosed closed;
  gpointer user_data;
  char *guid;
  GSocket *socket;
  GCancellable *opening;
  GSource *speaking; /* until it has */
  gboolean has_spoken;
  guint deadline; /* of the handshake; 0: it is over */
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

/* The handshake */

/* Before the other end could have had an answer. */
static void
end_silence (BusDirect *direct)
{
  if (direct->has_spoken)
    return;
  direct->has_spoken = TRUE;
  bus_program_end_silence (direct->program);
}

static void
tree_is_filled (gpointer user_data)
{
  BusDirect *direct = user_data;

  g_dbus_connection_start_message_processing (direct->connection);
}

static void
handshake_is_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_task_propagate_pointer (G_TASK (result), &error);
  BusDirect *direct = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection == NULL)
    {
      direct->closed (direct, direct->user_data);
      return;
    }
  g_clear_handle_id (&direct->deadline, g_source_remove);
  direct->connection = g_steal_pointer (&connection);
  g_dbus_connection_set_exit_on_close (direct->connection, FALSE);
  direct->closing =
      g_signal_connect (direct->connection, "closed", G_CALLBACK (connection_has_closed), direct);
  direct->tree = bus_tree_new (direct->roster, direct->connection, BUS_DOOR_DIRECT,
                               direct->identity, direct->program);
  bus_tree_fill (direct->tree, tree_is_filled, direct);
}

/* What the thread needs; the rest is the main loop's. */
typedef struct
{
  GIOStream *stream;
  GDBusAuthObserver *observer;
  char *guid;
} Handshake;

static void
handshake_free (gpointer item)
{
  Handshake *handshake = item;

  g_object_unref (handshake->stream);
  g_object_unref (handshake->observer);
  g_free (handshake->guid);
  g_free (handshake);
}

static gpointer
shake_hands (gpointer item)
{
  g_autoptr (GTask) task = item;
  Handshake *handshake = g_task_get_task_data (task);
  GError *error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_sync (handshake->stream, handshake->guid,
                                  G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER
                                      | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                  handshake->observer, g_task_get_cancellable (task), &error);

  if (connection != NULL)
    g_task_return_pointer (task, connection, g_object_unref);
  else
    g_task_return_error (task, error);
  return NULL;
}

static GTask *
make_handshake (BusDirect *direct)
{
  GTask *task = g_task_new (NULL, direct->opening, handshake_is_over, direct);
  Handshake *handshake = g_new (Handshake, 1);

  handshake->stream = G_IO_STREAM (g_socket_connection_factory_create_connection (direct->socket));
  handshake->guid = g_strdup (direct->guid);
  handshake->observer = g_dbus_auth_observer_new ();
  g_signal_connect (handshake->observer, "allow-mechanism", G_CALLBACK (allow_mechanism), NULL);
  g_signal_connect (handshake->observer, "authorize-authenticated-peer", G_CALLBACK (allow_peer),
                    NULL);
  g_task_set_task_data (task, handshake, handshake_free);
  return task;
}

static gboolean
peer_has_spoken (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  BusDirect *direct = user_data;
  GTask *task = make_handshake (direct);
  g_autoptr (GError) error = NULL;
  GThread *thread;

  end_silence (direct);
  thread = g_thread_try_new ("handshake", shake_hands, task, &error);

  if (thread != NULL)
    g_thread_unref (thread);
  else
    {
      g_task_return_error (task, g_steal_pointer (&error));
      g_object_unref (task);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
handshake_took_too_long (gpointer user_data)
{
  BusDirect *direct = user_data;

  direct->closed (direct, direct->user_data);
  return G_SOURCE_REMOVE;
}

static void
await_handshake (BusDirect *direct)
{
  direct->opening = g_cancellable_new ();
  direct->speaking = g_socket_create_source (direct->socket, G_IO_IN, NULL);
  g_source_set_callback (direct->speaking, G_SOURCE_FUNC (peer_has_spoken), direct, NULL);
  g_source_attach (direct->speaking, NULL);
  direct->deadline = g_timeout_add (bus_roster_get_limits (direct->roster)->handshake_ms,
                                    handshake_took_too_long, direct);
}

/* The pair */

static GSocket *
open_pair (int *peer, GError **error)
{
  GSocket *socket;
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Cannot open a direct connection: %s; use the bus", g_strerror (errno));
      return NULL;
    }
  socket = g_socket_new_from_fd (ends[0], error);
  if (socket == NULL)
    {
      close (ends[0]);
      close (ends[1]);
      return NULL;
    }
  *peer = ends[1];
  return socket;
}

static gboolean
take_room (BusRoster *roster, BusProgram *program, GError **error)
{
  if (!bus_roster_open_direct (roster, error))
    return FALSE;
  if (bus_program_open_direct (program, error))
    return TRUE;
  bus_roster_close_direct (roster);
  return FALSE;
}

BusDirect *
bus_direct_new (BusRoster *roster,
                const BusIdentity *identity,
                BusProgram *program,
                BusDirectClosed closed,
                gpointer user_data,
                int *peer,
                GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  BusDirect *direct;

  if (!take_room (roster, program, error))
    return NULL;
  socket = open_pair (peer, error);
  if (socket == NULL)
    {
      bus_program_end_silence (program);
      bus_program_close_direct (program);
      bus_roster_close_direct (roster);
      return NULL;
    }
  direct = g_new0 (BusDirect, 1);
  direct->roster = bus_roster_ref (roster);
  direct->program = bus_program_ref (program);
  core_hold (bus_roster_get_core (roster), CORE_HOLD_CONNECTION);
  direct->identity = bus_identity_copy (identity);
  direct->closed = closed;
  direct->user_data = user_data;
  direct->guid = g_dbus_generate_guid ();
  direct->socket = g_steal_pointer (&socket);
  await_handshake (direct);
  return direct;
}

/* A thread that reads from it yet has its own reference. */
static void
abandon_handshake (BusDirect *direct)
{
  end_silence (direct);
  g_clear_handle_id (&direct->deadline, g_source_remove);
  g_cancellable_cancel (direct->opening);
  g_clear_object (&direct->opening);
  g_source_destroy (direct->speaking);
  g_clear_pointer (&direct->speaking, g_source_unref);
  g_clear_object (&direct->socket);
}

void
bus_direct_free (BusDirect *direct)
{
  abandon_handshake (direct);
  if (direct->tree != NULL && bus_roster_is_open (direct->roster))
    bus_tree_retire (direct->tree);
  else if (direct->tree != NULL)
    bus_tree_close (direct->tree);
  g_clear_pointer (&direct->tree, bus_tree_unref);
  if (direct->connection != NULL)
    {
      g_signal_handler_disconnect (direct->connection, direct->closing);
      g_dbus_connection_close (direct->connection, NULL, NULL, NULL);
    }
  g_clear_object (&direct->connection);
  bus_identity_free (direct->identity);
  bus_program_close_direct (direct->program);
  bus_program_unref (direct->program);
  bus_roster_close_direct (direct->roster);
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
