/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Turns: callers that have more calls waiting than a polite one has, or that may have, each served
 * one call a turn, and only while nobody else's call waits; and long work, a slice
 * a turn.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BusTurns BusTurns;

/* Serves one call of @caller; whether it has more. */
typedef gboolean (*BusTurn) (gpointer caller, gpointer user_data);

/* @priority: of the source that serves. */
BusTurns *bus_turns_new (BusTurn serve, gpointer user_data, int priority);
void bus_turns_free (BusTurns *turns);

/* @caller has calls; it lives until @serve has said that there are no more. */
void bus_turns_add (BusTurns *turns, gpointer caller);

/* Whether @caller had been waiting for a turn: it is not any more. */
gboolean bus_turns_remove (BusTurns *turns, gpointer caller);

/* After the turn that is going on nobody has one for so many microseconds, or up to a millisecond
 * more. */
void bus_turns_rest (BusTurns *turns, gint64 time);

G_END_DECLS
