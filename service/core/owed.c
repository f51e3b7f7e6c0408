/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is owed: a turn that grows. Beyond the bound the oldest go; the engine keeps
 * the texts in them until they are proven read.
 */

#include "core/owed.h"

#include <string.h>

#include "core/limits.h"

struct _CoreOwed
{
  EngineTurn *turn;
};

CoreOwed *
core_owed_new (void)
{
  CoreOwed *owed = g_new (CoreOwed, 1);

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
count_bytes (GPtrArray *transmissions)
{
  gsize bytes = 0;

  for (guint i = 0; i < transmissions->len; i++)
    bytes += strlen (((EngineTransmission *)g_ptr_array_index (transmissions, i))->line);
  return bytes;
}

static void
drop_oldest (GPtrArray *items, guint most)
{
  if (items->len > most)
    g_ptr_array_remove_range (items, 0, items->len - most);
}

static void
enforce_limits (EngineTurn *turn)
{
  gsize bytes = count_bytes (turn->transmissions);

  drop_oldest (turn->events, CORE_OWED_MAX_ITEMS);
  drop_oldest (turn->transmissions, CORE_OWED_MAX_ITEMS);
  while (bytes > CORE_OWED_MAX_BYTES && turn->transmissions->len > 1)
    {
      EngineTransmission *oldest = g_ptr_array_index (turn->transmissions, 0);

      bytes -= strlen (oldest->line);
      g_ptr_array_remove_index (turn->transmissions, 0);
    }
}

void
core_owed_add (CoreOwed *owed, EngineTurn *turn)
{
  engine_turn_append (owed->turn, turn);
  enforce_limits (owed->turn);
}

void
core_owed_take (CoreOwed *owed, EngineTurn *turn)
{
  if (core_owed_is_empty (owed))
    return;
  engine_turn_append (owed->turn, turn);
  engine_turn_append (turn, owed->turn);
}
