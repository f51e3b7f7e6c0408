/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A bucket that fills by itself.  It is emptied by all that is greedy, and whether that must wait
 * until it fills again depends on who else is there. */

#include "bus/pace.h"

#define SHARE 16 /* one part of so many */
#define BURST (50 * G_TIME_SPAN_MILLISECOND)
#define DEBT (20 * G_TIME_SPAN_MILLISECOND)
/* So long after a call its program is there. */
#define PRESENCE G_TIME_SPAN_SECOND

typedef struct
{
  gconstpointer program;
  gint64 seen;
} Visit;

struct _BusPace
{
  Visit last;
  Visit other; /* the last of another program than that */
  gint64 budget;
  gint64 filled; /* when */
};

BusPace *
bus_pace_new (void)
{
  BusPace *pace = g_new0 (BusPace, 1);

  pace->last.seen = pace->other.seen = -PRESENCE;
  return pace;
}

void
bus_pace_free (BusPace *pace)
{
  g_free (pace);
}

void
bus_pace_note (BusPace *pace, gconstpointer program, gint64 now)
{
  if (pace->last.program != program)
    pace->other = pace->last;
  pace->last.program = program;
  pace->last.seen = now;
}

gboolean
bus_pace_has_others (const BusPace *pace, gconstpointer program, gint64 now)
{
  const Visit *visit = pace->last.program != program ? &pace->last : &pace->other;

  return now - visit->seen < PRESENCE;
}

gint64
bus_pace_spend (BusPace *pace, gconstpointer program, gint64 cost, gint64 now)
{
  gint64 budget = MIN (BURST, pace->budget + (now - pace->filled) / SHARE);

  pace->budget = MAX (budget - cost, -DEBT);
  pace->filled = now;
  return pace->budget < 0 && bus_pace_has_others (pace, program, now) ? -pace->budget * SHARE : 0;
}
