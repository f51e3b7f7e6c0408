/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Order is a promise: nothing overtakes, whatever it costs. */

#include <string.h>

#include "fixture.h"

#define SENDS 3000

/* The test's bus lets one connection have 128 calls pending. */
#define IN_FLIGHT 100

typedef struct
{
  const char *session;
  GPtrArray *lines; /* in the order of the replies */
  guint begun;
  guint answered;
} Sending;

static void send_next (GDBusConnection *caller, Sending *sending);

static void
keep_lines (Sending *sending, GVariant *reply)
{
  g_autoptr (GVariant) transmit = g_variant_get_child_value (reply, 2);
  GVariantIter iter;
  char *line;

  g_variant_iter_init (&iter, transmit);
  while (g_variant_iter_next (&iter, "(sa{sv})", &line, NULL))
    g_ptr_array_add (sending->lines, line);
}

static void
send_is_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Sending *sending = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_assert_no_error (error);
  sending->answered++;
  keep_lines (sending, reply);
  send_next (G_DBUS_CONNECTION (source), sending);
}

static void
send_next (GDBusConnection *caller, Sending *sending)
{
  g_autofree char *text = g_strdup_printf ("text %u", sending->begun);

  if (sending->begun == SENDS)
    return;
  sending->begun++;
  g_dbus_connection_call (caller, "im.otrd1", sending->session, "im.otrd1.Session", "Send",
                          g_variant_new ("(ssa{sv})", text, "private", NULL), NULL,
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, send_is_answered, sending);
}

static void
many_sends_at_once_keep_their_order (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  Sending sending = { .lines = lines };

  fixture_make_private (fixture->first, &alice, &bob);
  sending.session = alice;
  for (guint i = 0; i < IN_FLIGHT; i++)
    send_next (fixture->first, &sending);
  fixture_wait_until (sending.answered == SENDS);
  g_assert_cmpuint (lines->len, ==, SENDS);
  for (guint i = 0; i < SENDS; i++)
    {
      g_autofree char *expected = g_strdup_printf ("text %u", i);
      g_autoptr (GVariant) answer =
          fixture_must_call (fixture->first, bob, "Session", "Receive",
                             g_variant_new ("(sa{sv})", lines->pdata[i], NULL));
      const char *text;

      g_variant_get_child (answer, 1, "&s", &text);
      g_assert_cmpstr (text, ==, expected);
    }
}

/* Every text turns the direction: each costs its reader a ratchet, on a worker. */
static void
a_conversation_back_and_forth_keeps_its_order (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;

  fixture_make_private (fixture->first, &alice, &bob);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("turn %u", i);
      const char *from = i % 2 == 0 ? alice : bob;
      g_autoptr (GVariant) sent = fixture_send (fixture->first, from, text);
      g_autofree char *read =
          fixture_carry (fixture->first, sent, from, from == alice ? bob : alice);

      g_assert_cmpstr (read, ==, text);
    }
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/order/many-sends-at-once-keep-their-order",
                    many_sends_at_once_keep_their_order);
  fixture_add_test ("/bus/order/a-conversation-back-and-forth-keeps-its-order",
                    a_conversation_back_and_forth_keeps_its_order);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
