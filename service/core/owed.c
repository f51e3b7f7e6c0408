/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is owed: a turn that grows. Beyond the bound the oldest go, and which texts
 * of the user's went with them is told.
 */

#include "core/owed.h"

#include <string.h>

#include "core/limits.h"

/* What a line costs beside its bytes. */
#define LINE_COST 96

struct _CoreOwed
{
  EngineTurn *turn;
  gsize bytes; /* of its lines */
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
core_owed_has_lines (CoreOwed *owed)
{
  return owed->turn->transmissions->len > 0;
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

static void
tell_lost (EngineTurn *turn, GVariant *messages)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "messages", messages);
  g_variant_dict_insert (&details, "reason", "s", "limit");
  engine_turn_event (turn, "lost", g_variant_dict_end (&details));
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
    tell_lost (owed->turn, messages);
}

static void
drop_oldest_events (GPtrArray *events)
{
  if (events->len > CORE_OWED_MAX_EVENTS)
    g_ptr_array_remove_range (events, 0, events->len - CORE_OWED_MAX_EVENTS);
}

void
core_owed_add (CoreOwed *owed, EngineTurn *turn)
{
  guint before = owed->turn->transmissions->len;

  engine_turn_append (owed->turn, turn);
  for (guint i = before; i < owed->turn->transmissions->len; i++)
    owed->bytes += cost_of (owed->turn->transmissions, i);
  drop_oldest_lines (owed);
  drop_oldest_events (owed->turn->events);
}

void
core_owed_take (CoreOwed *owed, EngineTurn *turn)
{
  if (core_owed_is_empty (owed))
    return;
  engine_turn_append (owed->turn, turn);
  engine_turn_append (turn, owed->turn);
  owed->bytes = 0;
}
