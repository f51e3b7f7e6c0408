/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is owed: a turn that grows. Beyond the bound the oldest go, and which texts
 * of the user's went with them is told. Which texts came back is never dropped: many
 * such events become one, and when they are too long the words go and the ids stay.
 */

#include "core/owed.h"

#include <string.h>

#include "core/limits.h"

/* What a line costs beside its bytes. */
#define LINE_COST 96

struct _CoreOwed
{
  EngineTurn *turn;
  gsize bytes;      /* of its lines */
  guint lost;       /* how many of its events say that texts came back */
  gsize lost_bytes; /* of those */
};

CoreOwed *
core_owed_new (void)
{
  CoreOwed *owed = g_new0 (CoreOwed, 1);

  owed->turn = engine_turn_new ();
  return owed;
}

void
core_owed_free (CoreOwed *owed)
{
  engine_turn_free (owed->turn);
  g_free (owed);
}

gboolean
core_owed_is_for_somebody (CoreOwed *owed)
{
  return owed->turn->transmissions->len > 0 || owed->lost > 0;
}

gboolean
core_owed_is_empty (CoreOwed *owed)
{
  return owed->turn->transmissions->len == 0 && owed->turn->events->len == 0;
}

static gsize
cost_of (GPtrArray *transmissions, guint index)
{
  const EngineTransmission *transmission = g_ptr_array_index (transmissions, index);

  return strlen (transmission->line) + LINE_COST;
}

static void
note_ids (const EngineTransmission *transmission, GVariantBuilder *messages, guint *count)
{
  for (guint i = 0; transmission->ids != NULL && i < transmission->ids->len; i++, ++*count)
    g_variant_builder_add (messages, "(ts)", g_array_index (transmission->ids, guint64, i), "");
}

static gboolean
is_lost (const EngineEvent *event)
{
  return strcmp (event->name, "lost") == 0;
}

static void
count_lost (CoreOwed *owed, const EngineEvent *event)
{
  if (!is_lost (event))
    return;
  owed->lost++;
  owed->lost_bytes += g_variant_get_size (event->details);
}

static void
tell_lost (CoreOwed *owed, GVariant *messages, const char *reason)
{
  GPtrArray *events = owed->turn->events;
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "messages", messages);
  g_variant_dict_insert (&details, "reason", "s", reason);
  engine_turn_event (owed->turn, "lost", g_variant_dict_end (&details));
  count_lost (owed, g_ptr_array_index (events, events->len - 1));
}

static void
drop_oldest_lines (CoreOwed *owed)
{
  GPtrArray *lines = owed->turn->transmissions;
  g_autoptr (GVariant) messages = NULL;
  GVariantBuilder builder;
  guint dropped = 0, lost = 0;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ts)"));
  for (; owed->bytes > CORE_OWED_MAX_BYTES && dropped < lines->len; dropped++)
    {
      owed->bytes -= cost_of (lines, dropped);
      note_ids (g_ptr_array_index (lines, dropped), &builder, &lost);
    }
  messages = g_variant_ref_sink (g_variant_builder_end (&builder));
  if (dropped > 0)
    g_ptr_array_remove_range (lines, 0, dropped);
  if (lost > 0)
    tell_lost (owed, messages, "limit");
}

static const char *
get_reason (const EngineEvent *event)
{
  const char *reason = "";

  g_variant_lookup (event->details, "reason", "&s", &reason);
  return reason;
}

static void
add_messages (GVariantBuilder *all, const EngineEvent *event, gboolean with_words)
{
  g_autoptr (GVariant) messages =
      g_variant_lookup_value (event->details, "messages", G_VARIANT_TYPE ("a(ts)"));
  GVariantIter iter;
  const char *text;
  guint64 id;

  g_variant_iter_init (&iter, messages);
  while (g_variant_iter_next (&iter, "(t&s)", &id, &text))
    if (with_words || id != 0)
      g_variant_builder_add (all, "(ts)", id, with_words ? text : "");
}

/* All that came back for the reason that @events' first did, which become one. */
static void
merge_first (CoreOwed *owed, GPtrArray *events, gboolean with_words)
{
  g_autofree char *reason = g_strdup (get_reason (g_ptr_array_index (events, 0)));
  g_autoptr (GVariant) messages = NULL;
  GVariantBuilder all;

  g_variant_builder_init (&all, G_VARIANT_TYPE ("a(ts)"));
  for (guint i = 0; i < events->len;)
    {
      const EngineEvent *event = g_ptr_array_index (events, i);

      if (strcmp (get_reason (event), reason) != 0)
        {
          i++;
          continue;
        }
      add_messages (&all, event, with_words);
      g_ptr_array_remove_index (events, i);
    }
  messages = g_variant_ref_sink (g_variant_builder_end (&all));
  tell_lost (owed, messages, reason);
}

/* One event a reason. */
static void
merge_lost (CoreOwed *owed, gboolean with_words)
{
  g_autoptr (EngineTurn) apart = engine_turn_new ();
  GPtrArray *events = owed->turn->events;

  for (guint i = 0; i < events->len;)
    if (is_lost (g_ptr_array_index (events, i)))
      g_ptr_array_add (apart->events, g_ptr_array_steal_index (events, i));
    else
      i++;
  owed->lost = 0;
  owed->lost_bytes = 0;
  while (apart->events->len > 0)
    merge_first (owed, apart->events, with_words);
}

/* Others go before they do. */
static void
drop_oldest_events (CoreOwed *owed)
{
  GPtrArray *events = owed->turn->events;

  if (owed->lost_bytes > CORE_OWED_MAX_BYTES)
    merge_lost (owed, FALSE);
  else if (owed->lost > CORE_OWED_MAX_EVENTS / 2)
    merge_lost (owed, TRUE);
  for (guint i = 0; events->len > CORE_OWED_MAX_EVENTS;)
    if (is_lost (g_ptr_array_index (events, i)))
      i++;
    else
      g_ptr_array_remove_index (events, i);
}

void
core_owed_add (CoreOwed *owed, EngineTurn *turn)
{
  guint n_lines = owed->turn->transmissions->len, n_events = owed->turn->events->len;

  engine_turn_append (owed->turn, turn);
  for (guint i = n_lines; i < owed->turn->transmissions->len; i++)
    owed->bytes += cost_of (owed->turn->transmissions, i);
  for (guint i = n_events; i < owed->turn->events->len; i++)
    count_lost (owed, g_ptr_array_index (owed->turn->events, i));
  drop_oldest_lines (owed);
  drop_oldest_events (owed);
}

void
core_owed_take (CoreOwed *owed, EngineTurn *turn)
{
  if (core_owed_is_empty (owed))
    return;
  engine_turn_append (owed->turn, turn);
  engine_turn_append (turn, owed->turn);
  owed->bytes = 0;
  owed->lost = 0;
  owed->lost_bytes = 0;
}
