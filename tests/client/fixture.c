// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* A client with an open session, on a bus of its own with a scripted service. */

#include "fixture.h"

static void
turn_came (OtrdSession *session, OtrdTurn *turn, gpointer user_data)
{
  g_ptr_array_add (((Fixture *)user_data)->turns, otrd_turn_ref (turn));
}

void
set_up_bus (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->fake = fake_new ();
  fixture->turns = g_ptr_array_new_with_free_func ((GDestroyNotify)otrd_turn_unref);
  fixture->connection =
      g_dbus_connection_new_for_address_sync (fake_get_address (fixture->fake),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                  | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Each test is run once over the bus, and once with a direct connection. */
static gboolean
is_direct (void)
{
  return g_getenv ("OTRD_TEST_DIRECT") != NULL;
}

static OtrdClient *
make_client (Fixture *fixture, GError **error)
{
  return g_initable_new (OTRD_TYPE_CLIENT, NULL, error, "connection", fixture->connection,
                         "application", "test", "name", "A test", "direct-allowed", is_direct (),
                         NULL);
}

void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  set_up_bus (fixture, unused);
  fake_start (fixture->fake);
  fixture->client = make_client (fixture, &error);
  g_assert_no_error (error);
  fixture->session = otrd_client_open_session_sync (
      fixture->client, "xmpp", "alice@example.org", "bob@example.org",
      g_variant_new_parsed ("{'content-type': <'text/html'>}"), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (otrd_client_get_direct (fixture->client) == is_direct ());
  g_signal_connect (fixture->session, "turn", G_CALLBACK (turn_came), fixture);
}

/* What is still under way holds the client; nothing else may. */
void
let_client_go (Fixture *fixture)
{
  gpointer client = g_steal_pointer (&fixture->client);

  if (client == NULL)
    return;
  g_object_add_weak_pointer (client, &client);
  g_object_unref (client);
  while (client != NULL)
    g_main_context_iteration (NULL, TRUE);
}

void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_clear_object (&fixture->session);
  let_client_go (fixture);
  g_dbus_connection_close_sync (fixture->connection, NULL, NULL);
  g_clear_object (&fixture->connection);
  g_ptr_array_unref (fixture->turns);
  fake_free (fixture->fake);
}

void
iterate_until_turns (Fixture *fixture, guint count)
{
  while (fixture->turns->len < count)
    g_main_context_iteration (NULL, TRUE);
}

void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

void
iterate_until_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

const char *
line_of (OtrdTurn *turn, guint index)
{
  return otrd_transmission_get_line (otrd_turn_get_transmission (turn, index));
}

void
assert_lost (OtrdTurn *turn, guint64 id, const char *text, const char *reason)
{
  g_autoptr (GVariant) messages = NULL;
  OtrdEvent *event = otrd_turn_get_event (turn, otrd_turn_get_n_events (turn) - 1);
  guint64 lost_id;
  const char *lost_text;

  g_assert_cmpstr (otrd_event_get_name (event), ==, "lost");
  g_assert_cmpstr (otrd_event_get_string (event, "reason"), ==, reason);
  messages = g_variant_lookup_value (otrd_event_get_details (event), "messages", NULL);
  g_variant_get_child (messages, 0, "(t&s)", &lost_id, &lost_text);
  g_assert_cmpuint (lost_id, ==, id);
  g_assert_cmpstr (lost_text, ==, text);
}
