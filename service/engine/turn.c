/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The turn: collecting what a call caused. */
#include "engine/turn.h"

#include <string.h>

const char *
engine_verdict_to_string (EngineVerdict verdict)
{
  static const char *const words[] = {
    "",         "private",    "plaintext",      "unexpected-plaintext",
    "protocol", "unreadable", "other-instance", "own",
    "held"
  };

  g_return_val_if_fail (verdict < G_N_ELEMENTS (words), "protocol");
  return words[verdict];
}

static void
transmission_free (gpointer pointer)
{
  EngineTransmission *transmission = pointer;

  g_free (transmission->line);
  g_free (transmission->to);
  g_clear_pointer (&transmission->ids, g_array_unref);
  g_free (transmission);
}

static void
event_free (gpointer pointer)
{
  EngineEvent *event = pointer;

  g_free (event->name);
  g_variant_unref (event->details);
  g_free (event);
}

EngineTurn *
engine_turn_new (void)
{
  EngineTurn *turn = g_new0 (EngineTurn, 1);

  turn->transmissions = g_ptr_array_new_with_free_func (transmission_free);
  turn->events = g_ptr_array_new_with_free_func (event_free);
  turn->stores = g_ptr_array_new_with_free_func (g_free);
  return turn;
}

void
engine_turn_free (EngineTurn *turn)
{
  if (turn->text != NULL)
    explicit_bzero (turn->text, strlen (turn->text));
  g_free (turn->text);
  g_ptr_array_unref (turn->transmissions);
  g_ptr_array_unref (turn->events);
  g_ptr_array_unref (turn->stores);
  g_clear_pointer (&turn->view, engine_view_unref);
  g_free (turn);
}

EngineTransmission *
engine_turn_transmit (EngineTurn *turn, char *line, const char *to, gboolean clear)
{
  EngineTransmission *transmission = g_new0 (EngineTransmission, 1);

  transmission->line = line;
  transmission->to = g_strdup (to);
  transmission->clear = clear;
  g_ptr_array_add (turn->transmissions, transmission);
  return transmission;
}

void
engine_transmission_add_id (EngineTransmission *transmission, guint64 id)
{
  if (transmission->ids == NULL)
    transmission->ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (transmission->ids, id);
}

void
engine_turn_event (EngineTurn *turn, const char *name, GVariant *details)
{
  EngineEvent *event;

  if (details == NULL)
    details = g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
  g_variant_ref_sink (details);
  if (turn->events->len >= ENGINE_TURN_MAX_EVENTS && strcmp (name, "lost") != 0)
    {
      g_variant_unref (details);
      return;
    }

  event = g_new0 (EngineEvent, 1);
  event->name = g_strdup (name);
  event->details = details;
  g_ptr_array_add (turn->events, event);
}

EngineStore *
engine_turn_store (EngineTurn *turn, EngineStoreKind kind, const char *fingerprint)
{
  EngineStore *store = g_new0 (EngineStore, 1);

  store->kind = kind;
  g_strlcpy (store->fingerprint, fingerprint != NULL ? fingerprint : "", sizeof store->fingerprint);
  g_ptr_array_add (turn->stores, store);
  return store;
}

static void
move_all (GPtrArray *to, GPtrArray *from)
{
  gsize count;
  g_autofree gpointer *items = g_ptr_array_steal (from, &count);

  for (gsize i = 0; i < count; i++)
    g_ptr_array_add (to, items[i]);
}

void
engine_turn_append (EngineTurn *turn, EngineTurn *from)
{
  move_all (turn->transmissions, from->transmissions);
  move_all (turn->events, from->events);
}
