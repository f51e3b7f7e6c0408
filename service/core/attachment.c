/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Attachments: defaults by protocol and their configuration. */

#include "core/attachment.h"

#include <string.h>

#include "core/limits.h"
#include "introspection/otrd-error.h"

/* The sizes that pidgin-otr uses, found by trying. */
static const struct
{
  const char *protocol;
  guint size;
} default_sizes[] = {
  { "irc", 417 },  { "icq", 2346 },       { "aim", 2343 },  { "oscar", 2343 },
  { "msn", 1409 }, { "gadu-gadu", 1999 }, { "yahoo", 799 }, { "novell", 1792 },
};

guint
core_attachment_get_default_size (const char *protocol)
{
  for (gsize i = 0; i < G_N_ELEMENTS (default_sizes); i++)
    if (strcmp (default_sizes[i].protocol, protocol) == 0)
      return default_sizes[i].size;
  return 0;
}

CoreAttachment *
core_attachment_new (CoreMessenger *messenger, const char *protocol)
{
  CoreAttachment *attachment = g_new0 (CoreAttachment, 1);

  attachment->messenger = g_object_ref (messenger);
  attachment->max_message_size = core_attachment_get_default_size (protocol);
  attachment->online = TRUE;
  attachment->news = engine_turn_new ();
  return attachment;
}

void
core_attachment_free (CoreAttachment *attachment)
{
  g_object_unref (attachment->messenger);
  engine_turn_free (attachment->news);
  g_free (attachment);
}

gboolean
core_configuration_check (const CoreConfiguration *configuration, GError **error)
{
  if (!configuration->has_max_message_size || configuration->max_message_size == 0
      || configuration->max_message_size >= CORE_MESSAGE_SIZE_MIN)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "The option max-message-size is %u, but OTR needs lines of at least %u bytes",
               configuration->max_message_size, CORE_MESSAGE_SIZE_MIN);
  return FALSE;
}

void
core_attachment_configure (CoreAttachment *attachment, const CoreConfiguration *configuration)
{
  if (configuration->has_content_type)
    attachment->content_type = configuration->content_type;
  if (configuration->has_max_message_size)
    attachment->max_message_size = configuration->max_message_size;
  if (configuration->has_online)
    attachment->online = configuration->online;
  if (configuration->has_contact_online)
    {
      attachment->knows_contact_online = TRUE;
      attachment->contact_online = configuration->contact_online;
    }
}

void
core_attachment_tell (CoreAttachment *attachment, const char *event, GVariant *details)
{
  engine_turn_event (attachment->news, event, details);
  if (attachment->news->events->len > CORE_NEWS_MAX)
    g_ptr_array_remove_index (attachment->news->events, 0);
}

gboolean
core_attachment_has_news (CoreAttachment *attachment)
{
  return attachment->news->events->len > 0;
}

gboolean
core_attachment_has_lost (CoreAttachment *attachment)
{
  for (guint i = 0; i < attachment->news->events->len; i++)
    {
      const EngineEvent *event = g_ptr_array_index (attachment->news->events, i);

      if (strcmp (event->name, "lost") == 0)
        return TRUE;
    }
  return FALSE;
}

void
core_attachment_take_news (CoreAttachment *attachment, EngineTurn *turn)
{
  if (!core_attachment_has_news (attachment))
    return;
  engine_turn_append (attachment->news, turn);
  engine_turn_append (turn, attachment->news);
}
