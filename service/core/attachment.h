/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An attachment: what one messenger has said about itself on one session, and
 * what it may do there.
 */
#pragma once

#include "core/session.h"

G_BEGIN_DECLS

typedef struct
{
  CoreMessenger *messenger; /* owned */
  CoreContentType content_type;
  guint max_message_size; /* 0: no limit */
  gboolean online;
  gboolean knows_contact_online;
  gboolean contact_online;
  /* Another messenger has ended the private state: a text of this one's may not go in the clear
   * until its own user has agreed. */
  gboolean must_consent;
  guint64 last_call; /* rises; the greatest is who is served */
  gboolean rung;     /* the bell has been rung, and it has not come yet */
  EngineTurn *news;  /* events for it alone: who else comes and goes */
} CoreAttachment;

/* Sizes are by protocol until the messenger says more. */
CoreAttachment *core_attachment_new (CoreMessenger *messenger, const char *protocol);
void core_attachment_free (CoreAttachment *attachment);

/* INVALID_ARGUMENT: a size that is too small to work. */
gboolean core_configuration_check (const CoreConfiguration *configuration, GError **error);
void core_attachment_configure (CoreAttachment *attachment, const CoreConfiguration *configuration);

/* Adds an event for this messenger alone; @details is consumed if floating. */
void core_attachment_tell (CoreAttachment *attachment, const char *event, GVariant *details);
gboolean core_attachment_has_news (CoreAttachment *attachment);
/* Texts of its user's are among it, which came back. */
gboolean core_attachment_has_lost (CoreAttachment *attachment);
/* Puts its news before the events of @turn. */
void core_attachment_take_news (CoreAttachment *attachment, EngineTurn *turn);

/* Bytes of a line that every server of the protocol carries; 0: no limit. */
guint core_attachment_get_default_size (const char *protocol);

G_END_DECLS
