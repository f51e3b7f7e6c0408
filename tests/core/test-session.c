/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sessions of two cores that talk: what goes out, what is held, what is owed. */
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

typedef struct
{
  Side *alice;
  Side *bob;
  Actor *a;
  Actor *b;
} Talk;

static void
talk_free (Talk *talk)
{
  side_settle (talk->alice);
  talk->alice->peer = talk->bob->peer = NULL;
  side_free (talk->alice);
  side_free (talk->bob);
  g_free (talk);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Talk, talk_free)

static Talk *
talk_new_with (const char *alice_key, const char *bob_key)
{
  Talk *talk = g_new0 (Talk, 1);

  talk->alice = side_new ("alice@example.org", "bob@example.org", alice_key);
  talk->bob = side_new ("bob@example.org", "alice@example.org", bob_key);
  side_join (talk->alice, talk->bob);
  talk->a = side_attach (talk->alice, "pidgin");
  talk->b = side_attach (talk->bob, "gajim");
  return talk;
}

static Talk *
talk_new (void)
{
  return talk_new_with ("alice.key", "bob.key");
}

static void
assert_read (Side *side, guint count)
{
  g_assert_cmpuint (side->texts->len, ==, count);
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      g_assert_cmpstr (g_ptr_array_index (side->texts, i), ==, text);
    }
}

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
  assert_read (talk->bob, 21);
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
  assert_read (talk->bob, 50);
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
  assert_read (talk->bob, 1);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
}

static void
test_opportunistic_offers (void)
{
  g_autoptr (Talk) talk = talk_new ();

  g_assert_cmpint (actor_send (talk->a, "text 0", 1)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  side_settle (talk->alice);
  assert_read (talk->bob, 1);
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
  assert_read (talk->bob, 1);
}

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
  assert_read (talk->bob, 1);
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
  actor_start (side_add_stranger (talk->alice));
  g_assert_cmpuint (talk->a->bells, ==, 1);
  g_assert_cmpuint (second->bells, ==, 0);
  actor_leave (talk->a);
  g_assert_cmpuint (second->bells, ==, 1);
  g_assert_cmpuint (actor_collect (second)->n_lines, ==, 1);
}

static void
test_waiting_for_the_key (void)
{
  g_autoptr (Talk) talk = talk_new_with ("alice.key", NULL);

  actor_start (talk->a);
  actor_send (talk->a, "text 0", 1);
  side_settle (talk->alice);
  g_assert_cmpstr (core_account_get_key_state (talk->bob->account), ==, "ready");
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "private");
  assert_read (talk->bob, 1);
}

static void
test_a_locked_key_is_waited_for (void)
{
  g_autoptr (Talk) talk = talk_new ();

  core_lock (talk->bob->core);
  while (!g_str_equal (core_get_vault_state (talk->bob->core), "locked"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (core_account_get_key_state (talk->bob->account), ==, "locked");
  g_assert_cmpstr (core_session_get_blocked (talk->bob->session), ==, "locked");
  g_assert_error (actor_send (talk->b, "secret", 1)->error, OTRD_ERROR, OTRD_ERROR_LOCKED);
  actor_start (talk->a);
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->bob, "waiting {'reason': <'locked'>}"));
  core_unlock (talk->bob->core, NULL, FALSE, NULL, NULL);
  while (!g_str_equal (core_get_vault_state (talk->bob->core), "ready"))
    g_main_context_iteration (NULL, TRUE);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "private");
}

static void
note_trust (CoreAccount *account,
            const char *contact,
            const char *fingerprint,
            const char *trust,
            GVariant *record,
            char **noted)
{
  g_free (*noted);
  *noted = g_strdup (trust);
}

static void
test_verification_with_a_question (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autofree char *noted = NULL;
  CoreFingerprintFilter filter = { 0 };
  g_autofree char *next = NULL;
  g_autoptr (GVariant) records = NULL;
  g_autofree char *printed = NULL;

  side_go_private (talk->alice);
  g_signal_connect (talk->alice->account, "trust-changed", G_CALLBACK (note_trust), &noted);
  actor_verify (talk->a, "blue", "Which colour?");
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->bob, "verification-asked"));
  g_assert_cmpstr (core_session_get_verification (talk->bob->session), ==, "asked");
  actor_answer (talk->b, "blue");
  side_settle (talk->alice);
  g_assert_cmpstr (noted, ==, "verified");
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");
  g_assert_cmpstr (core_session_get_trust (talk->bob->session), ==, "unverified");
  records = core_account_list_fingerprints (talk->alice->account, &filter, &next, NULL);
  printed = g_variant_print (records, FALSE);
  g_assert_nonnull (strstr (printed, "'method': <'question'>"));
  g_assert_nonnull (strstr (printed, "'application': <'pidgin'>"));
  g_assert_nonnull (strstr (printed, "'in-use': <true>"));
}

static void
test_a_failed_verification_takes_nothing (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  side_set_trust (talk->alice, core_session_get_fingerprint (talk->alice->session), "verified");
  actor_verify (talk->a, "blue", NULL);
  side_settle (talk->alice);
  actor_answer (talk->b, "red");
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->alice, "failed"));
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");
}

static void
test_a_pin_is_told_to_who_asked (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *stranger = side_add_stranger (talk->alice);
  Answer *answer;

  side_go_private (talk->alice);
  answer = actor_verify (stranger, NULL, NULL);
  side_settle (talk->alice);
  g_assert_no_error (answer->error);
  g_assert_true (answer_has_event (answer, "verification-pin {'pin': <'"));
  g_assert_cmpuint (answer->n_lines, ==, 0);
  g_assert_true (side_has_event (talk->bob, "verification-asked"));
}

static void
test_an_answer_to_nobody (void)
{
  g_autoptr (Talk) talk = talk_new ();

  g_assert_error (actor_answer (talk->a, "blue")->error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  g_assert_error (actor_verify (talk->a, "blue", NULL)->error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
}

static void
test_rejecting_ends_the_session (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  side_set_trust (talk->alice, core_session_get_fingerprint (talk->alice->session), "rejected");
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "finished");
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "finished");
  g_assert_error (actor_send (talk->a, "text", 1)->error, OTRD_ERROR, OTRD_ERROR_REJECTED);
}

static void
test_a_changed_verified_key_stops (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (Side) mallory = side_new ("bob@example.org", "alice@example.org", "mallory.key");
  g_autofree char *fingerprint = NULL;
  Answer *accept;

  side_go_private (talk->alice);
  side_set_trust (talk->alice, core_session_get_fingerprint (talk->alice->session), "verified");
  actor_end (talk->a);
  side_settle (talk->alice);
  side_join (talk->alice, mallory);
  side_attach (mallory, "evil");
  actor_start (talk->a);
  g_assert_cmpint (actor_send (talk->a, "text 0", 5)->verdict, ==, ENGINE_VERDICT_HELD);
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->alice, "fingerprint-changed"));
  g_assert_true (side_has_event (talk->alice, "'trust': <'verified'>"));
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 1);
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "fingerprint-changed");
  g_assert_error (actor_send (talk->a, "more", 6)->error, OTRD_ERROR,
                  OTRD_ERROR_FINGERPRINT_CHANGED);
  fingerprint = g_ascii_strdown (core_session_get_fingerprint (talk->alice->session), -1);
  accept = actor_accept (talk->a, fingerprint);
  side_wait (talk->alice);
  g_assert_no_error (accept->error);
  g_assert_cmpuint (accept->n_lines, ==, 1);
  side_settle (talk->alice);
  assert_read (mallory, 1);
  side_join (talk->alice, talk->bob);
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
  assert_read (talk->bob, 3);
  for (guint i = 0; i < talk->alice->wire->len; i++)
    g_assert_cmpuint (strlen (g_ptr_array_index (talk->alice->wire, i)), <=, 200);
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
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text"), ==, 0);
  actor_start (talk->a);
  side_settle (talk->alice);
  assert_read (talk->bob, 1);
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
test_an_end_that_races_a_send (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  Answer *send;

  side_set_policy (talk->alice, "manual");
  for (guint i = 0; i < 20; i++)
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
  alarm (240);
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
  g_test_add_func ("/core/session/a-second-messenger-repeats", test_a_second_messenger_repeats);
  g_test_add_func ("/core/session/a-line-of-ours-is-known-again",
                   test_a_line_of_ours_is_known_again);
  g_test_add_func ("/core/session/end-is-one-messengers-consent",
                   test_end_is_one_messengers_consent);
  g_test_add_func ("/core/session/the-contacts-end-lets-nothing-out",
                   test_the_contacts_end_lets_nothing_out);
  g_test_add_func ("/core/session/end-gives-held-texts-back", test_end_gives_held_texts_back);
  g_test_add_func ("/core/session/the-latch-outlives-the-service",
                   test_the_latch_outlives_the_service);
  g_test_add_func ("/core/session/end-opens-the-latch", test_end_opens_the_latch);
  g_test_add_func ("/core/session/a-strangers-start-is-owed", test_a_stranger_s_start_is_owed);
  g_test_add_func ("/core/session/another-call-brings-the-owed-along-first",
                   test_another_call_brings_the_owed_along_first);
  g_test_add_func ("/core/session/a-strangers-start-needs-a-messenger",
                   test_a_strangers_start_needs_a_messenger);
  g_test_add_func ("/core/session/what-is-owed-goes-to-the-next",
                   test_what_is_owed_goes_to_the_next);
  g_test_add_func ("/core/session/a-missing-key-is-made-and-waited-for", test_waiting_for_the_key);
  g_test_add_func ("/core/session/a-locked-key-is-waited-for", test_a_locked_key_is_waited_for);
  g_test_add_func ("/core/session/a-question-verifies-the-contact",
                   test_verification_with_a_question);
  g_test_add_func ("/core/session/a-failed-verification-takes-nothing",
                   test_a_failed_verification_takes_nothing);
  g_test_add_func ("/core/session/a-pin-is-told-to-who-asked", test_a_pin_is_told_to_who_asked);
  g_test_add_func ("/core/session/an-answer-to-nobody-is-refused", test_an_answer_to_nobody);
  g_test_add_func ("/core/session/rejecting-ends-the-session", test_rejecting_ends_the_session);
  g_test_add_func ("/core/session/a-changed-verified-key-stops", test_a_changed_verified_key_stops);
  g_test_add_func ("/core/session/fragments-are-put-together", test_fragments_are_put_together);
  g_test_add_func ("/core/session/history-is-never-answered", test_history_is_never_answered);
  g_test_add_func ("/core/session/shutting-down-says-goodbye", test_shutting_down_says_goodbye);
  g_test_add_func ("/core/session/an-idle-session-goes", test_an_idle_session_goes);
  g_test_add_func ("/core/session/a-silent-contact-stalls", test_a_silent_contact_stalls);
  g_test_add_func ("/core/session/each-messenger-has-its-form", test_each_messenger_has_its_form);
  g_test_add_func ("/core/session/plain-to-plain-is-as-typed", test_plain_to_plain_is_as_typed);
  g_test_add_func ("/core/session/a-messenger-vanishes-in-the-middle",
                   test_a_messenger_that_vanishes_in_the_middle);
  g_test_add_func ("/core/session/a-flood-of-commits-is-cut-off",
                   test_a_flood_of_commits_is_cut_off);
  g_test_add_func ("/core/session/always-expects-nothing-in-the-clear",
                   test_always_expects_nothing_in_the_clear);
  g_test_add_func ("/core/session/held-texts-are-bounded", test_held_texts_are_bounded);
  g_test_add_func ("/core/session/a-text-too-long-is-refused", test_a_text_too_long_is_refused);
  g_test_add_func ("/core/session/an-end-that-races-a-send-lets-nothing-out",
                   test_an_end_that_races_a_send);
  g_test_add_func ("/core/session/a-configuration-too-small-is-refused",
                   test_a_configuration_too_small_is_refused);
  return g_test_run ();
}
