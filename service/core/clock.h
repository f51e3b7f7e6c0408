/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The clock: what time it is, and timers. It comes in from outside, so that
 * tests turn it by hand.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CoreClock CoreClock;
typedef void (*CoreClockFunc) (gpointer user_data);

struct _CoreClock
{
  /* Monotonic, in microseconds; may be called from any thread. */
  gint64 (*get_now) (CoreClock *clock);
  /* Unix seconds. */
  gint64 (*get_real_time) (CoreClock *clock);
  /* Calls @func once, from the main loop, when get_now () has reached @when. Returns an id. */
  guint (*call_at) (CoreClock *clock, gint64 when, CoreClockFunc func, gpointer user_data);
  void (*cancel) (CoreClock *clock, guint id);
};

/* The machine's own. */
CoreClock *core_clock_get_system (void);

gint64 core_clock_get_now (CoreClock *clock);
gint64 core_clock_get_real_time (CoreClock *clock);
guint core_clock_call_at (CoreClock *clock, gint64 when, CoreClockFunc func, gpointer user_data);
/* Sets *@id to 0; nothing when it is. */
void core_clock_cancel (CoreClock *clock, guint *id);

G_END_DECLS
