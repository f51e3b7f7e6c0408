/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Puts a turn into the shapes of im.otrd1.Session.  This is on the path of every
 * message: no format strings to parse, no builders, the keys made once. */

#include "bus/reply.h"

#include <string.h>

/* The keys of the contract's dictionaries. */
typedef enum
{
  KEY_CLEAR,
  KEY_FINGERPRINT,
  KEY_IDS,
  KEY_INSTANCE,
  KEY_RE_ENCODED,
  KEY_REPEATED,
  KEY_RESENT,
  KEY_STATE,
  KEY_TO,
  KEY_TRUST,
  N_KEYS,
} Key;

static const char *const key_words[N_KEYS] = {
  "clear",    "fingerprint", "ids",   "instance", "re-encoded",
  "repeated", "resent",      "state", "to",       "trust",
};

static GVariant *const *
get_keys (void)
{
  static GVariant *keys[N_KEYS];
  static gsize is_made;

  if (g_once_init_enter (&is_made))
    {
      for (guint i = 0; i < N_KEYS; i++)
        keys[i] = g_variant_ref_sink (g_variant_new_string (key_words[i]));
      g_once_init_leave (&is_made, 1);
    }
  return keys;
}

/* A dictionary in the making. */
typedef struct
{
  GVariant *entries[N_KEYS];
  gsize n_entries;
} Dictionary;

static void
add_entry (Dictionary *dictionary, Key key, GVariant *value)
{
  dictionary->entries[dictionary->n_entries++] =
      g_variant_new_dict_entry (get_keys ()[key], g_variant_new_variant (value));
}

static GVariant *
end_dictionary (Dictionary *dictionary)
{
  return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), dictionary->entries, dictionary->n_entries);
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
  Dictionary details = { .n_entries = 0 };
  GVariant *children[2];

  if (transmission->to != NULL)
    add_entry (&details, KEY_TO, new_text (transmission->to));
  add_entry (&details, KEY_CLEAR, g_variant_new_boolean (transmission->clear));
  if (transmission->ids != NULL && transmission->ids->len > 0)
    add_entry (&details, KEY_IDS, new_ids (transmission->ids));
  children[0] = new_text (transmission->line);
  children[1] = end_dictionary (&details);
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
  Dictionary details = { .n_entries = 0 };

  add_entry (&details, KEY_STATE, g_variant_new_string (core_session_get_state (session)));
  add_entry (&details, KEY_TRUST, g_variant_new_string (engine_trust_to_string (turn->trust)));
  if (turn->fingerprint[0] != '\0')
    add_entry (&details, KEY_FINGERPRINT, g_variant_new_string (turn->fingerprint));
  if (turn->instance != 0)
    add_entry (&details, KEY_INSTANCE, g_variant_new_uint32 (turn->instance));
  if (turn->repeated)
    add_entry (&details, KEY_REPEATED, g_variant_new_boolean (TRUE));
  if (turn->resent)
    add_entry (&details, KEY_RESENT, g_variant_new_boolean (TRUE));
  if (turn->re_encoded)
    add_entry (&details, KEY_RE_ENCODED, g_variant_new_boolean (TRUE));
  return end_dictionary (&details);
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
