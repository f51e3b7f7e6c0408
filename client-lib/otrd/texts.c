// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The user's texts between being held and being sent: a short list in order. */

#include "texts.h"

#include <string.h>

/* Not 0, and not more than every reader of JSON takes for a whole number. */
static guint64
make_id (void)
{
  guint64 id = ((guint64)g_random_int () << 32 | g_random_int ()) & OTRD_TEXT_ID_MAX;

  return id != 0 ? id : 1;
}

/* The id is put into the options if the caller has not given one. */
OtrdText *
otrd_text_new (const char *text, const char *at_least, GVariant *options)
{
  OtrdText *self = g_new0 (OtrdText, 1);
  g_autoptr (GVariant) given = g_variant_ref_sink (otrd_options (options));
  GVariantDict with_id;

  self->text = g_strdup (text);
  self->at_least = g_strdup (at_least != NULL ? at_least : "");
  if (!g_variant_lookup (given, "id", "t", &self->id))
    self->id = make_id ();
  g_variant_dict_init (&with_id, given);
  g_variant_dict_insert (&with_id, "id", "t", self->id);
  self->options = g_variant_ref_sink (g_variant_dict_end (&with_id));
  return self;
}

OtrdText *
otrd_text_copy (const OtrdText *self)
{
  OtrdText *copy = g_new0 (OtrdText, 1);

  copy->id = self->id;
  copy->text = g_strdup (self->text);
  copy->at_least = g_strdup (self->at_least);
  copy->options = g_variant_ref (self->options);
  copy->guarded = self->guarded;
  copy->epoch = self->epoch;
  copy->latched = self->latched;
  return copy;
}

void
otrd_text_free (OtrdText *self)
{
  explicit_bzero (self->text, strlen (self->text));
  g_free (self->text);
  g_free (self->at_least);
  g_variant_unref (self->options);
  g_free (self);
}

void
otrd_text_raise (OtrdText *self, const char *at_least)
{
  if (*self->at_least != '\0')
    return;
  g_free (self->at_least);
  self->at_least = g_strdup (at_least);
}

GVariant *
otrd_text_to_parameters (const OtrdText *self)
{
  return g_variant_new ("(ss@a{sv})", self->text, self->at_least, self->options);
}

static GList *
find_text (GQueue *texts, guint64 id)
{
  for (GList *link = texts->head; link != NULL; link = link->next)
    if (((OtrdText *)link->data)->id == id)
      return link;
  return NULL;
}

void
otrd_texts_keep (GQueue *texts, const OtrdText *text)
{
  if (find_text (texts, text->id) == NULL)
    g_queue_push_tail (texts, otrd_text_copy (text));
}

void
otrd_texts_drop (GQueue *texts, guint64 id)
{
  GList *link = find_text (texts, id);

  if (link == NULL)
    return;
  otrd_text_free (link->data);
  g_queue_delete_link (texts, link);
}

static void
drop_sent (GQueue *texts, const OtrdEvent *event)
{
  gsize n_ids;
  const guint64 *ids = otrd_event_get_ids (event, &n_ids);

  for (gsize i = 0; i < n_ids; i++)
    otrd_texts_drop (texts, ids[i]);
}

/* A service that ends gives back what it held: the next one is offered it, and the user has not to
 * be told. */
static gboolean
is_kept (guint64 id, gpointer texts)
{
  return find_text (texts, id) != NULL;
}

static void
drop_lost (GQueue *texts, const OtrdEvent *event)
{
  g_autoptr (GVariant) messages =
      g_variant_lookup_value (otrd_event_get_details (event), "messages", G_VARIANT_TYPE ("a(ts)"));
  GVariantIter iter;
  guint64 id;

  if (messages == NULL)
    return;
  g_variant_iter_init (&iter, messages);
  while (g_variant_iter_next (&iter, "(t&s)", &id, NULL))
    otrd_texts_drop (texts, id);
}

void
otrd_texts_observe (GQueue *texts, OtrdTurn *turn)
{
  if (texts->length > 0)
    otrd_turn_drop_lost (turn, "service-ended", is_kept, texts);
  for (guint i = 0; texts->length > 0 && i < otrd_turn_get_n_events (turn); i++)
    {
      OtrdEvent *event = otrd_turn_get_event (turn, i);

      if (g_str_equal (otrd_event_get_name (event), "sent"))
        drop_sent (texts, event);
      else if (g_str_equal (otrd_event_get_name (event), "lost"))
        drop_lost (texts, event);
    }
}

void
otrd_texts_let_go (GQueue *texts, OtrdTurn *turn, const char *reason)
{
  OtrdText *text;

  while ((text = g_queue_pop_head (texts)) != NULL)
    {
      otrd_turn_add_lost (turn, text->id, text->text, reason);
      otrd_text_free (text);
    }
}
