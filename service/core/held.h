/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Held texts: what the user has sent and what may not go yet, in order, within
 * bounds. They never leave in the clear: they go out encrypted, or back to
 * whoever wrote them.
 */
#pragma once

#include "core/session.h"

G_BEGIN_DECLS

typedef struct
{
  char *text; /* wiped when freed */
  gboolean has_id;
  guint64 id;
  CoreContentType content_type;
  char *messenger; /* the id of whose user typed it */
} CoreHeldText;

void core_held_text_free (CoreHeldText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoreHeldText, core_held_text_free)

typedef struct _CoreHeld CoreHeld;

CoreHeld *core_held_new (void);
void core_held_free (CoreHeld *held);

guint core_held_get_length (CoreHeld *held);
/* LIMIT_EXCEEDED: too many or too much. */
gboolean core_held_add (CoreHeld *held,
                        const char *text,
                        gboolean has_id,
                        guint64 id,
                        CoreContentType content_type,
                        const char *messenger,
                        GError **error);
/* The oldest, which stays until core_held_take (); NULL. */
const CoreHeldText *core_held_peek (CoreHeld *held);
/* (transfer full) (nullable) */
CoreHeldText *core_held_take (CoreHeld *held);

G_END_DECLS
