/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Held texts: a queue that counts its bytes and wipes what it drops. */

#include "core/held.h"

#include <string.h>

#include "core/limits.h"
#include "introspection/otrd-error.h"

struct _CoreHeld
{
  GQueue texts;
  gsize bytes;
};

void
core_held_text_free (CoreHeldText *text)
{
  explicit_bzero (text->text, strlen (text->text));
  g_free (text->text);
  g_free (text->messenger);
  g_free (text);
}

CoreHeld *
core_held_new (void)
{
  CoreHeld *held = g_new0 (CoreHeld, 1);

  g_queue_init (&held->texts);
  return held;
}

void
core_held_free (CoreHeld *held)
{
  g_queue_clear_full (&held->texts, (GDestroyNotify)core_held_text_free);
  g_free (held);
}

guint
core_held_get_length (CoreHeld *held)
{
  return held->texts.length;
}

gboolean
core_held_add (CoreHeld *held,
               const char *text,
               gboolean has_id,
               guint64 id,
               CoreContentType content_type,
               const char *messenger,
               GError **error)
{
  gsize length = strlen (text);
  CoreHeldText *entry;

  if (held->texts.length >= CORE_HELD_MAX_TEXTS || held->bytes + length > CORE_HELD_MAX_BYTES)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Not sent: %u texts are waiting for a private conversation already. Start or "
                   "end it, and try again",
                   held->texts.length);
      return FALSE;
    }
  entry = g_new0 (CoreHeldText, 1);
  entry->text = g_strdup (text);
  entry->has_id = has_id;
  entry->id = id;
  entry->content_type = content_type;
  entry->messenger = g_strdup (messenger);
  g_queue_push_tail (&held->texts, entry);
  held->bytes += length;
  return TRUE;
}

const CoreHeldText *
core_held_peek (CoreHeld *held)
{
  return g_queue_peek_head (&held->texts);
}

CoreHeldText *
core_held_take (CoreHeld *held)
{
  CoreHeldText *text = g_queue_pop_head (&held->texts);

  if (text != NULL)
    held->bytes -= strlen (text->text);
  return text;
}
