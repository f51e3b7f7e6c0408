/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each line is read once; one that comes again, and one of our own, are known. */

#include <gcrypt.h>
#include <string.h>
#include <unistd.h>

#include "core/repeats.h"

#define SECOND G_USEC_PER_SEC

static gboolean
take (CoreRepeats *repeats, const char *line, const char *id, const char *messenger, gint64 now)
{
  g_autoptr (CoreFirstResult) result = NULL;

  return core_repeats_take (repeats, line, FALSE, id, messenger, now, &result);
}

static gboolean
take_data (CoreRepeats *repeats, const char *line, const char *messenger, CoreFirstResult **result)
{
  return core_repeats_take (repeats, line, TRUE, NULL, messenger, 0, result);
}

static void
settle_with_text (CoreRepeats *repeats, CoreFirstResult *result, const char *text)
{
  EngineTurn turn = { .verdict = ENGINE_VERDICT_PRIVATE,
                      .text = (char *)text,
                      .instance = 0x101,
                      .trust = ENGINE_TRUST_VERIFIED,
                      .resent = TRUE };

  strcpy (turn.fingerprint, "0123456789ABCDEF0123456789ABCDEF01234567");
  core_repeats_settle (repeats, result, &turn);
}

static void
a_data_message_is_read_once_by_whomever (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();
  g_autoptr (CoreFirstResult) first = NULL;
  g_autoptr (CoreFirstResult) second = NULL;
  g_autoptr (CoreFirstResult) third = NULL;
  EngineTurn turn = { 0 };

  g_assert_false (take_data (repeats, "?OTR:AAMD.", ":1.1", &first));
  g_assert_false (first->settled);
  settle_with_text (repeats, first, "h\xc3\xa4llo");
  g_assert_true (take_data (repeats, "?OTR:AAMD.", ":1.2", &second));
  g_assert_true (take_data (repeats, "?OTR:AAMD.", ":1.1", &third));
  g_assert_true (second->settled);

  core_first_result_replay (second, &turn);
  g_assert_cmpint (turn.verdict, ==, ENGINE_VERDICT_PRIVATE);
  g_assert_cmpstr (turn.text, ==, "h\xc3\xa4llo");
  g_assert_cmpint (turn.trust, ==, ENGINE_TRUST_VERIFIED);
  g_assert_cmpuint (turn.instance, ==, 0x101);
  g_assert_cmpstr (turn.fingerprint, ==, "0123456789ABCDEF0123456789ABCDEF01234567");
  g_assert_true (turn.repeated);
  g_assert_true (turn.resent);
  g_free (turn.text);
}

static void
a_repeat_of_one_that_is_still_being_read_shares_its_result (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();
  g_autoptr (CoreFirstResult) first = NULL;
  g_autoptr (CoreFirstResult) second = NULL;

  g_assert_false (take_data (repeats, "?OTR:AAMD.", ":1.1", &first));
  g_assert_true (take_data (repeats, "?OTR:AAMD.", ":1.2", &second));
  g_assert_false (second->settled);
  settle_with_text (repeats, first, "text");
  g_assert_true (second->settled);
  g_assert_true (first == second);
}

static void
data_messages_are_remembered_within_bounds (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();

  for (guint i = 0; i < CORE_REPEATS_DATA_MAX + 1; i++)
    {
      g_autoptr (CoreFirstResult) result = NULL;
      g_autofree char *line = g_strdup_printf ("?OTR:%u.", i);

      g_assert_false (take_data (repeats, line, ":1.1", &result));
    }
  {
    g_autoptr (CoreFirstResult) known = NULL;
    g_autoptr (CoreFirstResult) forgotten = NULL;

    g_assert_true (take_data (repeats, "?OTR:1.", ":1.1", &known));
    g_assert_false (take_data (repeats, "?OTR:0.", ":1.1", &forgotten));
  }
}

static void
texts_are_kept_within_a_budget (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();
  g_autofree char *half = g_strnfill (CORE_REPEATS_TEXT_BYTES_MAX / 2, 'x');
  g_autofree char *huge = g_strnfill (CORE_REPEATS_TEXT_BYTES_MAX * 2, 'y');
  g_autoptr (CoreFirstResult) one = NULL;
  g_autoptr (CoreFirstResult) two = NULL;
  g_autoptr (CoreFirstResult) three = NULL;
  EngineTurn turn = { 0 };

  take_data (repeats, "?OTR:1.", ":1.1", &one);
  settle_with_text (repeats, one, half);
  take_data (repeats, "?OTR:2.", ":1.1", &two);
  settle_with_text (repeats, two, half);
  g_assert_nonnull (one->text);
  take_data (repeats, "?OTR:3.", ":1.1", &three);
  settle_with_text (repeats, three, huge);
  g_assert_null (one->text);
  g_assert_null (two->text);
  g_assert_nonnull (three->text);

  /* still known, with nothing to show: an empty private text would be a lie */
  core_first_result_replay (one, &turn);
  g_assert_cmpint (turn.verdict, ==, ENGINE_VERDICT_PROTOCOL);
  g_assert_null (turn.text);
  g_assert_true (turn.repeated);

  core_repeats_forget_texts (repeats);
  g_assert_null (three->text);
  g_assert_true (three->text_forgotten);
}

static void
another_messenger_repeats_a_line_within_five_seconds (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();

  g_assert_false (take (repeats, "?OTRv3?", NULL, "a", 0));
  g_assert_true (take (repeats, "?OTRv3?", NULL, "b", 5 * SECOND));
  g_assert_false (take (repeats, "?OTRv3?", NULL, "a", 20 * SECOND));
  g_assert_false (take (repeats, "?OTRv3?", NULL, "b", 25 * SECOND + 1));
}

static void
the_same_messenger_may_hand_in_a_line_again (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();

  g_assert_false (take (repeats, "?OTR:AAMC.", NULL, "a", 0));
  g_assert_false (take (repeats, "?OTR:AAMC.", NULL, "a", SECOND));
  /* b follows with its two, the third is new */
  g_assert_true (take (repeats, "?OTR:AAMC.", NULL, "b", SECOND));
  g_assert_true (take (repeats, "?OTR:AAMC.", NULL, "b", 2 * SECOND));
  g_assert_false (take (repeats, "?OTR:AAMC.", NULL, "b", 3 * SECOND));
  g_assert_true (take (repeats, "?OTR:AAMC.", NULL, "a", 4 * SECOND));
  g_assert_true (take (repeats, "?OTR:AAMC.", NULL, "c", 4 * SECOND));
}

static void
the_same_text_twice_is_two_texts (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();

  for (guint i = 0; i < 4; i++)
    {
      g_assert_false (take (repeats, "ok", NULL, "a", i * SECOND));
      g_assert_true (take (repeats, "ok", NULL, "b", i * SECOND + SECOND / 10));
    }
}

static void
the_same_id_is_a_repeat_at_any_time (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();

  g_assert_false (take (repeats, "hello", "id1", "a", 0));
  g_assert_true (take (repeats, "hello", "id1", "a", 100 * SECOND));
  g_assert_true (take (repeats, "hello", "id1", "b", 200 * SECOND));
  g_assert_false (take (repeats, "hello", "id2", "a", 300 * SECOND));
  /* another line with a known id is another line */
  g_assert_false (take (repeats, "hullo", "id1", "a", 400 * SECOND));
  g_assert_false (take (repeats, "ello", "id1h", "a", 400 * SECOND));
}

static void
ids_do_not_make_a_new_line_old (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();

  g_assert_false (take (repeats, "ok", "1", "a", 0));
  g_assert_true (take (repeats, "ok", "1", "b", 0));
  g_assert_false (take (repeats, "ok", "2", "b", SECOND));
  g_assert_true (take (repeats, "ok", "2", "a", SECOND));
  /* a carbon that one messenger hands in over and over */
  g_assert_true (take (repeats, "ok", "2", "a", SECOND));
  g_assert_true (take (repeats, "ok", "2", "a", SECOND));
  g_assert_false (take (repeats, "ok", "3", "b", SECOND));
}

static void
other_lines_are_remembered_within_bounds (void)
{
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();

  g_assert_false (take (repeats, "first", "first", "a", 0));
  for (guint i = 0; i < 3 * CORE_REPEATS_OTHER_MAX; i++)
    {
      g_autofree char *line = g_strdup_printf ("line %u", i);

      g_assert_false (take (repeats, line, line, "a", 0));
    }
  g_assert_false (take (repeats, "first", "first", "b", 0));
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *messenger = g_strdup_printf (":1.%u", i);

      take (repeats, "first", NULL, messenger, 0);
    }
}

static void
encoded_lines_of_ours_are_known (void)
{
  static const char long_piece[] =
      "?OTR,1,2,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,";
  static const char *const own[] = { "?OTR:AAMD.", "?OTR|1|2,1,2,ab,", long_piece };
  static const char *const anybodys[] = { "ok", "?OTRv23?", "?OTR Error: x", "?OTR,2,2,A.," };
  g_autoptr (CoreRepeats) repeats = core_repeats_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    {
      g_assert_false (core_repeats_is_own (repeats, own[i]));
      core_repeats_add_own (repeats, own[i]);
      core_repeats_add_own (repeats, own[i]);
      g_assert_true (core_repeats_is_own (repeats, own[i]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (anybodys); i++)
    {
      core_repeats_add_own (repeats, anybodys[i]);
      g_assert_false (core_repeats_is_own (repeats, anybodys[i]));
    }
  for (guint i = 0; i < CORE_REPEATS_OWN_MAX; i++)
    {
      g_autofree char *line = g_strdup_printf ("?OTR:%u.", i);

      core_repeats_add_own (repeats, line);
    }
  g_assert_false (core_repeats_is_own (repeats, own[0]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  gcry_check_version (NULL);
  gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
  g_test_add_func ("/core/repeats/a-data-message-is-read-once-by-whomever",
                   a_data_message_is_read_once_by_whomever);
  g_test_add_func ("/core/repeats/a-repeat-of-one-that-is-still-being-read-shares-its-result",
                   a_repeat_of_one_that_is_still_being_read_shares_its_result);
  g_test_add_func ("/core/repeats/data-messages-are-remembered-within-bounds",
                   data_messages_are_remembered_within_bounds);
  g_test_add_func ("/core/repeats/texts-are-kept-within-a-budget", texts_are_kept_within_a_budget);
  g_test_add_func ("/core/repeats/another-messenger-repeats-a-line-within-five-seconds",
                   another_messenger_repeats_a_line_within_five_seconds);
  g_test_add_func ("/core/repeats/the-same-messenger-may-hand-in-a-line-again",
                   the_same_messenger_may_hand_in_a_line_again);
  g_test_add_func ("/core/repeats/the-same-text-twice-is-two-texts",
                   the_same_text_twice_is_two_texts);
  g_test_add_func ("/core/repeats/the-same-id-is-a-repeat-at-any-time",
                   the_same_id_is_a_repeat_at_any_time);
  g_test_add_func ("/core/repeats/ids-do-not-make-a-new-line-old", ids_do_not_make_a_new_line_old);
  g_test_add_func ("/core/repeats/other-lines-are-remembered-within-bounds",
                   other_lines_are_remembered_within_bounds);
  g_test_add_func ("/core/repeats/encoded-lines-of-ours-are-known",
                   encoded_lines_of_ours_are_known);
  return g_test_run ();
}
