/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Verification between two ends: every outcome, and every call out of season. */
#include <unistd.h>

#include "introspection/otrd-error.h"
#include "pair.h"

static gboolean
begin (End *end, const char *secret, const char *question, GError **error)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (Secret) value = secret_new (secret, strlen (secret));
  gboolean done =
      engine_session_start_verification (end->session, &end->context, value, question, turn, error);

  end_apply (end, turn);
  return done;
}

static gboolean
answer (End *end, const char *secret, GError **error)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (Secret) value = secret_new (secret, strlen (secret));
  gboolean done =
      engine_session_answer_verification (end->session, &end->context, value, turn, error);

  end_apply (end, turn);
  return done;
}

static gboolean
give_up (End *end, GError **error)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  gboolean done = engine_session_abort_verification (end->session, &end->context, turn, error);

  end_apply (end, turn);
  return done;
}

static void
run (Pair *pair, const char *question, const char *right, const char *given)
{
  g_autoptr (GError) error = NULL;

  begin (&pair->alice, right, question, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pair->alice.view->verification, ==, ENGINE_VERIFICATION_WAITING);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->verification, ==, ENGINE_VERIFICATION_ASKED);
  g_assert_cmpstr (pair->bob.view->question, ==, question);
  answer (&pair->bob, given, &error);
  g_assert_no_error (error);
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->verification, ==, ENGINE_VERIFICATION_IDLE);
  g_assert_cmpint (pair->bob.view->verification, ==, ENGINE_VERIFICATION_IDLE);
}

static void
test_outcomes (gconstpointer version_2)
{
  static const struct
  {
    const char *question, *right, *given, *result;
  } cases[] = {
    { NULL, "the secret", "the secret", "verified" },
    { NULL, "the secret", "another", "failed" },
    { "where?", "there", "there", "verified" },
    { "where?", "there", "elsewhere", "failed" },
    { "wo\u00df?", "Stra\u00dfe \U0001f512", "Stra\u00dfe \U0001f512", "verified" },
    { NULL, "", "", "verified" },
  };
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair->alice.context.allows_v2 = pair->bob.context.allows_v2 = version_2 != NULL;
  if (version_2 != NULL)
    {
      end_receive (&pair->bob, "?OTRv2?");
      pair_settle (pair);
    }
  else
    pair_go_private (pair);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      run (pair, cases[i].question, cases[i].right, cases[i].given);
      g_assert_cmpstr (pair->alice.view->result, ==, cases[i].result);
      g_assert_cmpstr (pair->bob.view->result, ==, cases[i].result);
    }
}

static guint
count_verified (EngineTurn *turn)
{
  guint count = 0;

  for (guint i = 0; i < turn->stores->len; i++)
    count += ((EngineStore *)g_ptr_array_index (turn->stores, i))->kind == ENGINE_STORE_VERIFIED;
  return count;
}

/* Takes all lines of @end's inbox; how many verified fingerprints they brought. */
static guint
take_all (End *end)
{
  guint count = 0;
  char *text;

  while ((text = g_queue_pop_head (&end->inbox)) != NULL)
    {
      g_autoptr (EngineTurn) turn = engine_turn_new ();
      g_autoptr (EngineLine) line = engine_line_read (text);

      engine_session_receive (end->session, &end->context, line, NULL, turn);
      count += count_verified (turn);
      end_apply (end, turn);
      g_free (text);
    }
  return count;
}

static void
count_marks (Pair *pair, guint *by_alice, guint *by_bob)
{
  *by_alice = *by_bob = 0;
  while (pair->alice.inbox.length + pair->bob.inbox.length > 0)
    {
      *by_bob += take_all (&pair->bob);
      *by_alice += take_all (&pair->alice);
    }
}

static void
test_answering_a_question_proves_only_us (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  guint by_alice, by_bob;

  pair_go_private (pair);
  begin (&pair->alice, "there", "where?", NULL);
  count_marks (pair, &by_alice, &by_bob);
  answer (&pair->bob, "there", NULL);
  count_marks (pair, &by_alice, &by_bob);
  g_assert_cmpuint (by_alice, ==, 1);
  g_assert_cmpuint (by_bob, ==, 0);
  g_assert_cmpstr (pair->bob.view->result, ==, "verified");

  begin (&pair->alice, "ours", NULL, NULL);
  count_marks (pair, &by_alice, &by_bob);
  answer (&pair->bob, "ours", NULL);
  count_marks (pair, &by_alice, &by_bob);
  g_assert_cmpuint (by_alice, ==, 1);
  g_assert_cmpuint (by_bob, ==, 1);
}

static void
test_out_of_season (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autoptr (GError) error = NULL;

  g_assert_false (begin (&pair->alice, "x", NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
  g_clear_error (&error);
  pair_go_private (pair);
  g_assert_false (answer (&pair->alice, "x", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  g_clear_error (&error);
  g_assert_false (give_up (&pair->alice, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
  g_clear_error (&error);
  g_assert_true (begin (&pair->alice, "x", NULL, &error));
  g_assert_false (begin (&pair->alice, "x", NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (answer (&pair->alice, "x", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION);
}

static void
test_abort (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  begin (&pair->alice, "x", "q", NULL);
  pair_settle (pair);
  g_assert_true (give_up (&pair->bob, NULL));
  pair_settle (pair);
  g_assert_cmpstr (pair->alice.view->result, ==, "aborted");
  g_assert_cmpstr (pair->bob.view->result, ==, "aborted");
  run (pair, NULL, "afterwards", "afterwards");
  g_assert_cmpstr (pair->alice.view->result, ==, "verified");
}

static void
test_both_at_once (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  begin (&pair->alice, "x", NULL, NULL);
  begin (&pair->bob, "x", NULL, NULL);
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->verification, ==, ENGINE_VERIFICATION_IDLE);
  g_assert_cmpint (pair->bob.view->verification, ==, ENGINE_VERIFICATION_IDLE);
  run (pair, NULL, "afterwards", "afterwards");
  g_assert_cmpstr (pair->alice.view->result, ==, "verified");
}

static void
test_refresh_aborts (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  begin (&pair->alice, "x", NULL, NULL);
  pair_settle (pair);
  end_start (&pair->bob);
  pair_settle (pair);
  g_assert_true (end_has_event (&pair->alice, "refreshed"));
  g_assert_cmpstr (pair->alice.view->result, ==, "aborted");
  g_assert_cmpstr (pair->bob.view->result, ==, "aborted");
  run (pair, NULL, "afterwards", "afterwards");
  g_assert_cmpstr (pair->bob.view->result, ==, "verified");
}

static void
test_end_aborts (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  begin (&pair->alice, "x", NULL, NULL);
  pair_settle (pair);
  end_end (&pair->alice);
  pair_settle (pair);
  g_assert_cmpstr (pair->alice.view->result, ==, "aborted");
  g_assert_cmpstr (pair->bob.view->result, ==, "aborted");
  g_assert_false (answer (&pair->bob, "x", NULL));
}

static void
test_public_half_suffices (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  EngineKey *key;

  pair_go_private (pair);
  key = pair->bob.context.key;
  pair->bob.context.key = engine_key_public_half (key);
  engine_key_unref (key);
  run (pair, NULL, "while locked", "while locked");
  g_assert_cmpstr (pair->alice.view->result, ==, "verified");
}

static void
test_changed_key_can_be_verified (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "mallory.key");
  g_autoptr (EngineKey) bob = fixture_key ("bob.key");

  end_know (&pair->alice, engine_key_get_fingerprint (bob), ENGINE_TRUST_VERIFIED);
  end_start (&pair->bob);
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->blocked, ==, ENGINE_BLOCKED_FINGERPRINT_CHANGED);
  run (pair, NULL, "it is me", "it is me");
  g_assert_cmpint (pair->alice.view->blocked, ==, ENGINE_BLOCKED_NOT);
  g_assert_true (end_send (&pair->alice, "hello again", 1));
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "hello again");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);

  g_test_add_data_func ("/verification/right-and-wrong-in-version-3", NULL, test_outcomes);
  g_test_add_data_func ("/verification/right-and-wrong-in-version-2", "2", test_outcomes);
  g_test_add_func ("/verification/answering-a-question-proves-only-us",
                   test_answering_a_question_proves_only_us);
  g_test_add_func ("/verification/calls-out-of-season-are-refused", test_out_of_season);
  g_test_add_func ("/verification/an-abort-ends-both-without-an-echo", test_abort);
  g_test_add_func ("/verification/both-at-once-give-up-and-can-begin-again", test_both_at_once);
  g_test_add_func ("/verification/a-refresh-aborts-it", test_refresh_aborts);
  g_test_add_func ("/verification/the-end-of-the-session-aborts-it", test_end_aborts);
  g_test_add_func ("/verification/the-public-half-of-the-key-suffices", test_public_half_suffices);
  g_test_add_func ("/verification/a-changed-key-can-be-verified", test_changed_key_can_be_verified);
  return g_test_run ();
}
