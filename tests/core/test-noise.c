/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Noise: lines that come damaged, twice, or from strangers, in numbers. The two ends fall silent by
 * themselves, and what they keep is bounded. */
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "core/session-private.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define NOISE 10000

/* Stays valid UTF-8, as what comes over the bus is. */
static char *
damage (const char *line, GRand *rand)
{
  char *copy = g_strdup (line);
  gsize length = strlen (copy);

  for (gint i = g_rand_int_range (rand, 1, 4); i > 0 && length > 0; i--)
    copy[g_rand_int_range (rand, 0, length)] = (char)g_rand_int_range (rand, 32, 127);
  return copy;
}

static void
forget_what_was (Side *side)
{
  side_wait (side);
  g_ptr_array_set_size (side->answers, 0);
  g_ptr_array_set_size (side->events, 0);
  g_ptr_array_set_size (side->texts, 0);
  g_ptr_array_set_size (side->wire, 0);
}

/* One line of what is on the way to @side, damaged; FALSE: there is none. */
static gboolean
deliver_damaged (Side *side, Actor *actor, GRand *rand, guint *count)
{
  g_autofree char *line = g_queue_pop_head (&side->inbox);
  g_autofree char *bent = NULL;

  if (line == NULL)
    return FALSE;
  bent = damage (line, rand);
  actor_receive (actor, bent);
  side_wait (side);
  ++*count;
  return TRUE;
}

static void
fall_silent (Talk *talk, GRand *rand, guint *count)
{
  while (deliver_damaged (talk->alice, talk->a, rand, count)
         || deliver_damaged (talk->bob, talk->b, rand, count))
    g_assert_cmpuint (*count, <, 2 * NOISE);
}

/* Both want privacy above all, and not a line comes through whole. */
static void
test_two_that_always_want_it_fall_silent (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  guint count = 0, silent = 0, after;

  side_set_policy (talk->alice, "always");
  side_set_policy (talk->bob, "always");
  side_go_private (talk->alice);
  for (guint i = 0; count < NOISE && i < 4 * NOISE; i++)
    {
      actor_send (i % 2 == 0 ? talk->a : talk->b, "text", 0);
      side_wait (talk->alice);
      side_wait (talk->bob);
      after = count + 400;
      fall_silent (talk, rand, &count);
      g_assert_cmpuint (count, <, after);
      clock_turn (G_USEC_PER_SEC);
      forget_what_was (talk->alice);
      forget_what_was (talk->bob);
    }
  g_assert_cmpuint (count, >=, NOISE);

  for (guint i = 0; i < 30; i++)
    {
      guint before = count;

      clock_turn (10 * G_USEC_PER_SEC);
      side_wait (talk->alice);
      side_wait (talk->bob);
      fall_silent (talk, rand, &count);
      silent = count == before ? silent + 1 : 0;
    }
  g_assert_cmpuint (silent, >=, 10);

  actor_start (talk->a);
  side_settle (talk->alice);
  clock_turn (10 * G_USEC_PER_SEC);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
}

static char *
make_hostile_line (GPtrArray *recorded, GRand *rand, guint number)
{
  switch (number % 4)
    {
    case 0:
      return g_strdup_printf ("?OTR|%08x|%08x,1,9,AAAAAAAA,", 0x1000 + number, 0x100u);
    case 1:
      return g_strdup_printf ("line %u", number);
    default:
      return damage (g_ptr_array_index (recorded, g_rand_int_range (rand, 0, (gint)recorded->len)),
                     rand);
    }
}

static gsize
heap (void)
{
  struct mallinfo2 now = mallinfo2 ();

  return now.uordblks + now.hblkhd;
}

/* libotr alone leaks 4.6 MiB over them. */
static void
test_memory_after_hostile_lines (void)
{
  const guint lines = 100000;
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (GPtrArray) recorded = g_ptr_array_new_with_free_func (g_free);
  gsize after_first = 0;

  side_go_private (talk->alice);
  actor_send (talk->a, "text", 1);
  side_settle (talk->alice);
  for (guint i = 0; i < talk->alice->wire->len; i++)
    g_ptr_array_add (recorded, g_strdup (g_ptr_array_index (talk->alice->wire, i)));
  talk->bob->peer = talk->alice->peer = NULL;
  for (guint i = 0; i < lines; i++)
    {
      g_autofree char *line = make_hostile_line (recorded, rand, i);

      actor_receive (talk->b, line);
      side_wait (talk->bob);
      forget_what_was (talk->bob);
      if (i % 100 == 0)
        clock_turn (G_USEC_PER_SEC);
      if (i == 1000)
        after_first = heap ();
    }
  g_test_message ("%zd bytes more than after the first 1,000",
                  (gssize)heap () - (gssize)after_first);
  g_assert_cmpuint (heap (), <, after_first + 2 * 1024 * 1024);
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "private");
  side_join (talk->alice, talk->bob);
  actor_send (talk->a, "text 0", 2);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
}

/* Every line by both messengers, in any order: each text once, nothing to the contact. */
static void
test_each_line_twice (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  Actor *second = side_attach (talk->bob, "dino");
  GQueue later = G_QUEUE_INIT;
  guint carried = 0;

  actor_start (talk->a);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      actor_send (talk->a, text, i + 1);
    }
  talk->alice->peer = NULL;
  for (guint rounds = 0; rounds < 10; rounds++)
    {
      for (char *line; (line = g_queue_pop_head (&talk->bob->inbox)) != NULL;)
        {
          actor_receive (talk->b, line);
          g_queue_push_tail (&later, line);
        }
      for (guint i = g_rand_int_range (rand, 0, 60); i > 0 && later.length > 0; i--)
        {
          g_autofree char *line = g_queue_pop_head (&later);

          actor_receive (second, line);
        }
      side_wait (talk->bob);
      for (char *line; (line = g_queue_pop_head (&talk->alice->inbox)) != NULL; g_free (line))
        actor_receive (talk->a, line);
      side_wait (talk->alice);
      for (; carried < talk->alice->wire->len; carried++)
        g_queue_push_tail (&talk->bob->inbox,
                           g_strdup (g_ptr_array_index (talk->alice->wire, carried)));
    }
  g_queue_clear_full (&later, g_free);
  g_queue_clear_full (&talk->bob->inbox, g_free);
  side_join (talk->alice, talk->bob);
  talk_assert_read (talk->bob, 50);
  g_assert_cmpuint (side_count_on_wire (talk->bob, "OTR Error"), ==, 0);
  g_assert_false (side_has_event (talk->alice, "peer-error"));
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/noise/two-that-always-want-it-fall-silent",
                   test_two_that_always_want_it_fall_silent);
  g_test_add_func ("/core/noise/memory-is-bounded-after-100000-hostile-lines",
                   test_memory_after_hostile_lines);
  g_test_add_func ("/core/noise/each-line-twice-by-two-messengers", test_each_line_twice);
  return g_test_run ();
}
