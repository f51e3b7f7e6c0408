/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two messengers on each side, and a network that gives every line, or every piece of one, to both
 * of the other side, each at a pace of its own: whatever the interleaving, each text is read once
 * and in order, and nobody hears of an error. */
#include <string.h>
#include <unistd.h>

#include "core/session-private.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define SEEDS 15
#define TEXTS 12

typedef struct
{
  Side *side;
  Actor *actors[2];
  GQueue queues[2]; /* of char *: on the way to each messenger */
  guint carried;    /* of the side's wire */
  guint typed;
} Party;

typedef struct
{
  guint version;
  gboolean in_pieces;
} Case;

static void
make_lines_short (Party *party)
{
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 200 };

  for (guint i = 0; i < 2; i++)
    core_session_attach (party->side->session, party->actors[i]->messenger, &small, NULL);
}

static void
join_in (Party *party, Side *side, Actor *first, const Case *of)
{
  party->side = side;
  party->actors[0] = first;
  party->actors[1] = side_attach (side, "dino");
  if (of->in_pieces)
    make_lines_short (party);
}

static void
fan_out (Party *from, Party *to)
{
  for (; from->carried < from->side->wire->len; from->carried++)
    for (guint i = 0; i < 2; i++)
      g_queue_push_tail (&to->queues[i],
                         g_strdup (g_ptr_array_index (from->side->wire, from->carried)));
}

static void
type (Party *party, GRand *rand)
{
  g_autofree char *text = g_strdup_printf ("text %u", party->typed);
  Answer *answer;

  if (party->typed >= TEXTS)
    return;
  answer = actor_send (party->actors[g_rand_int_range (rand, 0, 2)], text, 0);
  g_assert_no_error (answer->error);
  party->typed++;
}

static gboolean
deliver (Party *party, guint who)
{
  g_autofree char *line = g_queue_pop_head (&party->queues[who]);

  if (line == NULL)
    return FALSE;
  actor_receive (party->actors[who], line);
  side_wait (party->side);
  return TRUE;
}

static gboolean
all_is_delivered (Party parties[2])
{
  return parties[0].queues[0].length + parties[0].queues[1].length + parties[1].queues[0].length
             + parties[1].queues[1].length
         == 0;
}

static void
let_all_happen (Party parties[2], GRand *rand)
{
  guint steps = 0;

  do
    {
      guint which = g_rand_int_range (rand, 0, 2);

      if (g_rand_int_range (rand, 0, 8) == 0)
        type (&parties[which], rand);
      deliver (&parties[which], g_rand_int_range (rand, 0, 2));
      fan_out (&parties[0], &parties[1]);
      fan_out (&parties[1], &parties[0]);
      g_assert_cmpuint (steps++, <, 20000);
    }
  while (!all_is_delivered (parties) || parties[0].typed < TEXTS || parties[1].typed < TEXTS);
}

static void
assert_peace (Party *party)
{
  Side *side = party->side;

  g_assert_cmpstr (core_session_get_state (side->session), ==, "private");
  talk_assert_read (side, TEXTS);
  g_assert_cmpuint (side_count_on_wire (side, "OTR Error"), ==, 0);
  g_assert_cmpuint (side_count_on_wire (side, "text "), ==, 0);
  g_assert_false (side_has_event (side, "peer-error"));
  g_assert_false (side_has_event (side, "lost {"));
  g_assert_false (side_has_event (side, "storm"));
  for (guint i = 0; i < side->answers->len; i++)
    g_assert_cmpint (((Answer *)g_ptr_array_index (side->answers, i))->verdict, !=,
                     ENGINE_VERDICT_UNREADABLE);
}

static void
talk_once (const Case *of, guint seed)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  Party parties[2] = { 0 };

  join_in (&parties[0], talk->alice, talk->a, of);
  join_in (&parties[1], talk->bob, talk->b, of);
  talk->alice->peer = talk->bob->peer = NULL;
  actor_start (parties[0].actors[0]);
  actor_receive (parties[1].actors[0], of->version == 2 ? "?OTRv2?" : "?OTRv3?");
  actor_receive (parties[1].actors[1], of->version == 2 ? "?OTRv2?" : "?OTRv3?");
  side_wait (talk->alice);
  side_wait (talk->bob);
  parties[0].carried = talk->alice->wire->len;
  /* Whoever was asked holds too: an exchange has begun. */
  type (&parties[0], rand);
  type (&parties[1], rand);
  fan_out (&parties[1], &parties[0]);
  let_all_happen (parties, rand);
  assert_peace (&parties[0]);
  assert_peace (&parties[1]);
  g_assert_cmpuint (core_session_get_otr_version (talk->bob->session), ==, of->version);
  side_join (talk->alice, talk->bob);
}

static void
test_interleavings (gconstpointer of)
{
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      if (g_test_verbose ())
        g_test_message ("seed %u", seed);
      talk_once (of, seed);
    }
}

int
main (int argc, char **argv)
{
  static const Case cases[] = { { 2, FALSE }, { 2, TRUE }, { 3, FALSE }, { 3, TRUE } };

  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/core/interleaving/each-%s-twice-in-any-order/v%u",
                           cases[i].in_pieces ? "piece" : "line", cases[i].version);

      g_test_add_data_func (path, &cases[i], test_interleavings);
    }
  return g_test_run ();
}
