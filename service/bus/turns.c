/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A ring of callers, turned by a source that comes after those of messages that
 * have arrived. */

#include "bus/turns.h"

struct _BusTurns
{
  BusTurn serve;
  GQueue ring;
  guint source;
};

BusTurns *
bus_turns_new (BusTurn serve)
{
  BusTurns *turns = g_rc_box_new0 (BusTurns);

  turns->serve = serve;
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
    turns->source =
        g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, serve_next, g_rc_box_acquire (turns), unref);
}
