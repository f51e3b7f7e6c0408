/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits: each is reached, is LimitExceeded to the one that reached it, and is
 * nobody else's business. */

#include "fixture.h"

/* The others go on. */
static void
check_others (Fixture *fixture)
{
  g_autofree char *session = fixture_open_session (fixture->second, ALICE, "zoe@example.org", "{}");
  g_autoptr (GVariant) sent = fixture_send (fixture->second, session, "still served");

  g_assert_nonnull (sent);
}

/* Calls that are sent at once. */
typedef struct
{
  guint answered;
  guint refused;
} Burst;

static void
call_is_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Burst *burst = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  burst->answered++;
  if (answer != NULL)
    return;
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  burst->refused++;
}

static void
send_burst (GDBusConnection *caller, guint count, const char *word, Burst *burst)
{
  for (guint i = 0; i < count; i++)
    g_dbus_connection_call (caller, "im.otrd1", MANAGER, "im.otrd1.Manager", "Register",
                            g_variant_new ("(sa{sv})", word, NULL), NULL, G_DBUS_CALL_FLAGS_NONE,
                            G_MAXINT, NULL, call_is_answered, burst);
}

/* A bus name that is not known yet has all its calls pending. */
static void
pending_calls_are_counted (Fixture *fixture, gconstpointer unused)
{
  Burst burst = { 0 };

  fixture->limits.pending = 10;
  send_burst (fixture->first, 30, "hasty", &burst);
  fixture_wait_until (burst.answered == 30);
  g_assert_cmpuint (burst.refused, >, 0);
  g_assert_cmpuint (burst.refused, <=, 20);
  check_others (fixture);
  send_burst (fixture->first, 1, "patient", &burst);
  fixture_wait_until (burst.answered == 31);
  g_assert_cmpuint (burst.refused, <=, 20);
}

static void
bytes_in_flight_are_counted (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *word = g_strnfill (500, 'x');
  Burst burst = { 0 };

  fixture->limits.bytes = 2000;
  send_burst (fixture->first, 30, word, &burst);
  fixture_wait_until (burst.answered == 30);
  g_assert_cmpuint (burst.refused, >, 0);
  g_assert_cmpuint (burst.refused, <, 30);
  check_others (fixture);
}

static GDBusConnection *
open_direct (GDBusConnection *opener)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *direct = fixture_open_direct (opener, &error);

  g_assert_no_error (error);
  return direct;
}

static GVariant *
name_session (guint number)
{
  g_autofree char *contact = g_strdup_printf ("contact%u@example.org", number);

  return g_variant_new ("(sssa{sv})", "xmpp", ALICE, contact, NULL);
}

/* On the bus and on each direct connection together. */
static void
sessions_of_a_program_are_counted_together (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture->first);

  fixture->limits.sessions = 4;
  for (guint i = 0; i < 4; i++)
    g_variant_unref (fixture_must_call (i % 2 == 0 ? direct : fixture->first, MANAGER, "Manager",
                                        "OpenSession", name_session (i)));
  fixture_must_fail (direct, MANAGER, "Manager", "OpenSession", name_session (4),
                     OTRD_ERROR_LIMIT_EXCEEDED);
  fixture_must_fail (fixture->first, MANAGER, "Manager", "OpenSession", name_session (4),
                     OTRD_ERROR_LIMIT_EXCEEDED);
  check_others (fixture);
}

static void
an_idle_caller_makes_room_for_another (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) callers = g_ptr_array_new_with_free_func (g_object_unref);

  fixture->limits.callers = 3;
  for (guint i = 0; i < 10; i++)
    {
      GDBusConnection *caller = fixture_connect (fixture);

      g_ptr_array_add (callers, caller);
      g_variant_unref (fixture_must_call (caller, MANAGER, "Manager", "ListClients",
                                          g_variant_new ("(a{sv})", NULL)));
    }
  g_variant_unref (fixture_must_call (callers->pdata[0], MANAGER, "Manager", "ListClients",
                                      g_variant_new ("(a{sv})", NULL)));
}

/* Who holds something stays, and nobody else comes in. */
static void
callers_are_counted (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) third = fixture_connect (fixture);
  g_autofree char *one = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *two = fixture_open_session (fixture->second, ALICE, BOB, "{}");

  fixture->limits.callers = 2;
  fixture_must_fail (third, MANAGER, "Manager", "ListClients", g_variant_new ("(a{sv})", NULL),
                     OTRD_ERROR_LIMIT_EXCEEDED);
  check_others (fixture);
  g_dbus_connection_close_sync (fixture->first, NULL, NULL);
  fixture->limits.callers = 3;
  g_variant_unref (fixture_must_call (third, MANAGER, "Manager", "ListClients",
                                      g_variant_new ("(a{sv})", NULL)));
}

static void
direct_connections_of_all_are_counted (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) one = NULL;
  g_autoptr (GDBusConnection) two = NULL;

  fixture->limits.all_directs = 1;
  one = open_direct (fixture->first);
  two = fixture_open_direct (fixture->second, &error);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  check_others (fixture);
  g_clear_error (&error);
  g_dbus_connection_close_sync (one, NULL, NULL);
  while ((two = fixture_open_direct (fixture->second, &error)) == NULL)
    g_clear_error (&error);
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/limits/pending-calls-are-counted", pending_calls_are_counted);
  fixture_add_test ("/bus/limits/bytes-in-flight-are-counted", bytes_in_flight_are_counted);
  fixture_add_test ("/bus/limits/sessions-of-a-program-are-counted-together",
                    sessions_of_a_program_are_counted_together);
  fixture_add_test ("/bus/limits/an-idle-caller-makes-room-for-another",
                    an_idle_caller_makes_room_for_another);
  fixture_add_test ("/bus/limits/callers-are-counted", callers_are_counted);
  fixture_add_test ("/bus/limits/direct-connections-of-all-are-counted",
                    direct_connections_of_all_are_counted);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
