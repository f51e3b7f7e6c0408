/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kept texts: a queue by age. */
#include "engine/kept.h"

#include <string.h>

void
engine_kept_text_free (EngineKeptText *text)
{
  if (text->text != NULL)
    explicit_bzero (text->text, strlen (text->text));
  g_free (text->text);
  g_free (text);
}

static EngineKeptText *
take_oldest_text (EngineKept *kept)
{
  EngineKeptText *text = g_queue_pop_head (&kept->texts);

  if (text != NULL)
    kept->bytes -= strlen (text->text);
  return text;
}

static EngineKeptText *
take_oldest (EngineKept *kept)
{
  EngineKeptText *forgotten = g_queue_pop_head (&kept->forgotten);

  return forgotten != NULL ? forgotten : take_oldest_text (kept);
}

static const EngineKeptText *
peek_oldest (const EngineKept *kept)
{
  const GList *head = kept->forgotten.head != NULL ? kept->forgotten.head : kept->texts.head;

  return head != NULL ? head->data : NULL;
}

static void
forget_oldest_text (EngineKept *kept)
{
  EngineKeptText *text = take_oldest_text (kept);

  explicit_bzero (text->text, strlen (text->text));
  g_clear_pointer (&text->text, g_free);
  g_queue_push_tail (&kept->forgotten, text);
  if (kept->forgotten.length <= ENGINE_KEPT_MAX_IDS)
    return;
  text = g_queue_pop_head (&kept->forgotten);
  /* What is the first now must not be taken for the first of its epoch. */
  kept->first_proven = text->epoch;
  engine_kept_text_free (text);
}

void
engine_kept_add (EngineKept *kept, guint32 epoch, guint64 id, const char *text)
{
  EngineKeptText *added = g_new0 (EngineKeptText, 1);

  added->epoch = epoch;
  added->id = id;
  added->text = g_strdup (text);
  kept->bytes += strlen (text);
  g_queue_push_tail (&kept->texts, added);
  while (kept->texts.length > ENGINE_KEPT_MAX_TEXTS || kept->bytes > ENGINE_KEPT_MAX_BYTES)
    forget_oldest_text (kept);
}

static void
carry (gpointer text, gpointer user_data)
{
  ((EngineKeptText *)text)->epoch = 0;
}

void
engine_kept_carry_over (EngineKept *kept)
{
  g_queue_foreach (&kept->forgotten, carry, NULL);
  g_queue_foreach (&kept->texts, carry, NULL);
  kept->first_proven = 0;
}

static gboolean
is_proven (const EngineKept *kept, const EngineKeptText *text, guint32 keyid)
{
  return text->epoch + 2 <= keyid
         || (text->epoch + 1 == keyid && kept->first_proven != text->epoch);
}

void
engine_kept_prove (EngineKept *kept, guint32 keyid)
{
  const EngineKeptText *text;

  while ((text = peek_oldest (kept)) != NULL && is_proven (kept, text, keyid))
    {
      kept->first_proven = text->epoch;
      engine_kept_text_free (take_oldest (kept));
    }
}

GList *
engine_kept_take (EngineKept *kept, GList **forgotten)
{
  GList *texts = kept->texts.head;

  *forgotten = kept->forgotten.head;
  g_queue_init (&kept->forgotten);
  g_queue_init (&kept->texts);
  kept->bytes = 0;
  kept->first_proven = 0;
  return texts;
}

void
engine_kept_clear (EngineKept *kept)
{
  g_queue_clear_full (&kept->forgotten, (GDestroyNotify)engine_kept_text_free);
  g_queue_clear_full (&kept->texts, (GDestroyNotify)engine_kept_text_free);
  kept->bytes = 0;
  kept->first_proven = 0;
}
