/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Turns: one of each that has many, and nobody of them before one that has few. */

#include "bus/turns.h"

#include <unistd.h>

typedef struct
{
  char letter;
  guint calls;
  GString *served;
} Greedy;

static gboolean
serve (gpointer caller, gpointer unused)
{
  Greedy *greedy = caller;

  g_string_append_c (greedy->served, greedy->letter);
  return --greedy->calls > 0;
}

static void
run_out (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_each_is_served_in_turn (void)
{
  g_autoptr (GString) served = g_string_new (NULL);
  Greedy a = { 'a', 4, served }, b = { 'b', 2, served }, c = { 'c', 3, served };
  BusTurns *turns = bus_turns_new (serve, NULL, G_PRIORITY_DEFAULT_IDLE);

  bus_turns_add (turns, &a);
  bus_turns_add (turns, &b);
  bus_turns_add (turns, &c);
  run_out ();
  g_assert_cmpstr (served->str, ==, "abcabcaca");
  a.calls = 1;
  bus_turns_add (turns, &a);
  run_out ();
  g_assert_cmpstr (served->str, ==, "abcabcacaa");
  bus_turns_free (turns);
}

static void
test_who_is_taken_out_has_no_turn (void)
{
  g_autoptr (GString) served = g_string_new (NULL);
  Greedy a = { 'a', 1, served }, b = { 'b', 1, served };
  BusTurns *turns = bus_turns_new (serve, NULL, G_PRIORITY_DEFAULT_IDLE);

  bus_turns_add (turns, &a);
  bus_turns_add (turns, &b);
  g_assert_true (bus_turns_remove (turns, &a));
  g_assert_false (bus_turns_remove (turns, &a));
  run_out ();
  g_assert_cmpstr (served->str, ==, "b");
  bus_turns_add (turns, &a);
  g_assert_true (bus_turns_remove (turns, &a));
  run_out ();
  bus_turns_add (turns, &a);
  run_out ();
  g_assert_cmpstr (served->str, ==, "ba");
  bus_turns_free (turns);
}

static gboolean
polite_call_arrives (gpointer user_data)
{
  Greedy *greedy = user_data;

  g_string_append_c (greedy->served, greedy->letter);
  return --greedy->calls > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
test_who_has_few_goes_first (void)
{
  g_autoptr (GString) served = g_string_new (NULL);
  Greedy greedy = { 'g', 5, served }, polite = { 'p', 3, served };
  BusTurns *turns = bus_turns_new (serve, NULL, G_PRIORITY_DEFAULT_IDLE);

  bus_turns_add (turns, &greedy);
  g_idle_add_full (G_PRIORITY_DEFAULT, polite_call_arrives, &polite, NULL);
  run_out ();
  g_assert_cmpstr (served->str, ==, "pppggggg");
  bus_turns_free (turns);
}

typedef struct
{
  BusTurns *turns;
  guint served;
} Last;

static gboolean
serve_and_free (gpointer caller, gpointer unused)
{
  Last *last = caller;

  last->served++;
  g_clear_pointer (&last->turns, bus_turns_free);
  return FALSE;
}

/* The last call of a connection may be what kept the service's whole tree. */
static void
test_a_turn_may_be_the_last_thing (void)
{
  Last last = { bus_turns_new (serve_and_free, NULL, G_PRIORITY_DEFAULT_IDLE), 0 };

  bus_turns_add (last.turns, &last);
  run_out ();
  g_assert_cmpuint (last.served, ==, 1);
  g_assert_null (last.turns);
}

typedef struct
{
  BusTurns *turns;
  guint calls;
  gboolean frees;
} Tired;

static gboolean
serve_and_rest (gpointer caller, gpointer unused)
{
  Tired *tired = caller;

  bus_turns_rest (tired->turns, 1);
  if (tired->frees)
    g_clear_pointer (&tired->turns, bus_turns_free);
  return --tired->calls > 0;
}

static void
test_after_a_rest_the_ring_turns_on (void)
{
  Tired tired = { bus_turns_new (serve_and_rest, NULL, G_PRIORITY_DEFAULT), 3, FALSE };

  bus_turns_add (tired.turns, &tired);
  while (tired.calls > 0)
    g_main_context_iteration (NULL, TRUE);
  /* whoever comes while nobody is in the ring has to wait for the rest's end, too */
  tired.calls = 2;
  bus_turns_add (tired.turns, &tired);
  while (tired.calls > 0)
    g_main_context_iteration (NULL, TRUE);
  bus_turns_free (tired.turns);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
}

static void
test_who_is_added_after_a_rest_was_asked_for_waits (void)
{
  g_autoptr (GString) served = g_string_new (NULL);
  Greedy a = { 'a', 1, served }, b = { 'b', 1, served };
  BusTurns *turns = bus_turns_new (serve, NULL, G_PRIORITY_DEFAULT);

  bus_turns_rest (turns, 100 * G_TIME_SPAN_MILLISECOND);
  bus_turns_add (turns, &a);
  bus_turns_add (turns, &b);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (a.calls, ==, 1);
  while (b.calls > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (served->str, ==, "ab");
  /* once */
  a.calls = 1;
  bus_turns_add (turns, &a);
  run_out ();
  g_assert_cmpstr (served->str, ==, "aba");
  bus_turns_free (turns);
}

static void
test_a_rest_that_is_over_is_not_taken_later (void)
{
  g_autoptr (GString) served = g_string_new (NULL);
  Greedy a = { 'a', 1, served };
  BusTurns *turns = bus_turns_new (serve, NULL, G_PRIORITY_DEFAULT);
  gint64 begun = g_get_monotonic_time ();

  bus_turns_rest (turns, 1);
  while (g_get_monotonic_time () < begun + 1000)
    ;
  bus_turns_add (turns, &a);
  run_out ();
  g_assert_cmpstr (served->str, ==, "a");
  bus_turns_free (turns);
}

static void
test_a_ring_may_go_before_its_rest (void)
{
  Tired tired = { bus_turns_new (serve_and_rest, NULL, G_PRIORITY_DEFAULT), 2, TRUE };

  bus_turns_add (tired.turns, &tired);
  run_out ();
  g_assert_cmpuint (tired.calls, ==, 1);
}

int
main (int argc, char **argv)
{
  alarm (120);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus/turns/who-is-taken-out-has-no-turn", test_who_is_taken_out_has_no_turn);
  g_test_add_func ("/bus/turns/each-is-served-in-turn", test_each_is_served_in_turn);
  g_test_add_func ("/bus/turns/who-has-few-goes-first", test_who_has_few_goes_first);
  g_test_add_func ("/bus/turns/a-turn-may-be-the-last-thing", test_a_turn_may_be_the_last_thing);
  g_test_add_func ("/bus/turns/after-a-rest-the-ring-turns-on",
                   test_after_a_rest_the_ring_turns_on);
  g_test_add_func ("/bus/turns/who-is-added-after-a-rest-was-asked-for-waits",
                   test_who_is_added_after_a_rest_was_asked_for_waits);
  g_test_add_func ("/bus/turns/a-rest-that-is-over-is-not-taken-later",
                   test_a_rest_that_is_over_is_not_taken_later);
  g_test_add_func ("/bus/turns/a-ring-may-go-before-its-rest", test_a_ring_may_go_before_its_rest);
  return g_test_run ();
}
