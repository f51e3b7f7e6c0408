// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Which connection libotrd uses: a direct one where the service gives one, the bus where it does
 * not, and never two of them for what has an order. */

#include "fixture.h"

#include <string.h>
#include <unistd.h>

static void
make_client (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->client = otrd_client_new_sync (fixture->connection, "test", NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
send_text (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn =
      otrd_session_send_sync (fixture->session, text, "private", NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (otrd_turn_get_verdict (turn), ==, OTRD_VERDICT_PRIVATE);
}

static void
use_session (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->session = otrd_client_open_session_sync (fixture->client, "xmpp", "alice@example.org",
                                                    "bob@example.org", NULL, NULL, &error);
  g_assert_no_error (error);
  send_text (fixture, "squeamish ossifrage");
}

/* ---- The bus instead ---- */

static void
check_fallback (Fixture *fixture, const char *error_name)
{
  fake_start (fixture->fake);
  fake_refuse (fixture->fake, "OpenDirectConnection", error_name, "no");
  make_client (fixture);
  g_assert_false (otrd_client_get_direct (fixture->client));
  use_session (fixture);
  fake_set_property (fixture->fake, "im.otrd1.Session", "State", g_variant_new_string ("finished"));
  while (otrd_session_get_state (fixture->session) != OTRD_STATE_FINISHED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "OpenDirectConnection"), ==, 1);
}

static void
test_one_that_has_too_many_stays_on_the_bus (Fixture *fixture, gconstpointer unused)
{
  check_fallback (fixture, "im.otrd1.Error.LimitExceeded");
}

static void
test_an_old_service_is_spoken_to_on_the_bus (Fixture *fixture, gconstpointer unused)
{
  check_fallback (fixture, "org.freedesktop.DBus.Error.UnknownMethod");
}

static void
test_one_that_is_denied_it_stays_on_the_bus (Fixture *fixture, gconstpointer unused)
{
  check_fallback (fixture, "im.otrd1.Error.AccessDenied");
}

static void
test_an_answer_without_a_socket_is_none (Fixture *fixture, gconstpointer unused)
{
  fake_start (fixture->fake);
  fake_answer (fixture->fake, "OpenDirectConnection", g_variant_new_parsed ("(@h 77, " EMPTY ")"));
  make_client (fixture);
  g_assert_false (otrd_client_get_direct (fixture->client));
  use_session (fixture);
}

static void
test_a_service_that_dies_of_the_question_is_spoken_to (Fixture *fixture, gconstpointer unused)
{
  fake_start (fixture->fake);
  fake_die_at (fixture->fake, "OpenDirectConnection");
  make_client (fixture);
  use_session (fixture);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "OpenSession"), ==, 1);
}

/* ---- Ends ---- */

static void
test_a_text_under_way_when_it_ends_goes_again (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *first = NULL, *second = NULL;

  fake_hang_up_at (fixture->fake, "Send");
  send_text (fixture, "once and no more");
  first = fake_find_call (fixture->fake, "Send", 0);
  second = fake_find_call (fixture->fake, "Send", 1);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "Send"), ==, 2);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "OpenSession"), ==, 2);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "Register"), >=, 2);
  g_assert_true (otrd_client_get_direct (fixture->client));
}

static void
test_it_is_made_again_when_nothing_is_under_way (Fixture *fixture, gconstpointer unused)
{
  fake_hang_up (fixture->fake);
  while (fake_count_calls (fixture->fake, "OpenSession") < 2
         || otrd_session_get_state (fixture->session) != OTRD_STATE_PRIVATE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (otrd_client_get_direct (fixture->client));
  g_assert_true (otrd_client_get_available (fixture->client));
  fake_ring (fixture->fake);
  while (fake_count_calls (fixture->fake, "Collect") < 1)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_the_order_outlives_its_end (Fixture *fixture, gconstpointer unused)
{
  static const char *const texts[] = { "one", "two", "three" };
  GAsyncResult *results[3] = { NULL, NULL, NULL };
  guint sent;

  fake_hang_up_at (fixture->fake, "Send");
  for (guint i = 0; i < 3; i++)
    otrd_session_send (fixture->session, texts[i], "private", NULL, NULL, keep_result, &results[i]);
  iterate_until_result (&results[2]);
  sent = fake_count_calls (fixture->fake, "Send");
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OtrdTurn) turn = otrd_session_send_finish (fixture->session, results[i], &error);
      g_autofree char *call = fake_find_call (fixture->fake, "Send", sent - 3 + i);

      g_assert_no_error (error);
      g_assert_nonnull (strstr (call, texts[i]));
      g_object_unref (results[i]);
    }
}

static void
test_one_that_keeps_ending_gives_way_to_the_bus (Fixture *fixture, gconstpointer unused)
{
  for (guint i = 0; i < 3; i++)
    {
      fake_hang_up_at (fixture->fake, "Collect");
      otrd_turn_unref (otrd_session_collect_sync (fixture->session, NULL, NULL, NULL));
    }
  send_text (fixture, "still there");
  g_assert_false (otrd_client_get_direct (fixture->client));
  g_assert_cmpuint (fake_count_calls (fixture->fake, "OpenDirectConnection"), ==, 3);
  fake_ring (fixture->fake);
}

/* Its last words are heard before it is believed to have gone. */
static void
test_a_service_may_lose_its_name_before_it_answers (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  otrd_session_send (fixture->session, "one", "private", NULL, NULL, keep_result, &result);
  fake_await_calls (fixture->fake, "Send", 1);
  fake_release_name (fixture->fake);
  iterate_until_result (&result);
  otrd_turn_unref (otrd_session_send_finish (fixture->session, result, &error));
  g_assert_no_error (error);
  g_object_unref (result);
  while (fake_count_calls (fixture->fake, "OpenSession") < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "Send"), ==, 1);
}

static void
test_nothing_of_a_session_is_asked_of_the_bus (Fixture *fixture, gconstpointer unused)
{
  send_text (fixture, "squeamish ossifrage");
  g_assert_cmpuint (fake_count_bus_calls (fixture->fake), ==, 1);
}

int
main (int argc, char **argv)
{
  alarm (280);
  g_test_init (&argc, &argv, NULL);
  ADD ("/route/one-that-has-too-many-stays-on-the-bus", set_up_bus,
       test_one_that_has_too_many_stays_on_the_bus);
  ADD ("/route/an-old-service-is-spoken-to-on-the-bus", set_up_bus,
       test_an_old_service_is_spoken_to_on_the_bus);
  ADD ("/route/one-that-is-denied-it-stays-on-the-bus", set_up_bus,
       test_one_that_is_denied_it_stays_on_the_bus);
  ADD ("/route/an-answer-without-a-socket-is-none", set_up_bus,
       test_an_answer_without_a_socket_is_none);
  ADD ("/route/a-service-that-dies-of-the-question-is-spoken-to", set_up_bus,
       test_a_service_that_dies_of_the_question_is_spoken_to);
  ADD ("/route/a-text-under-way-when-it-ends-goes-again", set_up,
       test_a_text_under_way_when_it_ends_goes_again);
  ADD ("/route/it-is-made-again-when-nothing-is-under-way", set_up,
       test_it_is_made_again_when_nothing_is_under_way);
  ADD ("/route/the-order-outlives-its-end", set_up, test_the_order_outlives_its_end);
  ADD ("/route/one-that-keeps-ending-gives-way-to-the-bus", set_up,
       test_one_that_keeps_ending_gives_way_to_the_bus);
  ADD ("/route/a-service-may-lose-its-name-before-it-answers", set_up,
       test_a_service_may_lose_its_name_before_it_answers);
  ADD ("/route/nothing-of-a-session-is-asked-of-the-bus", set_up,
       test_nothing_of_a_session_is_asked_of_the_bus);
  return g_test_run ();
}
