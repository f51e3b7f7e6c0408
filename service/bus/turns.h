/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Turns: a ring of queues of calls, of callers that have more waiting than a polite one has, each
 * served one call a turn, and only while nobody else's call waits; and of long work, a slice a
 * turn.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BusTurns BusTurns;

/* Serves one call, or slice, of @item; whether it has more. */
typedef gboolean (*BusTurn) (gpointer item, gpointer user_data);

/* @priority: of the source that serves. */
BusTurns *bus_turns_new (BusTurn serve, gpointer user_data, int priority);
void bus_turns_free (BusTurns *turns);

/* @item has something to do; it lives until @serve has said that there is no more. */
void bus_turns_add (BusTurns *turns, gpointer item);

/* Whether @item had been waiting for a turn: it is not any more. */
gboolean bus_turns_remove (BusTurns *turns, gpointer item);

/* After the turn that is going on nobody has one for so many microseconds, or up to a millisecond
 * more. */
void bus_turns_rest (BusTurns *turns, gint64 time);

G_END_DECLS
