/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a verification is about: secrets of every length and form, questions, and the
 * service's own numbers, in both versions of OTR.
 */
#include <string.h>
#include <unistd.h>

#include "core/limits.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "verifying.h"

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
test_bounds_of_a_secret (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);
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
  side_assert_result (talk->alice, "verified", TRUE);
}

static void
test_bound_of_a_question (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);
  g_autofree char *longest = g_strnfill (CORE_QUESTION_MAX, '?');
  g_autofree char *too_long = g_strnfill (CORE_QUESTION_MAX + 1, '?');

  g_assert_error (actor_verify (talk->a, RIGHT, too_long)->error, OTRD_ERROR,
                  OTRD_ERROR_LIMIT_EXCEEDED);
  talk_ask (talk, RIGHT, longest);
  talk_answer (talk, RIGHT);
  side_assert_result (talk->alice, "verified", TRUE);
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
test_what_sounds_the_same_is_the_same_when_asked_for (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  static const char *const same[][2] = {
    { "Caf\u00e9", " Cafe\u0301\n" },
    { "\u1e69", "s\u0307\u0323" },
    { "\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af" },
    { "\u212b", "A\u030a" },
  };
  g_autoptr (Talk) talk = talk_new_in_version (version);

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      verify_spoken (talk, same[i][0], same[i][1]);
      side_assert_result (talk->alice, "verified", TRUE);
    }
  verify_spoken (talk, "Caf\u00e9", "caf\u00e9");
  side_assert_result (talk->alice, "failed", FALSE);
}

static void
test_what_is_no_text_is_not_normalised (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);
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
  side_assert_result (talk->alice, "verified", TRUE);
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
test_each_attempt_has_a_pin_of_its_own (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);
  g_autoptr (GHashTable) pins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 4; i++)
    {
      g_hash_table_add (pins, verify_by_pin (talk));
      talk_answer (talk, "not this one");
    }
  g_assert_cmpuint (g_hash_table_size (pins), >=, 3);
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "unverified");
}

static void
test_a_pin_verifies (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new_in_version (version);
  g_autofree char *pin = verify_by_pin (talk);
  const CoreFingerprintFilter filter = { .trust = "verified" };
  g_autofree char *next = NULL;
  g_autofree char *printed = NULL;
  g_autoptr (GVariant) records = NULL;

  talk_answer (talk, pin);
  side_assert_result (talk->alice, "verified", TRUE);
  records = core_account_list_fingerprints (talk->alice->account, &filter, &next, NULL);
  printed = g_variant_print (records, FALSE);
  g_assert_nonnull (strstr (printed, "'method': <'pin'>"));
}

static const struct
{
  const char *name;
  GTestDataFunc test;
} tests[] = {
  { "a-secret-is-not-empty-and-not-too-long", test_bounds_of_a_secret },
  { "a-question-is-not-too-long", test_bound_of_a_question },
  { "what-sounds-the-same-is-the-same-when-asked-for",
    test_what_sounds_the_same_is_the_same_when_asked_for },
  { "what-is-no-text-is-not-normalised", test_what_is_no_text_is_not_normalised },
  { "each-attempt-has-a-pin-of-its-own", test_each_attempt_has_a_pin_of_its_own },
  { "a-pin-verifies", test_a_pin_verifies },
};

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  for (guint version = 2; version <= 3; version++)
    for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
      {
        g_autofree char *path =
            g_strdup_printf ("/core/verification-secrets/v%u/%s", version, tests[i].name);

        g_test_add_data_func (path, GUINT_TO_POINTER (version), tests[i].test);
      }
  return g_test_run ();
}
