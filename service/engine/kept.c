/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kept texts: a queue by age. */
#include "engine/kept.h"

#include <string.h>

void
engine_kept_text_free (EngineKeptText *text)
{
  explicit_bzero (text->text, strlen (text->text));
  g_free (text->text);
  g_free (text);
}

static void
drop_oldest (EngineKept *kept)
{
  EngineKeptText *text = g_queue_pop_head (&kept->texts);

  kept->bytes -= strlen (text->text);
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
    drop_oldest (kept);
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

  while ((text = g_queue_peek_head (&kept->texts)) != NULL && is_proven (kept, text, keyid))
    {
      kept->first_proven = text->epoch;
      drop_oldest (kept);
    }
}

GList *
engine_kept_take (EngineKept *kept)
{
  GList *texts = kept->texts.head;

  g_queue_init (&kept->texts);
  kept->bytes = 0;
  kept->first_proven = 0;
  return texts;
}

void
engine_kept_clear (EngineKept *kept)
{
  while (kept->texts.length > 0)
    drop_oldest (kept);
  kept->first_proven = 0;
}
