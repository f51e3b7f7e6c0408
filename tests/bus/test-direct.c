/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Direct connections: the same service, with nobody in between. */

#include "fixture.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bus/callers.h"
#include "bus/outlet.h"

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

  g_dbus_connection_signal_subscribe (direct, NULL, NULL, NULL, NULL, NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE, signal_is_heard, &heard, NULL);
  fixture_make_private (direct, &alice, &bob);
  g_assert_cmpuint (heard.changed, >, 0);
  g_assert_cmpuint (heard.added, ==, 4); /* two accounts, two sessions */
  ended =
      fixture_must_call (fixture->second, alice, "Session", "End", g_variant_new ("(a{sv})", NULL));
  fixture_wait_until (heard.pending == 1);
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

  for (guint i = 0; i < BUS_CALLER_DIRECT_MAX; i++)
    g_ptr_array_add (directs, open_direct (fixture));
  one_more = fixture_open_direct (fixture->first, &error);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  g_clear_error (&error);
  g_dbus_connection_close_sync (directs->pdata[0], NULL, NULL);
  while ((one_more = fixture_open_direct (fixture->first, &error)) == NULL)
    g_clear_error (&error);
}

static void
one_is_not_opened_on_another (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusConnection) direct = open_direct (fixture);

  fixture_must_fail (direct, MANAGER, "Manager", "OpenDirectConnection",
                     g_variant_new ("(a{sv})", NULL), OTRD_ERROR_NOT_SUPPORTED);
}

/* The other end of a direct connection, past its handshake; it does not read on. */
static int
open_silent (Fixture *fixture)
{
  g_autofree char *user = g_strdup_printf ("%u", (guint)getuid ());
  g_autoptr (GString) hello = g_string_new_len ("\0AUTH EXTERNAL ", 15);
  char answer[256];
  int descriptor = fixture_take_direct (fixture->first, NULL);

  for (const char *digit = user; *digit != '\0'; digit++)
    g_string_append_printf (hello, "%02x", *digit);
  g_string_append (hello, "\r\n");
  g_assert_cmpint (send (descriptor, hello->str, hello->len, MSG_NOSIGNAL), ==, hello->len);
  g_assert_cmpint (recv (descriptor, answer, sizeof answer, 0), >, 0);
  g_assert_true (g_str_has_prefix (answer, "OK "));
  g_assert_cmpint (send (descriptor, "BEGIN\r\n", 7, MSG_NOSIGNAL), ==, 7);
  g_unix_set_fd_nonblocking (descriptor, TRUE, NULL);
  return descriptor;
}

static void
who_never_reads_is_cut_off (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDBusMessage) call =
      g_dbus_message_new_method_call (NULL, MANAGER, "im.otrd1.Manager", "Register");
  g_autofree guchar *bytes = NULL;
  gsize length, calls = 0, written = 0;
  int descriptor = open_silent (fixture);
  gssize count;

  g_dbus_message_set_serial (call, 1);
  g_dbus_message_set_body (call, g_variant_new ("(sa{sv})", "silent", NULL));
  bytes = g_dbus_message_to_blob (call, &length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
  while ((count = send (descriptor, bytes + written, length - written, MSG_NOSIGNAL)) > 0
         || errno == EAGAIN)
    {
      written = (written + MAX (count, 0)) % length;
      calls += count > 0 && written == 0;
      g_assert_cmpuint (calls, <, 16 * BUS_OUTLET_MESSAGES_MAX);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (calls, >, BUS_OUTLET_MESSAGES_MAX);
  close (descriptor);
  /* the others never knew */
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
  fixture_add_test ("/bus/direct/who-reads-is-never-cut-off", who_reads_is_never_cut_off);
  fixture_add_test ("/bus/direct/one-is-not-opened-on-another", one_is_not_opened_on_another);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
