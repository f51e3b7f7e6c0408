/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Traps of libotr that have no other place: what it sends uncut, tells twice, takes for a C string
 * or swallows. Each in both versions. */
#include <string.h>
#include <unistd.h>

#include "bare.h"

#define SMALL ENGINE_LINE_MIN_SIZE
#define BARE_TAG 0x0ba2e002

/* All that @end has transmitted since @begun fits; it was in pieces, as whole it would not. */
static void
assert_cut (End *end, guint begun)
{
  g_assert_cmpuint (end->wire->len, >=, begun + 2);
  for (guint i = begun; i < end->wire->len; i++)
    g_assert_cmpuint (strlen (g_ptr_array_index (end->wire, i)), <=, SMALL);
}

static void
test_announced_keys_fit (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), SMALL);
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GBytes) use_data = g_bytes_new ("the name of a file", 18);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) key = NULL;
  guint begun = pair->alice.wire->len;

  key = engine_session_export_key (pair->alice.session, &pair->alice.context, 7, use_data, turn,
                                   &error);
  g_assert_no_error (error);
  end_apply (&pair->alice, turn);
  assert_cut (&pair->alice, begun);
  pair_settle (pair);
  g_assert_true (end_has_event (&pair->bob, "key-received"));
}

static void
ask (End *end, Secret *secret, const char *question)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GError) error = NULL;

  engine_session_start_verification (end->session, &end->context, secret, question, turn, &error);
  g_assert_no_error (error);
  end_apply (end, turn);
}

static void
answer (End *end, Secret *secret)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GError) error = NULL;

  engine_session_answer_verification (end->session, &end->context, secret, turn, &error);
  g_assert_no_error (error);
  end_apply (end, turn);
}

static const char *
verify (Pair *pair, Secret *asked, Secret *answered, const char *question)
{
  ask (&pair->alice, asked, question);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->verification, ==, ENGINE_VERIFICATION_ASKED);
  answer (&pair->bob, answered);
  pair_settle (pair);
  return pair->alice.view->result;
}

static void
test_verifications_fit (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), SMALL);
  g_autoptr (Secret) secret = secret_new ("käse", strlen ("käse"));
  guint begun[] = { pair->alice.wire->len, pair->bob.wire->len };

  g_assert_cmpstr (verify (pair, secret, secret, "What is on the bread?"), ==, "verified");
  assert_cut (&pair->alice, begun[0]);
  assert_cut (&pair->bob, begun[1]);
}

static void
test_aborted_verifications_fit (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), SMALL);
  g_autoptr (Secret) secret = secret_new ("x", 1);
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  guint begun;

  ask (&pair->alice, secret, NULL);
  begun = pair->alice.wire->len;
  engine_session_abort_verification (pair->alice.session, &pair->alice.context, turn, NULL);
  end_apply (&pair->alice, turn);
  assert_cut (&pair->alice, begun);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->verification, ==, ENGINE_VERIFICATION_IDLE);
}

static void
test_goodbyes_fit (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), SMALL);
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  guint begun = pair->alice.wire->len;

  end_end (&pair->alice);
  assert_cut (&pair->alice, begun);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_FINISHED);
}

/* So does the one that a service says when it goes. */
static void
test_goodbyes_of_the_service_fit (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), SMALL);
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  guint begun = pair->alice.wire->len;

  engine_session_disconnect (pair->alice.session, &pair->alice.context, turn);
  end_apply (&pair->alice, turn);
  assert_cut (&pair->alice, begun);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_FINISHED);
}

static guint
count_events (End *end, const char *name)
{
  guint count = 0;

  for (guint i = 0; i < end->events->len; i++)
    count += strcmp (g_ptr_array_index (end->events, i), name) == 0;
  return count;
}

/* The text goes private or waits; a line with it never is in the clear. */
static gboolean
type (End *end, guint number)
{
  g_autofree char *text = g_strdup_printf ("typed %u", number);
  EngineWay way = engine_session_get_way (end->session, &end->context);

  g_assert_cmpint (way, !=, ENGINE_WAY_PLAINTEXT);
  g_assert_cmpint (way, !=, ENGINE_WAY_BLOCKED);
  if (way == ENGINE_WAY_HOLD)
    return FALSE;
  g_assert_true (end_send (end, text, number + 1));
  g_assert_null (strstr (g_ptr_array_index (end->wire, end->wire->len - 1), "typed"));
  return TRUE;
}

/* Each as it was typed, once and in order. A refresh cannot be told from a restart: what is not
 * proven read may come again, marked. */
static void
assert_read_in_order (End *end, guint count)
{
  guint read = 0;

  for (guint i = 0; i < end->texts->len; i++)
    {
      const char *text = g_ptr_array_index (end->texts, i);
      g_autofree char *expected = g_strdup_printf ("typed %u", read);

      if (g_str_has_prefix (text, "[resent] "))
        continue;
      g_assert_cmpstr (text, ==, expected);
      read++;
    }
  g_assert_cmpuint (read, ==, count);
}

/* A text typed at any moment of an honest refresh: libotr falls to plaintext in the middle of it.
 */
static void
test_typing_during_a_refresh (gconstpointer version)
{
  const char *query = GPOINTER_TO_UINT (version) == 2 ? "?OTRv2?" : "?OTRv3?";

  for (guint round = 0; round < 30; round++)
    {
      g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);
      g_autoptr (GRand) rand = g_rand_new_with_seed (round);
      End *const ends[] = { &pair->alice, &pair->bob };
      guint sent[2] = { 0, 0 };

      end_receive (ends[round % 2], query);
      for (guint i = 0; i < 40; i++)
        {
          guint who = g_rand_int_range (rand, 0, 2);

          sent[who] += type (ends[who], sent[who]);
          end_take_one (ends[g_rand_int_range (rand, 0, 2)]);
        }
      pair_settle (pair);
      for (guint i = 0; i < 2; i++)
        {
          g_assert_cmpuint (sent[i], >, 0);
          assert_read_in_order (ends[i]->peer, sent[i]);
          g_assert_true (end_has_event (ends[i], "refreshed"));
        }
    }
}

/* One side's libotr calls a refresh "still secure", the other's "gone secure". */
static void
test_a_session_is_told_once (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);
  End *const ends[] = { &pair->alice, &pair->bob };

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (count_events (ends[i], "private"), ==, 1);
      g_assert_cmpuint (count_events (ends[i], "refreshed"), ==, 0);
    }
  for (guint refresh = 0; refresh < 2; refresh++)
    {
      end_receive (ends[refresh], GPOINTER_TO_UINT (version) == 2 ? "?OTRv2?" : "?OTRv3?");
      pair_settle (pair);
      for (guint i = 0; i < 2; i++)
        {
          g_assert_cmpuint (count_events (ends[i], "private"), ==, 1);
          g_assert_cmpuint (count_events (ends[i], "refreshed"), ==, refresh + 1);
        }
    }
}

/* No character counts, no C strings. */
static void
test_a_secret_is_bytes (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);
  g_autoptr (Secret) one = secret_new ("ä\0one", 6);
  g_autoptr (Secret) same = secret_new ("ä\0one", 6);
  g_autoptr (Secret) other = secret_new ("ä\0two", 6);
  g_autoptr (Secret) longer = secret_new ("語語語語", strlen ("語語語語"));
  g_autoptr (Secret) beginning = secret_new ("語語語三", strlen ("語語語三"));

  g_assert_cmpstr (verify (pair, one, other, NULL), !=, "verified");
  g_assert_cmpstr (verify (pair, longer, beginning, NULL), !=, "verified");
  g_assert_cmpstr (verify (pair, one, same, NULL), ==, "verified");
}

static void
test_a_question_arrives_as_typed (gconstpointer version)
{
  const char *question = "Was liegt auf dem Brot, 語 🙂?";
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), SMALL);
  g_autoptr (Secret) secret = secret_new ("x", 1);

  ask (&pair->alice, secret, question);
  pair_settle (pair);
  g_assert_cmpstr (pair->bob.view->question, ==, question);
}

/* A contact's heartbeat is an empty text: there is nothing to show, and nothing is answered. */
static void
test_an_empty_text_shows_nothing (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  OtrlPolicy policy = GPOINTER_TO_UINT (version) == 2 ? OTRL_POLICY_ALLOW_V2 : OTRL_POLICY_ALLOW_V3;
  g_autoptr (Bare) bare = bare_new ("alice.key", BARE_TAG, policy, &pair->bob);
  guint begun;

  pair->bob.context.allows_v2 = GPOINTER_TO_UINT (version) == 2;
  bare_query (bare);
  bare_settle (bare);
  begun = pair->bob.wire->len;
  bare_send (bare, "");
  bare_settle (bare);
  g_assert_cmpint (pair->bob.verdict, ==, ENGINE_VERDICT_PROTOCOL);
  g_assert_cmpuint (pair->bob.texts->len, ==, 0);
  g_assert_cmpuint (pair->bob.wire->len, ==, begun);
  bare_send (bare, "not empty");
  bare_settle (bare);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "not empty");
}

/* A text ends at its first zero byte: what is behind it is no text. */
static void
test_nothing_is_read_behind_a_zero_byte (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  OtrlPolicy policy = GPOINTER_TO_UINT (version) == 2 ? OTRL_POLICY_ALLOW_V2 : OTRL_POLICY_ALLOW_V3;
  g_autoptr (Bare) bare = bare_new ("alice.key", BARE_TAG, policy, &pair->bob);
  const guint8 hidden[] = "\0\0hidden words";

  pair->bob.context.allows_v2 = GPOINTER_TO_UINT (version) == 2;
  bare_query (bare);
  bare_settle (bare);
  bare_send_beside (bare, "in view", 0, hidden, sizeof hidden);
  bare_settle (bare);
  g_assert_cmpuint (pair->bob.texts->len, ==, 1);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "in view");
}

typedef struct
{
  const char *name;
  GTestDataFunc test;
} Trap;

int
main (int argc, char **argv)
{
  static const Trap traps[] = {
    { "announced-keys-fit", test_announced_keys_fit },
    { "verifications-fit", test_verifications_fit },
    { "aborted-verifications-fit", test_aborted_verifications_fit },
    { "goodbyes-fit", test_goodbyes_fit },
    { "goodbyes-of-the-service-fit", test_goodbyes_of_the_service_fit },
    { "typing-during-a-refresh-is-private", test_typing_during_a_refresh },
    { "a-session-is-told-once", test_a_session_is_told_once },
    { "a-secret-is-bytes", test_a_secret_is_bytes },
    { "a-question-arrives-as-typed", test_a_question_arrives_as_typed },
    { "an-empty-text-shows-nothing", test_an_empty_text_shows_nothing },
    { "nothing-is-read-behind-a-zero-byte", test_nothing_is_read_behind_a_zero_byte },
  };

  g_test_init (&argc, &argv, NULL);
  alarm (280);
  for (guint version = 2; version <= 3; version++)
    for (guint i = 0; i < G_N_ELEMENTS (traps); i++)
      {
        g_autofree char *path = g_strdup_printf ("/traps/v%u/%s", version, traps[i].name);

        g_test_add_data_func (path, GUINT_TO_POINTER (version), traps[i].test);
      }
  return g_test_run ();
}
