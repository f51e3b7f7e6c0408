/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Texts that were sent and are not yet proven read; inside the engine only.
 *
 * The contact's use of our key K+1 proves the first text of epoch K and all
 * before it; the use of K+2 proves the rest of epoch K.  What is unproven when
 * the contact turns out to have lost the session goes again.  Of more than can be
 * kept the ids are, so that the loss can be told.
 */
#pragma once

#include <glib.h>

#include "engine/view.h"

G_BEGIN_DECLS

/* Bounds for one instance; of the oldest only the id stays, and then nothing. */
#define ENGINE_KEPT_MAX_TEXTS 256
#define ENGINE_KEPT_MAX_BYTES (4 * 1024 * 1024)
#define ENGINE_KEPT_MAX_IDS 4096

typedef struct
{
  guint32 epoch;
  guint64 id;
  char *text; /* NULL: it was too many */
} EngineKeptText;

typedef struct
{
  GQueue forgotten; /* of EngineKeptText without text, all older than the texts */
  GQueue texts;     /* of EngineKeptText */
  gsize bytes;
  guint32 first_proven; /* the epoch whose first text is proven already */
} EngineKept;

void engine_kept_add (EngineKept *kept, guint32 epoch, guint64 id, const char *text);
/* New keys take the place of those that they were sent under: the contact's use of our second one
 * proves them, or that nothing more will be heard of them. */
void engine_kept_carry_over (EngineKept *kept);
/* The contact has used our key @keyid. */
void engine_kept_prove (EngineKept *kept, guint32 keyid);
/* Takes all out, in order.  Returns: (transfer full): a list of EngineKeptText; in @forgotten
 * (transfer full) those before them whose text is no longer there. */
GList *engine_kept_take (EngineKept *kept, GList **forgotten);
void engine_kept_text_free (EngineKeptText *text);
void engine_kept_clear (EngineKept *kept);

G_END_DECLS
