/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keys and trust in a session: waited for, verified, rejected, changed. */
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

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

static char *
print_records (Side *side)
{
  CoreFingerprintFilter filter = { 0 };
  g_autofree char *next = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) records =
      core_account_list_fingerprints (side->account, &filter, &next, &error);

  g_assert_no_error (error);
  return g_variant_print (records, FALSE);
}

static void
verify_by_question (Talk *talk)
{
  actor_verify (talk->a, "blue", "Which colour?");
  side_settle (talk->alice);
  actor_answer (talk->b, "blue");
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");
}

/* Dictionaries are printed in no certain order: words are looked for alone. */
static void
assert_history (const char *printed)
{
  const char *history = strstr (printed, "'history': <[");

  g_assert_nonnull (history);
  g_assert_nonnull (strstr (history, "'trust': <'unverified'>"));
  g_assert_nonnull (strstr (history, "'trust': <'verified'>"));
  g_assert_nonnull (strstr (history, "'method': <'question'>"));
  g_assert_nonnull (strstr (history, "'application': <'pidgin'>"));
  g_assert_nonnull (strstr (history, "'trust-since': <uint64 170000"));
}

static void
test_a_record_remembers_what_it_was (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autofree char *fingerprint = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  side_go_private (talk->alice);
  verify_by_question (talk);
  fingerprint = g_strdup (core_session_get_fingerprint (talk->alice->session));
  clock_turn (60 * G_USEC_PER_SEC);
  side_set_trust (talk->alice, fingerprint, "rejected");
  before = print_records (talk->alice);
  assert_history (before);
  g_assert_null (strstr (before, "verified-at"));
  side_settle (talk->alice);
  side_restart (talk->alice);
  after = print_records (talk->alice);
  assert_history (after);
  talk->a = side_attach (talk->alice, "gajim");
}

static void
note_count (CoreAccount *account,
            const char *contact,
            const char *fingerprint,
            const char *trust,
            GVariant *record,
            guint *count)
{
  ++*count;
}

static void
test_saying_it_again_is_no_change (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const char *fingerprint;
  g_autofree char *printed = NULL;
  guint count = 0;

  side_go_private (talk->alice);
  fingerprint = core_session_get_fingerprint (talk->alice->session);
  g_signal_connect (talk->alice->account, "trust-changed", G_CALLBACK (note_count), &count);
  side_set_trust (talk->alice, fingerprint, "unverified");
  g_assert_cmpuint (count, ==, 0);
  printed = print_records (talk->alice);
  g_assert_null (strstr (printed, "history"));
  side_set_trust (talk->alice, fingerprint, "verified");
  g_assert_cmpuint (count, ==, 1);
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
  g_assert_true (side_has_event (talk->alice, "'history': <[{'trust': <'unverified'>"));
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
  talk_assert_read (mallory, 1);
  side_join (talk->alice, talk->bob);
}

/* A line in the middle, from here on: who answers has a third key. */
static Side *
come_between (Talk *talk, gboolean restarted)
{
  Side *mallory = side_new ("bob@example.org", "alice@example.org", "mallory.key");

  side_join (talk->alice, mallory);
  side_attach (mallory, "evil");
  if (restarted)
    {
      side_restart (talk->alice);
      talk->a = side_attach (talk->alice, "pidgin");
      side_settle (talk->alice);
    }
  return mallory;
}

static void
try_to_read (Talk *talk, Side *mallory)
{
  Actor *evil = g_ptr_array_index (mallory->actors, 0);

  actor_send (talk->a, "not for mallory, before", 1);
  actor_start (evil);
  side_settle (talk->alice);
  actor_send (talk->a, "not for mallory, after", 2);
  side_settle (talk->alice);
  actor_start (talk->a);
  side_settle (talk->alice);
  actor_send (talk->a, "not for mallory, asked for", 3);
  side_settle (talk->alice);
  clock_turn (120 * G_USEC_PER_SEC);
  side_settle (talk->alice);
}

static void
test_nothing_reaches_a_third_key (gconstpointer policy)
{
  for (guint restarted = 0; restarted < 2; restarted++)
    {
      g_autoptr (Talk) talk = talk_new ();
      g_autoptr (Side) mallory = NULL;

      side_go_private (talk->alice);
      verify_by_question (talk);
      side_set_policy (talk->alice, policy);
      mallory = come_between (talk, restarted);
      try_to_read (talk, mallory);
      g_assert_cmpuint (mallory->texts->len, ==, 0);
      g_assert_cmpuint (side_count_on_wire (talk->alice, "not for mallory"), ==, 0);
      if (!g_str_equal (policy, "never"))
        {
          g_assert_true (side_has_event (talk->alice, "fingerprint-changed"));
          g_assert_true (side_has_event (talk->alice, "'known': <'changed-from-verified'>"));
          g_assert_true (side_has_event (talk->alice, "'method': <'question'>"));
        }
      side_join (talk->alice, talk->bob);
      mallory->peer = NULL;
    }
}

static void
test_texts_go_on_to_the_accepted_instance (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (Side) mallory = NULL;

  side_go_private (talk->alice);
  verify_by_question (talk);
  mallory = come_between (talk, FALSE);
  actor_start (g_ptr_array_index (mallory->actors, 0));
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->alice, "'known': <'changed-from-verified'>"));
  g_assert_true (side_has_event (talk->alice, "'blocked': <false>"));
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "");
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");
  side_join (talk->alice, talk->bob);
  mallory->peer = NULL;
  g_assert_cmpint (actor_send (talk->a, "text 0", 1)->verdict, ==, ENGINE_VERDICT_PRIVATE);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
}

static void
test_one_of_the_known_keys_is_no_change (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (Side) other = side_new ("bob@example.org", "alice@example.org", "carol.key");

  side_go_private (talk->alice);
  verify_by_question (talk);
  side_set_trust (talk->alice, core_account_get_fingerprint (other->account), "unverified");
  actor_end (talk->a);
  side_settle (talk->alice);
  side_join (talk->alice, other);
  side_attach (other, "another device");
  actor_start (talk->a);
  side_settle (talk->alice);
  g_assert_false (side_has_event (talk->alice, "fingerprint-changed"));
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "");
  g_assert_cmpint (actor_send (talk->a, "text 0", 5)->verdict, ==, ENGINE_VERDICT_PRIVATE);
  side_settle (talk->alice);
  talk_assert_read (other, 1);
  side_join (talk->alice, talk->bob);
  other->peer = NULL;
}

static void
test_a_changed_unverified_key_warns (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (Side) other = side_new ("bob@example.org", "alice@example.org", "carol.key");

  side_go_private (talk->alice);
  actor_end (talk->a);
  side_settle (talk->alice);
  side_join (talk->alice, other);
  side_attach (other, "another device");
  actor_start (talk->a);
  g_assert_cmpint (actor_send (talk->a, "text 0", 5)->verdict, ==, ENGINE_VERDICT_HELD);
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->alice, "'known': <'changed'>"));
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 1);
  g_assert_cmpuint (other->texts->len, ==, 0);
  actor_accept (talk->a, core_session_get_fingerprint (talk->alice->session));
  side_settle (talk->alice);
  talk_assert_read (other, 1);
  side_join (talk->alice, talk->bob);
  other->peer = NULL;
}

static void
test_trust_set_elsewhere_is_followed (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autofree char *theirs = NULL;

  side_go_private (talk->alice);
  theirs = g_strdup (core_session_get_fingerprint (talk->alice->session));
  side_set_trust (talk->alice, theirs, "verified");
  side_wait (talk->alice);
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");
  side_set_trust (talk->alice, theirs, "unverified");
  side_wait (talk->alice);
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "unverified");
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
  talk_assert_read (talk->bob, 1);
}

static void
test_a_locked_key_is_waited_for (void)
{
  g_autoptr (Talk) talk = talk_new ();

  core_lock (talk->bob->core, NULL, NULL);
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

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/trust/a-question-verifies-the-contact",
                   test_verification_with_a_question);
  g_test_add_func ("/core/trust/a-record-remembers-what-it-was",
                   test_a_record_remembers_what_it_was);
  g_test_add_func ("/core/trust/saying-it-again-is-no-change", test_saying_it_again_is_no_change);
  g_test_add_func ("/core/trust/a-failed-verification-takes-nothing",
                   test_a_failed_verification_takes_nothing);
  g_test_add_func ("/core/trust/a-pin-is-told-to-who-asked", test_a_pin_is_told_to_who_asked);
  g_test_add_func ("/core/trust/an-answer-to-nobody-is-refused", test_an_answer_to_nobody);
  g_test_add_func ("/core/trust/rejecting-ends-the-session", test_rejecting_ends_the_session);
  g_test_add_func ("/core/trust/a-changed-verified-key-stops", test_a_changed_verified_key_stops);
  g_test_add_data_func ("/core/trust/nothing-reaches-a-third-key/never", "never",
                        test_nothing_reaches_a_third_key);
  g_test_add_data_func ("/core/trust/nothing-reaches-a-third-key/manual", "manual",
                        test_nothing_reaches_a_third_key);
  g_test_add_data_func ("/core/trust/nothing-reaches-a-third-key/opportunistic", "opportunistic",
                        test_nothing_reaches_a_third_key);
  g_test_add_data_func ("/core/trust/nothing-reaches-a-third-key/always", "always",
                        test_nothing_reaches_a_third_key);
  g_test_add_func ("/core/trust/texts-go-on-to-the-accepted-instance",
                   test_texts_go_on_to_the_accepted_instance);
  g_test_add_func ("/core/trust/one-of-the-known-keys-is-no-change",
                   test_one_of_the_known_keys_is_no_change);
  g_test_add_func ("/core/trust/a-changed-unverified-key-warns",
                   test_a_changed_unverified_key_warns);
  g_test_add_func ("/core/trust/trust-set-elsewhere-is-followed",
                   test_trust_set_elsewhere_is_followed);
  g_test_add_func ("/core/trust/a-missing-key-is-made-and-waited-for", test_waiting_for_the_key);
  g_test_add_func ("/core/trust/a-locked-key-is-waited-for", test_a_locked_key_is_waited_for);
  return g_test_run ();
}
