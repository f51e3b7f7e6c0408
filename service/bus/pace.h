/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A pace: how much of the main loop's time greedy programs may have while others
 * are there.
 *
 * A burst is served at once.  A flood has a sixteenth: the processors are not ours alone, and
 * whoever calls in between must find one free, ours and the flooding program's as well.  A greedy
 * program that nobody else calls beside has all that there is.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Microseconds that a call costs besides its turn: two messages, in GDBus's thread and ours. */
#define BUS_PACE_CALL 100

typedef struct _BusPace BusPace;

BusPace *bus_pace_new (void);
void bus_pace_free (BusPace *pace);

/* All times are in microseconds; @now is the monotonic clock's.  Programs are told apart by their
 * pointers, and never looked at. */

/* A call of @program, which is polite. */
void bus_pace_note (BusPace *pace, gconstpointer program, gint64 now);
/* Whether another has called within the last second. */
gboolean bus_pace_has_others (const BusPace *pace, gconstpointer program, gint64 now);
/* Something was done for @program, which is greedy, and took @cost.  How long to rest from all that
 * is greedy. */
gint64 bus_pace_spend (BusPace *pace, gconstpointer program, gint64 cost, gint64 now);

G_END_DECLS
