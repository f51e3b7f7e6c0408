/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sessions of two cores that talk: what goes out, what is held, what is owed. */
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

static void
send_texts (Actor *actor, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      actor_send (actor, text, i + 1);
    }
}

static void
test_private (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  send_texts (talk->a, 20);
  g_assert_cmpint (actor_send (talk->a, "text 20", 21)->verdict, ==, ENGINE_VERDICT_PRIVATE);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 21);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "unverified");
  g_assert_cmpstr (core_session_get_fingerprint (talk->alice->session), ==,
                   core_account_get_fingerprint (talk->bob->account));
}

static void
test_a_send_is_answered_at_once (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  g_assert_true (actor_send (talk->a, "now", 1)->done);
}

static void
test_held_texts_go_in_order (void)
{
  g_autoptr (Talk) talk = talk_new ();

  actor_start (talk->a);
  send_texts (talk->a, 50);
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 50);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 50);
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 0);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
  g_assert_true (side_has_event (talk->alice, "sent {"));
}

static void
test_always_holds_and_asks (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *answer;

  side_set_policy (talk->alice, "always");
  g_assert_cmpstr (core_session_get_policy (talk->alice->session), ==, "always");
  answer = actor_send (talk->a, "text 0", 1);
  g_assert_cmpint (answer->verdict, ==, ENGINE_VERDICT_HELD);
  g_assert_cmpuint (answer->n_lines, ==, 1);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
}

static void
test_opportunistic_offers (void)
{
  g_autoptr (Talk) talk = talk_new ();

  g_assert_cmpint (actor_send (talk->a, "text 0", 1)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
}

static void
test_manual_sends_its_own_bytes (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *answer;

  side_set_policy (talk->alice, "manual");
  answer = actor_send (talk->a, "hello", 1);
  g_assert_cmpint (answer->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  g_assert_cmpstr (g_ptr_array_index (answer->lines, 0), ==, "hello");
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "plaintext");
}

static void
test_an_offer_is_not_repeated_to_who_declined (void)
{
  g_autoptr (Talk) talk = talk_new ();

  actor_receive (talk->a, "I have no OTR");
  g_assert_cmpstr (g_ptr_array_index (actor_send (talk->a, "hello", 1)->lines, 0), ==, "hello");
}

static void
test_never_cannot_be_started (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_set_policy (talk->alice, "never");
  g_assert_error (actor_start (talk->a)->error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED);
  actor_receive (talk->a, "?OTRv3?");
  side_wait (talk->alice);
  g_assert_cmpuint (talk->alice->wire->len, ==, 0);
}

static void
test_at_least_is_kept (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const CoreSendOptions options = { 0 };

  g_assert_error (actor_send_with (talk->a, "secret", "private", &options)->error, OTRD_ERROR,
                  OTRD_ERROR_NOT_PRIVATE);
  side_go_private (talk->alice);
  g_assert_no_error (actor_send_with (talk->a, "secret", "private", &options)->error);
  g_assert_error (actor_send_with (talk->a, "secret", "verified", &options)->error, OTRD_ERROR,
                  OTRD_ERROR_NOT_PRIVATE);
  side_set_trust (talk->alice, core_session_get_fingerprint (talk->alice->session), "verified");
  side_wait (talk->alice);
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");
  g_assert_no_error (actor_send_with (talk->a, "secret", "verified", &options)->error);
  g_assert_error (actor_send_with (talk->a, "secret", "much", &options)->error, OTRD_ERROR,
                  OTRD_ERROR_INVALID_ARGUMENT);
}

static void
test_the_same_id_sends_nothing (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *again;

  side_go_private (talk->alice);
  actor_send (talk->a, "text 0", 7);
  again = actor_send (talk->a, "text 0", 7);
  g_assert_true (again->repeated);
  g_assert_cmpint (again->verdict, ==, ENGINE_VERDICT_PRIVATE);
  g_assert_cmpuint (again->n_lines, ==, 0);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
}

static void
test_the_contacts_end_lets_nothing_out (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  actor_end (talk->b);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "finished");
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "finished");
  g_assert_error (actor_send (talk->a, "text 1", 1)->error, OTRD_ERROR, OTRD_ERROR_FINISHED);
}

static void
test_end_gives_held_texts_back (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *end;

  actor_start (talk->a);
  send_texts (talk->a, 2);
  end = actor_end (talk->a);
  g_assert_true (answer_has_event (end, "lost {"));
  g_assert_true (answer_has_event (end, "(2, 'text 1')"));
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 0);
  g_queue_clear_full (&talk->bob->inbox, g_free);
}

static void
test_the_latch_outlives_the_service (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  side_restart (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "finished");
  g_assert_error (actor_send (side_add_stranger (talk->alice), "text 9", 1)->error, OTRD_ERROR,
                  OTRD_ERROR_FINISHED);
  talk->a = side_attach (talk->alice, "pidgin");
  g_assert_cmpuint (side_count_on_wire (talk->alice, "?OTRv"), ==, 2);
  g_assert_cmpint (actor_send (talk->a, "text 0", 1)->verdict, ==, ENGINE_VERDICT_HELD);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  talk_assert_read (talk->bob, 1);
}

static void
test_end_opens_the_latch (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  actor_end (talk->a);
  side_settle (talk->alice);
  side_restart (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "plaintext");
  talk->a = side_attach (talk->alice, "pidgin");
}

static void
test_fragments_are_put_together (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 200 };

  core_session_attach (talk->alice->session, talk->a->messenger, &small, NULL);
  core_session_attach (talk->bob->session, talk->b->messenger, &small, NULL);
  actor_start (talk->a);
  send_texts (talk->a, 3);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 3);
  for (guint i = 0; i < talk->alice->wire->len; i++)
    g_assert_cmpuint (strlen (g_ptr_array_index (talk->alice->wire, i)), <=, 200);
}

/* As a messenger does that had no answer the first time. */
static void
test_a_piece_with_its_id_comes_to_the_same_again (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 200 };
  g_autofree char *long_text = g_strnfill (500, 'x');
  guint number = 0;

  side_go_private (talk->alice);
  core_session_attach (talk->bob->session, talk->b->messenger, &small, NULL);
  actor_send (talk->b, long_text, 1);
  side_wait (talk->bob);
  g_assert_cmpuint (talk->alice->inbox.length, >, 2);
  for (char *piece; (piece = g_queue_pop_head (&talk->alice->inbox)) != NULL; g_free (piece))
    {
      g_autofree char *id = g_strdup_printf ("line %u", number++);
      const CoreReceiveOptions options = { .id = id };
      gboolean is_last = g_queue_is_empty (&talk->alice->inbox);

      for (guint time = 0; time < 2; time++)
        {
          Answer *answer = actor_receive_with (talk->a, piece, &options);

          side_wait (talk->alice);
          g_assert_cmpstr (answer->text, ==, is_last ? long_text : NULL);
          g_assert_cmpint (answer->repeated, ==, time > 0);
        }
    }
}

/* The network shows them to both, in another order. */
static void
test_pieces_that_two_messengers_hand_in_come_to_a_text (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 200 };
  g_autofree char *long_text = g_strnfill (500, 'x');
  Answer *answer = NULL;
  guint number = 0;

  side_go_private (talk->alice);
  core_session_attach (talk->bob->session, talk->b->messenger, &small, NULL);
  actor_send (talk->b, long_text, 1);
  side_wait (talk->bob);
  for (char *piece; (piece = g_queue_pop_head (&talk->alice->inbox)) != NULL; g_free (piece))
    {
      g_autofree char *id = g_strdup_printf ("line %u", number++);
      const CoreReceiveOptions options = { .id = id };

      /* the first was, and its program has died over it */
      if (number == 1)
        actor_receive_with (talk->a, piece, &options);
      answer = actor_receive_with (second, piece, &options);
      side_wait (talk->alice);
    }
  g_assert_cmpuint (number, >, 2);
  g_assert_cmpstr (answer->text, ==, long_text);
}

static void
test_history_is_never_answered (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const CoreReceiveOptions history = { .history = TRUE };

  g_assert_cmpuint (actor_receive_with (talk->a, "?OTRv3?", &history)->n_lines, ==, 0);
  g_assert_cmpstr (actor_receive_with (talk->a, "old words", &history)->text, ==, "old words");
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "plaintext");
}

static void
test_an_idle_session_goes (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (GPtrArray) sessions = NULL;

  actor_detach (talk->a);
  sessions = core_account_list_sessions (talk->alice->account);
  g_assert_cmpuint (sessions->len, ==, 0);
  talk->a = side_attach (talk->alice, "pidgin");
}

static void
test_a_silent_contact_stalls (void)
{
  g_autoptr (Talk) talk = talk_new ();

  actor_start (talk->a);
  actor_send (talk->a, "text 0", 1);
  g_queue_clear_full (&talk->bob->inbox, g_free);
  clock_turn (61 * G_USEC_PER_SEC);
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->alice, "stalled"));
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 1);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
  actor_start (talk->a);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
}

static void
test_a_flood_of_commits_is_cut_off (void)
{
  g_autoptr (Talk) talk = talk_new ();
  guint answered = 0;
  gboolean told = FALSE;

  actor_receive (talk->a, "?OTRv3?");
  side_wait (talk->alice);
  g_assert_cmpuint (talk->alice->wire->len, ==, 1);
  g_queue_clear_full (&talk->bob->inbox, g_free);
  talk->alice->peer = talk->bob->peer = NULL;
  for (guint i = 0; i < 200; i++)
    {
      Answer *answer = actor_receive (talk->b, g_ptr_array_index (talk->alice->wire, 0));

      side_wait (talk->bob);
      answered += answer->n_lines;
      told |= answer_has_event (answer, "storm");
    }
  g_assert_cmpuint (answered, <=, 60);
  g_assert_true (told);
  side_join (talk->alice, talk->bob);
}

static void
test_always_expects_nothing_in_the_clear (void)
{
  g_autoptr (Talk) talk = talk_new ();

  g_assert_cmpint (actor_receive (talk->a, "hello")->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  side_set_policy (talk->alice, "always");
  g_assert_cmpint (actor_receive (talk->a, "again")->verdict, ==,
                   ENGINE_VERDICT_UNEXPECTED_PLAINTEXT);
}

static void
test_held_texts_are_bounded (void)
{
  g_autoptr (Talk) talk = talk_new ();

  actor_start (talk->a);
  for (guint i = 0; i < 1024; i++)
    g_assert_no_error (actor_send (talk->a, "text", i + 1)->error);
  g_assert_error (actor_send (talk->a, "text", 5000)->error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  actor_end (talk->a);
  g_queue_clear_full (&talk->bob->inbox, g_free);
}

static void
test_a_text_too_long_is_refused (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autofree char *text = g_strnfill (1024 * 1024 + 1, 'x');

  g_assert_error (actor_send (talk->a, text, 1)->error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  g_assert_error (actor_send (talk->a, "", 2)->error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  side_go_private (talk->alice);
  text[1024 * 1024] = '\0';
  actor_send (talk->a, text, 3);
  side_settle (talk->alice);
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, 0), ==, text);
}

static void
test_a_configuration_too_small_is_refused (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 37 };
  g_autoptr (GError) error = NULL;

  core_session_attach (talk->alice->session, talk->a->messenger, &small, &error);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/session/texts-arrive-in-order-and-private", test_private);
  g_test_add_func ("/core/session/a-send-is-answered-at-once", test_a_send_is_answered_at_once);
  g_test_add_func ("/core/session/fifty-held-texts-go-once-and-in-order",
                   test_held_texts_go_in_order);
  g_test_add_func ("/core/session/always-holds-and-asks", test_always_holds_and_asks);
  g_test_add_func ("/core/session/opportunistic-offers", test_opportunistic_offers);
  g_test_add_func ("/core/session/manual-sends-its-own-bytes", test_manual_sends_its_own_bytes);
  g_test_add_func ("/core/session/an-offer-is-not-repeated-to-who-declined",
                   test_an_offer_is_not_repeated_to_who_declined);
  g_test_add_func ("/core/session/never-cannot-be-started", test_never_cannot_be_started);
  g_test_add_func ("/core/session/at-least-is-kept", test_at_least_is_kept);
  g_test_add_func ("/core/session/the-same-id-sends-nothing", test_the_same_id_sends_nothing);
  g_test_add_func ("/core/session/the-contacts-end-lets-nothing-out",
                   test_the_contacts_end_lets_nothing_out);
  g_test_add_func ("/core/session/end-gives-held-texts-back", test_end_gives_held_texts_back);
  g_test_add_func ("/core/session/the-latch-outlives-the-service",
                   test_the_latch_outlives_the_service);
  g_test_add_func ("/core/session/end-opens-the-latch", test_end_opens_the_latch);
  g_test_add_func ("/core/session/fragments-are-put-together", test_fragments_are_put_together);
  g_test_add_func ("/core/session/a-piece-with-its-id-comes-to-the-same-again",
                   test_a_piece_with_its_id_comes_to_the_same_again);
  g_test_add_func ("/core/session/pieces-that-two-messengers-hand-in-come-to-a-text",
                   test_pieces_that_two_messengers_hand_in_come_to_a_text);
  g_test_add_func ("/core/session/history-is-never-answered", test_history_is_never_answered);
  g_test_add_func ("/core/session/an-idle-session-goes", test_an_idle_session_goes);
  g_test_add_func ("/core/session/a-silent-contact-stalls", test_a_silent_contact_stalls);
  g_test_add_func ("/core/session/a-flood-of-commits-is-cut-off",
                   test_a_flood_of_commits_is_cut_off);
  g_test_add_func ("/core/session/always-expects-nothing-in-the-clear",
                   test_always_expects_nothing_in_the_clear);
  g_test_add_func ("/core/session/held-texts-are-bounded", test_held_texts_are_bounded);
  g_test_add_func ("/core/session/a-text-too-long-is-refused", test_a_text_too_long_is_refused);
  g_test_add_func ("/core/session/a-configuration-too-small-is-refused",
                   test_a_configuration_too_small_is_refused);
  return g_test_run ();
}
