/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Haste: a flood is known for one though few of its calls are here at any time,
 * and a program that waits for each answer is not. */

#include "bus/haste.h"

#include "bus/callers.h"
#include "fixture.h"

typedef struct
{
  BusRoster *roster;
  BusProgram *program;
  BusCallers *callers;
  guint served;
} Program;

static void
program_init (Program *program, Fixture *fixture)
{
  char nothing[] = "";
  BusIdentity identity = { BUS_SANDBOX_NONE, nothing, 0, nothing };

  program->roster = bus_roster_new (fixture->core, &fixture->limits, NULL, NULL);
  program->program = bus_program_new (&fixture->limits);
  program->callers = bus_callers_new (fixture->server, program->roster, BUS_DOOR_DIRECT, &identity,
                                      program->program, NULL, NULL, NULL);
  program->served = 0;
}

static void
program_clear (Program *program)
{
  bus_callers_free (program->callers);
  bus_program_unref (program->program);
  bus_roster_unref (program->roster);
}

static void
serve (gpointer call)
{
  Program *program = call;

  program->served++;
  bus_caller_end_call (bus_callers_get_only (program->callers), 1);
}

/* Whether it was served at once. */
static gboolean
call (Program *program)
{
  guint before = program->served;
  BusCaller *caller = bus_callers_begin_call (program->callers, NULL, 1, NULL);

  g_assert_nonnull (caller);
  bus_caller_await (caller, program, serve);
  return program->served > before;
}

/* Until one must wait, which is the last. */
static guint
call_until_one_waits (Program *program, guint most)
{
  for (guint i = 1; i <= most; i++)
    {
      /* Another is there. */
      bus_pace_note (bus_roster_get_pace (program->roster), program, g_get_monotonic_time ());
      if (!call (program))
        return i;
    }
  return 0;
}

static gboolean
must_rest (Program *program)
{
  gint64 now = g_get_monotonic_time ();
  BusPace *pace = bus_roster_get_pace (program->roster);

  bus_pace_note (pace, program, now);
  return bus_pace_spend (pace, program->program, 0, now) > 0;
}

static void
who_waits_for_each_answer_is_only_looked_at (Fixture *fixture, gconstpointer unused)
{
  Program program;

  program_init (&program, fixture);
  for (guint i = 0; i < 5; i++)
    {
      guint served = program.served;

      g_assert_cmpuint (call_until_one_waits (&program, 100 * BUS_HASTE_CALLS), >=,
                        BUS_HASTE_CALLS);
      g_assert_cmpuint (program.served, >=, served + BUS_HASTE_CALLS - 1);
      served = program.served;
      fixture_wait_until (program.served == served + 1);
      g_assert_false (must_rest (&program));
    }
  program_clear (&program);
}

static void
who_is_looked_at_does_not_wait_with_greed (Fixture *fixture, gconstpointer unused)
{
  Program program;
  guint served;

  program_init (&program, fixture);
  bus_turns_rest (bus_roster_get_turns (program.roster), 3600 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (call_until_one_waits (&program, 100 * BUS_HASTE_CALLS), >, 0);
  served = program.served;
  fixture_wait_until (program.served == served + 1);
  program_clear (&program);
}

static void
who_floods_pays_for_all (Fixture *fixture, gconstpointer unused)
{
  Program program;
  guint served;

  program_init (&program, fixture);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (call_until_one_waits (&program, 100 * BUS_HASTE_CALLS), >, 0);
      served = program.served;
      for (guint j = 0; j < 2 * fixture->limits.polite; j++)
        g_assert_false (call (&program));
      /* A tenth of a millisecond for each call, at the end of the look. */
      fixture_wait_until (program.served > served);
      if (must_rest (&program))
        break;
      fixture_wait_until (program.served == served + 1 + 2 * fixture->limits.polite);
    }
  g_assert_true (must_rest (&program));
  fixture_wait_until (program.served == served + 1 + 2 * fixture->limits.polite);
  program_clear (&program);
}

static void
who_is_alone_may_hurry (Fixture *fixture, gconstpointer unused)
{
  Program program;

  program_init (&program, fixture);
  for (guint i = 0; i < 10 * BUS_HASTE_CALLS; i++)
    g_assert_true (call (&program));
  program_clear (&program);
}

static void
slow_calls_are_no_haste (Fixture *fixture, gconstpointer unused)
{
  BusHaste haste = { 0 };
  gint64 now = 1000;

  for (guint i = 0; i < 10 * BUS_HASTE_CALLS; i++, now += BUS_HASTE_TIME / (BUS_HASTE_CALLS / 2))
    g_assert_false (bus_haste_note (&haste, now));
  g_assert_false (bus_haste_end (&haste));
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/haste/who-waits-for-each-answer-is-only-looked-at",
                    who_waits_for_each_answer_is_only_looked_at);
  fixture_add_test ("/bus/haste/who-is-looked-at-does-not-wait-with-greed",
                    who_is_looked_at_does_not_wait_with_greed);
  fixture_add_test ("/bus/haste/who-floods-pays-for-all", who_floods_pays_for_all);
  fixture_add_test ("/bus/haste/who-is-alone-may-hurry", who_is_alone_may_hurry);
  fixture_add_test ("/bus/haste/slow-calls-are-no-haste", slow_calls_are_no_haste);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
