// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Turns, their lines and their events: values, taken out of a reply once and
 * then only read. */

#include "otrd-turn.h"

#include "turn-private.h"

struct _OtrdTransmission
{
  char *line;
  char *to;
  gboolean clear;
  GVariant *ids;
};

struct _OtrdEvent
{
  char *name;
  GVariant *details;
  GVariant *ids;
};

struct _OtrdTurn
{
  GPtrArray *transmissions;
  GPtrArray *events;
  OtrdVerdict verdict;
  char *text;
  guint64 id;
  GVariant *details;
};

G_DEFINE_BOXED_TYPE (OtrdTransmission,
                     otrd_transmission,
                     otrd_transmission_ref,
                     otrd_transmission_unref)
G_DEFINE_BOXED_TYPE (OtrdEvent, otrd_event, otrd_event_ref, otrd_event_unref)
G_DEFINE_BOXED_TYPE (OtrdTurn, otrd_turn, otrd_turn_ref, otrd_turn_unref)

static void
clear_transmission (gpointer box)
{
  OtrdTransmission *self = box;

  g_free (self->line);
  g_free (self->to);
  g_clear_pointer (&self->ids, g_variant_unref);
}

OtrdTransmission *
otrd_transmission_ref (OtrdTransmission *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
otrd_transmission_unref (OtrdTransmission *self)
{
  g_atomic_rc_box_release_full (self, clear_transmission);
}

static OtrdTransmission *
read_transmission (GVariant *child)
{
  OtrdTransmission *self = g_atomic_rc_box_new0 (OtrdTransmission);
  g_autoptr (GVariant) details = NULL;

  g_variant_get (child, "(s@a{sv})", &self->line, &details);
  g_variant_lookup (details, "to", "s", &self->to);
  g_variant_lookup (details, "clear", "b", &self->clear);
  self->ids = g_variant_lookup_value (details, "ids", G_VARIANT_TYPE ("at"));
  return self;
}

const char *
otrd_transmission_get_line (const OtrdTransmission *self)
{
  return self->line;
}

const char *
otrd_transmission_get_to (const OtrdTransmission *self)
{
  return self->to;
}

gboolean
otrd_transmission_get_clear (const OtrdTransmission *self)
{
  return self->clear;
}

static const guint64 *
get_ids (GVariant *ids, gsize *n_ids)
{
  *n_ids = 0;
  return ids == NULL ? NULL : g_variant_get_fixed_array (ids, n_ids, sizeof (guint64));
}

const guint64 *
otrd_transmission_get_ids (const OtrdTransmission *self, gsize *n_ids)
{
  return get_ids (self->ids, n_ids);
}

static void
clear_event (gpointer box)
{
  OtrdEvent *self = box;

  g_free (self->name);
  g_clear_pointer (&self->details, g_variant_unref);
  g_clear_pointer (&self->ids, g_variant_unref);
}

OtrdEvent *
otrd_event_ref (OtrdEvent *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
otrd_event_unref (OtrdEvent *self)
{
  g_atomic_rc_box_release_full (self, clear_event);
}

static OtrdEvent *
read_event (GVariant *child)
{
  OtrdEvent *self = g_atomic_rc_box_new0 (OtrdEvent);

  g_variant_get (child, "(s@a{sv})", &self->name, &self->details);
  self->ids = g_variant_lookup_value (self->details, "ids", G_VARIANT_TYPE ("at"));
  return self;
}

const char *
otrd_event_get_name (const OtrdEvent *self)
{
  return self->name;
}

GVariant *
otrd_event_get_details (const OtrdEvent *self)
{
  return self->details;
}

const char *
otrd_event_get_string (const OtrdEvent *self, const char *key)
{
  const char *word = NULL;

  g_variant_lookup (self->details, key, "&s", &word);
  return word;
}

guint64
otrd_event_get_uint (const OtrdEvent *self, const char *key)
{
  guint64 wide = 0;
  guint32 narrow = 0;

  if (g_variant_lookup (self->details, key, "u", &narrow))
    return narrow;
  g_variant_lookup (self->details, key, "t", &wide);
  return wide;
}

gboolean
otrd_event_get_boolean (const OtrdEvent *self, const char *key)
{
  gboolean is = FALSE;

  g_variant_lookup (self->details, key, "b", &is);
  return is;
}

const guint64 *
otrd_event_get_ids (const OtrdEvent *self, gsize *n_ids)
{
  return get_ids (self->ids, n_ids);
}

static void
clear_turn (gpointer box)
{
  OtrdTurn *self = box;

  g_ptr_array_unref (self->transmissions);
  g_ptr_array_unref (self->events);
  g_free (self->text);
  g_clear_pointer (&self->details, g_variant_unref);
}

OtrdTurn *
otrd_turn_ref (OtrdTurn *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
otrd_turn_unref (OtrdTurn *self)
{
  g_atomic_rc_box_release_full (self, clear_turn);
}

static void
read_transmissions (OtrdTurn *self, GVariant *transmit)
{
  gsize n = g_variant_n_children (transmit);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (transmit, i);

      g_ptr_array_add (self->transmissions, read_transmission (child));
    }
}

static void
read_events (OtrdTurn *self, GVariant *events)
{
  gsize n = g_variant_n_children (events);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (events, i);

      g_ptr_array_add (self->events, read_event (child));
    }
}

OtrdTurn *
otrd_turn_new (GVariant *transmit, GVariant *events)
{
  OtrdTurn *self = g_atomic_rc_box_new0 (OtrdTurn);

  self->transmissions = g_ptr_array_new_with_free_func ((GDestroyNotify)otrd_transmission_unref);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify)otrd_event_unref);
  if (transmit != NULL)
    read_transmissions (self, transmit);
  if (events != NULL)
    read_events (self, events);
  return self;
}

void
otrd_turn_set_sent (OtrdTurn *self, guint64 id, OtrdVerdict verdict, GVariant *details)
{
  self->id = id;
  self->verdict = verdict;
  self->details = g_variant_ref (details);
}

/* A verdict that is not known shows nothing, whatever the text. */
void
otrd_turn_set_received (OtrdTurn *self, OtrdVerdict verdict, const char *text, GVariant *details)
{
  self->verdict = verdict;
  self->details = g_variant_ref (details);
  if (verdict != OTRD_VERDICT_UNKNOWN && *text != '\0')
    self->text = g_strdup (text);
}

void
otrd_turn_prepend (OtrdTurn *self, const OtrdTurn *earlier)
{
  for (guint i = 0; i < earlier->transmissions->len; i++)
    g_ptr_array_insert (self->transmissions, i,
                        otrd_transmission_ref (g_ptr_array_index (earlier->transmissions, i)));
  for (guint i = 0; i < earlier->events->len; i++)
    g_ptr_array_insert (self->events, i, otrd_event_ref (g_ptr_array_index (earlier->events, i)));
}

OtrdTurn *
otrd_turn_take_content (OtrdTurn *self)
{
  OtrdTurn *content = otrd_turn_new (NULL, NULL);

  otrd_turn_prepend (content, self);
  g_ptr_array_set_size (self->transmissions, 0);
  g_ptr_array_set_size (self->events, 0);
  return content;
}

static gboolean
has_text (const OtrdTransmission *transmission, guint64 id)
{
  gsize n_ids;
  const guint64 *ids = otrd_transmission_get_ids (transmission, &n_ids);

  for (gsize i = 0; i < n_ids; i++)
    if (ids[i] == id)
      return TRUE;
  return FALSE;
}

void
otrd_turn_drop_text (OtrdTurn *self, guint64 id)
{
  for (guint i = self->transmissions->len; i > 0; i--)
    if (has_text (g_ptr_array_index (self->transmissions, i - 1), id))
      g_ptr_array_remove_index (self->transmissions, i - 1);
}

static void
add_event (OtrdTurn *self, const char *name, GVariant *details)
{
  g_autoptr (GVariant) child = g_variant_ref_sink (g_variant_new ("(s@a{sv})", name, details));

  g_ptr_array_add (self->events, read_event (child));
}

void
otrd_turn_add_sent (OtrdTurn *self, guint64 id)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (
      &details, "ids", g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, &id, 1, sizeof id));
  add_event (self, "sent", g_variant_dict_end (&details));
}

void
otrd_turn_add_lost (OtrdTurn *self, guint64 id, const char *text, const char *reason)
{
  GVariantDict details;
  GVariant *message = g_variant_new ("(ts)", id, text);

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "messages", g_variant_new_array (NULL, &message, 1));
  g_variant_dict_insert (&details, "reason", "s", reason);
  add_event (self, "lost", g_variant_dict_end (&details));
}

/* The messages that are lost indeed; NULL: none. */
static GVariant *
filter_messages (const OtrdEvent *event, OtrdTextFunc is_not_lost, gpointer user_data)
{
  g_autoptr (GVariant) messages =
      g_variant_lookup_value (event->details, "messages", G_VARIANT_TYPE ("a(ts)"));
  GVariantBuilder lost;
  GVariantIter iter;
  const char *text;
  guint64 id;
  guint count = 0;

  if (messages == NULL)
    return NULL;
  g_variant_builder_init (&lost, G_VARIANT_TYPE ("a(ts)"));
  g_variant_iter_init (&iter, messages);
  while (g_variant_iter_next (&iter, "(t&s)", &id, &text))
    if (!is_not_lost (id, user_data))
      {
        g_variant_builder_add (&lost, "(ts)", id, text);
        count++;
      }
  if (count > 0)
    return g_variant_builder_end (&lost);
  g_variant_builder_clear (&lost);
  return NULL;
}

static void
replace_messages (OtrdTurn *self, guint index, GVariant *messages)
{
  OtrdEvent *event = g_ptr_array_index (self->events, index);
  g_autoptr (GVariant) details = g_steal_pointer (&event->details);
  GVariantDict changed;

  g_variant_dict_init (&changed, details);
  g_variant_dict_insert_value (&changed, "messages", messages);
  event->details = g_variant_ref_sink (g_variant_dict_end (&changed));
}

void
otrd_turn_drop_lost (OtrdTurn *self,
                     const char *reason,
                     OtrdTextFunc is_not_lost,
                     gpointer user_data)
{
  for (guint i = self->events->len; i > 0; i--)
    {
      const OtrdEvent *event = g_ptr_array_index (self->events, i - 1);
      GVariant *messages;

      if (!g_str_equal (event->name, "lost")
          || g_strcmp0 (otrd_event_get_string (event, "reason"), reason) != 0)
        continue;
      messages = filter_messages (event, is_not_lost, user_data);
      if (messages != NULL)
        replace_messages (self, i - 1, messages);
      else
        g_ptr_array_remove_index (self->events, i - 1);
    }
}

gboolean
otrd_turn_is_empty (const OtrdTurn *self)
{
  return self->transmissions->len == 0 && self->events->len == 0;
}

guint
otrd_turn_get_n_transmissions (const OtrdTurn *self)
{
  return self->transmissions->len;
}

OtrdTransmission *
otrd_turn_get_transmission (const OtrdTurn *self, guint index)
{
  g_return_val_if_fail (index < self->transmissions->len, NULL);

  return g_ptr_array_index (self->transmissions, index);
}

GPtrArray *
otrd_turn_get_transmissions (const OtrdTurn *self)
{
  return self->transmissions;
}

guint
otrd_turn_get_n_events (const OtrdTurn *self)
{
  return self->events->len;
}

OtrdEvent *
otrd_turn_get_event (const OtrdTurn *self, guint index)
{
  g_return_val_if_fail (index < self->events->len, NULL);

  return g_ptr_array_index (self->events, index);
}

GPtrArray *
otrd_turn_get_events (const OtrdTurn *self)
{
  return self->events;
}

OtrdVerdict
otrd_turn_get_verdict (const OtrdTurn *self)
{
  return self->verdict;
}

const char *
otrd_turn_get_text (const OtrdTurn *self)
{
  return self->text;
}

guint64
otrd_turn_get_id (const OtrdTurn *self)
{
  return self->id;
}

GVariant *
otrd_turn_get_details (const OtrdTurn *self)
{
  return self->details;
}

static const char *
get_word (const OtrdTurn *self, const char *key)
{
  const char *word = NULL;

  if (self->details != NULL)
    g_variant_lookup (self->details, key, "&s", &word);
  return word;
}

static gboolean
get_flag (const OtrdTurn *self, const char *key)
{
  gboolean flag = FALSE;

  if (self->details != NULL)
    g_variant_lookup (self->details, key, "b", &flag);
  return flag;
}

OtrdState
otrd_turn_get_state (const OtrdTurn *self)
{
  return otrd_state_from_string (get_word (self, "state"));
}

OtrdTrust
otrd_turn_get_trust (const OtrdTurn *self)
{
  return otrd_trust_from_string (get_word (self, "trust"));
}

const char *
otrd_turn_get_fingerprint (const OtrdTurn *self)
{
  return get_word (self, "fingerprint");
}

guint
otrd_turn_get_instance (const OtrdTurn *self)
{
  guint32 instance = 0;

  if (self->details != NULL)
    g_variant_lookup (self->details, "instance", "u", &instance);
  return instance;
}

gboolean
otrd_turn_get_repeated (const OtrdTurn *self)
{
  return get_flag (self, "repeated");
}

gboolean
otrd_turn_get_resent (const OtrdTurn *self)
{
  return get_flag (self, "resent");
}

gboolean
otrd_turn_get_re_encoded (const OtrdTurn *self)
{
  return get_flag (self, "re-encoded");
}
