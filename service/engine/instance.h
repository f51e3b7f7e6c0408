/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An instance: one of the contact's clients, with its channels; inside the
 * engine only.
 */
#pragma once

#include "engine/channel.h"
#include "engine/kept.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 tag;
  char *address;
  gint64 last_seen;

  EngineChannel *live;      /* private, key accepted: texts go here */
  EngineChannel *pending;   /* private, key not accepted by the user */
  EngineChannel *candidate; /* an exchange under way */
  EngineChannel *crossed;   /* another, which crossed it or was done later; its rest may come yet */
  gint64 crossed_until;
  gboolean crossed_is_late; /* nobody waits for its rest any more */
  EngineChannel *old;       /* replaced; still reads late lines */
  gint64 old_until;
  guint gave_way; /* the serial of our offer that lost against its commit */

  gboolean finished; /* was private, is no more, not by the user's wish */
  gboolean lost;     /* it has shown that it no longer has the session */
  EngineKept kept;
  char kept_for[ENGINE_FINGERPRINT_LEN + 1];
} EngineInstance;

EngineInstance *engine_instance_new (guint32 tag);
void engine_instance_free (EngineInstance *instance);

/* The channel that @line's MAC belongs to; NULL: none. */
EngineChannel *engine_instance_find_owner (EngineInstance *instance, const EngineLine *line);
gboolean engine_instance_is_private (const EngineInstance *instance);
/* An exchange begins beside those that run; @until: how long the rest of the one before it may
 * come.
 */
void
engine_instance_begin_exchange (EngineInstance *instance, EngineChannel *channel, gint64 until);
/* The exchange that waits for a line of that kind; NULL: none does. */
EngineChannel **engine_instance_find_exchange (EngineInstance *instance, OtrlAuthState awaiting);
/* One of them is done; the rest of the other may come until then. */
void engine_instance_settle_exchanges (EngineInstance *instance, gint64 until);
/* They have stood still for too long; the rest may come until then all the same. */
void engine_instance_set_exchanges_aside (EngineInstance *instance, gint64 until);
void engine_instance_drop_exchanges (EngineInstance *instance);
/* Between our Reveal Signature and the contact's Signature: what goes under the old keys now,
 * a libotr contact could no longer read. */
gboolean engine_instance_is_closing (const EngineInstance *instance);
void engine_instance_drop_channels (EngineInstance *instance);
/* The private channel whose key the user has not accepted; NULL: none. */
EngineChannel *engine_instance_get_pending (const EngineInstance *instance);
/* It has written: @from is where from, NULL: not known. */
void engine_instance_note_sign (EngineInstance *instance, const char *from, gint64 now);

G_END_DECLS
