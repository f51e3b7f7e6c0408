/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Somebody in the middle delivers, drops, repeats and overtakes lines, makes up his own, and
 * answers under the contact's instance tag, while both users type, refresh and restart. Whatever
 * the policy and the version, nothing that was to be private leaves in the clear, and it is read by
 * nobody but the contact. */
#include <string.h>
#include <unistd.h>

#include "../engine/pair.h"
#include "core/account-private.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define WORDS "SECRET"
#define ROUNDS 40
#define STEPS 60

typedef struct
{
  Talk *talk;
  Pair *mallory; /* its alice speaks; what she says is in its bob's inbox */
  GRand *rand;
  guint version;
  guint carried_alice, carried_bob;
  guint texts;
  const char *policy;
  gboolean begun; /* Alice's user has started it, and it has not come to nothing */
  guint stalls;   /* that were told when it was started */
} Attack;

static Side *
pick_side (Attack *attack)
{
  return g_rand_boolean (attack->rand) ? attack->talk->alice : attack->talk->bob;
}

static Actor *
last_messenger (Side *side)
{
  return g_ptr_array_index (side->actors, side->actors->len - 1);
}

/* A line in the middle can be made to offer version 2 only. */
static char *
rewrite (Attack *attack, const char *line)
{
  g_auto (GStrv) parts = g_strsplit (line, "?OTRv23?", 2);

  if (attack->version == 3 || g_strv_length (parts) < 2)
    return g_strdup (line);
  return g_strjoinv ("?OTRv2?", parts);
}

static void
hand_in (Attack *attack, Side *to, const char *line)
{
  actor_receive (last_messenger (to), line);
  side_wait (to);
}

/* A line of @from's wire, the next or any other. */
static void
deliver (Attack *attack, gboolean in_order)
{
  Side *from = pick_side (attack);
  Side *to = from == attack->talk->alice ? attack->talk->bob : attack->talk->alice;
  guint *carried = from == attack->talk->alice ? &attack->carried_alice : &attack->carried_bob;
  g_autofree char *line = NULL;
  guint index = *carried;

  if (from->wire->len == 0 || (in_order && index >= from->wire->len))
    return;
  if (in_order)
    ++*carried;
  else
    index = g_rand_int_range (attack->rand, 0, from->wire->len);
  line = rewrite (attack, g_ptr_array_index (from->wire, index));
  hand_in (attack, to, line);
  end_receive (&attack->mallory->alice, line);
}

/* A line of an exchange under the tags of both, with nothing behind them. */
static void
forge (Attack *attack)
{
  static const guint8 types[] = { 0x02, 0x0a, 0x11, 0x12 };
  guint8 bytes[96] = { 0, (guint8)attack->version };
  guint32 from = GUINT32_TO_BE (attack->talk->bob->account->instance_tag);
  guint32 to = GUINT32_TO_BE (attack->talk->alice->account->instance_tag);
  g_autofree char *code = NULL;
  g_autofree char *line = NULL;

  bytes[2] = types[g_rand_int_range (attack->rand, 0, G_N_ELEMENTS (types))];
  memcpy (bytes + 3, &from, sizeof from);
  memcpy (bytes + 7, &to, sizeof to);
  code = g_base64_encode (bytes, sizeof bytes);
  line = g_strdup_printf ("?OTR:%s.", code);
  hand_in (attack, attack->talk->alice, line);
}

static void
make_up (Attack *attack)
{
  static const char *const lines[] = { "?OTRv23?",    "?OTRv3?", "?OTRv2?",   "?OTR Error: what?",
                                       "hello there", "?OTR:.",  "?OTR:AAMC", "?OTR?" };

  hand_in (attack, pick_side (attack),
           lines[g_rand_int_range (attack->rand, 0, G_N_ELEMENTS (lines))]);
}

/* Mallory answers what she has seen, under Bob's tag, with her own key. */
static void
let_mallory_speak (Attack *attack)
{
  g_autofree char *line = g_queue_pop_head (&attack->mallory->bob.inbox);

  if (line != NULL)
    hand_in (attack, attack->talk->alice, line);
  else if (g_rand_boolean (attack->rand))
    end_start (&attack->mallory->alice);
}

static gboolean
was_private (Side *side)
{
  return side_has_event (side, "private {");
}

static guint
count_stalls (Side *side)
{
  guint count = 0;

  for (guint i = 0; i < side->events->len; i++)
    {
      const char *event = g_ptr_array_index (side->events, i);

      count += g_str_has_prefix (event, "stalled") && strstr (event, "reason") == NULL;
    }
  return count;
}

/* What is typed now may not go in the clear. */
static gboolean
was_to_be_private (Attack *attack)
{
  Side *alice = attack->talk->alice;

  if (was_private (alice) || strcmp (attack->policy, "always") == 0)
    return TRUE;
  return attack->begun && count_stalls (alice) == attack->stalls;
}

static void
type (Attack *attack)
{
  Side *side = attack->talk->alice;
  g_autofree char *text = g_strdup_printf (WORDS " %u", attack->texts++);
  Answer *answer;

  if (!was_to_be_private (attack))
    return;
  answer = actor_send (last_messenger (side), text, 1000 + attack->texts);
  side_wait (side);
  g_assert_cmpint (answer->verdict, !=, ENGINE_VERDICT_PLAINTEXT);
}

static void
restart (Attack *attack)
{
  Side *side = pick_side (attack);

  side_restart (side);
  side_attach (side, "pidgin");
  side_wait (side);
  /* What was started and never private is forgotten with the service: its messengers know. */
  attack->begun &= side != attack->talk->alice;
}

static void
start (Attack *attack, Side *side)
{
  actor_start (last_messenger (side));
  side_wait (side);
  if (side != attack->talk->alice)
    return;
  attack->begun = TRUE;
  attack->stalls = count_stalls (side);
}

static void
refresh (Attack *attack)
{
  start (attack, pick_side (attack));
}

static void
step (Attack *attack)
{
  guint kind = g_rand_int_range (attack->rand, 0, 100);

  if (kind < 55)
    deliver (attack, TRUE);
  else if (kind < 60)
    deliver (attack, FALSE);
  else if (kind < 64)
    make_up (attack);
  else if (kind < 67)
    forge (attack);
  else if (kind < 76)
    let_mallory_speak (attack);
  else if (kind < 90)
    type (attack);
  else if (kind < 93)
    refresh (attack);
  else if (kind < 98)
    clock_turn (g_rand_int_range (attack->rand, 1, 12) * G_USEC_PER_SEC);
  else
    restart (attack);
}

/* Once it was private it can be anything but plaintext again; what it is private with is Bob. */
static void
check (Attack *attack)
{
  Side *alice = attack->talk->alice;
  const char *bob = core_account_get_fingerprint (attack->talk->bob->account);
  gboolean may_send = *core_session_get_blocked (alice->session) == '\0'
                      && strcmp (core_session_get_state (alice->session), "private") == 0;

  if (was_private (alice))
    g_assert_cmpstr (core_session_get_state (alice->session), !=, "plaintext");
  if (may_send)
    g_assert_cmpstr (core_session_get_fingerprint (alice->session), ==, bob);
  g_assert_cmpuint (side_count_on_wire (alice, WORDS " "), ==, 0);
  for (guint i = 0; i < attack->mallory->alice.texts->len; i++)
    g_assert_null (strstr (g_ptr_array_index (attack->mallory->alice.texts, i), WORDS));
}

/* The attack is over: the two of them can talk. */
static void
make_peace (Attack *attack)
{
  Side *alice = attack->talk->alice, *bob = attack->talk->bob;

  attack->carried_alice = alice->wire->len;
  attack->carried_bob = bob->wire->len;
  clock_turn (200 * G_USEC_PER_SEC);
  side_wait (alice);
  side_wait (bob);
  side_join (alice, bob);
  actor_start (last_messenger (alice));
  side_settle (alice);
  for (guint i = 0; i < 4; i++)
    {
      clock_turn (11 * G_USEC_PER_SEC);
      side_settle (alice);
    }
  g_assert_cmpstr (core_session_get_state (alice->session), ==, "private");
  actor_send (last_messenger (alice), WORDS ", the last", 99999);
  side_settle (alice);
  g_assert_true (
      g_ptr_array_find_with_equal_func (bob->texts, WORDS ", the last", g_str_equal, NULL));
  g_assert_cmpuint (side_count_on_wire (alice, WORDS " "), ==, 0);
}

static void
pose_as_bob (Attack *attack)
{
  End *speaker = &attack->mallory->alice;

  speaker->tag = attack->talk->bob->account->instance_tag;
  speaker->context.allows_v2 = attack->version == 2;
  end_restart (speaker, FALSE);
}

static void
attack_once (guint version, const char *policy, guint seed)
{
  Attack attack = { .version = version, .policy = policy, .rand = g_rand_new_with_seed (seed) };

  attack.talk = talk_new ();
  attack.mallory = pair_new ("mallory.key", "carol.key");
  pose_as_bob (&attack);
  side_set_policy (attack.talk->alice, policy);
  side_set_trust (attack.talk->alice, core_account_get_fingerprint (attack.talk->bob->account),
                  "verified");
  attack.talk->alice->peer = attack.talk->bob->peer = NULL;
  start (&attack, attack.talk->alice);
  for (guint i = 0; i < STEPS; i++)
    {
      step (&attack);
      if (i > 0)
        check (&attack);
    }
  make_peace (&attack);
  pair_free (attack.mallory);
  talk_free (attack.talk);
  g_rand_free (attack.rand);
}

static void
test_nothing_in_the_clear (gconstpointer words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", 2);
  guint version = parts[0][0] - '0';

  for (guint seed = 0; seed < ROUNDS; seed++)
    {
      if (g_test_verbose ())
        g_test_message ("seed %u", seed);
      attack_once (version, parts[1], seed);
    }
}

/* The state of a verified session survives a whole exchange of somebody else's. */
static void
test_a_verified_session_goes_on (gconstpointer words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", 2);
  Attack attack = { .version = parts[0][0] - '0', .rand = g_rand_new_with_seed (1) };
  g_autoptr (Talk) talk = talk_new ();

  attack.talk = talk;
  attack.mallory = pair_new ("mallory.key", "carol.key");
  pose_as_bob (&attack);
  side_set_policy (talk->alice, parts[1]);
  side_set_trust (talk->alice, core_account_get_fingerprint (talk->bob->account), "verified");
  if (attack.version == 2)
    hand_in (&attack, talk->bob, "?OTRv2?");
  else
    actor_start (talk->a);
  side_settle (talk->alice);
  g_assert_cmpuint (core_session_get_otr_version (talk->alice->session), ==, attack.version);
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");

  talk->alice->peer = talk->bob->peer = NULL;
  end_start (&attack.mallory->alice);
  for (guint i = 0, seen = talk->alice->wire->len; i < 20; i++)
    {
      let_mallory_speak (&attack);
      for (; seen < talk->alice->wire->len; seen++)
        end_receive (&attack.mallory->alice, g_ptr_array_index (talk->alice->wire, seen));
    }
  g_assert_cmpint (attack.mallory->alice.view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_true (side_has_event (talk->alice, "fingerprint-changed {"));
  g_assert_cmpstr (core_session_get_trust (talk->alice->session), ==, "verified");
  side_join (talk->alice, talk->bob);
  actor_send (talk->a, WORDS, 5);
  side_settle (talk->alice);
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, talk->bob->texts->len - 1), ==, WORDS);
  g_assert_cmpuint (attack.mallory->alice.texts->len, ==, 0);
  pair_free (attack.mallory);
  g_rand_free (attack.rand);
}

int
main (int argc, char **argv)
{
  static const char *const cases[] = { "2 manual",        "3 manual", "2 opportunistic",
                                       "3 opportunistic", "2 always", "3 always" };

  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) parts = g_strsplit (cases[i], " ", 2);
      g_autofree char *all =
          g_strdup_printf ("/core/exposure/nothing-in-the-clear/v%s-%s", parts[0], parts[1]);
      g_autofree char *verified =
          g_strdup_printf ("/core/exposure/a-verified-session-goes-on/v%s-%s", parts[0], parts[1]);

      g_test_add_data_func (all, cases[i], test_nothing_in_the_clear);
      g_test_add_data_func (verified, cases[i], test_a_verified_session_goes_on);
    }
  return g_test_run ();
}
