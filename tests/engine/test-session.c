/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The engine session between two ends: what it must do, and what it must never do. */
#include <string.h>
#include <unistd.h>

#include "introspection/otrd-error.h"
#include "pair.h"

static void
test_first_contact (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  end_start (&pair->alice);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_STARTING);
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_cmpstr (pair->alice.view->fingerprint, ==,
                   engine_key_get_fingerprint (pair->bob.context.key));
  g_assert_true (end_has_event (&pair->alice, "fingerprint-new"));
  g_assert_true (end_has_event (&pair->alice, "private"));
  g_assert_cmpstr (pair->alice.view->session_id[0], ==, pair->bob.view->session_id[1]);
  g_assert_cmpstr (pair->alice.view->session_id[1], ==, pair->bob.view->session_id[0]);
  g_assert_cmpuint (pair->alice.released, ==, 1);
  g_assert_cmpuint (pair->bob.released, ==, 1);
}

static void
test_conversation (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  for (guint i = 0; i < 10; i++)
    {
      End *from = i % 2 ? &pair->alice : &pair->bob;
      g_autofree char *text = g_strdup_printf ("text %u", i);

      g_assert_true (end_send (from, text, i + 1));
      g_assert_null (strstr (g_ptr_array_index (from->wire, from->wire->len - 1), text));
      pair_settle (pair);
      g_assert_cmpstr (end_last_text (from->peer), ==, text);
      g_assert_cmpint (from->peer->verdict, ==, ENGINE_VERDICT_PRIVATE);
    }
}

static void
test_version_2 (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair->alice.context.allows_v2 = pair->bob.context.allows_v2 = TRUE;
  end_receive (&pair->bob, "?OTRv2?");
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_cmpuint (pair->alice.view->version, ==, 2);
  g_assert_true (end_send (&pair->alice, "in version two", 1));
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "in version two");
  g_assert_true (end_send (&pair->bob, "and back", 1));
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->alice), ==, "and back");
}

static void
test_version_2_is_refused_where_not_allowed (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  end_receive (&pair->bob, "?OTRv2?");
  g_assert_cmpuint (pair->bob.wire->len, ==, 0);
  g_assert_true (end_has_event (&pair->bob, "stalled"));
}

static void
test_small_lines (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair->alice.context.max_line = pair->bob.context.max_line = ENGINE_LINE_MIN_SIZE;
  pair_go_private (pair);
  g_assert_true (end_send (&pair->alice, "in pieces", 1));
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "in pieces");
  end_end (&pair->alice);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_FINISHED);
}

static void
test_key_comes_later (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  EngineKey *key = g_steal_pointer (&pair->bob.context.key);
  guint waits = 0;

  end_start (&pair->alice);
  while (pair->alice.inbox.length + pair->bob.inbox.length > 0)
    {
      g_autofree char *text = g_strdup (g_queue_peek_head (&pair->bob.inbox));
      g_autoptr (EngineTurn) turn = engine_turn_new ();
      g_autoptr (EngineLine) line = NULL;

      end_take_one (&pair->alice);
      if (text == NULL)
        continue;
      line = engine_line_read (text);
      engine_session_receive (pair->bob.session, &pair->bob.context, line, NULL, turn);
      if (turn->needs_key)
        {
          waits++;
          g_assert_cmpuint (turn->transmissions->len, ==, 0);
          pair->bob.context.key = key;
          continue;
        }
      g_free (g_queue_pop_head (&pair->bob.inbox));
      end_apply (&pair->bob, turn);
    }
  g_assert_cmpuint (waits, ==, 1);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
}

static void
test_crossing_starts (void)
{
  for (guint round = 0; round < 60; round++)
    {
      g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
      g_autoptr (GRand) rand = g_rand_new_with_seed (round);

      pair->alice.context.allows_v2 = pair->bob.context.allows_v2 = round % 2;
      end_start (&pair->alice);
      end_start (&pair->bob);
      end_take_one (&pair->alice);
      end_take_one (&pair->bob);
      while (pair->alice.inbox.length + pair->bob.inbox.length > 0)
        end_take_one (g_rand_boolean (rand) ? &pair->alice : &pair->bob);
      g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PRIVATE);
      g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
      g_assert_true (end_send (&pair->alice, "to bob", 1));
      g_assert_true (end_send (&pair->bob, "to alice", 1));
      pair_settle (pair);
      g_assert_cmpstr (end_last_text (&pair->bob), ==, "to bob");
      g_assert_cmpstr (end_last_text (&pair->alice), ==, "to alice");
    }
}

static void
test_text_that_looks_like_otr (void)
{
  const char *const texts[] = { "?OTR?", "?OTRv3? is how it starts", "?OTR:AAMD", "?OTR Error: no",
                                " \t  \t\t\t\t \t \t \t    \t\t  \t " };
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (end_send (&pair->alice, texts[i], i + 1));
      pair_settle (pair);
      g_assert_cmpstr (end_last_text (&pair->bob), ==, texts[i]);
    }
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
}

static void
test_overtaken_line_is_read (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autofree char *first = NULL, *second = NULL;

  pair_go_private (pair);
  first = end_encrypt (&pair->alice, "first");
  second = end_encrypt (&pair->alice, "second");
  end_receive (&pair->bob, second);
  end_receive (&pair->bob, first);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "first");
  g_assert_cmpuint (pair->bob.texts->len, ==, 2);
}

static void
test_line_is_read_once (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autofree char *first = NULL, *second = NULL;

  pair_go_private (pair);
  first = end_encrypt (&pair->alice, "first");
  second = end_encrypt (&pair->alice, "second");
  for (guint i = 0; i < 3; i++)
    {
      end_receive (&pair->bob, second);
      end_receive (&pair->bob, first);
    }
  g_assert_cmpuint (pair->bob.texts->len, ==, 2);
  g_assert_cmpuint (pair->alice.inbox.length, ==, 0);
}

static void
test_late_line_of_a_replaced_session (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autofree char *late = NULL;

  pair_go_private (pair);
  late = end_encrypt (&pair->alice, "still under way");
  end_start (&pair->bob);
  pair_settle (pair);
  g_assert_true (end_has_event (&pair->bob, "refreshed"));
  end_receive (&pair->bob, late);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "still under way");
}

static void
test_unknown_message_is_answered_so_that_it_comes_again (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  end_restart (&pair->bob, TRUE);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_FINISHED);
  g_assert_true (end_send (&pair->alice, "lost by a restart", 7));
  end_take_one (&pair->bob);
  g_assert_cmpint (pair->bob.verdict, ==, ENGINE_VERDICT_UNREADABLE);
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "[resent] lost by a restart");
  g_assert_true (end_has_event (&pair->alice, "resent"));
  g_assert_cmpuint (pair->bob.texts->len, ==, 1);
}

static void
test_proven_text_is_not_resent (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  g_assert_true (end_send (&pair->alice, "one", 1));
  pair_settle (pair);
  g_assert_true (end_send (&pair->bob, "read", 1));
  pair_settle (pair);
  end_restart (&pair->bob, TRUE);
  end_start (&pair->bob);
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_false (end_has_event (&pair->alice, "resent"));
  g_assert_cmpuint (pair->bob.texts->len, ==, 1);
}

static void
test_plaintext_in_private (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  end_receive (&pair->bob, "hello");
  g_assert_cmpint (pair->bob.verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  pair_go_private (pair);
  end_receive (&pair->bob, "in the clear");
  g_assert_cmpint (pair->bob.verdict, ==, ENGINE_VERDICT_UNEXPECTED_PLAINTEXT);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "in the clear");
}

static void
test_contact_ends (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GError) error = NULL;

  pair_go_private (pair);
  end_end (&pair->alice);
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PLAINTEXT);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_FINISHED);
  g_assert_true (end_has_event (&pair->bob, "finished"));
  g_assert_false (
      engine_session_send (pair->bob.session, &pair->bob.context, "secret", 1, turn, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FINISHED);
  g_assert_cmpuint (turn->transmissions->len, ==, 0);
  g_assert_cmpint (engine_session_get_way (pair->alice.session, &pair->alice.context), ==,
                   ENGINE_WAY_PLAINTEXT);
}

/* libotr alone would fall to plaintext without a word. */
static void
test_injected_exchange_leaves_the_session_private (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autoptr (Pair) other = pair_new ("mallory.key", "bob.key");
  guint delivered = 0;

  pair_go_private (pair);
  other->bob.context.max_line = 0;
  end_receive (&pair->bob, "?OTRv3?");
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
  while (pair->alice.inbox.length > 0)
    {
      g_autofree char *line = g_queue_pop_head (&pair->alice.inbox);

      end_receive (&other->alice, line);
      while (other->bob.inbox.length > 0)
        {
          g_autofree char *answer = g_queue_pop_head (&other->bob.inbox);

          end_receive (&pair->bob, answer);
          delivered++;
          g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
        }
    }
  g_assert_cmpuint (delivered, >=, 2);
  g_assert_cmpstr (pair->bob.view->fingerprint, ==,
                   engine_key_get_fingerprint (pair->alice.context.key));
  g_assert_true (end_has_event (&pair->bob, "fingerprint-changed"));
  g_assert_true (end_send (&pair->bob, "for alice only", 1));
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->alice), ==, "for alice only");
}

static void
test_changed_from_verified_stops (void)
{
  g_autoptr (Pair) pair = pair_new ("mallory.key", "bob.key");
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EngineKey) alice = fixture_key ("alice.key");
  const char *mallory = engine_key_get_fingerprint (pair->alice.context.key);

  end_know (&pair->bob, engine_key_get_fingerprint (alice), ENGINE_TRUST_VERIFIED);
  end_start (&pair->alice);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->blocked, ==, ENGINE_BLOCKED_FINGERPRINT_CHANGED);
  g_assert_cmpstr (pair->bob.view->fingerprint, ==, mallory);
  g_assert_cmpuint (pair->bob.released, ==, 0);
  g_assert_false (
      engine_session_send (pair->bob.session, &pair->bob.context, "secret", 1, turn, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FINGERPRINT_CHANGED);

  end_know (&pair->bob, mallory, ENGINE_TRUST_UNVERIFIED);
  g_clear_error (&error);
  g_assert_true (
      engine_session_accept (pair->bob.session, &pair->bob.context, mallory, turn, &error));
  g_assert_true (turn->release_held);
  g_assert_true (end_send (&pair->bob, "accepted", 2));
}

static void
test_rejected_key_gets_no_session (void)
{
  g_autoptr (Pair) pair = pair_new ("mallory.key", "bob.key");

  end_know (&pair->bob, engine_key_get_fingerprint (pair->alice.context.key),
            ENGINE_TRUST_REJECTED);
  end_start (&pair->alice);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->state, !=, ENGINE_STATE_PRIVATE);
  g_assert_cmpint (pair->bob.view->blocked, ==, ENGINE_BLOCKED_REJECTED);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_FINISHED);
}

static void
test_stalled_exchange_starts_over_and_gives_up (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  guint queries = 0;

  end_receive (&pair->bob, "?OTRv3?");
  g_queue_clear_full (&pair->alice.inbox, g_free);
  for (guint i = 0; i < 10; i++)
    {
      end_poll (&pair->bob, 11 * G_USEC_PER_SEC);
      queries += pair->alice.inbox.length;
      g_queue_clear_full (&pair->alice.inbox, g_free);
    }
  g_assert_cmpuint (queries, ==, 3);
  g_assert_true (end_has_event (&pair->bob, "stalled"));
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PLAINTEXT);
}

/* Queries come through and nothing longer does: a network that cuts long lines. */
static void
test_exchanges_that_never_arrive_end_in_silence (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  End *const ends[] = { &pair->alice, &pair->bob };
  guint last = 0;

  end_start (&pair->alice);
  for (guint round = 0; round < 200; round++)
    {
      end_poll (ends[round % 2], 11 * G_USEC_PER_SEC);
      for (char *line; (line = g_queue_pop_head (&ends[round % 2]->inbox)) != NULL; g_free (line))
        {
          last = round;
          if (strlen (line) < 100)
            end_receive (ends[round % 2], line);
        }
    }
  g_assert_cmpuint (last, <, 60);
  g_assert_true (end_has_event (&pair->alice, "stalled"));
  end_start (&pair->alice);
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PRIVATE);
}

static void
test_errors_do_not_go_in_circles (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  g_ptr_array_set_size (pair->bob.wire, 0);
  for (guint i = 0; i < 1000; i++)
    {
      end_receive (
          &pair->bob,
          "?OTR:"
          "AAMDChHOAQCwsAIBAAAAAQAAAAEAAAABAgAAAAAAAAABAAAAAWEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=.");
      end_receive (&pair->bob, "?OTR Error: what?");
      end_poll (&pair->bob, 0);
    }
  g_assert_cmpuint (pair->bob.wire->len, <, 20);
  g_assert_true (end_has_event (&pair->bob, "storm"));
}

static void
test_select_an_instance_that_is_not_there (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autoptr (GError) error = NULL;

  g_assert_false (engine_session_select_instance (pair->alice.session, 4711, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND);
}

static void
test_extra_key (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GBytes) use_data = g_bytes_new ("file", 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (EngineTurn) taken = engine_turn_new ();
  g_autoptr (Secret) ours = NULL, theirs = NULL;

  pair_go_private (pair);
  ours = engine_session_export_key (pair->alice.session, &pair->alice.context, 1, use_data, turn,
                                    &error);
  g_assert_no_error (error);
  end_apply (&pair->alice, turn);
  pair_settle (pair);
  g_assert_true (end_has_event (&pair->bob, "key-received"));
  theirs = engine_session_take_key (pair->bob.session, 1, taken, &error);
  g_assert_no_error (error);
  g_assert_true (secret_equal (ours, theirs));
  g_assert_cmpuint (taken->events->len, ==, 1);
  g_assert_null (engine_session_take_key (pair->bob.session, 1, taken, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);

  g_test_add_func ("/session/first-contact-becomes-private", test_first_contact);
  g_test_add_func ("/session/a-conversation-is-read-on-both-sides", test_conversation);
  g_test_add_func ("/session/version-2-works", test_version_2);
  g_test_add_func ("/session/version-2-is-refused-where-not-allowed",
                   test_version_2_is_refused_where_not_allowed);
  g_test_add_func ("/session/all-lines-fit-a-small-size", test_small_lines);
  g_test_add_func ("/session/a-line-waits-for-the-key-and-is-fed-again", test_key_comes_later);
  g_test_add_func ("/session/crossing-starts-become-private", test_crossing_starts);
  g_test_add_func ("/session/text-that-looks-like-otr-arrives-as-typed",
                   test_text_that_looks_like_otr);
  g_test_add_func ("/session/an-overtaken-line-is-read", test_overtaken_line_is_read);
  g_test_add_func ("/session/a-line-is-read-once", test_line_is_read_once);
  g_test_add_func ("/session/a-late-line-of-a-replaced-session-is-read",
                   test_late_line_of_a_replaced_session);
  g_test_add_func ("/session/an-unknown-message-is-answered-so-that-it-comes-again",
                   test_unknown_message_is_answered_so_that_it_comes_again);
  g_test_add_func ("/session/a-proven-text-is-not-resent", test_proven_text_is_not_resent);
  g_test_add_func ("/session/plaintext-in-private-is-unexpected", test_plaintext_in_private);
  g_test_add_func ("/session/after-the-contact-ends-nothing-goes-out", test_contact_ends);
  g_test_add_func ("/session/an-injected-exchange-leaves-the-session-private",
                   test_injected_exchange_leaves_the_session_private);
  g_test_add_func ("/session/a-key-changed-from-a-verified-one-stops",
                   test_changed_from_verified_stops);
  g_test_add_func ("/session/a-rejected-key-gets-no-session", test_rejected_key_gets_no_session);
  g_test_add_func ("/session/a-stalled-exchange-starts-over-and-gives-up",
                   test_stalled_exchange_starts_over_and_gives_up);
  g_test_add_func ("/session/exchanges-that-never-arrive-end-in-silence",
                   test_exchanges_that_never_arrive_end_in_silence);
  g_test_add_func ("/session/errors-do-not-go-in-circles", test_errors_do_not_go_in_circles);
  g_test_add_func ("/session/an-instance-that-is-not-there-cannot-be-selected",
                   test_select_an_instance_that_is_not_there);
  g_test_add_func ("/session/the-extra-key-is-the-same-on-both-sides-and-taken-once",
                   test_extra_key);
  return g_test_run ();
}
