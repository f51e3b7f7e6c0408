/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Time: libotr asks time () itself, which stands here for it; ours comes with each call. Old keys
 * go when their time is over, and heartbeats are cut like all else. */
#include <time.h>
#include <unistd.h>

#include "engine/session-private.h"
#include "introspection/otrd-error.h"
#include "pair.h"

static time_t passed;

/* In place of the C library's, for libotr too. */
time_t
time (time_t *at)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (at != NULL)
    *at = now.tv_sec + passed;
  return now.tv_sec + passed;
}

static void
let_pass (Pair *pair, guint seconds)
{
  passed += seconds;
  end_poll (&pair->alice, seconds * G_USEC_PER_SEC);
  end_poll (&pair->bob, seconds * G_USEC_PER_SEC);
}

static void
test_heartbeats_are_cut (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  guint texts;

  pair->bob.context.max_line = 200;
  pair_go_private (pair);
  end_send (&pair->bob, "so that it was heard of", 1);
  pair_settle (pair);
  g_ptr_array_set_size (pair->bob.wire, 0);
  end_send (&pair->alice, "at once", 2);
  pair_settle (pair);
  g_assert_cmpuint (pair->bob.wire->len, ==, 0);

  let_pass (pair, 61);
  end_send (&pair->alice, "after a minute", 3);
  texts = pair->alice.texts->len;
  pair_settle (pair);
  g_assert_cmpuint (pair->bob.wire->len, >=, 2);
  g_assert_cmpuint (pair->alice.texts->len, ==, texts);
  g_assert_cmpint (pair->alice.verdict, ==, ENGINE_VERDICT_PROTOCOL);
}

static void
test_replaced_keys_go (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  EngineInstance *alice;

  pair_go_private (pair);
  end_start (&pair->alice);
  pair_settle (pair);
  alice = g_ptr_array_index (pair->bob.session->instances, 0);
  g_assert_nonnull (alice->old);
  g_assert_cmpint (pair->bob.view->deadline, >, pair->bob.context.now);
  let_pass (pair, 130);
  g_assert_null (alice->old);
  g_assert_null (pair->bob.session->offer);
  g_assert_cmpint (pair->bob.view->deadline, ==, 0);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
}

/* libotr alone keeps the secret half of an unanswered commit until it is polled. */
static void
test_keys_of_an_unanswered_commit_go (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  end_receive (&pair->bob, "?OTRv3?");
  g_assert_nonnull (pair->bob.session->offer);
  for (guint i = 0; i < 6; i++)
    let_pass (pair, 30);
  g_assert_null (pair->bob.session->offer);
  g_assert_cmpint (pair->bob.view->deadline, ==, 0);
}

/* Nor do those of an exchange that was left in the middle, once its rest is no longer awaited. */
static void
test_keys_of_an_exchange_that_stands_still_go (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  EngineInstance *bob;

  end_start (&pair->alice);
  end_take_one (&pair->bob);
  end_take_one (&pair->alice);
  bob = g_ptr_array_index (pair->alice.session->instances, 0);
  g_assert_nonnull (bob->candidate);
  g_queue_clear_full (&pair->bob.inbox, g_free);
  let_pass (pair, 11);
  g_assert_null (bob->candidate);
  for (guint i = 0; i < 13; i++)
    let_pass (pair, 11);
  g_assert_null (bob->crossed);
}

static void
announce_key (Pair *pair)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GBytes) use_data = g_bytes_new ("file", 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) ours = engine_session_export_key (pair->alice.session, &pair->alice.context, 1,
                                                       use_data, turn, &error);

  g_assert_no_error (error);
  end_apply (&pair->alice, turn);
  pair_settle (pair);
}

static void
assert_can_take (Pair *pair, guint64 id, gboolean can)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) key = engine_session_take_key (pair->bob.session, id, turn, &error);

  g_assert_cmpint (key != NULL, ==, can);
  if (!can)
    g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND);
}

static void
test_announced_keys_go_when_nobody_takes_them (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  gint64 first;

  pair_go_private (pair);
  let_pass (pair, 130);
  announce_key (pair);
  first = pair->bob.view->deadline;
  let_pass (pair, 200);
  announce_key (pair);
  g_assert_cmpint (pair->bob.view->deadline, ==, first);
  let_pass (pair, 99);
  g_assert_cmpuint (pair->bob.session->announced.length, ==, 2);
  let_pass (pair, 1);
  g_assert_cmpuint (pair->bob.session->announced.length, ==, 1);
  assert_can_take (pair, 1, FALSE);
  assert_can_take (pair, 2, TRUE);
  assert_can_take (pair, 2, FALSE);
}

static void
test_the_oldest_of_many_announced_keys_goes (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  pair_go_private (pair);
  for (guint i = 0; i < ENGINE_MAX_ANNOUNCED_KEYS + 1; i++)
    announce_key (pair);
  assert_can_take (pair, 1, FALSE);
  for (guint i = 2; i <= ENGINE_MAX_ANNOUNCED_KEYS + 1; i++)
    assert_can_take (pair, i, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  g_test_add_func ("/time/heartbeats-are-cut", test_heartbeats_are_cut);
  g_test_add_func ("/time/announced-keys-go-when-nobody-takes-them",
                   test_announced_keys_go_when_nobody_takes_them);
  g_test_add_func ("/time/the-oldest-of-many-announced-keys-goes",
                   test_the_oldest_of_many_announced_keys_goes);
  g_test_add_func ("/time/replaced-keys-go", test_replaced_keys_go);
  g_test_add_func ("/time/keys-of-an-unanswered-commit-go", test_keys_of_an_unanswered_commit_go);
  g_test_add_func ("/time/keys-of-an-exchange-that-stands-still-go",
                   test_keys_of_an_exchange_that_stands_still_go);
  return g_test_run ();
}
