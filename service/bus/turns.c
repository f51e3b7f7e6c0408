/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A ring, turned by a source: one that comes after those of messages that have
 * arrived, or among them. */

#include "bus/turns.h"

struct _BusTurns
{
  BusTurn serve;
  gpointer user_data;
  int priority;
  GQueue ring;
  gint64 rests_until; /* the monotonic clock's */
  guint source;
};

BusTurns *
bus_turns_new (BusTurn serve, gpointer user_data, int priority)
{
  BusTurns *turns = g_rc_box_new0 (BusTurns);

  turns->serve = serve;
  turns->user_data = user_data;
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

static void serve_from_now_on (BusTurns *turns);

static gboolean
has_rested (gpointer user_data)
{
  BusTurns *turns = user_data;

  turns->source = 0;
  if (!g_queue_is_empty (&turns->ring))
    serve_from_now_on (turns);
  return G_SOURCE_REMOVE;
}

static gint64
get_rest (BusTurns *turns)
{
  return MAX (turns->rests_until - g_get_monotonic_time (), 0);
}

static void
rest (BusTurns *turns, gint64 time)
{
  guint milliseconds = (time + G_TIME_SPAN_MILLISECOND - 1) / G_TIME_SPAN_MILLISECOND;

  turns->source = g_timeout_add_full (turns->priority, milliseconds, has_rested,
                                      g_rc_box_acquire (turns), unref);
}

/* What is served may be the last that needs us: the source has us until then. */
static gboolean
serve_next (gpointer user_data)
{
  BusTurns *turns = user_data;
  gpointer item = g_queue_pop_head (&turns->ring);
  gint64 time;

  if (item != NULL && turns->serve (item, turns->user_data))
    g_queue_push_tail (&turns->ring, item);
  if (turns->source == 0) /* freed */
    return G_SOURCE_REMOVE;
  time = get_rest (turns);
  if (time == 0 && !g_queue_is_empty (&turns->ring))
    return G_SOURCE_CONTINUE;
  turns->source = 0;
  if (!g_queue_is_empty (&turns->ring))
    rest (turns, time);
  return G_SOURCE_REMOVE;
}

static void
serve_from_now_on (BusTurns *turns)
{
  turns->source = g_idle_add_full (turns->priority, serve_next, g_rc_box_acquire (turns), unref);
}

void
bus_turns_add (BusTurns *turns, gpointer item)
{
  gint64 time;

  g_queue_push_tail (&turns->ring, item);
  if (turns->source != 0)
    return;
  time = get_rest (turns);
  if (time > 0)
    rest (turns, time);
  else
    serve_from_now_on (turns);
}

gboolean
bus_turns_remove (BusTurns *turns, gpointer item)
{
  return g_queue_remove (&turns->ring, item);
}

void
bus_turns_rest (BusTurns *turns, gint64 time)
{
  turns->rests_until = g_get_monotonic_time () + time;
}
