/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* In the ring of the turns while it has calls for it. */

#include "bus/queue.h"

#include "bus/haste.h"

typedef struct
{
  gpointer call;
  BusQueueReady ready;
} Waiting;

struct _BusQueue
{
  grefcount count;
  BusTurns *turns;
  BusPace *pace;
  BusProgram *program; /* NULL: not open yet */
  GQueue waiting;
  gboolean is_in_turn;
  gboolean is_looked_at;
};

BusQueue *
bus_queue_new (BusTurns *turns, BusPace *pace)
{
  BusQueue *queue = g_new0 (BusQueue, 1);

  g_ref_count_init (&queue->count);
  queue->turns = turns;
  queue->pace = pace;
  g_queue_init (&queue->waiting);
  return queue;
}

static BusQueue *
queue_ref (BusQueue *queue)
{
  g_ref_count_inc (&queue->count);
  return queue;
}

void
bus_queue_unref (BusQueue *queue)
{
  if (!g_ref_count_dec (&queue->count))
    return;
  g_clear_pointer (&queue->program, bus_program_unref);
  g_free (queue);
}

static void
run_first (BusQueue *queue)
{
  g_autofree Waiting *waiting = g_queue_pop_head (&queue->waiting);

  waiting->ready (waiting->call);
}

static void
wait_for_turn (BusQueue *queue)
{
  if (queue->is_in_turn)
    return;
  queue->is_in_turn = TRUE;
  bus_turns_add (queue->turns, queue);
}

/* The last call may be what keeps the queue. */
static void
run_waiting (BusQueue *unowned)
{
  g_autoptr (BusQueue) queue = queue_ref (unowned);

  while (!g_queue_is_empty (&queue->waiting) && !bus_program_is_greedy (queue->program))
    run_first (queue);
  if (!g_queue_is_empty (&queue->waiting))
    wait_for_turn (queue);
}

gboolean
bus_queue_take_turn (BusQueue *unowned)
{
  g_autoptr (BusQueue) queue = queue_ref (unowned);

  run_first (queue);
  queue->is_in_turn = !g_queue_is_empty (&queue->waiting);
  return queue->is_in_turn;
}

void
bus_queue_open (BusQueue *queue, BusProgram *program)
{
  queue->program = bus_program_ref (program);
  run_waiting (queue);
}

BusProgram *
bus_queue_get_program (BusQueue *queue)
{
  return queue->program;
}

/* If more have come meanwhile than a polite one has, it pays for what it got before. */
static gboolean
look_is_over (gpointer user_data)
{
  BusQueue *queue = user_data;
  gboolean was_hasty = bus_haste_end (bus_program_get_haste (queue->program));

  queue->is_looked_at = FALSE;
  if (was_hasty && bus_program_is_greedy (queue->program))
    bus_pace_spend (queue->pace, queue->program, BUS_HASTE_CALLS * BUS_PACE_CALL,
                    g_get_monotonic_time ());
  run_waiting (queue);
  return G_SOURCE_REMOVE;
}

static void
look (BusQueue *queue)
{
  queue->is_looked_at = TRUE;
  g_timeout_add_full (G_PRIORITY_DEFAULT, BUS_HASTE_LOOK_MS, look_is_over, queue_ref (queue),
                      (GDestroyNotify)bus_queue_unref);
}

/* Counts a polite call; whether it may be of a flood of which few are here yet. */
static gboolean
is_suspect (BusQueue *queue)
{
  gint64 now = g_get_monotonic_time ();

  bus_pace_note (queue->pace, queue->program, now);
  return bus_haste_note (bus_program_get_haste (queue->program), now)
         && bus_pace_has_others (queue->pace, queue->program, now);
}

static void
push (BusQueue *queue, gpointer call, BusQueueReady ready)
{
  Waiting *waiting = g_new (Waiting, 1);

  waiting->call = call;
  waiting->ready = ready;
  g_queue_push_tail (&queue->waiting, waiting);
}

void
bus_queue_await (BusQueue *queue, gpointer call, BusQueueReady ready)
{
  gboolean must_wait = queue->program == NULL || !g_queue_is_empty (&queue->waiting)
                       || bus_program_is_greedy (queue->program);

  if (!must_wait && !is_suspect (queue))
    {
      ready (call);
      return;
    }
  push (queue, call, ready);
  if (!must_wait)
    look (queue);
  else if (queue->program != NULL && !queue->is_looked_at)
    wait_for_turn (queue);
}
