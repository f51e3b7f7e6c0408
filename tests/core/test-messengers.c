/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Several messengers on one session, and who is owed what. */
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

static void
test_a_second_messenger_repeats (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->bob, "dino");
  Answer *sent, *first, *repeat;

  side_go_private (talk->alice);
  talk->bob->peer = NULL;
  talk->alice->peer = NULL;
  sent = actor_send (talk->a, "once", 1);
  first = actor_receive (talk->b, g_ptr_array_index (sent->lines, 0));
  repeat = actor_receive (second, g_ptr_array_index (sent->lines, 0));
  side_wait (talk->bob);
  g_assert_cmpstr (first->text, ==, "once");
  g_assert_false (first->repeated);
  g_assert_cmpstr (repeat->text, ==, "once");
  g_assert_true (repeat->repeated);
  g_assert_cmpuint (repeat->n_lines, ==, 0);
  side_join (talk->alice, talk->bob);
}

static void
test_a_line_of_ours_is_known_again (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *sent;

  side_go_private (talk->alice);
  sent = actor_send (talk->a, "echo", 1);
  g_assert_cmpint (actor_receive (talk->a, g_ptr_array_index (sent->lines, 0))->verdict, ==,
                   ENGINE_VERDICT_OWN);
  g_assert_cmpuint (talk->alice->texts->len, ==, 0);
}

static void
test_end_is_one_messengers_consent (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  const CoreSendOptions clear = { .clear = TRUE };

  side_go_private (talk->alice);
  side_set_policy (talk->alice, "manual");
  actor_end (second);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "plaintext");
  g_assert_cmpint (actor_send (second, "mine", 1)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  g_assert_error (actor_send (talk->a, "text 1", 1)->error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
  g_assert_error (actor_send (talk->a, "text 1", 1)->error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
  g_assert_cmpint (actor_send_with (talk->a, "open", "", &clear)->verdict, ==,
                   ENGINE_VERDICT_PLAINTEXT);
  g_assert_cmpint (actor_send (talk->a, "later", 2)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text 1"), ==, 0);
}

static void
test_a_stranger_s_start_is_owed (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *stranger = side_add_stranger (talk->alice);
  Answer *start;

  talk->a->deaf = TRUE;
  start = actor_start (stranger);
  g_assert_no_error (start->error);
  g_assert_cmpuint (start->n_lines, ==, 0);
  g_assert_cmpuint (talk->a->bells, ==, 1);
  g_assert_cmpuint (actor_collect (talk->a)->n_lines, ==, 1);
  g_assert_cmpuint (actor_collect (talk->a)->n_lines, ==, 0);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
}

static void
test_another_call_brings_the_owed_along_first (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *send;

  side_go_private (talk->alice);
  side_set_policy (talk->alice, "manual");
  talk->a->deaf = TRUE;
  actor_start (side_add_stranger (talk->alice));
  send = actor_send (talk->a, "text", 1);
  g_assert_cmpuint (send->n_lines, ==, 2);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (send->lines, 0), "?OTRv"));
}

static void
test_a_strangers_start_needs_a_messenger (void)
{
  g_autoptr (Talk) talk = talk_new ();

  actor_set_online (talk->a, FALSE);
  g_assert_error (actor_start (side_add_stranger (talk->alice))->error, OTRD_ERROR,
                  OTRD_ERROR_NO_MESSENGER);
}

static void
test_what_is_owed_goes_to_the_next (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");

  actor_collect (talk->a);
  talk->a->deaf = second->deaf = TRUE;
  talk->a->bells = second->bells = 0;
  actor_start (side_add_stranger (talk->alice));
  g_assert_cmpuint (talk->a->bells, ==, 1);
  g_assert_cmpuint (second->bells, ==, 0);
  actor_leave (talk->a);
  g_assert_cmpuint (second->bells, ==, 1);
  g_assert_cmpuint (actor_collect (second)->n_lines, ==, 1);
}

static void
test_the_others_see_it_come_and_go (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *news;
  Actor *second;

  talk->a->deaf = TRUE;
  second = side_attach (talk->alice, "dino");
  second->deaf = TRUE;
  g_assert_cmpuint (talk->a->bells, ==, 1);
  g_assert_cmpuint (second->bells, ==, 0);
  g_assert_true (core_session_owes (talk->alice->session, talk->a->messenger));
  news = actor_collect (talk->a);
  g_assert_cmpuint (news->events->len, ==, 1);
  g_assert_true (answer_has_event (news, "messenger-attached"));
  g_assert_true (answer_has_event (news, "'dino'"));
  g_assert_cmpuint (actor_collect (second)->events->len, ==, 0);
  actor_leave (second);
  g_assert_cmpuint (talk->a->bells, ==, 2);
  news = actor_send (talk->a, "hello there", 0);
  g_assert_true (answer_has_event (news, "messenger-detached"));
  g_assert_false (core_session_owes (talk->alice->session, talk->a->messenger));
}

/* To hear who came takes nothing away from who is served. */
static void
test_news_take_nothing_from_who_is_served (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *news;
  Actor *second;

  talk->a->deaf = TRUE;
  second = side_attach (talk->alice, "dino");
  second->deaf = TRUE;
  actor_start (side_add_stranger (talk->alice));
  g_assert_cmpuint (second->bells, ==, 1);
  news = actor_collect (talk->a);
  g_assert_true (answer_has_event (news, "messenger-attached"));
  g_assert_cmpuint (news->n_lines, ==, 0);
  g_assert_cmpuint (actor_collect (second)->n_lines, ==, 1);
}

/* A crowd that comes and goes while a messenger does not look fills no memory. */
static void
test_news_are_bounded (void)
{
  g_autoptr (Talk) talk = talk_new ();

  talk->a->deaf = TRUE;
  for (guint i = 0; i < 100; i++)
    actor_leave (side_attach (talk->alice, "dino"));
  g_assert_cmpuint (talk->a->bells, ==, 1);
  g_assert_cmpuint (actor_collect (talk->a)->events->len, ==, 64);
}

static void
test_shutting_down_says_goodbye (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  g_assert_cmpuint (core_shut_down (talk->alice->core), ==, 0);
  side_settle (talk->alice);
  g_assert_cmpuint (core_count_owing (talk->alice->core), ==, 0);
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "finished");
  side_restart (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "finished");
  talk->a = side_attach (talk->alice, "pidgin");
}

/* Who typed a text alone can say to its user that it was not sent. */
static void
test_shutting_down_gives_held_texts_back (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  Answer *late, *first_news, *second_news;

  talk->a->deaf = second->deaf = TRUE;
  talk->alice->peer = NULL;
  actor_start (talk->a);
  actor_send (second, "of dino's user", 2);
  g_assert_cmpint (actor_send (talk->a, "of pidgin's user", 1)->verdict, ==, ENGINE_VERDICT_HELD);
  g_assert_cmpuint (core_shut_down (talk->alice->core), ==, 1);
  side_wait (talk->alice);
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 0);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "starting");
  late = actor_send (talk->a, "typed too late", 3);
  g_assert_cmpint (late->verdict, ==, ENGINE_VERDICT_HELD);
  g_assert_cmpuint (late->n_lines, ==, 0);
  g_assert_true (answer_has_event (late, "[(uint64 3, 'typed too late')]"));
  first_news = late;
  g_assert_true (answer_has_event (first_news, "[(uint64 1, \"of pidgin's user\")]"));
  /* What was given back is not held any more, whoever asks. */
  g_assert_true (answer_has_event (actor_send (talk->a, "of pidgin's user", 1), "'service-ended'"));
  g_assert_cmpuint (core_count_owing (talk->alice->core), ==, 1);
  second_news = actor_collect (second);
  g_assert_true (answer_has_event (second_news, "[(uint64 2, \"of dino's user\")]"));
  g_assert_true (answer_has_event (second_news, "'service-ended'"));
  g_assert_cmpuint (core_count_owing (talk->alice->core), ==, 0);
  side_join (talk->alice, talk->bob);
}

/* Nothing was under way in it when the service was told to end. */
static void
test_shutting_down_gives_back_what_comes_later (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *late;

  side_set_policy (talk->alice, "always");
  core_shut_down (talk->alice->core);
  side_wait (talk->alice);
  late = actor_send (talk->a, "typed too late", 3);
  g_assert_cmpuint (late->n_lines, ==, 0);
  g_assert_true (answer_has_event (late, "'service-ended'"));
  side_set_policy (talk->alice, "manual");
  late = actor_send (talk->a, "as open as ever", 4);
  g_assert_cmpint (late->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
}

/* The one that typed it is not there any more: the one that is, hears of it. */
static void
test_shutting_down_leaves_no_text_untold (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  Answer *news;

  talk->a->deaf = TRUE;
  talk->alice->peer = NULL;
  actor_start (second);
  actor_send (second, "of who has gone", 2);
  side_wait (talk->alice);
  actor_leave (second);
  side_wait (talk->alice);
  core_shut_down (talk->alice->core);
  side_wait (talk->alice);
  g_assert_cmpuint (core_count_owing (talk->alice->core), ==, 1);
  news = actor_collect (talk->a);
  g_assert_true (answer_has_event (news, "[(uint64 2, 'of who has gone')]"));
  g_assert_cmpuint (core_count_owing (talk->alice->core), ==, 0);
  side_join (talk->alice, talk->bob);
}

static void
test_a_messenger_that_vanishes_in_the_middle (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  Answer *receive, *send;

  side_join (talk->alice, talk->alice);
  actor_start (talk->a);
  side_join (talk->bob, talk->bob);
  actor_receive (talk->b, g_ptr_array_index (talk->alice->wire, 0));
  side_wait (talk->bob);
  g_queue_clear_full (&talk->alice->inbox, g_free);
  g_queue_clear_full (&talk->bob->inbox, g_free);
  side_join (talk->alice, talk->bob);
  second->deaf = TRUE;
  receive = actor_receive (talk->a, g_ptr_array_index (talk->bob->wire, 0));
  send = actor_send (talk->a, "never seen", 9);
  actor_leave (talk->a);
  side_wait (talk->alice);
  g_assert_cmpuint (receive->n_lines, ==, 0);
  g_assert_nonnull (send->error);
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 0);
  g_assert_cmpuint (second->bells, ==, 1);
  g_assert_cmpuint (actor_collect (second)->n_lines, ==, 1);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
}

static void
test_an_end_that_races_a_send (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  Answer *send;

  side_set_policy (talk->alice, "manual");
  for (guint i = 0; i < 1000; i++)
    {
      /* The breaker lets a query pass every few seconds. */
      clock_turn (20 * G_USEC_PER_SEC);
      side_go_private (talk->alice);
      actor_receive (talk->a, "nothing");
      actor_end (second);
      send = actor_send (talk->a, "text 1", 0);
      side_settle (talk->alice);
      g_assert_error (send->error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
    }
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text 1"), ==, 0);
}

static void
test_each_messenger_has_its_form (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const CoreConfiguration html = { .has_content_type = TRUE, .content_type = CORE_CONTENT_HTML };

  core_session_attach (talk->bob->session, talk->b->messenger, &html, NULL);
  side_go_private (talk->alice);
  actor_send (talk->a, "a < b & c", 1);
  actor_send (talk->a, "<b>typed</b>", 2);
  side_settle (talk->alice);
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, 0), ==, "a &lt; b &amp; c");
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, 1), ==, "&lt;b&gt;typed&lt;/b&gt;");
  actor_send (talk->b, "<b>bold</b> &amp; so on", 3);
  actor_send (talk->b, "2 &lt; 3", 4);
  side_settle (talk->alice);
  g_assert_cmpstr (g_ptr_array_index (talk->alice->texts, 0), ==, "bold & so on");
  g_assert_cmpstr (g_ptr_array_index (talk->alice->texts, 1), ==, "2 < 3");
}

static void
test_plain_to_plain_is_as_typed (void)
{
  static const char *const typed[] = { "<b>bold</b>", "a < b",   "&amp;",
                                       "two\nlines",  "/me <i>", "?OTRv3?" };
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    actor_send (talk->a, typed[i], i + 1);
  side_settle (talk->alice);
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, i), ==, typed[i]);
}

/* What a program claims, and what its sandbox says, are not the same. */
static void
test_two_that_claim_one_id_are_two (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *boxed = side_attach_sandboxed (talk->alice, "org.example.Chat");
  Actor *claims = side_attach (talk->alice, "org.example.Chat");

  side_go_private (talk->alice);
  g_assert_cmpuint (actor_send (boxed, "text 0", 7)->n_lines, ==, 1);
  g_assert_cmpuint (actor_send (claims, "text 1", 7)->n_lines, ==, 1);
  g_assert_cmpuint (actor_send (claims, "text 1", 7)->n_lines, ==, 0);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 2);
}

static void
test_the_consent_of_one_is_not_the_others (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *claims = side_attach (talk->alice, "org.example.Chat");
  Actor *boxed;

  side_go_private (talk->alice);
  side_set_policy (talk->alice, "manual");
  actor_end (talk->a);
  side_settle (talk->alice);
  actor_leave (claims);
  boxed = side_attach_sandboxed (talk->alice, "org.example.Chat");
  g_assert_cmpint (actor_send (boxed, "its own", 1)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  claims = side_attach (talk->alice, "org.example.Chat");
  g_assert_error (actor_send (claims, "text 1", 1)->error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text 1"), ==, 0);
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/messengers/a-second-messenger-repeats", test_a_second_messenger_repeats);
  g_test_add_func ("/core/messengers/a-line-of-ours-is-known-again",
                   test_a_line_of_ours_is_known_again);
  g_test_add_func ("/core/messengers/end-is-one-messengers-consent",
                   test_end_is_one_messengers_consent);
  g_test_add_func ("/core/messengers/a-strangers-start-is-owed", test_a_stranger_s_start_is_owed);
  g_test_add_func ("/core/messengers/another-call-brings-the-owed-along-first",
                   test_another_call_brings_the_owed_along_first);
  g_test_add_func ("/core/messengers/a-strangers-start-needs-a-messenger",
                   test_a_strangers_start_needs_a_messenger);
  g_test_add_func ("/core/messengers/what-is-owed-goes-to-the-next",
                   test_what_is_owed_goes_to_the_next);
  g_test_add_func ("/core/messengers/the-others-see-it-come-and-go",
                   test_the_others_see_it_come_and_go);
  g_test_add_func ("/core/messengers/news-take-nothing-from-who-is-served",
                   test_news_take_nothing_from_who_is_served);
  g_test_add_func ("/core/messengers/news-are-bounded", test_news_are_bounded);
  g_test_add_func ("/core/messengers/shutting-down-says-goodbye", test_shutting_down_says_goodbye);
  g_test_add_func ("/core/messengers/shutting-down-gives-held-texts-back",
                   test_shutting_down_gives_held_texts_back);
  g_test_add_func ("/core/messengers/shutting-down-gives-back-what-comes-later",
                   test_shutting_down_gives_back_what_comes_later);
  g_test_add_func ("/core/messengers/shutting-down-leaves-no-text-untold",
                   test_shutting_down_leaves_no_text_untold);
  g_test_add_func ("/core/messengers/a-messenger-vanishes-in-the-middle",
                   test_a_messenger_that_vanishes_in_the_middle);
  g_test_add_func ("/core/messengers/an-end-that-races-a-send-lets-nothing-out",
                   test_an_end_that_races_a_send);
  g_test_add_func ("/core/messengers/each-messenger-has-its-form",
                   test_each_messenger_has_its_form);
  g_test_add_func ("/core/messengers/two-that-claim-one-id-are-two",
                   test_two_that_claim_one_id_are_two);
  g_test_add_func ("/core/messengers/the-consent-of-one-is-not-the-others",
                   test_the_consent_of_one_is_not_the_others);
  g_test_add_func ("/core/messengers/plain-to-plain-is-as-typed", test_plain_to_plain_is_as_typed);
  return g_test_run ();
}
