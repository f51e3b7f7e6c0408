/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two programs on one bus: each gets what is its own and nothing of the other's. */

#include "fixture.h"

#include <unistd.h>

/* Signals that a program sees of a service whose every signal it asked for. */
typedef struct
{
  guint pending;
  guint others;
  guint subscription;
  GString *words; /* of every signal, printed */
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
  g_autofree char *words = g_variant_print (arguments, FALSE);

  if (g_str_equal (name, "Pending"))
    heard->pending++;
  else
    heard->others++;
  g_string_append_printf (heard->words, "%s.%s %s\n", interface, name, words);
}

static void
listen (Fixture *fixture, GDBusConnection *connection, Heard *heard)
{
  heard->words = g_string_new (NULL);
  heard->subscription = g_dbus_connection_signal_subscribe (
      connection, g_dbus_connection_get_unique_name (fixture->server), NULL, NULL, NULL, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, signal_is_heard, heard, NULL);
}

static void
stop_listening (GDBusConnection *connection, Heard *heard)
{
  g_dbus_connection_signal_unsubscribe (connection, heard->subscription);
  g_string_free (heard->words, TRUE);
}

/* A call of each comes back: all signals before it have been heard. */
static void
settle (Fixture *fixture)
{
  g_autoptr (GVariant) one =
      fixture_must_call (fixture->first, MANAGER, "org.freedesktop.DBus.Peer", "Ping", NULL);
  g_autoptr (GVariant) two =
      fixture_must_call (fixture->second, MANAGER, "org.freedesktop.DBus.Peer", "Ping", NULL);

  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gsize
count_lines (GVariant *turn)
{
  g_autoptr (GVariant) transmit = g_variant_get_child_value (turn, 0);

  return g_variant_n_children (transmit);
}

/* The second program ends a session that the first one is attached to: the goodbye is the
 * first's. */
static void
the_bell_rings_for_the_attached_one_alone (Fixture *fixture, gconstpointer unused)
{
  Heard first = { 0 };
  Heard second = { 0 };
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autoptr (GVariant) ended = NULL;
  g_autoptr (GVariant) collected = NULL;
  g_autofree char *words = NULL;

  fixture_make_private (fixture->first, &alice, &bob);
  listen (fixture, fixture->first, &first);
  listen (fixture, fixture->second, &second);
  settle (fixture);

  ended =
      fixture_must_call (fixture->second, alice, "Session", "End", g_variant_new ("(a{sv})", NULL));
  settle (fixture);
  words = g_variant_print (ended, FALSE);
  g_assert_cmpstr (words, ==, "([], [])");
  g_assert_cmpuint (first.pending, ==, 1);
  g_assert_cmpuint (second.pending, ==, 0);

  collected = fixture_must_call (fixture->first, alice, "Session", "Collect",
                                 g_variant_new ("(a{sv})", NULL));
  g_assert_cmpuint (count_lines (collected), ==, 1);
  stop_listening (fixture->first, &first);
  stop_listening (fixture->second, &second);
}

static void
nothing_that_was_said_is_in_a_signal (Fixture *fixture, gconstpointer unused)
{
  Heard second = { 0 };
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autoptr (GVariant) sent = NULL;
  g_autofree char *read = NULL;

  listen (fixture, fixture->second, &second);
  settle (fixture);
  fixture_make_private (fixture->first, &alice, &bob);
  sent = fixture_send (fixture->first, alice, "squeamish ossifrage");
  read = fixture_carry (fixture->first, sent, alice, bob);
  g_assert_cmpstr (read, ==, "squeamish ossifrage");
  settle (fixture);

  g_assert_cmpuint (second.pending, ==, 0);
  g_assert_cmpuint (second.others, >, 0);
  g_assert_null (strstr (second.words->str, "ossifrage"));
  g_assert_null (strstr (second.words->str, "?OTR"));
  stop_listening (fixture->second, &second);
}

static void
who_is_not_attached_is_not_served (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autoptr (GVariant) collected = fixture_must_call (fixture->second, session, "Session",
                                                      "Collect", g_variant_new ("(a{sv})", NULL));
  g_autofree char *words = g_variant_print (collected, FALSE);

  g_assert_cmpstr (words, ==, "([], [])");
  fixture_must_fail (fixture->second, session, "Session", "Configure",
                     g_variant_new_parsed ("({'online': <true>},)"), OTRD_ERROR_NO_MESSENGER);
}

static void
what_is_owed_to_one_is_not_given_to_another (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autoptr (GVariant) ended = NULL;
  g_autoptr (GVariant) not_its = NULL;
  g_autoptr (GVariant) its = NULL;

  fixture_make_private (fixture->first, &alice, &bob);
  ended =
      fixture_must_call (fixture->second, alice, "Session", "End", g_variant_new ("(a{sv})", NULL));
  not_its = fixture_must_call (fixture->second, alice, "Session", "Collect",
                               g_variant_new ("(a{sv})", NULL));
  its = fixture_must_call (fixture->first, alice, "Session", "Collect",
                           g_variant_new ("(a{sv})", NULL));
  g_assert_cmpuint (count_lines (ended), ==, 0);
  g_assert_cmpuint (count_lines (not_its), ==, 0);
  g_assert_cmpuint (count_lines (its), ==, 1);
}

static gboolean
is_attached (Fixture *fixture,
             GDBusConnection *caller,
             const char *session,
             const char *application)
{
  g_autoptr (GVariant) messengers = fixture_get_property (caller, session, "Session", "Messengers");
  g_autofree const char **ids = g_variant_get_strv (messengers, NULL);

  return g_strv_contains (ids, application);
}

static void
a_connection_that_closes_is_a_detach (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *same = NULL;
  g_autoptr (GVariant) registered =
      fixture_must_call (fixture->second, MANAGER, "Manager", "Register",
                         g_variant_new_parsed ("('fleeting', {'name': <'Fleeting Chat'>})"));

  same = fixture_open_session (fixture->second, ALICE, BOB, "{}");
  g_assert_cmpstr (same, ==, session);
  g_assert_true (is_attached (fixture, fixture->first, session, "fleeting"));
  g_dbus_connection_close_sync (fixture->second, NULL, NULL);
  while (is_attached (fixture, fixture->first, session, "fleeting"))
    ;
}

static gboolean
find_client (GDBusConnection *caller, const char *application, GVariant **client)
{
  g_autoptr (GVariant) answer = fixture_must_call (caller, MANAGER, "Manager", "ListClients",
                                                   g_variant_new ("(a{sv})", NULL));
  g_autoptr (GVariant) clients = g_variant_get_child_value (answer, 0);
  GVariantIter iter;
  GVariant *record;

  g_variant_iter_init (&iter, clients);
  while ((record = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GVariant) kept = record;
      const char *id;

      if (g_variant_lookup (kept, "application", "&s", &id) && g_str_equal (id, application))
        {
          *client = g_steal_pointer (&kept);
          return TRUE;
        }
    }
  return FALSE;
}

static void
clients_are_listed_with_their_sessions (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) registered =
      fixture_must_call (fixture->first, MANAGER, "Manager", "Register",
                         g_variant_new_parsed ("('pidgin', {'name': <'Pidgin'>})"));
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autoptr (GVariant) client = NULL;
  g_autoptr (GVariant) sessions = NULL;
  g_autofree const char **paths = NULL;
  const char *name;
  guint32 process;

  g_assert_true (find_client (fixture->second, "pidgin", &client));
  g_assert_true (g_variant_lookup (client, "name", "&s", &name));
  g_assert_cmpstr (name, ==, "Pidgin");
  g_assert_true (g_variant_lookup (client, "process", "u", &process));
  g_assert_cmpuint (process, ==, getpid ());
  sessions = g_variant_lookup_value (client, "sessions", G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  paths = g_variant_get_objv (sessions, NULL);
  g_assert_cmpstr (paths[0], ==, session);
  g_assert_null (paths[1]);
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/callers/the-bell-rings-for-the-attached-one-alone",
                    the_bell_rings_for_the_attached_one_alone);
  fixture_add_test ("/bus/callers/nothing-that-was-said-is-in-a-signal",
                    nothing_that_was_said_is_in_a_signal);
  fixture_add_test ("/bus/callers/who-is-not-attached-is-not-served",
                    who_is_not_attached_is_not_served);
  fixture_add_test ("/bus/callers/what-is-owed-to-one-is-not-given-to-another",
                    what_is_owed_to_one_is_not_given_to_another);
  fixture_add_test ("/bus/callers/a-connection-that-closes-is-a-detach",
                    a_connection_that_closes_is_a_detach);
  fixture_add_test ("/bus/callers/clients-are-listed-with-their-sessions",
                    clients_are_listed_with_their_sessions);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
