/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The pace: a flood is held to a share while others are there, and then alone. */

#include "bus/pace.h"

#include <unistd.h>

#define MS G_TIME_SPAN_MILLISECOND
#define SECOND G_TIME_SPAN_SECOND

/* Only their addresses are used. */
static const char greedy[1], polite[1];

/* Calls of a millisecond each, one after the other, for as long as it takes to make @count of them;
 * the time at the end. */
static gint64
flood (BusPace *pace, guint count, gint64 now)
{
  for (guint i = 0; i < count; i++)
    {
      now += MS;
      now += bus_pace_spend (pace, greedy, MS, now);
    }
  return now;
}

static void
test_a_burst_is_served_at_once (void)
{
  BusPace *pace = bus_pace_new ();
  gint64 now = 100 * SECOND;

  bus_pace_note (pace, polite, now);
  g_assert_cmpint (flood (pace, 20, now), ==, now + 20 * MS);
  bus_pace_free (pace);
}

static void
test_a_flood_leaves_most_of_the_time_to_others (void)
{
  BusPace *pace = bus_pace_new ();
  gint64 now = flood (pace, 1000, 100 * SECOND);
  gint64 begun = now;

  for (guint i = 0; i < 100; i++)
    {
      bus_pace_note (pace, polite, now);
      now = flood (pace, 1, now);
    }
  g_assert_cmpint (now - begun, >=, 10 * 100 * MS);
  bus_pace_free (pace);
}

static void
test_a_program_alone_is_never_held_up (void)
{
  BusPace *pace = bus_pace_new ();
  gint64 now = 100 * SECOND;

  for (guint i = 0; i < 10; i++)
    {
      /* its own first calls, before it had many */
      bus_pace_note (pace, greedy, now);
      g_assert_cmpint (flood (pace, 100, now), ==, now + 100 * MS);
      now += 100 * MS;
    }
  bus_pace_free (pace);
}

static void
test_its_own_calls_do_not_hide_the_others (void)
{
  BusPace *pace = bus_pace_new ();
  gint64 now = flood (pace, 1000, 100 * SECOND);

  bus_pace_note (pace, polite, now);
  bus_pace_note (pace, greedy, now);
  bus_pace_note (pace, greedy, now);
  g_assert_cmpint (bus_pace_spend (pace, greedy, MS, now), >, 0);
  bus_pace_free (pace);
}

static void
test_who_has_not_called_for_a_while_is_not_there (void)
{
  BusPace *pace = bus_pace_new ();
  gint64 now = 100 * SECOND;

  bus_pace_note (pace, polite, now);
  now = flood (pace, 1000, now + 2 * SECOND);
  g_assert_cmpint (now, ==, 103 * SECOND);
  bus_pace_free (pace);
}

/* Whatever it cost: what waits is answered. */
static void
test_no_rest_is_long (void)
{
  BusPace *pace = bus_pace_new ();
  gint64 now = 100 * SECOND;

  bus_pace_note (pace, polite, now);
  g_assert_cmpint (bus_pace_spend (pace, greedy, 60 * SECOND, now), <, SECOND);
  bus_pace_free (pace);
}

int
main (int argc, char **argv)
{
  alarm (120);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus/pace/a-burst-is-served-at-once", test_a_burst_is_served_at_once);
  g_test_add_func ("/bus/pace/a-flood-leaves-most-of-the-time-to-others",
                   test_a_flood_leaves_most_of_the_time_to_others);
  g_test_add_func ("/bus/pace/a-program-alone-is-never-held-up",
                   test_a_program_alone_is_never_held_up);
  g_test_add_func ("/bus/pace/its-own-calls-do-not-hide-the-others",
                   test_its_own_calls_do_not_hide_the_others);
  g_test_add_func ("/bus/pace/who-has-not-called-for-a-while-is-not-there",
                   test_who_has_not_called_for_a_while_is_not_there);
  g_test_add_func ("/bus/pace/no-rest-is-long", test_no_rest_is_long);
  return g_test_run ();
}
