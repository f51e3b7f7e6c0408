/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every way that a verification can go, in both versions of OTR, each on a contact that was
 * verified before: what both ends are told, that the earlier verification survives, and that the
 * next one works.
 */
#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "verifying.h"

static void
go_right_with_question (Talk *talk)
{
  talk_ask (talk, RIGHT, "Where?");
  talk_answer (talk, RIGHT);
}

static void
go_wrong (Talk *talk)
{
  talk_ask (talk, RIGHT, NULL);
  talk_answer (talk, WRONG);
}

static void
go_wrong_with_question (Talk *talk)
{
  talk_ask (talk, RIGHT, "Where?");
  talk_answer (talk, WRONG);
}

static void
go_right_not_ascii (Talk *talk)
{
  talk_ask (talk, "Stra\u00dfe \U0001f512", "Wo? \u8a9e");
  g_assert_true (side_has_event (talk->bob, "Wo? \u8a9e"));
  talk_answer (talk, "Stra\u00dfe \U0001f512");
}

static void
differ_in_form (Talk *talk)
{
  talk_ask (talk, "Caf\u00e9", NULL);
  talk_answer (talk, "Cafe\u0301");
}

static void
abort_asking (Talk *talk)
{
  Answer *aborted;

  talk_ask (talk, RIGHT, NULL);
  aborted = actor_abort_verification (talk->a);
  side_settle (talk->alice);
  g_assert_no_error (aborted->error);
}

static void
abort_asked (Talk *talk)
{
  Answer *aborted;

  talk_ask (talk, RIGHT, NULL);
  aborted = actor_abort_verification (talk->b);
  side_settle (talk->alice);
  g_assert_no_error (aborted->error);
}

static void
begin_both (Talk *talk)
{
  actor_verify (talk->a, RIGHT, NULL);
  actor_verify (talk->b, RIGHT, NULL);
  side_settle (talk->alice);
}

static void
begin_both_with_questions (Talk *talk)
{
  actor_verify (talk->a, RIGHT, "Where?");
  actor_verify (talk->b, WRONG, "Who?");
  side_settle (talk->alice);
}

static void
refresh_in_the_middle (Talk *talk)
{
  gboolean in_version_2 = core_session_get_otr_version (talk->alice->session) == 2;

  talk_ask (talk, RIGHT, NULL);
  if (in_version_2)
    actor_receive (talk->b, "?OTRv2?");
  else
    actor_start (talk->b);
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->alice, "refreshed"));
}

static void
end_in_the_middle (Talk *talk)
{
  talk_ask (talk, RIGHT, NULL);
  actor_end (talk->a);
  side_settle (talk->alice);
  g_assert_error (actor_answer (talk->b, RIGHT)->error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  side_settle (talk->alice);
}

static void
end_by_the_contact (Talk *talk)
{
  talk_ask (talk, RIGHT, NULL);
  actor_end (talk->b);
  side_settle (talk->alice);
}

typedef struct
{
  const char *name;
  void (*go) (Talk *talk);
  const char *asking; /* what the asker is told */
  const char *asked;  /* what the other is told */
  gboolean both;      /* the asker is proven to the other, too */
} Outcome;

static const Outcome outcomes[] = {
  { "right", talk_verify, "verified", "verified", TRUE },
  { "right-with-a-question", go_right_with_question, "verified", "verified" },
  { "right-and-not-ascii", go_right_not_ascii, "verified", "verified" },
  { "wrong", go_wrong, "failed", "failed" },
  { "wrong-with-a-question", go_wrong_with_question, "failed", "failed" },
  { "spelt-in-another-form-of-unicode", differ_in_form, "failed", "failed" },
  { "aborted-by-who-asks", abort_asking, "aborted", "aborted" },
  { "aborted-by-who-is-asked", abort_asked, "aborted", "aborted" },
  { "begun-by-both-at-once", begin_both, "aborted", "aborted" },
  { "begun-by-both-at-once-with-questions", begin_both_with_questions, "aborted", "aborted" },
  { "refreshed-in-the-middle", refresh_in_the_middle, "aborted", "aborted" },
  { "ended-in-the-middle", end_in_the_middle, "aborted", "aborted" },
  { "ended-by-the-contact-in-the-middle", end_by_the_contact, "aborted", "aborted" },
};

static void
test_outcome (guint version, const Outcome *outcome)
{
  g_autoptr (Talk) talk = talk_new_in_version (version);
  g_autofree char *bobs = g_strdup (core_session_get_fingerprint (talk->alice->session));
  g_autofree char *alices = g_strdup (core_session_get_fingerprint (talk->bob->session));
  gboolean proven = g_str_equal (outcome->asking, "verified");

  side_set_trust (talk->alice, bobs, "verified");
  side_set_trust (talk->bob, alices, "verified");
  outcome->go (talk);
  side_assert_result (talk->alice, outcome->asking, proven);
  side_assert_result (talk->bob, outcome->asked, outcome->both);
  side_assert_kept (talk->alice, bobs, proven);
  side_assert_kept (talk->bob, alices, outcome->both);
  talk_assert_next_one_works (talk);
}

static void
test_outcome_in_version_2 (gconstpointer outcome)
{
  test_outcome (2, outcome);
}

static void
test_outcome_in_version_3 (gconstpointer outcome)
{
  test_outcome (3, outcome);
}

static void
test_new_one_takes_the_place_of_the_running (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);

  talk_ask (talk, RIGHT, "First?");
  talk_ask (talk, RIGHT, "Second?");
  g_assert_true (side_has_event (talk->bob, "Second?"));
  g_assert_true (side_has_event (talk->alice, "'result': <'aborted'>"));
  g_ptr_array_set_size (talk->alice->events, 0);
  talk_answer (talk, RIGHT);
  side_assert_result (talk->alice, "verified", TRUE);
}

static void
test_begun_during_a_refresh (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);
  g_autofree char *theirs = g_strdup (core_session_get_fingerprint (talk->alice->session));

  side_set_trust (talk->alice, theirs, "verified");
  if (version == 2)
    actor_receive (talk->b, "?OTRv2?");
  else
    actor_start (talk->b);
  side_wait (talk->bob);
  actor_verify (talk->a, RIGHT, NULL);
  side_settle (talk->alice);
  side_assert_result (talk->alice, "aborted", FALSE);
  g_assert_cmpstr (core_session_get_verification (talk->bob->session), ==, "idle");
  side_assert_kept (talk->alice, theirs, FALSE);
  talk_assert_next_one_works (talk);
}

static void
test_answering_unasked_is_refused (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);

  g_assert_error (actor_answer (talk->a, RIGHT)->error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  g_assert_error (actor_abort_verification (talk->a)->error, OTRD_ERROR,
                  OTRD_ERROR_NO_VERIFICATION);
  talk_ask (talk, RIGHT, NULL);
  g_assert_error (actor_answer (talk->a, RIGHT)->error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  talk_answer (talk, RIGHT);
  side_assert_result (talk->alice, "verified", TRUE);
}

/* An abort that is answered by one goes on for ever. */
static void
test_an_abort_is_not_echoed (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);
  guint n_by_alice, n_by_bob;

  talk_ask (talk, RIGHT, NULL);
  n_by_alice = talk->alice->wire->len;
  n_by_bob = talk->bob->wire->len;
  actor_abort_verification (talk->b);
  side_settle (talk->alice);
  g_assert_cmpuint (talk->bob->wire->len, ==, n_by_bob + 1);
  g_assert_cmpuint (talk->alice->wire->len, ==, n_by_alice);
}

static void
assert_under_way (Side *side, const char *role, guint percent, const char *question)
{
  g_autoptr (GVariant) details = core_session_dup_verification (side->session);
  const char *shown_role = NULL;
  const char *shown_question = NULL;
  guint shown_percent = 1000;

  g_variant_lookup (details, "role", "&s", &shown_role);
  g_variant_lookup (details, "percent", "u", &shown_percent);
  g_variant_lookup (details, "question", "&s", &shown_question);
  g_assert_cmpstr (shown_role, ==, role);
  g_assert_cmpuint (shown_percent, ==, percent);
  g_assert_cmpstr (shown_question, ==, question);
  g_assert_false (g_variant_lookup (details, "result", "&s", NULL));
}

static void
test_progress_is_told (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);

  talk_ask (talk, RIGHT, "Where?");
  assert_under_way (talk->alice, "asking", 0, NULL);
  assert_under_way (talk->bob, "answering", 25, "Where?");
  actor_answer (talk->b, RIGHT);
  side_wait (talk->bob);
  assert_under_way (talk->bob, "answering", 25, "Where?");
  g_assert_cmpstr (core_session_get_verification (talk->bob->session), ==, "waiting");
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->alice, "verification-progress {'percent': <uint32 60>}"));
  side_assert_result (talk->alice, "verified", TRUE);
  side_assert_result (talk->bob, "verified", FALSE);
}

/* Bob comes with another key, and Alice's texts wait for her to say that it is his. */
static Side *
come_with_another_key (Talk *talk, guint version)
{
  Side *other = side_new ("bob@example.org", "alice@example.org", "carol.key");

  actor_end (talk->a);
  side_settle (talk->alice);
  side_join (talk->alice, other);
  side_attach (other, "another device");
  if (version == 2)
    actor_receive (talk->a, "?OTRv2?");
  else
    actor_start (talk->a);
  side_wait (talk->alice);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      g_assert_cmpint (actor_send (talk->a, text, i + 1)->verdict, ==, ENGINE_VERDICT_HELD);
    }
  side_settle (talk->alice);
  g_assert_cmpuint (core_session_get_otr_version (talk->alice->session), ==, version);
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "fingerprint-changed");
  return other;
}

static void
verify_the_other (Talk *talk, Side *other, const char *answer)
{
  g_ptr_array_set_size (talk->alice->events, 0);
  actor_verify (talk->a, RIGHT, NULL);
  side_settle (talk->alice);
  actor_answer (g_ptr_array_index (other->actors, 0), answer);
  side_settle (talk->alice);
}

static void
test_a_blocked_key_is_free_once_verified (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);
  g_autofree char *bobs = g_strdup (core_session_get_fingerprint (talk->alice->session));
  g_autoptr (Side) other = NULL;

  side_set_trust (talk->alice, bobs, "verified");
  other = come_with_another_key (talk, version);
  verify_the_other (talk, other, WRONG);
  side_assert_result (talk->alice, "failed", FALSE);
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "fingerprint-changed");
  g_assert_cmpuint (other->texts->len, ==, 0);
  verify_the_other (talk, other, RIGHT);
  side_assert_result (talk->alice, "verified", TRUE);
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "");
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 0);
  talk_assert_read (other, 3);
  side_assert_kept (talk->alice, bobs, FALSE);
  side_join (talk->alice, talk->bob);
  other->peer = NULL;
}

static const struct
{
  const char *name;
  GTestDataFunc test;
} rules[] = {
  { "a-new-one-takes-the-place-of-the-running", test_new_one_takes_the_place_of_the_running },
  { "one-begun-during-a-refresh-is-aborted", test_begun_during_a_refresh },
  { "answering-unasked-is-refused", test_answering_unasked_is_refused },
  { "an-abort-is-not-echoed", test_an_abort_is_not_echoed },
  { "progress-is-told", test_progress_is_told },
  { "a-blocked-key-is-free-once-verified", test_a_blocked_key_is_free_once_verified },
};

static void
add_tests (guint version, GTestDataFunc test_an_outcome)
{
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/core/verification/v%u/%s", version, outcomes[i].name);

      g_test_add_data_func (path, &outcomes[i], test_an_outcome);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autofree char *path = g_strdup_printf ("/core/verification/v%u/%s", version, rules[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (version), rules[i].test);
    }
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  add_tests (2, test_outcome_in_version_2);
  add_tests (3, test_outcome_in_version_3);
  return g_test_run ();
}
