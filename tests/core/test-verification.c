/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every way that a verification can go, in both versions of OTR, each on a contact that was
 * verified before: what both ends are told, that the earlier verification survives, and that the
 * next one works.
 */
#include <string.h>
#include <unistd.h>

#include "core/limits.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define RIGHT "the old mill"
#define WRONG "the new mill"

static void
ask (Talk *talk, const char *secret, const char *question)
{
  Answer *asked = actor_verify (talk->a, secret, question);

  side_settle (talk->alice);
  g_assert_no_error (asked->error);
  g_assert_cmpstr (core_session_get_verification (talk->alice->session), ==, "waiting");
  g_assert_cmpstr (core_session_get_verification (talk->bob->session), ==, "asked");
}

static void
answer (Talk *talk, const char *secret)
{
  Answer *answered = actor_answer (talk->b, secret);

  side_settle (talk->alice);
  g_assert_no_error (answered->error);
}

static void
go_right (Talk *talk)
{
  ask (talk, RIGHT, NULL);
  answer (talk, RIGHT);
}

static void
go_wrong (Talk *talk)
{
  ask (talk, RIGHT, NULL);
  answer (talk, WRONG);
}

static void
go_wrong_with_question (Talk *talk)
{
  ask (talk, RIGHT, "Where?");
  answer (talk, WRONG);
}

static void
go_right_not_ascii (Talk *talk)
{
  ask (talk, "Stra\u00dfe \U0001f512", "Wo? \u8a9e");
  g_assert_true (side_has_event (talk->bob, "Wo? \u8a9e"));
  answer (talk, "Stra\u00dfe \U0001f512");
}

static void
differ_in_form (Talk *talk)
{
  ask (talk, "Caf\u00e9", NULL);
  answer (talk, "Cafe\u0301");
}

static void
abort_asking (Talk *talk)
{
  Answer *aborted;

  ask (talk, RIGHT, NULL);
  aborted = actor_abort_verification (talk->a);
  side_settle (talk->alice);
  g_assert_no_error (aborted->error);
}

static void
abort_asked (Talk *talk)
{
  Answer *aborted;

  ask (talk, RIGHT, NULL);
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
refresh_in_the_middle (Talk *talk)
{
  gboolean in_version_2 = core_session_get_otr_version (talk->alice->session) == 2;

  ask (talk, RIGHT, NULL);
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
  ask (talk, RIGHT, NULL);
  actor_end (talk->a);
  side_settle (talk->alice);
  g_assert_error (actor_answer (talk->b, RIGHT)->error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  side_settle (talk->alice);
}

static void
end_by_the_contact (Talk *talk)
{
  ask (talk, RIGHT, NULL);
  actor_end (talk->b);
  side_settle (talk->alice);
}

typedef struct
{
  const char *name;
  void (*go) (Talk *talk);
  const char *asking; /* what the asker is told */
  const char *asked;  /* what the other is told */
} Outcome;

static const Outcome outcomes[] = {
  { "right", go_right, "verified", "verified" },
  { "right-and-not-ascii", go_right_not_ascii, "verified", "verified" },
  { "wrong", go_wrong, "failed", "failed" },
  { "wrong-with-a-question", go_wrong_with_question, "failed", "failed" },
  { "spelt-in-another-form-of-unicode", differ_in_form, "failed", "failed" },
  { "aborted-by-who-asks", abort_asking, "aborted", "aborted" },
  { "aborted-by-who-is-asked", abort_asked, "aborted", "aborted" },
  { "begun-by-both-at-once", begin_both, "aborted", "aborted" },
  { "refreshed-in-the-middle", refresh_in_the_middle, "aborted", "aborted" },
  { "ended-in-the-middle", end_in_the_middle, "aborted", "aborted" },
  { "ended-by-the-contact-in-the-middle", end_by_the_contact, "aborted", "aborted" },
};

static Talk *
talk_in_version (guint version)
{
  Talk *talk = talk_new ();

  if (version == 2)
    {
      actor_receive (talk->b, "?OTRv2?");
      side_settle (talk->alice);
    }
  else
    side_go_private (talk->alice);
  g_assert_cmpuint (core_session_get_otr_version (talk->alice->session), ==, version);
  return talk;
}

static guint
count_results (Side *side)
{
  guint count = 0;

  for (guint i = 0; i < side->events->len; i++)
    count += g_str_has_prefix (g_ptr_array_index (side->events, i), "verification-finished");
  return count;
}

static void
assert_result (Side *side, const char *result)
{
  g_autofree char *words = g_strdup_printf ("'result': <'%s'>", result);

  g_assert_cmpuint (count_results (side), ==, 1);
  g_assert_true (side_has_event (side, words));
  g_assert_cmpstr (core_session_get_verification (side->session), ==, "idle");
}

/* The user said so by hand before: a failure leaves it, a success is the new reason. */
static void
assert_kept (Side *side, const char *fingerprint, gboolean proven)
{
  const CoreFingerprintFilter filter = { .fingerprint = fingerprint };
  g_autofree char *next = NULL;
  g_autoptr (GVariant) records =
      core_account_list_fingerprints (side->account, &filter, &next, NULL);
  g_autoptr (GVariant) record = g_variant_get_child_value (records, 0);
  const char *trust = NULL;
  const char *method = NULL;

  g_variant_lookup (record, "trust", "&s", &trust);
  g_variant_lookup (record, "method", "&s", &method);
  g_assert_cmpstr (trust, ==, "verified");
  g_assert_true (g_str_equal (method, "manual") == !proven);
}

static void
assert_next_one_works (Talk *talk)
{
  g_ptr_array_set_size (talk->alice->events, 0);
  if (!g_str_equal (core_session_get_state (talk->alice->session), "private"))
    side_go_private (talk->alice);
  go_right (talk);
  assert_result (talk->alice, "verified");
}

static void
test_outcome (guint version, const Outcome *outcome)
{
  g_autoptr (Talk) talk = talk_in_version (version);
  g_autofree char *theirs = g_strdup (core_session_get_fingerprint (talk->alice->session));
  gboolean proven = g_str_equal (outcome->asking, "verified");

  side_set_trust (talk->alice, theirs, "verified");
  side_set_trust (talk->bob, core_session_get_fingerprint (talk->bob->session), "verified");
  outcome->go (talk);
  assert_result (talk->alice, outcome->asking);
  assert_result (talk->bob, outcome->asked);
  assert_kept (talk->alice, theirs, proven);
  assert_next_one_works (talk);
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
test_new_one_takes_the_place_of_the_running (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);

  ask (talk, RIGHT, "First?");
  ask (talk, RIGHT, "Second?");
  g_assert_true (side_has_event (talk->bob, "Second?"));
  g_assert_true (side_has_event (talk->alice, "'result': <'aborted'>"));
  g_ptr_array_set_size (talk->alice->events, 0);
  answer (talk, RIGHT);
  assert_result (talk->alice, "verified");
}

static void
test_begun_during_a_refresh (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);
  g_autofree char *theirs = g_strdup (core_session_get_fingerprint (talk->alice->session));

  side_set_trust (talk->alice, theirs, "verified");
  actor_start (talk->b);
  side_wait (talk->bob);
  actor_verify (talk->a, RIGHT, NULL);
  side_settle (talk->alice);
  assert_result (talk->alice, "aborted");
  g_assert_cmpstr (core_session_get_verification (talk->bob->session), ==, "idle");
  assert_kept (talk->alice, theirs, FALSE);
  assert_next_one_works (talk);
}

static Secret *
make_long (gsize length)
{
  g_autofree char *bytes = g_strnfill (length, 'x');

  return secret_new (bytes, length);
}

static void
assert_refused (Talk *talk, gsize length, OtrdError code)
{
  g_autoptr (Secret) secret = make_long (length);
  const CoreVerificationOptions options = { 0 };
  guint n_lines = talk->alice->wire->len;

  g_assert_error (actor_verify_with (talk->a, secret, &options)->error, OTRD_ERROR, (int)code);
  side_settle (talk->alice);
  g_assert_cmpuint (talk->alice->wire->len, ==, n_lines);
  g_assert_cmpstr (core_session_get_verification (talk->alice->session), ==, "idle");
}

static void
test_bounds_of_a_secret (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);
  g_autoptr (Secret) longest = make_long (CORE_SECRET_MAX);
  g_autoptr (Secret) too_long = make_long (64 * 1024);
  g_autoptr (Secret) empty = make_long (0);
  const CoreVerificationOptions options = { 0 };

  assert_refused (talk, 0, OTRD_ERROR_INVALID_ARGUMENT);
  assert_refused (talk, CORE_SECRET_MAX + 1, OTRD_ERROR_LIMIT_EXCEEDED);
  assert_refused (talk, 64 * 1024, OTRD_ERROR_LIMIT_EXCEEDED);
  actor_verify_with (talk->a, longest, &options);
  side_settle (talk->alice);
  g_assert_error (actor_answer_with (talk->b, empty, FALSE)->error, OTRD_ERROR,
                  OTRD_ERROR_INVALID_ARGUMENT);
  g_assert_error (actor_answer_with (talk->b, too_long, FALSE)->error, OTRD_ERROR,
                  OTRD_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpstr (core_session_get_verification (talk->bob->session), ==, "asked");
  actor_answer_with (talk->b, longest, FALSE);
  side_settle (talk->alice);
  assert_result (talk->alice, "verified");
}

static void
test_bound_of_a_question (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);
  g_autofree char *longest = g_strnfill (CORE_QUESTION_MAX, '?');
  g_autofree char *too_long = g_strnfill (CORE_QUESTION_MAX + 1, '?');

  g_assert_error (actor_verify (talk->a, RIGHT, too_long)->error, OTRD_ERROR,
                  OTRD_ERROR_LIMIT_EXCEEDED);
  ask (talk, RIGHT, longest);
  answer (talk, RIGHT);
  assert_result (talk->alice, "verified");
}

static void
verify_spoken (Talk *talk, const char *asked, const char *answered)
{
  const CoreVerificationOptions options = { .normalise = TRUE };
  g_autoptr (Secret) ours = secret_new (asked, strlen (asked));
  g_autoptr (Secret) theirs = secret_new (answered, strlen (answered));

  g_ptr_array_set_size (talk->alice->events, 0);
  actor_verify_with (talk->a, ours, &options);
  side_settle (talk->alice);
  actor_answer_with (talk->b, theirs, TRUE);
  side_settle (talk->alice);
}

static void
test_what_sounds_the_same_is_the_same_when_asked_for (void)
{
  static const char *const same[][2] = {
    { "Caf\u00e9", " Cafe\u0301\n" },
    { "\u1e69", "s\u0307\u0323" },
    { "\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af" },
    { "\u212b", "A\u030a" },
  };
  g_autoptr (Talk) talk = talk_in_version (3);

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      verify_spoken (talk, same[i][0], same[i][1]);
      assert_result (talk->alice, "verified");
    }
  verify_spoken (talk, "Caf\u00e9", "caf\u00e9");
  assert_result (talk->alice, "failed");
}

static void
test_what_is_no_text_is_not_normalised (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);
  const CoreVerificationOptions normalised = { .normalise = TRUE };
  const CoreVerificationOptions as_it_is = { 0 };
  g_autoptr (Secret) bytes = secret_new ("\xff\0\xfe", 3);
  g_autoptr (Secret) blank = secret_new (" \n ", 3);

  g_assert_error (actor_verify_with (talk->a, bytes, &normalised)->error, OTRD_ERROR,
                  OTRD_ERROR_INVALID_ARGUMENT);
  g_assert_error (actor_verify_with (talk->a, blank, &normalised)->error, OTRD_ERROR,
                  OTRD_ERROR_INVALID_ARGUMENT);
  actor_verify_with (talk->a, bytes, &as_it_is);
  side_settle (talk->alice);
  actor_answer_with (talk->b, bytes, FALSE);
  side_settle (talk->alice);
  assert_result (talk->alice, "verified");
}

/* The digits that @answer told its caller. */
static char *
find_pin (const Answer *told)
{
  for (guint i = 0; i < told->events->len; i++)
    {
      const char *event = g_ptr_array_index (told->events, i);
      const char *pin = g_str_has_prefix (event, "verification-pin") ? strstr (event, "<'") : NULL;

      if (pin != NULL)
        return g_strndup (pin + 2, 6);
    }
  return NULL;
}

static char *
verify_by_pin (Talk *talk)
{
  Answer *asked = actor_verify (talk->a, NULL, NULL);
  char *pin;

  side_settle (talk->alice);
  pin = find_pin (asked);
  g_assert_nonnull (pin);
  g_assert_cmpuint (strspn (pin, "0123456789"), ==, 6);
  g_assert_false (side_has_event (talk->bob, pin));
  return pin;
}

static void
test_each_attempt_has_a_pin_of_its_own (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);
  g_autoptr (GHashTable) pins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 4; i++)
    {
      g_hash_table_add (pins, verify_by_pin (talk));
      answer (talk, "not this one");
    }
  g_assert_cmpuint (g_hash_table_size (pins), >=, 3);
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "unverified");
}

static void
test_a_pin_verifies (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);
  g_autofree char *pin = verify_by_pin (talk);
  const CoreFingerprintFilter filter = { .trust = "verified" };
  g_autofree char *next = NULL;
  g_autofree char *printed = NULL;
  g_autoptr (GVariant) records = NULL;

  answer (talk, pin);
  assert_result (talk->alice, "verified");
  records = core_account_list_fingerprints (talk->alice->account, &filter, &next, NULL);
  printed = g_variant_print (records, FALSE);
  g_assert_nonnull (strstr (printed, "'method': <'pin'>"));
}

static void
test_answering_unasked_is_refused (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);

  g_assert_error (actor_answer (talk->a, RIGHT)->error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  g_assert_error (actor_abort_verification (talk->a)->error, OTRD_ERROR,
                  OTRD_ERROR_NO_VERIFICATION);
  ask (talk, RIGHT, NULL);
  g_assert_error (actor_answer (talk->a, RIGHT)->error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  answer (talk, RIGHT);
  assert_result (talk->alice, "verified");
}

/* An abort that is answered by one goes on for ever. */
static void
test_an_abort_is_not_echoed (void)
{
  g_autoptr (Talk) talk = talk_in_version (3);
  guint n_by_alice, n_by_bob;

  ask (talk, RIGHT, NULL);
  n_by_alice = talk->alice->wire->len;
  n_by_bob = talk->bob->wire->len;
  actor_abort_verification (talk->b);
  side_settle (talk->alice);
  g_assert_cmpuint (talk->bob->wire->len, ==, n_by_bob + 1);
  g_assert_cmpuint (talk->alice->wire->len, ==, n_by_alice);
}

static void
add_outcomes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autofree char *in_2 = g_strconcat ("/core/verification/v2/", outcomes[i].name, NULL);
      g_autofree char *in_3 = g_strconcat ("/core/verification/v3/", outcomes[i].name, NULL);

      g_test_add_data_func (in_2, &outcomes[i], test_outcome_in_version_2);
      g_test_add_data_func (in_3, &outcomes[i], test_outcome_in_version_3);
    }
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  add_outcomes ();
  g_test_add_func ("/core/verification/a-new-one-takes-the-place-of-the-running",
                   test_new_one_takes_the_place_of_the_running);
  g_test_add_func ("/core/verification/one-begun-during-a-refresh-is-aborted",
                   test_begun_during_a_refresh);
  g_test_add_func ("/core/verification/a-secret-is-not-empty-and-not-too-long",
                   test_bounds_of_a_secret);
  g_test_add_func ("/core/verification/a-question-is-not-too-long", test_bound_of_a_question);
  g_test_add_func ("/core/verification/what-sounds-the-same-is-the-same-when-asked-for",
                   test_what_sounds_the_same_is_the_same_when_asked_for);
  g_test_add_func ("/core/verification/what-is-no-text-is-not-normalised",
                   test_what_is_no_text_is_not_normalised);
  g_test_add_func ("/core/verification/each-attempt-has-a-pin-of-its-own",
                   test_each_attempt_has_a_pin_of_its_own);
  g_test_add_func ("/core/verification/a-pin-verifies", test_a_pin_verifies);
  g_test_add_func ("/core/verification/answering-unasked-is-refused",
                   test_answering_unasked_is_refused);
  g_test_add_func ("/core/verification/an-abort-is-not-echoed", test_an_abort_is_not_echoed);
  return g_test_run ();
}
