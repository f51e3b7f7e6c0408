/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What otrd costs, beside what it is measured against, in one run: ratios, no verdict.
 *
 *   conversation  a text each way in turn, so that every line ratchets: CPU of the service, and of
 *                 service, bus daemon and client, over that of bare libotr; for a client that is
 *                 no more than GDBus, and for one on libotrd, which goes past the bus. Blocks of
 *                 each in turn, so that all have the same neighbours
 *   burst         one Send of 100 bytes: its median over that of an echo on the same bus, and on a
 *                 direct connection over that on the bus
 *   idle          resident memory and wake-ups
 *
 * Usage: bench-service BUS_PID BENCH_LIBOTR, on a session bus where im.otrd1 and
 * org.example.Echo are.
 */
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <string.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cpu.h"
#include "otrd/otrd.h"

#define BLOCKS 16
#define BLOCK 20
#define SENDS 3000
#define IDLE_SECONDS 6

typedef struct
{
  char *path;
} BusSession;

typedef struct
{
  GDBusConnection *bus;
  GDBusConnection *direct;
  guint service;
  guint daemon;
  BusSession alice;
  BusSession bob;
  /* Two others, on libotrd. */
  OtrdSession *carol;
  OtrdSession *dave;
  GSubprocess *bare;
  GDataInputStream *from_bare;
} Bench;

static GVariant *
call (
    Bench *bench, const char *path, const char *interface, const char *method, GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply =
      g_dbus_connection_call_sync (bench->bus, "im.otrd1", path, interface, method, arguments, NULL,
                                   G_DBUS_CALL_FLAGS_NONE, 60000, NULL, &error);

  if (reply == NULL)
    g_error ("%s: %s", method, error->message);
  return reply;
}

static GVariant *
call_session (Bench *bench, BusSession *session, const char *method, GVariant *arguments)
{
  return call (bench, session->path, "im.otrd1.Session", method, arguments);
}

static void
open_session (Bench *bench, BusSession *session, const char *account, const char *contact)
{
  g_autoptr (GVariant) opened = call (bench, "/im/otrd1", "im.otrd1.Manager", "OpenAccount",
                                      g_variant_new ("(ssa{sv})", "xmpp", account, NULL));
  g_autoptr (GVariant) key = NULL, reply = NULL;
  const char *path;

  g_variant_get (opened, "(&o)", &path);
  key = call (bench, path, "im.otrd1.Account", "GenerateKey", g_variant_new ("(a{sv})", NULL));
  reply = call (bench, "/im/otrd1", "im.otrd1.Manager", "OpenSession",
                g_variant_new ("(sssa{sv})", "xmpp", account, contact, NULL));
  g_variant_get (reply, "(o@a{sv})", &session->path, NULL);
}

/* Hands every line of @turn's transmissions to @to, and what comes of it back, until all is said.
 */
static void
carry (Bench *bench, GVariant *transmit, BusSession *from, BusSession *to)
{
  GVariantIter iter;
  const char *line;

  g_variant_iter_init (&iter, transmit);
  while (g_variant_iter_next (&iter, "(&s@a{sv})", &line, NULL))
    {
      g_autoptr (GVariant) reply =
          call_session (bench, to, "Receive", g_variant_new ("(sa{sv})", line, NULL));
      g_autoptr (GVariant) answers = g_variant_get_child_value (reply, 3);

      carry (bench, answers, to, from);
    }
}

static void
say (Bench *bench, BusSession *from, BusSession *to, const char *text)
{
  g_autoptr (GVariant) reply =
      call_session (bench, from, "Send", g_variant_new ("(ssa{sv})", text, "private", NULL));
  g_autoptr (GVariant) transmit = g_variant_get_child_value (reply, 2);

  carry (bench, transmit, from, to);
}

static void
go_private (Bench *bench)
{
  g_autoptr (GVariant) reply =
      call_session (bench, &bench->alice, "Start", g_variant_new ("(a{sv})", NULL));
  g_autoptr (GVariant) transmit = g_variant_get_child_value (reply, 0);

  carry (bench, transmit, &bench->alice, &bench->bob);
}

static char *
make_text (void)
{
  return g_strnfill (100, 'x');
}

/* ---- The same on libotrd ---- */

static OtrdSession *
open_on_libotrd (OtrdClient *client, const char *name, const char *contact)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdAccount) account =
      otrd_client_open_account_sync (client, "xmpp", name, NULL, NULL, &error);
  g_autofree char *fingerprint =
      account != NULL ? otrd_account_generate_key_sync (account, NULL, NULL, &error) : NULL;
  OtrdSession *session =
      fingerprint != NULL
          ? otrd_client_open_session_sync (client, "xmpp", name, contact, NULL, NULL, &error)
          : NULL;

  if (session == NULL)
    g_error ("%s on libotrd: %s", name, error->message);
  return session;
}

/* Takes the turn. */
static void
carry_on_libotrd (OtrdTurn *turn, OtrdSession *from, OtrdSession *to, const GError *error)
{
  if (turn == NULL)
    g_error ("libotrd: %s", error->message);
  for (guint i = 0; i < otrd_turn_get_n_transmissions (turn); i++)
    {
      const char *line = otrd_transmission_get_line (otrd_turn_get_transmission (turn, i));
      g_autoptr (GError) wrong = NULL;
      OtrdTurn *answer = otrd_session_receive_sync (to, line, NULL, NULL, &wrong);

      carry_on_libotrd (answer, to, from, wrong);
    }
  otrd_turn_unref (turn);
}

static void
say_on_libotrd (OtrdSession *from, OtrdSession *to, const char *text)
{
  g_autoptr (GError) error = NULL;
  OtrdTurn *turn = otrd_session_send_sync (from, text, "private", NULL, NULL, &error);

  carry_on_libotrd (turn, from, to, error);
}

static void
go_private_on_libotrd (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdClient) client = otrd_client_new_sync (NULL, "bench", NULL, NULL, &error);
  OtrdTurn *turn;

  if (client == NULL)
    g_error ("libotrd: %s", error->message);
  bench->carol = open_on_libotrd (client, "carol@example.org", "dave@example.org");
  bench->dave = open_on_libotrd (client, "dave@example.org", "carol@example.org");
  turn = otrd_session_start_sync (bench->carol, NULL, NULL, &error);
  carry_on_libotrd (turn, bench->carol, bench->dave, error);
}

/* ---- Conversations ---- */

static void
talk (Bench *bench, guint n_texts)
{
  g_autofree char *text = make_text ();

  for (guint i = 0; i < n_texts; i++)
    say (bench, i % 2 ? &bench->alice : &bench->bob, i % 2 ? &bench->bob : &bench->alice, text);
}

static void
talk_on_libotrd (Bench *bench, guint n_texts)
{
  g_autofree char *text = make_text ();

  for (guint i = 0; i < n_texts; i++)
    say_on_libotrd (i % 2 ? bench->carol : bench->dave, i % 2 ? bench->dave : bench->carol, text);
}

static void
start_bare (Bench *bench, const char *program)
{
  g_autoptr (GError) error = NULL;

  bench->bare = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                  &error, program, NULL);
  if (bench->bare == NULL)
    g_error ("%s: %s", program, error->message);
  bench->from_bare = g_data_input_stream_new (g_subprocess_get_stdout_pipe (bench->bare));
}

/* Its CPU nanoseconds. */
static guint64
talk_bare (Bench *bench, guint n_texts)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *asked = g_strdup_printf ("%u\n", n_texts);
  g_autofree char *answer = NULL;

  if (!g_output_stream_write_all (g_subprocess_get_stdin_pipe (bench->bare), asked, strlen (asked),
                                  NULL, NULL, &error))
    g_error ("asking bare libotr: %s", error->message);
  answer = g_data_input_stream_read_line (bench->from_bare, NULL, NULL, &error);
  if (answer == NULL)
    g_error ("bare libotr has ended");
  return g_ascii_strtoull (answer, NULL, 10);
}

typedef struct
{
  const char *client;
  const char *wanted;
  void (*talk) (Bench *bench, guint n_texts);
  guint64 service;
  guint64 all;
} Talk;

static guint64
cpu_of_all (Bench *bench, guint64 *service)
{
  *service = cpu_of_process (bench->service);
  return *service + cpu_of_process (bench->daemon) + cpu_of_process (getpid ());
}

static void
measure_block (Bench *bench, Talk *talk)
{
  guint64 service_before, service_after, before, after;

  before = cpu_of_all (bench, &service_before);
  talk->talk (bench, BLOCK);
  after = cpu_of_all (bench, &service_after);
  talk->service += service_after - service_before;
  talk->all += after - before;
}

static void
measure_conversation (Bench *bench)
{
  Talk talks[] = {
    { "GDBus alone", " (at most 1.10 wanted; 1.25)", talk },
    { "libotrd", "", talk_on_libotrd },
  };
  guint64 bare = 0;

  talk_bare (bench, BLOCK);
  for (guint i = 0; i < G_N_ELEMENTS (talks); i++)
    talks[i].talk (bench, BLOCK);
  for (guint k = 0; k < BLOCKS; k++)
    {
      bare += talk_bare (bench, BLOCK);
      for (guint i = 0; i < G_N_ELEMENTS (talks); i++)
        measure_block (bench, &talks[i]);
    }
  printf ("conversation: bare libotr %.0f us a line\n", bare / 1000.0 / (BLOCKS * BLOCK));
  for (guint i = 0; i < G_N_ELEMENTS (talks); i++)
    printf ("conversation, client on %s: service %.2f of that; service, bus and client %.2f%s\n",
            talks[i].client, (double)talks[i].service / bare, (double)talks[i].all / bare,
            talks[i].wanted);
}

static void
open_direct (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GUnixFDList) descriptors = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_sync (
      bench->bus, "im.otrd1", "/im/otrd1", "im.otrd1.Manager", "OpenDirectConnection",
      g_variant_new ("(a{sv})", NULL), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &descriptors, NULL,
      &error);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) stream = NULL;
  g_autoptr (GVariant) opened = NULL;

  if (reply == NULL)
    g_error ("OpenDirectConnection: %s", error->message);
  socket = g_socket_new_from_fd (g_unix_fd_list_get (descriptors, 0, NULL), NULL);
  stream = g_socket_connection_factory_create_connection (socket);
  bench->direct = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL,
                                              NULL, &error);
  if (bench->direct == NULL)
    g_error ("direct connection: %s", error->message);
  opened = g_dbus_connection_call_sync (
      bench->direct, NULL, "/im/otrd1", "im.otrd1.Manager", "OpenSession",
      g_variant_new ("(sssa{sv})", "xmpp", "alice@example.org", "bob@example.org", NULL), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  if (opened == NULL)
    g_error ("OpenSession: %s", error->message);
}

typedef struct
{
  const char *name;
  const char *destination; /* NULL: directly */
  const char *path;
  const char *interface;
  const char *method;
  GArray *times;
  gsize size; /* of the last reply's body */
} Contender;

static void
time_call (Bench *bench, Contender *contender, const char *text)
{
  g_autoptr (GError) error = NULL;
  double before = wall_seconds (), taken;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      contender->destination != NULL ? bench->bus : bench->direct, contender->destination,
      contender->path, contender->interface, contender->method,
      g_variant_new ("(ssa{sv})", text, "private", NULL), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
      &error);

  if (reply == NULL)
    g_error ("%s: %s", contender->method, error->message);
  taken = wall_seconds () - before;
  g_array_append_val (contender->times, taken);
  contender->size = g_variant_get_size (reply);
}

/* All take turns, so that they see the same neighbours. */
static void
measure_burst (Bench *bench)
{
  g_autofree char *text = make_text ();
  Contender contenders[] = {
    { "echo of the text", "org.example.Echo", "/org/example/Echo", "org.example.Echo", "Echo" },
    { "echo of Send's size", "org.example.Echo", "/org/example/Echo", "org.example.Echo", "Shape" },
    { "Send", "im.otrd1", bench->alice.path, "im.otrd1.Session", "Send" },
    { "Send, directly", NULL, bench->alice.path, "im.otrd1.Session", "Send" },
  };
  double send;

  for (guint i = 0; i < G_N_ELEMENTS (contenders); i++)
    contenders[i].times = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint k = 0; k < SENDS; k++)
    for (guint i = 0; i < G_N_ELEMENTS (contenders); i++)
      time_call (bench, &contenders[i], text);

  send = percentile (contenders[2].times, 0.5);
  printf ("burst: Send directly is %.2f of Send on the bus (0.75)\n",
          percentile (contenders[3].times, 0.5) / send);
  for (guint i = 0; i < G_N_ELEMENTS (contenders); i++)
    {
      double median = percentile (contenders[i].times, 0.5);

      printf ("burst: %s: p50 %.0f us, p99 %.0f us, reply of %zu bytes; Send is %.2f of it%s\n",
              contenders[i].name, median * 1e6, percentile (contenders[i].times, 0.99) * 1e6,
              contenders[i].size, send / median, i == 1 ? " (1.25)" : "");
      g_array_unref (contenders[i].times);
    }
}

static void
measure_idle (Bench *bench)
{
  guint64 before;

  /* Threads with nothing to do end after a quarter of a minute, and their count with them. */
  sleep (20);
  before = wakeups_of_process (bench->service);
  sleep (IDLE_SECONDS);
  printf ("idle: %.1f MiB resident (12), %" G_GUINT64_FORMAT " wake-ups in %d s (0)\n",
          resident_kib_of_process (bench->service) / 1024.0,
          wakeups_of_process (bench->service) - before, IDLE_SECONDS);
}

static guint
find_service (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) started = g_dbus_connection_call_sync (
      bench->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "StartServiceByName", g_variant_new ("(su)", "im.otrd1", 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
      NULL, &error);
  g_autoptr (GVariant) pid = NULL;
  guint number;

  if (started == NULL)
    g_error ("starting im.otrd1: %s", error->message);
  pid = g_dbus_connection_call_sync (bench->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                     "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                                     g_variant_new ("(s)", "im.otrd1"), NULL,
                                     G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_variant_get (pid, "(u)", &number);
  return number;
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };
  g_autoptr (GError) error = NULL;

  if (argc != 3)
    return 2;
  setvbuf (stdout, NULL, _IOLBF, 0);
  bench.bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (bench.bus == NULL)
    g_error ("%s", error->message);
  bench.daemon = atoi (argv[1]);
  bench.service = find_service (&bench);
  measure_idle (&bench);
  open_session (&bench, &bench.alice, "alice@example.org", "bob@example.org");
  open_session (&bench, &bench.bob, "bob@example.org", "alice@example.org");
  go_private (&bench);
  go_private_on_libotrd (&bench);
  start_bare (&bench, argv[2]);
  measure_conversation (&bench);
  open_direct (&bench);
  measure_burst (&bench);
  measure_idle (&bench);
  return 0;
}
