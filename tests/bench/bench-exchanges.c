/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many key exchanges at once, both ends of each in the service, on a direct connection.  What is
 * to be measured is the service: this side only hands lines over.
 *
 * Prints, for an exchange: how many there were a second; milliseconds of CPU of the service, of its
 * main thread and GDBus's, which no worker shares, and of this side.
 */
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cpu.h"

#define ACCOUNTS 21
#define AT_ONCE 50 /* pairs: a hundred sessions */
#define ROUNDS 4   /* each with pairs of its own */

typedef struct
{
  GDBusConnection *direct;
  guint service;
  char *paths[AT_ONCE * ROUNDS][2];
  guint flying; /* calls that are not answered yet */
} Bench;

/* A call of which lines come for @to, the other end of the same pair. */
typedef struct
{
  Bench *bench;
  const char *from;
  const char *to;
} Way;

static GVariant *
call (GDBusConnection *connection,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments)
{
  const char *name = g_dbus_connection_get_unique_name (connection) != NULL ? "im.otrd1" : NULL;
  g_autoptr (GError) error = NULL;
  GVariant *reply =
      g_dbus_connection_call_sync (connection, name, path, interface, method, arguments, NULL,
                                   G_DBUS_CALL_FLAGS_NONE, 60000, NULL, &error);

  if (reply == NULL)
    g_error ("%s: %s", method, error->message);
  return reply;
}

static GDBusConnection *
open_direct (GDBusConnection *bus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GUnixFDList) descriptors = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_sync (
      bus, "im.otrd1", "/im/otrd1", "im.otrd1.Manager", "OpenDirectConnection",
      g_variant_new ("(a{sv})", NULL), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &descriptors, NULL,
      &error);
  g_autoptr (GSocket) socket =
      reply != NULL ? g_socket_new_from_fd (g_unix_fd_list_get (descriptors, 0, NULL), &error)
                    : NULL;
  g_autoptr (GSocketConnection) stream =
      socket != NULL ? g_socket_connection_factory_create_connection (socket) : NULL;
  GDBusConnection *direct = stream != NULL ? g_dbus_connection_new_sync (
                                G_IO_STREAM (stream), NULL,
                                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, &error)
                                           : NULL;

  if (direct == NULL)
    g_error ("a direct connection: %s", error->message);
  return direct;
}

static char *
name_account (guint number)
{
  return g_strdup_printf ("user%u@example.org", number);
}

static void
make_account (Bench *bench, guint number)
{
  g_autofree char *name = name_account (number);
  g_autoptr (GVariant) opened = call (bench->direct, "/im/otrd1", "im.otrd1.Manager", "OpenAccount",
                                      g_variant_new ("(ssa{sv})", "xmpp", name, NULL));
  const char *path;

  g_variant_get (opened, "(&o)", &path);
  g_variant_unref (call (bench->direct, path, "im.otrd1.Account", "GenerateKey",
                         g_variant_new ("(a{sv})", NULL)));
}

static char *
open_session (Bench *bench, guint account, guint contact)
{
  g_autofree char *name = name_account (account);
  g_autofree char *other = name_account (contact);
  g_autoptr (GVariant) opened = call (bench->direct, "/im/otrd1", "im.otrd1.Manager", "OpenSession",
                                      g_variant_new ("(sssa{sv})", "xmpp", name, other, NULL));
  char *path;

  g_variant_get (opened, "(o@a{sv})", &path, NULL);
  return path;
}

static void
open_pairs (Bench *bench)
{
  guint count = 0;

  for (guint i = 0; i < ACCOUNTS; i++)
    make_account (bench, i);
  for (guint i = 0; i < ACCOUNTS; i++)
    for (guint k = 0; k < i && count < G_N_ELEMENTS (bench->paths); k++, count++)
      {
        bench->paths[count][0] = open_session (bench, i, k);
        bench->paths[count][1] = open_session (bench, k, i);
      }
  g_assert (count == G_N_ELEMENTS (bench->paths));
}

static void
ask (Bench *bench, const char *from, const char *to, const char *method, GVariant *arguments);

static void
call_is_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Way *way = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) lines = NULL;
  GVariantIter iter;
  const char *line;

  if (reply == NULL)
    g_error ("an exchange: %s", error->message);
  way->bench->flying--;
  /* a turn ends with the lines and the events */
  lines = g_variant_get_child_value (reply, g_variant_n_children (reply) - 2);
  g_variant_iter_init (&iter, lines);
  while (g_variant_iter_next (&iter, "(&s@a{sv})", &line, NULL))
    ask (way->bench, way->to, way->from, "Receive", g_variant_new ("(sa{sv})", line, NULL));
}

static void
ask (Bench *bench, const char *from, const char *to, const char *method, GVariant *arguments)
{
  Way *way = g_new (Way, 1);

  *way = (Way){ bench, from, to };
  bench->flying++;
  g_dbus_connection_call (bench->direct, NULL, from, "im.otrd1.Session", method, arguments, NULL,
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, call_is_answered, way);
}

static void
exchange (Bench *bench, char *(*pairs)[2])
{
  for (guint i = 0; i < AT_ONCE; i++)
    ask (bench, pairs[i][0], pairs[i][1], "Start", g_variant_new ("(a{sv})", NULL));
  while (bench->flying > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
check_private (Bench *bench)
{
  for (guint i = 0; i < G_N_ELEMENTS (bench->paths); i++)
    {
      g_autoptr (GVariant) reply =
          call (bench->direct, bench->paths[i][1], "org.freedesktop.DBus.Properties", "Get",
                g_variant_new ("(ss)", "im.otrd1.Session", "State"));
      g_autoptr (GVariant) state = NULL;

      g_variant_get (reply, "(v)", &state);
      g_assert_cmpstr (g_variant_get_string (state, NULL), ==, "private");
    }
}

static guint64
cpu_of_others_than_workers (guint pid)
{
  return cpu_of_thread (pid, pid) + cpu_of_threads (pid, "gdbus");
}

static void
measure (Bench *bench)
{
  guint64 service = cpu_of_process (bench->service);
  guint64 moving = cpu_of_others_than_workers (bench->service);
  guint64 ours = cpu_of_process (getpid ());
  double before = wall_seconds (), taken;
  const double count = G_N_ELEMENTS (bench->paths);

  for (guint i = 0; i < ROUNDS; i++)
    exchange (bench, &bench->paths[i * AT_ONCE]);
  taken = wall_seconds () - before;
  check_private (bench);
  printf ("%.2f %.3f %.3f %.3f\n", count / taken,
          (cpu_of_process (bench->service) - service) / count / 1e6,
          (cpu_of_others_than_workers (bench->service) - moving) / count / 1e6,
          (cpu_of_process (getpid ()) - ours) / count / 1e6);
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);

  if (bus == NULL || argc != 2)
    return 2;
  bench.service = atoi (argv[1]);
  bench.direct = open_direct (bus);
  open_pairs (&bench);
  measure (&bench);
  return 0;
}
