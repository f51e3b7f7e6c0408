/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The machine's clock: GLib's monotonic time, and a timeout for each timer. */

#include "core/clock.h"

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

typedef struct
{
  CoreClockFunc func;
  gpointer user_data;
} Timer;

static gboolean
on_timeout (gpointer user_data)
{
  Timer *timer = user_data;

  timer->func (timer->user_data);
  return G_SOURCE_REMOVE;
}

static guint
system_call_at (CoreClock *clock, gint64 when, CoreClockFunc func, gpointer user_data)
{
  gint64 delay = MAX (when - g_get_monotonic_time (), 0);
  guint milliseconds = (guint)MIN (delay / 1000 + 1, G_MAXINT);
  Timer *timer = g_new (Timer, 1);

  timer->func = func;
  timer->user_data = user_data;
  return g_timeout_add_full (G_PRIORITY_DEFAULT, milliseconds, on_timeout, timer, g_free);
}

static void
system_cancel (CoreClock *clock, guint id)
{
  g_source_remove (id);
}

CoreClock *
core_clock_get_system (void)
{
  static CoreClock system_clock = { system_get_now, system_get_real_time, system_call_at,
                                    system_cancel };

  return &system_clock;
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
