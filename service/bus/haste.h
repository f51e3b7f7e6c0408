/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Haste: how fast the calls of a program come that never has many pending.
 *
 * Whoever writes a flood more slowly than we answer it has few calls with us at any time, and yet
 * keeps both processors busy.  What tells it from a program that waits for each answer is that more
 * calls come while one is let wait: now and then, one is.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* So many calls are hasty that come ... */
#define BUS_HASTE_CALLS 200
/* ... within so many microseconds, ... */
#define BUS_HASTE_TIME (400 * G_TIME_SPAN_MILLISECOND)
/* ... and so long to let one wait: the others that come are many by then, if they are a flood's. */
#define BUS_HASTE_LOOK_MS 2

typedef struct
{
  guint calls;
  gint64 since;
} BusHaste;

/* A call at @now, in microseconds of the monotonic clock; whether it is one of a hasty program. */
gboolean bus_haste_note (BusHaste *haste, gint64 now);
/* One of its calls was let wait.  Whether it was hasty; it is not any more. */
gboolean bus_haste_end (BusHaste *haste);

G_END_DECLS
