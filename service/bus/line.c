/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A queue that is in the ring of the turns while it has calls for it. */

#include "bus/line.h"

#include "bus/haste.h"

typedef struct
{
  gpointer call;
  BusLineReady ready;
} Waiting;

struct _BusLine
{
  grefcount count;
  BusTurns *turns;
  BusPace *pace;
  BusProgram *program; /* NULL: not open yet */
  GQueue waiting;
  gboolean is_in_turn;
  gboolean is_looked_at;
};

BusLine *
bus_line_new (BusTurns *turns, BusPace *pace)
{
  BusLine *line = g_new0 (BusLine, 1);

  g_ref_count_init (&line->count);
  line->turns = turns;
  line->pace = pace;
  g_queue_init (&line->waiting);
  return line;
}

static BusLine *
line_ref (BusLine *line)
{
  g_ref_count_inc (&line->count);
  return line;
}

void
bus_line_unref (BusLine *line)
{
  if (!g_ref_count_dec (&line->count))
    return;
  g_clear_pointer (&line->program, bus_program_unref);
  g_free (line);
}

static void
run_first (BusLine *line)
{
  g_autofree Waiting *waiting = g_queue_pop_head (&line->waiting);

  waiting->ready (waiting->call);
}

static void
wait_for_turn (BusLine *line)
{
  if (line->is_in_turn)
    return;
  line->is_in_turn = TRUE;
  bus_turns_add (line->turns, line);
}

/* The last call may be what keeps the line. */
static void
run_waiting (BusLine *unowned)
{
  g_autoptr (BusLine) line = line_ref (unowned);

  while (!g_queue_is_empty (&line->waiting) && !bus_program_is_greedy (line->program))
    run_first (line);
  if (!g_queue_is_empty (&line->waiting))
    wait_for_turn (line);
}

gboolean
bus_line_take_turn (BusLine *unowned)
{
  g_autoptr (BusLine) line = line_ref (unowned);

  run_first (line);
  line->is_in_turn = !g_queue_is_empty (&line->waiting);
  return line->is_in_turn;
}

void
bus_line_open (BusLine *line, BusProgram *program)
{
  line->program = bus_program_ref (program);
  run_waiting (line);
}

BusProgram *
bus_line_get_program (BusLine *line)
{
  return line->program;
}

/* If more have come meanwhile than a polite one has, it pays for what it got before. */
static gboolean
look_is_over (gpointer user_data)
{
  BusLine *line = user_data;
  gboolean was_hasty = bus_haste_end (bus_program_get_haste (line->program));

  line->is_looked_at = FALSE;
  if (was_hasty && bus_program_is_greedy (line->program))
    bus_pace_spend (line->pace, line->program, BUS_HASTE_CALLS * BUS_PACE_CALL,
                    g_get_monotonic_time ());
  run_waiting (line);
  return G_SOURCE_REMOVE;
}

static void
look (BusLine *line)
{
  line->is_looked_at = TRUE;
  g_timeout_add_full (G_PRIORITY_DEFAULT, BUS_HASTE_LOOK_MS, look_is_over, line_ref (line),
                      (GDestroyNotify)bus_line_unref);
}

/* Counts a polite call; whether it may be of a flood of which few are here yet. */
static gboolean
is_suspect (BusLine *line)
{
  gint64 now = g_get_monotonic_time ();

  bus_pace_note (line->pace, line->program, now);
  return bus_haste_note (bus_program_get_haste (line->program), now)
         && bus_pace_has_others (line->pace, line->program, now);
}

static void
push (BusLine *line, gpointer call, BusLineReady ready)
{
  Waiting *waiting = g_new (Waiting, 1);

  waiting->call = call;
  waiting->ready = ready;
  g_queue_push_tail (&line->waiting, waiting);
}

void
bus_line_await (BusLine *line, gpointer call, BusLineReady ready)
{
  gboolean must_wait = line->program == NULL || !g_queue_is_empty (&line->waiting)
                       || bus_program_is_greedy (line->program);

  if (!must_wait && !is_suspect (line))
    {
      ready (call);
      return;
    }
  push (line, call, ready);
  if (!must_wait)
    look (line);
  else if (line->program != NULL && !line->is_looked_at)
    wait_for_turn (line);
}
