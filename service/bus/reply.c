/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Puts a turn into the shapes of im.otrd1.Session.  This is on the path of every
 * message: no format strings to parse, empty lists without a builder. */

#include "bus/reply.h"

#include <string.h>

static void
add_entry (GVariantBuilder *dictionary, const char *key, GVariant *value)
{
  g_variant_builder_add_value (
      dictionary,
      g_variant_new_dict_entry (g_variant_new_string (key), g_variant_new_variant (value)));
}

/* A string that GVariant takes, whatever it is: bytes of the network that slipped through are
 * repaired rather than refused by GLib, which would lose the reply. */
static GVariant *
new_text (const char *text)
{
  if (g_utf8_validate (text, -1, NULL))
    return g_variant_new_string (text);
  return g_variant_new_take_string (g_utf8_make_valid (text, -1));
}

static GVariant *
new_ids (GArray *ids)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, ids->data, ids->len, sizeof (guint64));
}

static GVariant *
new_transmission (const EngineTransmission *transmission)
{
  GVariantBuilder details;
  GVariant *children[2];

  g_variant_builder_init (&details, G_VARIANT_TYPE_VARDICT);
  if (transmission->to != NULL)
    add_entry (&details, "to", new_text (transmission->to));
  add_entry (&details, "clear", g_variant_new_boolean (transmission->clear));
  if (transmission->ids != NULL && transmission->ids->len > 0)
    add_entry (&details, "ids", new_ids (transmission->ids));
  children[0] = new_text (transmission->line);
  children[1] = g_variant_builder_end (&details);
  return g_variant_new_tuple (children, 2);
}

static GVariant *
new_event (const EngineEvent *event)
{
  GVariant *children[] = {
    g_variant_new_string (event->name),
    event->details != NULL ? event->details
                           : g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0),
  };

  return g_variant_new_tuple (children, 2);
}

static GVariant *
new_transmissions (const EngineTurn *turn)
{
  g_autofree GVariant **children = NULL;
  guint n_children = turn->transmissions != NULL ? turn->transmissions->len : 0;

  children = g_new (GVariant *, n_children + 1);
  for (guint i = 0; i < n_children; i++)
    children[i] = new_transmission (turn->transmissions->pdata[i]);
  return g_variant_new_array (G_VARIANT_TYPE ("(sa{sv})"), children, n_children);
}

static GVariant *
new_events (const EngineTurn *turn)
{
  g_autofree GVariant **children = NULL;
  guint n_children = turn->events != NULL ? turn->events->len : 0;

  children = g_new (GVariant *, n_children + 1);
  for (guint i = 0; i < n_children; i++)
    children[i] = new_event (turn->events->pdata[i]);
  return g_variant_new_array (G_VARIANT_TYPE ("(sa{sv})"), children, n_children);
}

static GVariant *
new_details (CoreSession *session, const EngineTurn *turn)
{
  GVariantBuilder details;

  g_variant_builder_init (&details, G_VARIANT_TYPE_VARDICT);
  add_entry (&details, "state", g_variant_new_string (core_session_get_state (session)));
  add_entry (&details, "trust", g_variant_new_string (engine_trust_to_string (turn->trust)));
  if (turn->fingerprint[0] != '\0')
    add_entry (&details, "fingerprint", g_variant_new_string (turn->fingerprint));
  if (turn->instance != 0)
    add_entry (&details, "instance", g_variant_new_uint32 (turn->instance));
  if (turn->repeated)
    add_entry (&details, "repeated", g_variant_new_boolean (TRUE));
  if (turn->resent)
    add_entry (&details, "resent", g_variant_new_boolean (TRUE));
  if (turn->re_encoded)
    add_entry (&details, "re-encoded", g_variant_new_boolean (TRUE));
  return g_variant_builder_end (&details);
}

GVariant *
bus_reply_from_send (CoreSession *session, const EngineTurn *turn)
{
  GVariant *children[] = {
    g_variant_new_string (engine_verdict_to_string (turn->verdict)),
    new_details (session, turn),
    new_transmissions (turn),
    new_events (turn),
  };

  return g_variant_new_tuple (children, G_N_ELEMENTS (children));
}

GVariant *
bus_reply_from_receive (CoreSession *session, const EngineTurn *turn)
{
  GVariant *children[] = {
    g_variant_new_string (engine_verdict_to_string (turn->verdict)),
    new_text (turn->text != NULL ? turn->text : ""),
    new_details (session, turn),
    new_transmissions (turn),
    new_events (turn),
  };

  return g_variant_new_tuple (children, G_N_ELEMENTS (children));
}

GVariant *
bus_reply_from_turn (const EngineTurn *turn)
{
  GVariant *children[] = { new_transmissions (turn), new_events (turn) };

  return g_variant_new_tuple (children, G_N_ELEMENTS (children));
}

GVariant *
bus_reply_from_key (gint32 handle, const EngineTurn *turn)
{
  GVariant *children[] = {
    g_variant_new_handle (handle),
    new_transmissions (turn),
    new_events (turn),
  };

  return g_variant_new_tuple (children, G_N_ELEMENTS (children));
}

/* What the key is for stands in the event that announced it, which is all of this turn. */
GVariant *
bus_reply_from_taken_key (gint32 handle, const EngineTurn *turn)
{
  const EngineEvent *announcement = turn->events->pdata[0];
  GVariant *children[] = { g_variant_new_handle (handle), announcement->details };

  return g_variant_new_tuple (children, G_N_ELEMENTS (children));
}
