// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* libotrd against a scripted service that goes and comes: nothing is lost, nothing
 * slips into the clear. */

#include "fixture.h"

#include <string.h>
#include <unistd.h>

/* ---- The service goes and comes ---- */

static void
test_a_text_whose_answer_was_lost_goes_again (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;
  g_autofree char *first = NULL, *second = NULL, *opening = NULL, *reopening = NULL;

  fake_die_at (fixture->fake, "Send");
  turn = otrd_session_send_sync (fixture->session, "hello", "verified", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (otrd_turn_get_id (turn), !=, 0);
  first = fake_find_call (fixture->fake, "Send", 0);
  second = fake_find_call (fixture->fake, "Send", 1);
  g_assert_cmpstr (first, ==, second);
  g_assert_nonnull (strstr (first, "'hello', 'verified', {'id': <"));
  opening = fake_find_call (fixture->fake, "OpenSession", 0);
  reopening = fake_find_call (fixture->fake, "OpenSession", 1);
  g_assert_cmpstr (opening, ==, reopening);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "Register"), >=, 2);
}

static void
test_calls_under_way_keep_their_order_over_a_death (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  GAsyncResult *results[3] = { NULL, NULL, NULL };
  static const char *const texts[] = { "one", "two", "three" };

  fake_die_at (fixture->fake, "Send");
  for (guint i = 0; i < 3; i++)
    otrd_session_send (fixture->session, texts[i], "private", NULL, NULL, keep_result, &results[i]);
  iterate_until_result (&results[2]);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (OtrdTurn) turn = otrd_session_send_finish (fixture->session, results[i], &error);
      g_autofree char *call =
          fake_find_call (fixture->fake, "Send", fake_count_calls (fixture->fake, "Send") - 3 + i);

      g_assert_no_error (error);
      g_assert_nonnull (strstr (call, texts[i]));
      g_object_unref (g_steal_pointer (&results[i]));
    }
}

static void
test_a_session_whose_object_has_gone_is_opened_again (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  fake_refuse (fixture->fake, "StartVerification", "org.freedesktop.DBus.Error.UnknownMethod",
               "gone");
  turn = otrd_session_start_verification_sync (fixture->session, NULL, "who?", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (turn);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "OpenSession"), ==, 2);
}

static void
test_what_must_not_happen_twice_is_not_repeated (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fake_die_at (fixture->fake, "AbortVerification");
  g_assert_null (otrd_session_abort_verification_sync (fixture->session, NULL, NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FAILED);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "AbortVerification"), ==, 1);
}

static GVariant *
make_held (void)
{
  return g_variant_new_parsed ("('held', " EMPTY ", " NO_TURN ")");
}

static void
send_held (Fixture *fixture, guint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  fake_answer (fixture->fake, "Send", make_held ());
  turn = otrd_session_send_sync (fixture->session, "hello", NULL,
                                 g_variant_new_parsed ("{'id': <%t>}", id), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (otrd_turn_get_verdict (turn), ==, OTRD_VERDICT_HELD);
}

static void
script_plain_reopening (Fixture *fixture)
{
  fake_answer (fixture->fake, "OpenSession",
               g_variant_new_parsed ("(%o, {'State': <'plaintext'>})", FAKE_SESSION_PATH));
}

static void
test_a_held_text_is_offered_to_the_next_service (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *first = NULL, *second = NULL;
  OtrdTurn *turn;
  OtrdEvent *event;
  gsize n_ids;

  send_held (fixture, 7);
  script_plain_reopening (fixture);
  fake_die_at (fixture->fake, "Collect");
  fake_ring (fixture->fake);
  iterate_until_turns (fixture, 1);
  first = fake_find_call (fixture->fake, "Send", 0);
  second = fake_find_call (fixture->fake, "Send", 1);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "Start"), ==, 1);
  turn = fixture->turns->pdata[0];
  event = otrd_turn_get_event (turn, 0);
  g_assert_cmpstr (otrd_event_get_name (event), ==, "sent");
  g_assert_cmpuint (otrd_event_get_ids (event, &n_ids)[0], ==, 7);
}

/* The service gives back what it holds when it ends: the next one is offered it, and only what we
 * do not know of is told. */
static void
test_a_held_text_given_back_at_the_end_is_offered (Fixture *fixture, gconstpointer unused)
{
  OtrdTurn *turn;

  send_held (fixture, 7);
  fake_answer (
      fixture->fake, "Collect",
      g_variant_new_parsed ("(@a(sa{sv}) [], [('lost', {'messages': <[(uint64 7, 'hello')]>,"
                            " 'reason': <'service-ended'>}), ('lost', {'messages':"
                            " <[(uint64 7, 'hello'), (8, 'theirs')]>,"
                            " 'reason': <'service-ended'>})])"));
  fake_ring (fixture->fake);
  iterate_until_turns (fixture, 1);
  turn = fixture->turns->pdata[0];
  g_assert_cmpuint (otrd_turn_get_n_events (turn), ==, 1);
  assert_lost (turn, 8, "theirs", "service-ended");
  script_plain_reopening (fixture);
  fake_die_at (fixture->fake, "Collect");
  fake_ring (fixture->fake);
  iterate_until_turns (fixture, 2);
  turn = fixture->turns->pdata[1];
  g_assert_cmpstr (otrd_event_get_name (otrd_turn_get_event (turn, 0)), ==, "sent");
  g_assert_cmpuint (fake_count_calls (fixture->fake, "Send"), ==, 2);
}

static void
test_a_held_text_never_goes_out_in_the_clear (Fixture *fixture, gconstpointer unused)
{
  OtrdTurn *turn;

  send_held (fixture, 7);
  script_plain_reopening (fixture);
  fake_answer (fixture->fake, "Send",
               g_variant_new_parsed ("('plaintext', " EMPTY
                                     ", [('hello', {'clear': <true>, 'ids': <[uint64 7]>})],"
                                     " @a(sa{sv}) [])"));
  fake_die_at (fixture->fake, "Collect");
  fake_ring (fixture->fake);
  iterate_until_turns (fixture, 1);
  turn = fixture->turns->pdata[0];
  g_assert_cmpuint (otrd_turn_get_n_transmissions (turn), ==, 0);
  assert_lost (turn, 7, "hello", "service-lost");
}

static void
test_a_repeated_text_does_not_fall_into_the_clear (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fake_die_at (fixture->fake, "Send");
  script_plain_reopening (fixture);
  fake_answer (fixture->fake, "Send",
               g_variant_new_parsed ("('plaintext', " EMPTY
                                     ", [('hello', {'clear': <true>, 'ids': <[uint64 7]>})],"
                                     " @a(sa{sv}) [])"));
  g_assert_null (otrd_session_send_sync (
      fixture->session, "hello", NULL, g_variant_new_parsed ("{'id': <uint64 7>}"), NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
  g_assert_cmpuint (fixture->turns->len, ==, 0);
}

static void
test_a_text_that_was_sent_is_not_offered_again (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  send_held (fixture, 7);
  fake_answer (fixture->fake, "Receive",
               g_variant_new_parsed ("('protocol', '', " EMPTY
                                     ", [('hello', {'ids': <[uint64 7]>})],"
                                     " [('sent', {'ids': <[uint64 7]>})])"));
  turn = otrd_session_receive_sync (fixture->session, "?OTR:", NULL, NULL, &error);
  g_assert_no_error (error);
  fake_die_at (fixture->fake, "Receive");
  g_clear_pointer (&turn, otrd_turn_unref);
  turn = otrd_session_receive_sync (fixture->session, "?OTR:", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "Send"), ==, 1);
}

static void
test_ending_gives_held_texts_back (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  send_held (fixture, 7);
  turn = otrd_session_end_sync (fixture->session, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_lost (turn, 7, "hello", "ended");
}

static void
iterate_until_state (Fixture *fixture, OtrdState state)
{
  while (otrd_session_get_state (fixture->session) != state)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_state (Fixture *fixture, const char *state)
{
  fake_set_property (fixture->fake, "im.otrd1.Session", "State", g_variant_new_string (state));
  iterate_until_state (fixture, otrd_state_from_string (state));
}

static void
stop_service (Fixture *fixture)
{
  fake_stop (fixture->fake);
  while (otrd_client_get_available (fixture->client))
    g_main_context_iteration (NULL, TRUE);
}

static void
script_plain_send (Fixture *fixture)
{
  fake_answer (fixture->fake, "Send",
               g_variant_new_parsed ("('plaintext', " EMPTY
                                     ", [('hello', {'clear': <true>, 'ids': <[uint64 7]>})],"
                                     " @a(sa{sv}) [])"));
}

static void
assert_not_private (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (otrd_session_send_sync (
      fixture->session, "hello", NULL, g_variant_new_parsed ("{'id': <uint64 7>}"), NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->turns->len, ==, 0);
}

/* The last that was asked of the service. */
static void
assert_asked (Fixture *fixture, const char *words)
{
  g_autofree char *call =
      fake_find_call (fixture->fake, "Send", fake_count_calls (fixture->fake, "Send") - 1);

  g_assert_true (g_str_has_prefix (call + strlen ("Send"), words));
}

static void
send_in_the_clear (Fixture *fixture, GVariant *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  script_plain_send (fixture);
  turn = otrd_session_send_sync (fixture->session, "hello", NULL, options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (otrd_turn_get_verdict (turn), ==, OTRD_VERDICT_PLAINTEXT);
  g_assert_cmpuint (otrd_turn_get_n_transmissions (turn), ==, 1);
  assert_asked (fixture, "('hello', '', ");
}

static void
test_a_text_typed_while_starting_does_not_fall_into_the_clear (Fixture *fixture,
                                                               gconstpointer unused)
{
  set_state (fixture, "starting");
  stop_service (fixture);
  script_plain_reopening (fixture);
  script_plain_send (fixture);
  fake_start (fixture->fake);
  assert_not_private (fixture);
}

static void
test_what_was_starting_when_the_service_went_needs_consent (Fixture *fixture, gconstpointer unused)
{
  set_state (fixture, "starting");
  stop_service (fixture);
  script_plain_reopening (fixture);
  fake_start (fixture->fake);
  iterate_until_state (fixture, OTRD_STATE_PLAINTEXT);
  script_plain_send (fixture);
  assert_not_private (fixture);
  assert_asked (fixture, "('hello', 'private', ");
  send_in_the_clear (fixture, g_variant_new_parsed ("{'clear': <true>}"));
  send_in_the_clear (fixture, NULL);
}

static void
test_what_another_has_ended_stays_out_of_the_clear (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  set_state (fixture, "plaintext");
  stop_service (fixture);
  script_plain_reopening (fixture);
  fake_start (fixture->fake);
  iterate_until_state (fixture, OTRD_STATE_PLAINTEXT);
  script_plain_send (fixture);
  assert_not_private (fixture);
  assert_asked (fixture, "('hello', 'private', ");
  turn = otrd_session_end_sync (fixture->session, NULL, NULL, &error);
  g_assert_no_error (error);
  send_in_the_clear (fixture, NULL);
}

static void
test_starting_it_again_is_consent (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  set_state (fixture, "plaintext");
  turn = otrd_session_start_sync (fixture->session, NULL, NULL, &error);
  g_assert_no_error (error);
  send_in_the_clear (fixture, NULL);
}

static void
test_a_text_after_the_users_own_end_goes_in_the_clear (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) ended = NULL, sent = NULL;
  GAsyncResult *results[2] = { NULL, NULL };

  script_plain_send (fixture);
  otrd_session_end (fixture->session, NULL, NULL, keep_result, &results[0]);
  otrd_session_send (fixture->session, "hello", NULL, NULL, NULL, keep_result, &results[1]);
  iterate_until_result (&results[1]);
  ended = otrd_session_end_finish (fixture->session, results[0], &error);
  g_assert_no_error (error);
  sent = otrd_session_send_finish (fixture->session, results[1], &error);
  g_assert_no_error (error);
  g_assert_cmpint (otrd_turn_get_verdict (sent), ==, OTRD_VERDICT_PLAINTEXT);
  g_object_unref (results[0]);
  g_object_unref (results[1]);
}

static void
test_an_id_of_the_library_is_one_for_every_reader (Fixture *fixture, gconstpointer unused)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OtrdTurn) turn =
          otrd_session_send_sync (fixture->session, "hello", NULL, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (otrd_turn_get_id (turn), >, 0);
      g_assert_cmpuint (otrd_turn_get_id (turn), <, (guint64)1 << 53);
    }
}

static void
test_a_missing_service_is_a_clear_error (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->client = otrd_client_new_sync (fixture->connection, "test", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (otrd_client_get_available (fixture->client));
  g_assert_cmpint (otrd_client_get_vault (fixture->client), ==, OTRD_VAULT_UNKNOWN);
  g_assert_false (otrd_client_lock_sync (fixture->client, NULL, NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "installed"));
}

static void
test_a_session_is_open_again_when_the_service_is_back (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fake_stop (fixture->fake);
  while (otrd_client_get_available (fixture->client))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (otrd_session_get_state (fixture->session), ==, OTRD_STATE_UNKNOWN);
  g_assert_cmpstr (otrd_session_get_contact (fixture->session), ==, "bob@example.org");
  g_assert_null (otrd_session_send_sync (fixture->session, "hello", NULL, NULL, NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FAILED);
  fake_start (fixture->fake);
  while (otrd_session_get_state (fixture->session) != OTRD_STATE_PRIVATE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fake_count_calls (fixture->fake, "OpenSession"), ==, 2);
}

static void
test_detaching_does_not_start_a_service (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  fake_stop (fixture->fake);
  while (otrd_client_get_available (fixture->client))
    g_main_context_iteration (NULL, TRUE);
  turn = otrd_session_detach_sync (fixture->session, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (otrd_turn_is_empty (turn));
  g_assert_false (otrd_session_get_attached (fixture->session));
}

static void
test_a_dropped_session_signs_off (Fixture *fixture, gconstpointer unused)
{
  g_clear_object (&fixture->session);
  let_client_go (fixture);
  fake_await_calls (fixture->fake, "Detach", 1);
}

int
main (int argc, char **argv)
{
  alarm (280);
  g_test_init (&argc, &argv, NULL);
  ADD ("/service/a-text-whose-answer-was-lost-goes-again", set_up,
       test_a_text_whose_answer_was_lost_goes_again);
  ADD ("/service/calls-under-way-keep-their-order", set_up,
       test_calls_under_way_keep_their_order_over_a_death);
  ADD ("/service/a-session-whose-object-has-gone-is-opened-again", set_up,
       test_a_session_whose_object_has_gone_is_opened_again);
  ADD ("/service/what-must-not-happen-twice-is-not-repeated", set_up,
       test_what_must_not_happen_twice_is_not_repeated);
  ADD ("/service/a-held-text-given-back-at-the-end-is-offered", set_up,
       test_a_held_text_given_back_at_the_end_is_offered);
  ADD ("/service/a-held-text-is-offered-to-the-next", set_up,
       test_a_held_text_is_offered_to_the_next_service);
  ADD ("/service/a-held-text-never-goes-out-in-the-clear", set_up,
       test_a_held_text_never_goes_out_in_the_clear);
  ADD ("/service/a-repeated-text-does-not-fall-into-the-clear", set_up,
       test_a_repeated_text_does_not_fall_into_the_clear);
  ADD ("/service/a-text-typed-while-starting-does-not-fall-into-the-clear", set_up,
       test_a_text_typed_while_starting_does_not_fall_into_the_clear);
  ADD ("/service/what-was-starting-when-it-went-needs-consent", set_up,
       test_what_was_starting_when_the_service_went_needs_consent);
  ADD ("/service/what-another-has-ended-stays-out-of-the-clear", set_up,
       test_what_another_has_ended_stays_out_of_the_clear);
  ADD ("/service/starting-it-again-is-consent", set_up, test_starting_it_again_is_consent);
  ADD ("/service/a-text-after-the-users-own-end-goes-in-the-clear", set_up,
       test_a_text_after_the_users_own_end_goes_in_the_clear);
  ADD ("/service/an-id-of-the-library-is-one-for-every-reader", set_up,
       test_an_id_of_the_library_is_one_for_every_reader);
  ADD ("/service/a-text-that-was-sent-is-not-offered-again", set_up,
       test_a_text_that_was_sent_is_not_offered_again);
  ADD ("/service/ending-gives-held-texts-back", set_up, test_ending_gives_held_texts_back);
  ADD ("/service/a-missing-one-is-a-clear-error", set_up_bus,
       test_a_missing_service_is_a_clear_error);
  ADD ("/service/a-session-is-open-again-when-it-is-back", set_up,
       test_a_session_is_open_again_when_the_service_is_back);
  ADD ("/service/detaching-does-not-start-one", set_up, test_detaching_does_not_start_a_service);
  ADD ("/service/a-dropped-session-signs-off", set_up, test_a_dropped_session_signs_off);
  return g_test_run ();
}
