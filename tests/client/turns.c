// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* libotrd against a scripted service: turns, and their order. */

#include "fixture.h"

#include <unistd.h>

/* ---- Turns ---- */

static void
test_a_turn_is_read_whole (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;
  OtrdTransmission *first;
  OtrdEvent *event;
  const guint64 *ids;
  gsize n_ids;

  fake_answer (
      fixture->fake, "Send",
      g_variant_new_parsed ("('private', {'state': <'private'>, 'trust': <'verified'>,"
                            " 'fingerprint': <'AB'>, 'instance': <uint32 257>, 'repeated': <true>},"
                            " [('one', {'to': <'bob@example.org/phone'>, 'clear': <true>,"
                            " 'ids': <[uint64 7, 8]>}), ('two', {})],"
                            " [('refreshed', {'version': <uint32 3>, 'known': <'first-seen'>})])"));
  turn = otrd_session_send_sync (fixture->session, "hello", "private",
                                 g_variant_new_parsed ("{'id': <uint64 7>}"), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (otrd_turn_get_verdict (turn), ==, OTRD_VERDICT_PRIVATE);
  g_assert_cmpint (otrd_turn_get_state (turn), ==, OTRD_STATE_PRIVATE);
  g_assert_cmpint (otrd_turn_get_trust (turn), ==, OTRD_TRUST_VERIFIED);
  g_assert_cmpstr (otrd_turn_get_fingerprint (turn), ==, "AB");
  g_assert_cmpuint (otrd_turn_get_instance (turn), ==, 257);
  g_assert_true (otrd_turn_get_repeated (turn));
  g_assert_false (otrd_turn_get_resent (turn));
  g_assert_cmpuint (otrd_turn_get_id (turn), ==, 7);
  g_assert_cmpuint (otrd_turn_get_n_transmissions (turn), ==, 2);
  first = otrd_turn_get_transmission (turn, 0);
  g_assert_cmpstr (otrd_transmission_get_to (first), ==, "bob@example.org/phone");
  g_assert_true (otrd_transmission_get_clear (first));
  ids = otrd_transmission_get_ids (first, &n_ids);
  g_assert_cmpuint (n_ids, ==, 2);
  g_assert_cmpuint (ids[1], ==, 8);
  g_assert_null (otrd_transmission_get_to (otrd_turn_get_transmission (turn, 1)));
  event = otrd_turn_get_event (turn, 0);
  g_assert_cmpuint (otrd_event_get_uint (event, "version"), ==, 3);
  g_assert_cmpstr (otrd_event_get_string (event, "known"), ==, "first-seen");
  g_assert_null (otrd_event_get_string (event, "nothing"));
}

static void
test_an_unknown_verdict_of_a_text_is_an_error (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  fake_answer (fixture->fake, "Send",
               g_variant_new_parsed ("('levitated', " EMPTY
                                     ", [('owed', {}), ('hello', {'ids': <[uint64 7]>})],"
                                     " @a(sa{sv}) [])"));
  turn = otrd_session_send_sync (fixture->session, "hello", NULL,
                                 g_variant_new_parsed ("{'id': <uint64 7>}"), NULL, &error);
  g_assert_null (turn);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FAILED);
  iterate_until_turns (fixture, 1);
  turn = otrd_turn_ref (fixture->turns->pdata[0]);
  g_assert_cmpuint (otrd_turn_get_n_transmissions (turn), ==, 1);
  g_assert_cmpstr (line_of (turn, 0), ==, "owed");
}

static void
test_an_unknown_verdict_of_a_line_shows_nothing (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  fake_answer (fixture->fake, "Receive",
               g_variant_new_parsed ("('levitated', 'boo', " EMPTY
                                     ", [('answer', @a{sv} {})], @a(sa{sv}) [])"));
  turn = otrd_session_receive_sync (fixture->session, "?OTR:", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (otrd_turn_get_verdict (turn), ==, OTRD_VERDICT_UNKNOWN);
  g_assert_null (otrd_turn_get_text (turn));
  g_assert_cmpstr (line_of (turn, 0), ==, "answer");
}

static void
test_texts_that_are_not_utf8_are_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_null (otrd_session_receive_sync (fixture->session, "\xff", NULL, NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  otrd_session_send (fixture->session, "\xff", NULL, NULL, NULL, keep_result, &result);
  iterate_until_result (&result);
  g_assert_null (otrd_session_send_finish (fixture->session, result, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
}

/* ---- The bell and the order ---- */

static GVariant *
make_collected (const char *line)
{
  return g_variant_new_parsed ("([(%s, @a{sv} {})], @a(sa{sv}) [])", line);
}

static void
test_the_bell_is_answered (Fixture *fixture, gconstpointer unused)
{
  fake_answer (fixture->fake, "Collect", make_collected ("owed"));
  fake_ring (fixture->fake);
  iterate_until_turns (fixture, 1);
  g_assert_cmpstr (line_of (fixture->turns->pdata[0], 0), ==, "owed");
}

static void
test_nothing_owed_is_not_told (Fixture *fixture, gconstpointer unused)
{
  fake_ring (fixture->fake);
  while (fake_count_calls (fixture->fake, "Collect") < 1)
    g_main_context_iteration (NULL, TRUE);
  fake_answer (fixture->fake, "Collect", make_collected ("second"));
  fake_ring (fixture->fake);
  iterate_until_turns (fixture, 1);
  g_assert_cmpuint (fixture->turns->len, ==, 1);
}

static void
test_what_a_session_owes_when_opened_is_collected (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdSession) again = NULL;

  fake_answer (fixture->fake, "Collect", make_collected ("owed"));
  fake_answer (fixture->fake, "OpenSession",
               g_variant_new_parsed ("(%o, {'pending': <true>})", FAKE_SESSION_PATH));
  again = otrd_client_open_session_sync (fixture->client, "xmpp", "alice@example.org",
                                         "bob@example.org", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (again == fixture->session);
  iterate_until_turns (fixture, 1);
  g_assert_cmpstr (line_of (fixture->turns->pdata[0], 0), ==, "owed");
}

/* The service answers Collect before Receive; the application waits for the
 * second and never sees its main loop in between. */
static void
test_a_waiting_call_does_not_overtake_the_bell (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  fake_hold_until (fixture->fake, "Collect", "Receive");
  fake_answer (fixture->fake, "Collect", make_collected ("first"));
  fake_answer (fixture->fake, "Receive",
               g_variant_new_parsed ("('private', 'hi', " EMPTY
                                     ", [('second', @a{sv} {})], @a(sa{sv}) [])"));
  fake_ring (fixture->fake);
  while (fake_count_calls (fixture->fake, "Collect") < 1)
    g_main_context_iteration (NULL, FALSE);
  turn = otrd_session_receive_sync (fixture->session, "?OTR:", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->turns->len, ==, 0);
  g_assert_cmpuint (otrd_turn_get_n_transmissions (turn), ==, 2);
  g_assert_cmpstr (line_of (turn, 0), ==, "first");
  g_assert_cmpstr (line_of (turn, 1), ==, "second");
}

static void
test_an_overtaken_call_keeps_its_verdict (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (OtrdTurn) waited = NULL;
  g_autoptr (OtrdTurn) overtaken = NULL;

  fake_answer (
      fixture->fake, "Receive",
      g_variant_new_parsed ("('private', 'hi', " EMPTY ", [('first', @a{sv} {})], @a(sa{sv}) [])"));
  fake_answer (
      fixture->fake, "Send",
      g_variant_new_parsed ("('private', " EMPTY ", [('second', @a{sv} {})], @a(sa{sv}) [])"));
  otrd_session_receive (fixture->session, "?OTR:", NULL, NULL, keep_result, &result);
  waited = otrd_session_send_sync (fixture->session, "yes", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (result);
  g_assert_cmpstr (line_of (waited, 0), ==, "first");
  g_assert_cmpstr (line_of (waited, 1), ==, "second");
  iterate_until_result (&result);
  overtaken = otrd_session_receive_finish (fixture->session, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (otrd_turn_get_text (overtaken), ==, "hi");
  g_assert_true (otrd_turn_is_empty (overtaken));
}

int
main (int argc, char **argv)
{
  alarm (280);
  g_test_init (&argc, &argv, NULL);
  ADD ("/turn/is-read-whole", set_up, test_a_turn_is_read_whole);
  ADD ("/turn/unknown-verdict-of-a-text-is-an-error", set_up,
       test_an_unknown_verdict_of_a_text_is_an_error);
  ADD ("/turn/unknown-verdict-of-a-line-shows-nothing", set_up,
       test_an_unknown_verdict_of_a_line_shows_nothing);
  ADD ("/turn/texts-that-are-not-utf8-are-refused", set_up,
       test_texts_that_are_not_utf8_are_refused);
  ADD ("/order/the-bell-is-answered", set_up, test_the_bell_is_answered);
  ADD ("/order/nothing-owed-is-not-told", set_up, test_nothing_owed_is_not_told);
  ADD ("/order/what-is-owed-at-opening-is-collected", set_up,
       test_what_a_session_owes_when_opened_is_collected);
  ADD ("/order/a-waiting-call-does-not-overtake-the-bell", set_up,
       test_a_waiting_call_does_not_overtake_the_bell);
  ADD ("/order/an-overtaken-call-keeps-its-verdict", set_up,
       test_an_overtaken_call_keeps_its_verdict);
  return g_test_run ();
}
