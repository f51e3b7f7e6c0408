/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A network on which each line takes longer than an exchange is waited for, as IRC's with its
 * throttling: what is begun comes to its end, and each text arrives once. The end that answers does
 * not know at first how slow it is, and asks again: that must begin nothing. */
#include <unistd.h>

#include "engine/engine.h"
#include "side.h"

#define ROUNDS 10
#define LINE_SECONDS 12
#define TEXTS 5

typedef struct
{
  char *line;
  gint64 due;
} SlowLine;

typedef struct
{
  Talk *talk;
  gint64 second;
  guint delay;     /* of a line, in seconds */
  GQueue to_alice; /* of SlowLine */
  GQueue to_bob;
} SlowNetwork;

static void
put_on_its_way (SlowNetwork *network, Side *to, GQueue *way)
{
  for (char *line; (line = g_queue_pop_head (&to->inbox)) != NULL;)
    {
      SlowLine *slow = g_new0 (SlowLine, 1);

      slow->line = line;
      slow->due = network->second + network->delay;
      g_queue_push_tail (way, slow);
    }
}

static void
deliver_due (SlowNetwork *network, Actor *actor, GQueue *way)
{
  for (SlowLine *slow; (slow = g_queue_peek_head (way)) != NULL && slow->due <= network->second;)
    {
      actor_receive (actor, slow->line);
      side_wait (actor->side);
      g_queue_pop_head (way);
      g_free (slow->line);
      g_free (slow);
    }
}

static void
let_pass (SlowNetwork *network, guint seconds)
{
  for (guint i = 0; i < seconds; i++, network->second++)
    {
      Talk *talk = network->talk;

      side_wait (talk->alice);
      side_wait (talk->bob);
      put_on_its_way (network, talk->alice, &network->to_alice);
      put_on_its_way (network, talk->bob, &network->to_bob);
      deliver_due (network, talk->a, &network->to_alice);
      deliver_due (network, talk->b, &network->to_bob);
      clock_turn (G_USEC_PER_SEC);
    }
}

static void
type_texts (Actor *actor)
{
  for (guint i = 0; i < TEXTS; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      g_assert_cmpint (actor_send (actor, text, i + 1)->verdict, ==, ENGINE_VERDICT_HELD);
    }
}

static guint
count_events (Side *side, const char *beginning)
{
  guint count = 0;

  for (guint i = 0; i < side->events->len; i++)
    count += g_str_has_prefix (g_ptr_array_index (side->events, i), beginning);
  return count;
}

static void
assert_one_exchange (Side *side)
{
  g_assert_cmpuint (count_events (side, "private {"), ==, 1);
  g_assert_cmpuint (count_events (side, "refreshed {"), ==, 0);
  g_assert_cmpuint (count_events (side, "stalled {"), ==, 0);
  g_assert_cmpuint (count_events (side, "resent {"), ==, 0);
  g_assert_cmpuint (count_events (side, "lost {"), ==, 0);
}

/* talk_assert_read: as typed, so without a mark that they came again. */
static void
test_an_exchange (gconstpointer both_start)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (Talk) talk = talk_new ();
      SlowNetwork network = { .talk = talk, .delay = LINE_SECONDS };

      actor_start (talk->a);
      type_texts (talk->a);
      if (GPOINTER_TO_INT (both_start))
        {
          actor_start (talk->b);
          type_texts (talk->b);
        }
      let_pass (&network, 15 * LINE_SECONDS);
      assert_one_exchange (talk->alice);
      assert_one_exchange (talk->bob);
      talk_assert_read (talk->bob, TEXTS);
      talk_assert_read (talk->alice, GPOINTER_TO_INT (both_start) ? TEXTS : 0);
      g_assert_true (g_queue_is_empty (&network.to_alice));
      g_assert_true (g_queue_is_empty (&network.to_bob));
    }
}

static void
lose_all (SlowNetwork *network, Side *to, GQueue *way)
{
  put_on_its_way (network, to, way);
  for (SlowLine *slow; (slow = g_queue_pop_head (way)) != NULL; g_free (slow))
    g_free (slow->line);
}

static gboolean
is_private (Side *side)
{
  return g_str_equal (core_session_get_state (side->session), "private");
}

/* Whatever is left of an exchange whose rest was lost: who starts is kept waiting for no longer
 * than that would have been waited for. */
static void
test_a_lost_exchange_hinders_no_new_one (gconstpointer lines_before)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (Talk) talk = talk_new ();
      SlowNetwork network = { .talk = talk, .delay = LINE_SECONDS };

      actor_start (talk->a);
      let_pass (&network, GPOINTER_TO_UINT (lines_before) * LINE_SECONDS + 1);
      lose_all (&network, talk->alice, &network.to_alice);
      lose_all (&network, talk->bob, &network.to_bob);
      network.delay = 0;
      actor_start (talk->a);
      let_pass (&network, 60);
      g_assert_true (is_private (talk->alice) && is_private (talk->bob));
    }
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/core/slow-network/an-exchange-comes-to-its-end", GINT_TO_POINTER (FALSE),
                        test_an_exchange);
  g_test_add_data_func ("/core/slow-network/crossing-exchanges-come-to-their-end",
                        GINT_TO_POINTER (TRUE), test_an_exchange);
  for (guint lines = 0; lines < 7; lines++)
    {
      g_autofree char *name =
          g_strdup_printf ("/core/slow-network/a-lost-exchange-hinders-no-new-one/%u-lines", lines);

      g_test_add_data_func (name, GUINT_TO_POINTER (lines),
                            test_a_lost_exchange_hinders_no_new_one);
    }
  return g_test_run ();
}
