/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A ring, turned by a source: one that comes after those of messages that have
 * arrived, or among them. */

#include "bus/turns.h"

struct _BusTurns
{
  BusTurn serve;
  int priority;
  GQueue ring;
  guint source;
};

BusTurns *
bus_turns_new (BusTurn serve, int priority)
{
  BusTurns *turns = g_rc_box_new0 (BusTurns);

  turns->serve = serve;
  turns->priority = priority;
  g_queue_init (&turns->ring);
  return turns;
}

static void
clear (gpointer user_data)
{
  g_queue_clear (&((BusTurns *)user_data)->ring);
}

static void
unref (gpointer turns)
{
  g_rc_box_release_full (turns, clear);
}

void
bus_turns_free (BusTurns *turns)
{
  g_clear_handle_id (&turns->source, g_source_remove);
  unref (turns);
}

/* What is served may be the last that needs us: the source has us until then. */
static gboolean
serve_next (gpointer user_data)
{
  BusTurns *turns = user_data;
  gpointer caller = g_queue_pop_head (&turns->ring);

  if (turns->serve (caller))
    g_queue_push_tail (&turns->ring, caller);
  if (!g_queue_is_empty (&turns->ring))
    return G_SOURCE_CONTINUE;
  turns->source = 0;
  return G_SOURCE_REMOVE;
}

void
bus_turns_add (BusTurns *turns, gpointer caller)
{
  g_queue_push_tail (&turns->ring, caller);
  if (turns->source == 0)
    turns->source = g_idle_add_full (turns->priority, serve_next, g_rc_box_acquire (turns), unref);
}
