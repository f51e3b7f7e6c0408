/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Our end against bare libotr: starts that cross, refreshes while typing, restarts, in both
 * versions. */
#include <string.h>
#include <unistd.h>

#include "bare.h"

#define BARE_TAG 0x0ba2e001

#define MANUAL(version)                                                                            \
  ((version) == 2 ? OTRL_POLICY_ALLOW_V2 : (OTRL_POLICY_ALLOW_V2 | OTRL_POLICY_ALLOW_V3))
#define OPPORTUNISTIC(version)                                                                     \
  (MANUAL (version) | OTRL_POLICY_SEND_WHITESPACE_TAG | OTRL_POLICY_WHITESPACE_START_AKE           \
   | OTRL_POLICY_ERROR_START_AKE)

typedef struct
{
  Pair *pair;
  End *end; /* ours: the pair's Bob; Alice's inbox is the wire */
  Bare *bare;
} Meeting;

static void
meet (Meeting *meeting, guint version, OtrlPolicy policy)
{
  meeting->pair = pair_new ("alice.key", "bob.key");
  meeting->end = &meeting->pair->bob;
  meeting->end->context.allows_v2 = version == 2;
  meeting->bare = bare_new ("alice.key", BARE_TAG, policy, meeting->end);
}

static void
part (Meeting *meeting)
{
  bare_free (meeting->bare);
  pair_free (meeting->pair);
}

static void
assert_readable (Meeting *meeting)
{
  g_assert_cmpint (meeting->end->view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_true (bare_is_private (meeting->bare));
  g_assert_true (end_send (meeting->end, "to the bare one", 1));
  bare_settle (meeting->bare);
  g_assert_cmpstr (bare_last_text (meeting->bare), ==, "to the bare one");
  bare_send (meeting->bare, "to ours");
  bare_settle (meeting->bare);
  g_assert_cmpstr (end_last_text (meeting->end), ==, "to ours");
}

static void
test_each_side_starts (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);

  for (guint ours = 0; ours < 2; ours++)
    {
      Meeting meeting;

      meet (&meeting, version, MANUAL (version));
      if (ours)
        end_start (meeting.end);
      else
        bare_query (meeting.bare);
      bare_settle (meeting.bare);
      g_assert_cmpuint (meeting.end->view->version, ==, version);
      assert_readable (&meeting);
      bare_end (meeting.bare);
      bare_settle (meeting.bare);
      g_assert_cmpint (meeting.end->view->state, ==, ENGINE_STATE_FINISHED);
      part (&meeting);
    }
}

/* Time passes until the exchange has come to an end, one way or the other. */
static void
wait_for_peace (Meeting *meeting)
{
  for (guint i = 0; i < 8; i++)
    {
      bare_settle (meeting->bare);
      if (meeting->end->view->state == ENGINE_STATE_PRIVATE && bare_is_private (meeting->bare)
          && !meeting->end->view->exchanging)
        return;
      end_poll (meeting->end, 11 * G_USEC_PER_SEC);
    }
}

static void
take_some (Meeting *meeting, GRand *rand)
{
  bare_fetch (meeting->bare);
  if (g_rand_boolean (rand))
    bare_take_one (meeting->bare);
  else
    end_take_one (meeting->end);
}

/* What is sent is read, if not at once then when the contact's error has been heeded. */
static void
assert_nothing_is_lost (Meeting *meeting)
{
  guint errors;

  g_assert_cmpint (meeting->end->view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_true (bare_is_private (meeting->bare));
  g_ptr_array_set_size (meeting->end->events, 0);
  g_assert_true (end_send (meeting->end, "to the bare one", 1));
  bare_settle (meeting->bare);
  errors = end_has_event (meeting->end, "peer-error");
  if (errors)
    end_start (meeting->end);
  wait_for_peace (meeting);
  g_assert_cmpstr (bare_last_text (meeting->bare), ==,
                   errors ? "[resent] to the bare one" : "to the bare one");
  assert_readable (meeting);
}

/* Bare libotr against itself becomes private in none of 400. */
static void
test_starts_cross (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);

  for (guint round = 0; round < 100; round++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (round);
      Meeting meeting;

      meet (&meeting, version, MANUAL (version));
      end_start (meeting.end);
      bare_query (meeting.bare);
      bare_fetch (meeting.bare);
      bare_take_one (meeting.bare);
      end_take_one (meeting.end);
      for (guint i = 0; i < 40; i++)
        take_some (&meeting, rand);
      wait_for_peace (&meeting);
      assert_readable (&meeting);
      part (&meeting);
    }
}

/* Starts at random moments, from either side, also into a running exchange. */
static void
test_starts_at_random (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);

  for (guint round = 0; round < 100; round++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (1000 + round);
      guint starts = g_rand_int_range (rand, 1, 6);
      gboolean was_private = FALSE;
      Meeting meeting;

      meet (&meeting, version, MANUAL (version));
      for (guint i = 0; i < 60; i++)
        {
          if (starts > 0 && g_rand_int_range (rand, 0, 6) == 0)
            {
              starts--;
              if (g_rand_boolean (rand))
                end_start (meeting.end);
              else
                bare_query (meeting.bare);
            }
          take_some (&meeting, rand);
          was_private |= meeting.end->view->latched;
          if (was_private)
            g_assert_cmpint (engine_session_get_way (meeting.end->session, &meeting.end->context),
                             !=, ENGINE_WAY_PLAINTEXT);
        }
      if (!was_private
          && !engine_session_get_view (meeting.end->session, &meeting.end->context)->exchanging)
        end_start (meeting.end);
      wait_for_peace (&meeting);
      assert_nothing_is_lost (&meeting);
      part (&meeting);
    }
}

static void
become_private (Meeting *meeting, guint version)
{
  meet (meeting, version, OPPORTUNISTIC (version));
  if (version == 2)
    bare_query (meeting->bare);
  else
    end_start (meeting->end);
  bare_settle (meeting->bare);
  assert_readable (meeting);
}

/* Also when a messenger that attaches has asked for a session before it hands the line in. */
static void
test_our_restart_loses_nothing (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);

  for (guint asks = 0; asks < 2; asks++)
    {
      Meeting meeting;

      become_private (&meeting, version);
      end_restart (meeting.end, TRUE);
      bare_send (meeting.bare, "while you were away");
      if (asks)
        end_start (meeting.end);
      bare_settle (meeting.bare);
      g_assert_cmpstr (end_last_text (meeting.end), ==, "[resent] while you were away");
      wait_for_peace (&meeting);
      assert_readable (&meeting);
      part (&meeting);
    }
}

/* Our query and the contact's line have crossed: its commit may come before or after the line. */
static void
test_our_restart_loses_nothing_in_any_order (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);

  for (guint round = 0; round < 40; round++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (round);
      Meeting meeting;

      become_private (&meeting, version);
      end_restart (meeting.end, TRUE);
      end_start (meeting.end);
      bare_send (meeting.bare, "while you were away");
      for (guint i = 0; i < 30; i++)
        take_some (&meeting, rand);
      wait_for_peace (&meeting);
      g_assert_cmpstr (end_last_text (meeting.end), ==, "[resent] while you were away");
      assert_readable (&meeting);
      part (&meeting);
    }
}

static void
test_what_crosses_a_goodbye_goes_again (gconstpointer number)
{
  Meeting meeting;

  become_private (&meeting, GPOINTER_TO_UINT (number));
  bare_end (meeting.bare);
  g_assert_true (end_send (meeting.end, "crosses it", 11));
  bare_settle (meeting.bare);
  end_start (meeting.end);
  wait_for_peace (&meeting);
  g_assert_cmpstr (bare_last_text (meeting.bare), ==, "[resent] crosses it");
  part (&meeting);
}

/* A contact of version 3 that was restarted drops our line without a word: it is the user who
 * begins anew. */
static void
test_starting_anew_sends_again (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  Meeting meeting;

  become_private (&meeting, version);
  bare_free (meeting.bare);
  meeting.bare = bare_new ("alice.key", BARE_TAG, MANUAL (version), meeting.end);
  g_assert_true (end_send (meeting.end, "into the void", 11));
  bare_settle (meeting.bare);
  end_start (meeting.end);
  wait_for_peace (&meeting);
  g_assert_cmpstr (bare_last_text (meeting.bare), ==, "[resent] into the void");
  assert_readable (&meeting);
  part (&meeting);
}

static void
test_the_contacts_restart_loses_nothing (void)
{
  Meeting meeting;

  meet (&meeting, 3, OPPORTUNISTIC (3));
  end_start (meeting.end);
  bare_settle (meeting.bare);
  assert_readable (&meeting);
  bare_free (meeting.bare);
  meeting.bare = bare_new ("alice.key", BARE_TAG, OPPORTUNISTIC (3), meeting.end);
  g_assert_true (end_send (meeting.end, "first of three", 11));
  g_assert_true (end_send (meeting.end, "second of three", 12));
  g_assert_true (end_send (meeting.end, "third of three", 13));
  bare_settle (meeting.bare);
  bare_query (meeting.bare);
  bare_settle (meeting.bare);
  g_assert_cmpuint (meeting.bare->texts->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (meeting.bare->texts, 0), ==, "[resent] first of three");
  g_assert_cmpstr (g_ptr_array_index (meeting.bare->texts, 2), ==, "[resent] third of three");
  assert_readable (&meeting);
  part (&meeting);
}

/* A commit that comes in pieces: bare libotr loses what it held. */
static void
test_a_commit_in_pieces (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  Meeting meeting;

  meet (&meeting, version, MANUAL (version));
  meeting.end->context.max_line = 200;
  bare_query (meeting.bare);
  bare_settle (meeting.bare);
  assert_readable (&meeting);
  part (&meeting);
}

static void
test_cheating_is_told_from_failing (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (Secret) secret = secret_new ("the secret", 10);
  Meeting meeting;

  meet (&meeting, version, MANUAL (version));
  bare_query (meeting.bare);
  bare_settle (meeting.bare);
  engine_session_start_verification (meeting.end->session, &meeting.end->context, secret, NULL,
                                     turn, NULL);
  end_apply (meeting.end, turn);
  bare_settle (meeting.bare);
  bare_cheat (meeting.bare, "the secret");
  bare_settle (meeting.bare);
  g_assert_cmpstr (meeting.end->view->result, ==, "cheated");
  g_assert_cmpint (meeting.end->view->verification, ==, ENGINE_VERIFICATION_IDLE);
  assert_readable (&meeting);
  part (&meeting);
}

/* A step of a verification bent in some bytes, or any bytes. */
static GByteArray *
make_beside (guint16 *type, GBytes *step, GRand *rand)
{
  static const guint16 types[] = { 0, 2, 3, 4, 5, 6, 7, 8, 9, 0xffff };
  GByteArray *bytes = g_byte_array_new ();

  *type = types[g_rand_int_range (rand, 0, G_N_ELEMENTS (types))];
  if (g_rand_boolean (rand))
    g_byte_array_append (bytes, g_bytes_get_data (step, NULL), (guint)g_bytes_get_size (step));
  else
    g_byte_array_set_size (bytes, (guint)g_rand_int_range (rand, 0, 600));
  for (gint i = g_rand_int_range (rand, 0, 8); i > 0 && bytes->len > 0; i--)
    bytes->data[g_rand_int_range (rand, 0, (gint)MIN (bytes->len, 24))] =
        (guint8)g_rand_int_range (rand, 0, 256);
  return bytes;
}

static void
answer_if_asked (Meeting *meeting)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (Secret) secret = secret_new ("the secret", 10);

  if (meeting->end->view->verification != ENGINE_VERIFICATION_ASKED)
    return;
  engine_session_answer_verification (meeting->end->session, &meeting->end->context, secret, turn,
                                      NULL);
  end_apply (meeting->end, turn);
}

/* Within the cipher nobody else can write, but the contact's own program may be hostile. */
static void
test_nonsense_beside_a_text_is_survived (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (GRand) rand = g_rand_new_with_seed (version);
  g_autoptr (GBytes) step = NULL;
  Meeting meeting;

  meet (&meeting, version, MANUAL (version));
  bare_query (meeting.bare);
  bare_settle (meeting.bare);
  step = bare_begin_verification ("the secret");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);
      guint16 type;
      g_autoptr (GByteArray) beside = make_beside (&type, step, rand);

      bare_send_beside (meeting.bare, text, type, beside->data, beside->len);
      bare_settle (meeting.bare);
      g_assert_cmpstr (end_last_text (meeting.end), ==, text);
      answer_if_asked (&meeting);
      bare_settle (meeting.bare);
      g_assert_cmpint (meeting.end->view->state, ==, ENGINE_STATE_PRIVATE);
    }
  g_assert_cmpstr (meeting.end->view->result, !=, "verified");
  g_assert_cmpuint (meeting.end->texts->len, ==, 200);
  assert_readable (&meeting);
  part (&meeting);
}

static void
test_bad_utf_8_is_repaired (void)
{
  Meeting meeting;

  meet (&meeting, 3, MANUAL (3));
  end_start (meeting.end);
  bare_settle (meeting.bare);
  bare_send (meeting.bare, "caf\xe9 au lait");
  bare_settle (meeting.bare);
  g_assert_cmpstr (end_last_text (meeting.end), ==, "caf\xef\xbf\xbd au lait");
  part (&meeting);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);

  for (guint version = 2; version <= 3; version++)
    {
      static const struct
      {
        const char *name;
        GTestDataFunc test;
      } cases[] = {
        { "each-side-starts", test_each_side_starts },
        { "starts-that-cross-become-private", test_starts_cross },
        { "starts-at-random-become-private", test_starts_at_random },
        { "a-commit-in-pieces", test_a_commit_in_pieces },
        { "cheating-is-told-from-failing", test_cheating_is_told_from_failing },
        { "nonsense-beside-a-text-is-survived", test_nonsense_beside_a_text_is_survived },
        { "our-restart-loses-nothing", test_our_restart_loses_nothing },
        { "our-restart-loses-nothing-in-any-order", test_our_restart_loses_nothing_in_any_order },
        { "what-crosses-a-goodbye-goes-again", test_what_crosses_a_goodbye_goes_again },
        { "starting-anew-sends-again", test_starting_anew_sends_again },
      };

      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autofree char *path = g_strdup_printf ("/bare/version-%u/%s", version, cases[i].name);

          g_test_add_data_func (path, GUINT_TO_POINTER (version), cases[i].test);
        }
    }
  g_test_add_func ("/bare/the-contacts-restart-loses-nothing",
                   test_the_contacts_restart_loses_nothing);
  g_test_add_func ("/bare/bad-utf-8-is-repaired", test_bad_utf_8_is_repaired);
  return g_test_run ();
}
