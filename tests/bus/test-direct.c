/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Direct connections: the same service, with nobody in between. */

#include "fixture.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bus/callers.h"
#include "bus/direct.h"
#include "bus/outlet.h"
#include "bus/roster.h"

static GDBusConnection *
open_direct (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *direct = fixture_open_direct (fixture->first, &error);

  g_assert_no_error (error);
  return direct;
}

static guint
count_clients (Fixture *fixture, gboolean direct)
{
  g_autoptr (GVariant) answer = fixture_must_call (fixture->second, MANAGER, "Manager",
                                                   "ListClients", g_variant_new ("(a{sv})", NULL));
  g_autoptr (GVariant) clients = g_variant_get_child_value (answer, 0);
  guint count = 0;

  for (gsize i = 0; i < g_variant_n_children (clients); i++)
    {
      g_autoptr (GVariant) client = g_variant_get_child_value (clients, i);
      gboolean is_direct = FALSE;

      g_assert_true (g_variant_lookup (client, "direct", "b", &is_direct));
      count += is_direct == direct;
    }
  return count;
}

static void
a_conversation_needs_no_bus (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autoptr (GVariant) sent = NULL;
  g_autofree char *read = NULL;
  g_autofree char *state = NULL;

  fixture_make_private (direct, &alice, &bob);
  sent = fixture_send (direct, alice, "squeamish ossifrage");
  read = fixture_carry (direct, sent, alice, bob);
  g_assert_cmpstr (read, ==, "squeamish ossifrage");
  state = fixture_get_word (fixture->second, alice, "Session", "State");
  g_assert_cmpstr (state, ==, "private");
}

typedef struct
{
  guint pending;
  guint changed;
  guint added;
} Heard;

static void
signal_is_heard (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *name,
                 GVariant *arguments,
                 gpointer user_data)
{
  Heard *heard = user_data;

  heard->pending += g_str_equal (name, "Pending");
  heard->changed += g_str_equal (name, "PropertiesChanged");
  heard->added += g_str_equal (name, "InterfacesAdded");
}

static void
signals_come_directly (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);
  Heard heard = { 0 };
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autoptr (GVariant) ended = NULL;

  guint listening =
      g_dbus_connection_signal_subscribe (direct, NULL, NULL, NULL, NULL, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, signal_is_heard, &heard, NULL);

  fixture_make_private (direct, &alice, &bob);
  g_assert_cmpuint (heard.changed, >, 0);
  g_assert_cmpuint (heard.added, ==, 4); /* two accounts, two sessions */
  ended =
      fixture_must_call (fixture->second, alice, "Session", "End", g_variant_new ("(a{sv})", NULL));
  fixture_wait_until (heard.pending == 1);
  g_dbus_connection_signal_unsubscribe (direct, listening);
}

static void
note_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
}

static void
it_closes_when_its_opener_goes (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);
  g_autofree char *session = fixture_open_session (direct, ALICE, BOB, "{}");
  gboolean is_closed = FALSE;

  g_signal_connect (direct, "closed", G_CALLBACK (note_closed), &is_closed);
  g_dbus_connection_close_sync (fixture->first, NULL, NULL);
  fixture_wait_until (is_closed);
  fixture_must_fail (fixture->second, session, "Session", "Collect",
                     g_variant_new ("(a{sv})", NULL), OTRD_ERROR_NOT_FOUND);
}

static void
its_end_is_a_detach (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);
  g_autofree char *session = fixture_open_session (direct, ALICE, BOB, "{}");

  g_assert_cmpuint (count_clients (fixture, TRUE), ==, 1);
  g_dbus_connection_close_sync (direct, NULL, NULL);
  fixture_wait_until (count_clients (fixture, TRUE) == 0);
  fixture_must_fail (fixture->second, session, "Session", "Collect",
                     g_variant_new ("(a{sv})", NULL), OTRD_ERROR_NOT_FOUND);
}

static void
a_program_is_listed_once (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = NULL;
  g_autofree char *session = NULL;

  g_variant_unref (fixture_must_call (fixture->first, MANAGER, "Manager", "Register",
                                      g_variant_new ("(sa{sv})", "one", NULL)));
  g_assert_cmpuint (count_clients (fixture, FALSE), ==, 2);
  direct = open_direct (fixture);
  g_assert_cmpuint (count_clients (fixture, FALSE), ==, 1);
  g_assert_cmpuint (count_clients (fixture, TRUE), ==, 1);
  session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_assert_cmpuint (count_clients (fixture, FALSE), ==, 2);
}

static void
a_program_has_no_more_than_its_limit (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) directs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) one_more = NULL;

  for (guint i = 0; i < fixture->limits.directs; i++)
    g_ptr_array_add (directs, open_direct (fixture));
  one_more = fixture_open_direct (fixture->first, &error);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  g_clear_error (&error);
  g_dbus_connection_close_sync (directs->pdata[0], NULL, NULL);
  while ((one_more = fixture_open_direct (fixture->first, &error)) == NULL)
    g_clear_error (&error);
}

/* The bus library asks for nothing by itself on such a connection: what comes is ours. */
static GDBusMessage *
note_question (GDBusConnection *connection,
               GDBusMessage *message,
               gboolean incoming,
               gpointer user_data)
{
  if (incoming && g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    g_atomic_int_set ((int *)user_data, TRUE);
  return message;
}

static void
note_reply (GObject *direct, GAsyncResult *result, gpointer user_data)
{
  *(GDBusMessage **)user_data =
      g_dbus_connection_send_message_with_reply_finish (G_DBUS_CONNECTION (direct), result, NULL);
}

/* There is no bus that would say who sends: whoever names himself so would be asked who that is. */
static void
what_a_message_says_of_its_sender_is_nothing (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);
  g_autoptr (GDBusMessage) call =
      g_dbus_message_new_method_call (NULL, MANAGER, "im.otrd1.Manager", "Register");
  g_autoptr (GDBusMessage) reply = NULL;
  int is_asked = FALSE;
  guint filter = g_dbus_connection_add_filter (direct, note_question, &is_asked, NULL);

  g_dbus_message_set_sender (call, ":1.7");
  g_dbus_message_set_body (call, g_variant_new ("(sa{sv})", "org.example.Other", NULL));
  g_dbus_connection_send_message_with_reply (direct, call, G_DBUS_SEND_MESSAGE_FLAGS_NONE, -1, NULL,
                                             NULL, note_reply, &reply);
  fixture_wait_until (reply != NULL || g_atomic_int_get (&is_asked));
  g_assert_false (g_atomic_int_get (&is_asked));
  g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
  g_assert_cmpuint (count_clients (fixture, TRUE), ==, 1);
  g_dbus_connection_remove_filter (direct, filter);
}

static void
one_is_not_opened_on_another (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);

  fixture_must_fail (direct, MANAGER, "Manager", "OpenDirectConnection",
                     g_variant_new ("(a{sv})", NULL), OTRD_ERROR_NOT_SUPPORTED);
}

/* @descriptor: the other end of a direct connection, past its handshake then; it does not read
 * on. */
static int
greet (int descriptor)
{
  g_autofree char *user = g_strdup_printf ("%u", (guint)getuid ());
  g_autoptr (GString) hello = g_string_new_len ("\0AUTH EXTERNAL ", 15);
  char answer[256];

  for (const char *digit = user; *digit != '\0'; digit++)
    g_string_append_printf (hello, "%02x", *digit);
  g_string_append (hello, "\r\n");
  g_assert_cmpint (send (descriptor, hello->str, hello->len, MSG_NOSIGNAL), ==, hello->len);
  while (recv (descriptor, answer, sizeof answer, MSG_DONTWAIT) <= 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (g_str_has_prefix (answer, "OK "));
  g_assert_cmpint (send (descriptor, "BEGIN\r\n", 7, MSG_NOSIGNAL), ==, 7);
  g_unix_set_fd_nonblocking (descriptor, TRUE, NULL);
  return descriptor;
}

static int
open_silent (Fixture *fixture)
{
  return greet (fixture_take_direct (fixture->first, NULL));
}

static void
read_all (int descriptor)
{
  char answers[4096];

  while (recv (descriptor, answers, sizeof answers, MSG_DONTWAIT) > 0)
    ;
}

/* Writes @call again and again until the connection is cut; how often.  Beside @other, which calls
 * now and then, it reads what comes. */
static gsize
flood (int descriptor, GDBusMessage *call, GDBusConnection *other)
{
  g_autofree guchar *bytes = NULL;
  gsize length, calls = 0, written = 0;
  gssize count;

  g_dbus_message_set_serial (call, 1);
  bytes = g_dbus_message_to_blob (call, &length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
  while ((count = send (descriptor, bytes + written, length - written, MSG_NOSIGNAL)) > 0
         || errno == EAGAIN)
    {
      written = (written + MAX (count, 0)) % length;
      calls += count > 0 && written == 0;
      g_assert_cmpuint (calls, <, 16 * BUS_OUTLET_MESSAGES_MAX);
      if (count > 0)
        continue;
      g_main_context_iteration (NULL, FALSE);
      if (other == NULL)
        continue;
      read_all (descriptor);
      g_variant_unref (fixture_must_call (other, MANAGER, "Manager", "Register",
                                          g_variant_new ("(sa{sv})", "polite", NULL)));
    }
  close (descriptor);
  return calls;
}

static void
who_never_reads_is_cut_off (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusMessage) call =
      g_dbus_message_new_method_call (NULL, MANAGER, "im.otrd1.Manager", "Register");

  g_dbus_message_set_body (call, g_variant_new ("(sa{sv})", "silent", NULL));
  g_assert_cmpuint (flood (open_silent (fixture), call, NULL), >, BUS_OUTLET_MESSAGES_MAX);
  /* the others never knew */
  fixture_wait_until (count_clients (fixture, TRUE) == 0);
}

/* What GDBus answers in its own thread. */
static void
who_never_reads_refusals_is_cut_off (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusMessage) call =
      g_dbus_message_new_method_call (NULL, "/nowhere", "org.example.Nothing", "Ask");

  g_assert_cmpuint (flood (open_silent (fixture), call, NULL), >, BUS_OUTLET_MESSAGES_MAX);
  fixture_wait_until (count_clients (fixture, TRUE) == 0);
}

static void
note_over (BusDirect *direct, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
}

/* What it may not see is answered for elsewhere. */
static void
a_sandboxed_one_that_never_reads_is_cut_off (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusMessage) call = g_dbus_message_new_method_call (
      NULL, MANAGER "/account/elses", "im.otrd1.Account", "ListFingerprints");
  g_autoptr (BusRoster) roster = bus_roster_new (fixture->core, &fixture->limits, NULL, NULL);
  g_autoptr (BusProgram) program = bus_program_new (&fixture->limits);
  char id[] = "org.example.Sandboxed", unit[] = "";
  BusIdentity identity = { BUS_SANDBOX_FLATPAK, id, 0, unit };
  gboolean is_over = FALSE;
  int peer;
  BusDirect *direct = bus_direct_new (roster, &identity, program, note_over, &is_over, &peer, NULL);

  g_dbus_message_set_body (call, g_variant_new ("(a{sv})", NULL));
  g_assert_cmpuint (flood (greet (peer), call, NULL), >, BUS_OUTLET_MESSAGES_MAX);
  fixture_wait_until (is_over);
  bus_direct_free (direct);
}

static void
who_heeds_no_refusal_is_cut_off (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusMessage) call =
      g_dbus_message_new_method_call (NULL, MANAGER, "im.otrd1.Manager", "Register");

  fixture->limits.pending = 10;
  fixture->limits.refused = 100;
  g_dbus_message_set_body (call, g_variant_new ("(sa{sv})", "deaf", NULL));
  g_assert_cmpuint (flood (open_silent (fixture), call, fixture->second), >,
                    fixture->limits.refused);
  fixture_wait_until (count_clients (fixture, TRUE) == 0);
}

/* More than may wait goes through, as long as somebody takes it. */
static void
who_reads_is_never_cut_off (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);

  for (guint i = 0; i < BUS_OUTLET_MESSAGES_MAX + 1; i++)
    {
      g_autoptr (GVariant) answer = fixture_must_call (direct, MANAGER, "Manager", "Register",
                                                       g_variant_new ("(sa{sv})", "polite", NULL));
    }
  g_assert_false (g_dbus_connection_is_closed (direct));
}

#define LISTED 200

/* Long answers are written in another thread than the others. */
static void
who_reads_long_answers_is_never_cut_off (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);

  for (guint i = 0; i < LISTED; i++)
    {
      g_autofree char *contact = g_strdup_printf ("contact%u@example.org", i);
      g_autofree char *session = fixture_open_session (fixture->first, ALICE, contact, "{}");
    }
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GVariant) listing = fixture_must_call (
          direct, MANAGER, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL);
      g_autoptr (GVariant) answer = fixture_must_call (direct, MANAGER, "Manager", "Register",
                                                       g_variant_new ("(sa{sv})", "polite", NULL));
    }
  g_assert_false (g_dbus_connection_is_closed (direct));
}

#define SILENT_PROGRAMS 20

/* Half of them say the first word, and no more. */
static void
silent_handshakes_hold_up_nobody (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) programs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GArray) descriptors = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *account = g_strndup (session, strstr (session, "/session/") - session);
  g_autoptr (GDBusConnection) direct = NULL;
  g_autoptr (GVariant) trusted = NULL;
  g_autoptr (GVariant) listed = NULL;

  fixture->limits.handshake_ms = G_MAXINT;
  for (guint i = 0; i < SILENT_PROGRAMS; i++)
    {
      g_ptr_array_add (programs, fixture_connect (fixture));
      for (guint j = 0; j < fixture->limits.silent; j++)
        {
          int descriptor = fixture_take_direct (programs->pdata[i], NULL);

          g_assert_cmpint (descriptor, >=, 0);
          g_array_append_val (descriptors, descriptor);
          if (j % 2 == 0)
            g_assert_cmpint (send (descriptor, "\0AUTH", 5, MSG_NOSIGNAL), ==, 5);
        }
    }
  listed = fixture_must_call (fixture->second, MANAGER, "Manager", "ListClients",
                              g_variant_new ("(a{sv})", NULL));
  trusted = fixture_must_call (fixture->first, account, "Account", "SetTrust",
                               g_variant_new ("(sssa{sv})", BOB,
                                              "0123456789ABCDEF0123456789ABCDEF01234567",
                                              "verified", NULL));
  direct = open_direct (fixture);
  for (guint i = 0; i < descriptors->len; i++)
    close (g_array_index (descriptors, int, i));
}

static void
a_program_has_few_silent_connections (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  int descriptors[8];

  for (guint i = 0; i < fixture->limits.silent; i++)
    descriptors[i] = fixture_take_direct (fixture->first, NULL);
  g_assert_cmpint (fixture_take_direct (fixture->first, &error), <, 0);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  for (guint i = 0; i < fixture->limits.silent; i++)
    close (descriptors[i]);
  g_object_unref (open_direct (fixture));
}

static gboolean
note_end (int descriptor, GIOCondition condition, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
a_handshake_ends_in_time (Fixture *fixture, gconstpointer unused)
{
  gboolean has_ended[2] = { FALSE, FALSE };
  int descriptors[2];

  fixture->limits.handshake_ms = 10;
  for (guint i = 0; i < 2; i++)
    descriptors[i] = fixture_take_direct (fixture->first, NULL);
  g_assert_cmpint (send (descriptors[1], "\0AUTH", 5, MSG_NOSIGNAL), ==, 5);
  for (guint i = 0; i < 2; i++)
    g_unix_fd_add (descriptors[i], G_IO_HUP, note_end, &has_ended[i]);
  fixture_wait_until (has_ended[0] && has_ended[1]);
  close (descriptors[0]);
  close (descriptors[1]);
}

/* A conversation of which two programs hand everything in, each on a direct connection. */
typedef struct
{
  GDBusConnection *programs[2];
  char *alice;
  char *bob; /* of the fixture's second caller */
} Shared;

static GVariant *
receive (GDBusConnection *caller, const char *session, const char *line)
{
  return fixture_must_call (caller, session, "Session", "Receive",
                            g_variant_new ("(sa{sv})", line, NULL));
}

/* The lines of a turn at the end of @reply. (transfer full) */
static char **
dup_lines (GVariant *reply)
{
  g_autoptr (GVariant) transmit =
      g_variant_get_child_value (reply, g_variant_n_children (reply) - 2);
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  GVariantIter iter;
  const char *line;

  g_variant_iter_init (&iter, transmit);
  while (g_variant_iter_next (&iter, "(&s@a{sv})", &line, NULL))
    g_strv_builder_add (lines, line);
  return g_strv_builder_end (lines);
}

static void
shared_open (Fixture *fixture, Shared *shared)
{
  fixture_make_private (fixture->second, &shared->alice, &shared->bob);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *same = NULL;

      shared->programs[i] = open_direct (fixture);
      same = fixture_open_session (shared->programs[i], ALICE, BOB, "{}");
      g_assert_cmpstr (same, ==, shared->alice);
    }
}

static void
shared_close (Shared *shared)
{
  for (guint i = 0; i < 2; i++)
    g_object_unref (shared->programs[i]);
  g_free (shared->alice);
  g_free (shared->bob);
}

static void
two_that_hand_in_one_commit_make_one_answer (Fixture *fixture, gconstpointer unused)
{
  Shared shared;
  g_autoptr (GVariant) started = NULL;
  g_autoptr (GVariant) committed = NULL;
  g_auto (GStrv) query = NULL;
  g_auto (GStrv) commit = NULL;
  guint n_answers = 0;

  shared_open (fixture, &shared);
  started = fixture_must_call (shared.programs[0], shared.alice, "Session", "Start",
                               g_variant_new ("(a{sv})", NULL));
  query = dup_lines (started);
  committed = receive (fixture->second, shared.bob, query[0]);
  commit = dup_lines (committed);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) received = receive (shared.programs[i], shared.alice, commit[0]);
      g_auto (GStrv) answers = dup_lines (received);

      n_answers += g_strv_length (answers);
    }
  g_assert_cmpuint (n_answers, ==, 1);
  shared_close (&shared);
}

/* One is in the midst of one text when the other begins the next. */
static void
fragments_of_two_do_not_mix (Fixture *fixture, gconstpointer unused)
{
  Shared shared;
  char **fragments[2];
  const char *const words[2] = { "squeamish", "ossifrage" };
  g_autoptr (GVariant) configured = NULL;

  shared_open (fixture, &shared);
  configured = fixture_must_call (fixture->second, shared.bob, "Session", "Configure",
                                  g_variant_new_parsed ("({'max-message-size': <uint32 250>},)"));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) sent = fixture_send (fixture->second, shared.bob, words[i]);

      fragments[i] = dup_lines (sent);
      g_assert_cmpuint (g_strv_length (fragments[i]), >, 1);
    }
  for (guint at = 0; fragments[0][at] != NULL; at++)
    for (guint i = 0; i < 2; i++)
      {
        g_autoptr (GVariant) received =
            receive (shared.programs[i], shared.alice, fragments[i][at]);
        const char *text;

        g_variant_get_child (received, 1, "&s", &text);
        g_assert_cmpstr (text, ==, fragments[0][at + 1] == NULL ? words[i] : "");
      }
  g_strfreev (fragments[0]);
  g_strfreev (fragments[1]);
  shared_close (&shared);
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/direct/a-conversation-needs-no-bus", a_conversation_needs_no_bus);
  fixture_add_test ("/bus/direct/signals-come-directly", signals_come_directly);
  fixture_add_test ("/bus/direct/it-closes-when-its-opener-goes", it_closes_when_its_opener_goes);
  fixture_add_test ("/bus/direct/its-end-is-a-detach", its_end_is_a_detach);
  fixture_add_test ("/bus/direct/a-program-is-listed-once", a_program_is_listed_once);
  fixture_add_test ("/bus/direct/a-program-has-no-more-than-its-limit",
                    a_program_has_no_more_than_its_limit);
  fixture_add_test ("/bus/direct/who-never-reads-is-cut-off", who_never_reads_is_cut_off);
  fixture_add_test ("/bus/direct/who-never-reads-refusals-is-cut-off",
                    who_never_reads_refusals_is_cut_off);
  fixture_add_test ("/bus/direct/a-sandboxed-one-that-never-reads-is-cut-off",
                    a_sandboxed_one_that_never_reads_is_cut_off);
  fixture_add_test ("/bus/direct/who-heeds-no-refusal-is-cut-off", who_heeds_no_refusal_is_cut_off);
  fixture_add_test ("/bus/direct/who-reads-is-never-cut-off", who_reads_is_never_cut_off);
  fixture_add_test ("/bus/direct/who-reads-long-answers-is-never-cut-off",
                    who_reads_long_answers_is_never_cut_off);
  fixture_add_test ("/bus/direct/two-that-hand-in-one-commit-make-one-answer",
                    two_that_hand_in_one_commit_make_one_answer);
  fixture_add_test ("/bus/direct/fragments-of-two-do-not-mix", fragments_of_two_do_not_mix);
  fixture_add_test ("/bus/direct/silent-handshakes-hold-up-nobody",
                    silent_handshakes_hold_up_nobody);
  fixture_add_test ("/bus/direct/a-program-has-few-silent-connections",
                    a_program_has_few_silent_connections);
  fixture_add_test ("/bus/direct/a-handshake-ends-in-time", a_handshake_ends_in_time);
  fixture_add_test ("/bus/direct/what-a-message-says-of-its-sender-is-nothing",
                    what_a_message_says_of_its_sender_is_nothing);
  fixture_add_test ("/bus/direct/one-is-not-opened-on-another", one_is_not_opened_on_another);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
