/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The machine's clock: GLib's monotonic time, and one source for all timers: the main loop looks at
 * every source that there is each time it turns, and each private session has a timer.
 */

#include "core/clock.h"

typedef struct
{
  CoreClock clock;
  GSequence *timers; /* of Timer, the next first; owned by by_id */
  GHashTable *by_id; /* id -> Timer */
  GSource *source;   /* of TimerSource, ready when the next is due */
  guint last_id;
} SystemClock;

typedef struct
{
  GSource source;
  SystemClock *system;
} TimerSource;

typedef struct
{
  guint id;
  gint64 when;
  CoreClockFunc func;
  gpointer user_data;
  GSequenceIter *place;
} Timer;

static gint64
system_get_now (CoreClock *clock)
{
  return g_get_monotonic_time ();
}

static gint64
system_get_real_time (CoreClock *clock)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
timer_free (gpointer user_data)
{
  Timer *timer = user_data;

  g_sequence_remove (timer->place);
  g_free (timer);
}

/* Those of the same time come in the order in which they were asked for. */
static gint
compare_timers (gconstpointer one, gconstpointer other, gpointer user_data)
{
  const Timer *a = one, *b = other;

  return a->when == b->when ? 0 : a->when < b->when ? -1 : 1;
}

static Timer *
find_next (SystemClock *system)
{
  GSequenceIter *first = g_sequence_get_begin_iter (system->timers);

  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

static void
await_next (SystemClock *system)
{
  const Timer *next = find_next (system);

  g_source_set_ready_time (system->source, next != NULL ? next->when : -1);
}

static guint
system_call_at (CoreClock *clock, gint64 when, CoreClockFunc func, gpointer user_data)
{
  SystemClock *system = (SystemClock *)clock;
  Timer *timer = g_new0 (Timer, 1);

  do
    timer->id = ++system->last_id;
  while (timer->id == 0 || g_hash_table_contains (system->by_id, GUINT_TO_POINTER (timer->id)));
  timer->when = when;
  timer->func = func;
  timer->user_data = user_data;
  timer->place = g_sequence_insert_sorted (system->timers, timer, compare_timers, NULL);
  g_hash_table_insert (system->by_id, GUINT_TO_POINTER (timer->id), timer);
  await_next (system);
  return timer->id;
}

static void
system_cancel (CoreClock *clock, guint id)
{
  SystemClock *system = (SystemClock *)clock;

  g_hash_table_remove (system->by_id, GUINT_TO_POINTER (id));
  await_next (system);
}

/* One a turn of the main loop: others have theirs between two. */
static gboolean
call_next (GSource *source, GSourceFunc func, gpointer user_data)
{
  SystemClock *system = ((TimerSource *)source)->system;
  const Timer *next = find_next (system);

  if (next != NULL && next->when <= g_source_get_time (source))
    {
      CoreClockFunc due = next->func;
      gpointer due_for = next->user_data;

      g_hash_table_remove (system->by_id, GUINT_TO_POINTER (next->id));
      due (due_for);
    }
  await_next (system);
  return G_SOURCE_CONTINUE;
}

static SystemClock *
system_clock_new (void)
{
  static GSourceFuncs functions = { .dispatch = call_next };
  SystemClock *system = g_new0 (SystemClock, 1);

  system->clock =
      (CoreClock){ system_get_now, system_get_real_time, system_call_at, system_cancel };
  system->timers = g_sequence_new (NULL);
  system->by_id = g_hash_table_new_full (NULL, NULL, NULL, timer_free);
  system->source = g_source_new (&functions, sizeof (TimerSource));
  ((TimerSource *)system->source)->system = system;
  g_source_set_static_name (system->source, "otrd's timers");
  g_source_attach (system->source, NULL);
  return system;
}

CoreClock *
core_clock_get_system (void)
{
  static SystemClock *system;

  if (g_once_init_enter (&system))
    g_once_init_leave (&system, system_clock_new ());
  return &system->clock;
}

gint64
core_clock_get_now (CoreClock *clock)
{
  return clock->get_now (clock);
}

gint64
core_clock_get_real_time (CoreClock *clock)
{
  return clock->get_real_time (clock);
}

guint
core_clock_call_at (CoreClock *clock, gint64 when, CoreClockFunc func, gpointer user_data)
{
  return clock->call_at (clock, when, func, user_data);
}

void
core_clock_cancel (CoreClock *clock, guint *id)
{
  guint armed = *id;

  *id = 0;
  if (armed != 0)
    clock->cancel (clock, armed);
}
