/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A queue: calls run in their order; a flood is known for one though few of its
 * calls are here at any time, and a program that waits for each answer is not. */

#include "bus/queue.h"

#include <unistd.h>

#include "bus/haste.h"

/* A caller of a program of its own, and the service that it calls. */
typedef struct
{
  BusTurns *turns;
  BusPace *pace;
  BusProgram *program;
  BusQueue *queue;
  guint called;
  guint served;
} Caller;

typedef struct
{
  Caller *caller;
  guint number;
} Call;

static gboolean
take_turn (gpointer queue, gpointer unused)
{
  return bus_queue_take_turn (queue);
}

static void
caller_init (Caller *caller)
{
  caller->turns = bus_turns_new (take_turn, NULL, G_PRIORITY_DEFAULT_IDLE);
  caller->pace = bus_pace_new ();
  caller->program = bus_program_new (&bus_limits);
  caller->queue = bus_queue_new (caller->turns, caller->pace);
  caller->called = caller->served = 0;
}

static void
caller_clear (Caller *caller)
{
  g_assert_cmpuint (caller->served, ==, caller->called);
  bus_queue_unref (caller->queue);
  bus_program_unref (caller->program);
  bus_pace_free (caller->pace);
  bus_turns_free (caller->turns);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Caller, caller_clear)

static void
serve (gpointer item)
{
  g_autofree Call *call = item;

  g_assert_cmpuint (call->number, ==, ++call->caller->served);
  bus_program_end_call (call->caller->program, 1);
}

/* Whether it was served at once. */
static gboolean
call (Caller *caller)
{
  Call *call = g_new (Call, 1);

  call->caller = caller;
  call->number = ++caller->called;
  g_assert_true (bus_program_begin_call (caller->program, 1, NULL));
  bus_queue_await (caller->queue, call, serve);
  return caller->served == caller->called;
}

static void
call_often (Caller *caller, guint count)
{
  for (guint i = 0; i < count; i++)
    g_assert_false (call (caller));
}

static void
wait_for_all (Caller *caller)
{
  while (caller->served < caller->called)
    g_main_context_iteration (NULL, TRUE);
}

/* While another program is there. */
static void
call_until_one_waits (Caller *caller)
{
  guint before = caller->called;

  do
    {
      g_assert_cmpuint (caller->called, <, before + 100 * BUS_HASTE_CALLS);
      bus_pace_note (caller->pace, caller, g_get_monotonic_time ());
    }
  while (call (caller));
}

static gboolean
must_rest (Caller *caller)
{
  gint64 now = g_get_monotonic_time ();

  bus_pace_note (caller->pace, caller, now);
  return bus_pace_spend (caller->pace, caller->program, 0, now) > 0;
}

static void
test_nothing_runs_before_it_is_known_who_calls (void)
{
  g_auto (Caller) caller = { 0 };

  caller_init (&caller);
  call_often (&caller, bus_limits.polite);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (caller.served, ==, 0);
  bus_queue_open (caller.queue, caller.program);
  g_assert_cmpuint (caller.served, ==, caller.called);
}

static void
test_who_has_many_has_them_in_its_turns (void)
{
  g_auto (Caller) caller = { 0 };

  caller_init (&caller);
  call_often (&caller, 3 * bus_limits.polite);
  bus_queue_open (caller.queue, caller.program);
  g_assert_cmpuint (caller.served, ==, 0);
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (caller.served, ==, 1);
  g_assert_false (call (&caller));
  wait_for_all (&caller);
}

static void
test_who_waits_for_each_answer_is_only_looked_at (void)
{
  g_auto (Caller) caller = { 0 };

  caller_init (&caller);
  bus_queue_open (caller.queue, caller.program);
  for (guint i = 0; i < 5; i++)
    {
      guint before = caller.called;

      call_until_one_waits (&caller);
      g_assert_cmpuint (caller.called, >=, before + BUS_HASTE_CALLS);
      wait_for_all (&caller);
      g_assert_false (must_rest (&caller));
    }
}

static void
test_who_is_looked_at_does_not_wait_with_greed (void)
{
  g_auto (Caller) caller = { 0 };

  caller_init (&caller);
  bus_queue_open (caller.queue, caller.program);
  bus_turns_rest (caller.turns, 3600 * G_TIME_SPAN_SECOND);
  call_until_one_waits (&caller);
  wait_for_all (&caller);
}

/* A tenth of a millisecond for each call, at the end of the look. */
static void
test_who_floods_pays_for_all (void)
{
  g_auto (Caller) caller = { 0 };
  gboolean has_paid = FALSE;

  caller_init (&caller);
  bus_queue_open (caller.queue, caller.program);
  for (guint i = 0; i < 5 && !has_paid; i++)
    {
      call_until_one_waits (&caller);
      call_often (&caller, 2 * bus_limits.polite);
      wait_for_all (&caller);
      has_paid = must_rest (&caller);
    }
  g_assert_true (has_paid);
}

static void
test_who_is_alone_may_hurry (void)
{
  g_auto (Caller) caller = { 0 };

  caller_init (&caller);
  bus_queue_open (caller.queue, caller.program);
  for (guint i = 0; i < 10 * BUS_HASTE_CALLS; i++)
    g_assert_true (call (&caller));
}

static void
test_slow_calls_are_no_haste (void)
{
  BusHaste haste = { 0 };
  gint64 now = 1000;

  for (guint i = 0; i < 10 * BUS_HASTE_CALLS; i++, now += BUS_HASTE_TIME / (BUS_HASTE_CALLS / 2))
    g_assert_false (bus_haste_note (&haste, now));
  g_assert_false (bus_haste_end (&haste));
}

int
main (int argc, char **argv)
{
  alarm (120);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus/queue/nothing-runs-before-it-is-known-who-calls",
                   test_nothing_runs_before_it_is_known_who_calls);
  g_test_add_func ("/bus/queue/who-has-many-has-them-in-its-turns",
                   test_who_has_many_has_them_in_its_turns);
  g_test_add_func ("/bus/queue/who-waits-for-each-answer-is-only-looked-at",
                   test_who_waits_for_each_answer_is_only_looked_at);
  g_test_add_func ("/bus/queue/who-is-looked-at-does-not-wait-with-greed",
                   test_who_is_looked_at_does_not_wait_with_greed);
  g_test_add_func ("/bus/queue/who-floods-pays-for-all", test_who_floods_pays_for_all);
  g_test_add_func ("/bus/queue/who-is-alone-may-hurry", test_who_is_alone_may_hurry);
  g_test_add_func ("/bus/queue/slow-calls-are-no-haste", test_slow_calls_are_no_haste);
  return g_test_run ();
}
