/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The engine session: OTR between one account and one contact, as a value machine.
 *
 * Text and lines go in, a turn comes out.  It has no clock, no files, no
 * thread and no memory of trust of its own: all that comes with the call.
 * One call at a time; different sessions may run on different threads.
 * What it promises (fail closed, nothing lost, trust per key) it keeps around
 * libotr, which is trusted with the cryptography only.
 */
#pragma once

#include <gio/gio.h>

#include "engine/key.h"
#include "engine/known-keys.h"
#include "engine/line.h"
#include "engine/turn.h"

G_BEGIN_DECLS

typedef struct _EngineSession EngineSession;

/* What one call may use.  The session keeps none of it after the call. */
typedef struct
{
  EngineKey *key;         /* NULL: not made yet or locked away; may be a public half */
  EngineKnownKeys *known; /* the contact's keys */
  gboolean answers;       /* exchanges may be answered (every policy but "never") */
  gboolean allows_v2;     /* policy allows it and the contact was never seen with v3 */
  gsize max_line;         /* bytes of a line on this transport; 0: no limit */
  gint64 now;             /* microseconds, monotonic */
} EngineContext;

/* @instance_tag: ours for this account.  @latched: the session was private in an earlier life of
 * the service and the user has not ended it: it begins as finished. */
EngineSession *engine_session_new (guint32 instance_tag, gboolean latched);
void engine_session_free (EngineSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineSession, engine_session_free)

/* Every call that changes the session leaves a new view in its turn; this is for the time before
 * the first. */
EngineView *engine_session_get_view (EngineSession *session, const EngineContext *context);

/* How a text of the user's may go now; cheap, decided anew for every text. */
typedef enum
{
  ENGINE_WAY_PLAINTEXT, /* no session and none begun: the policy decides */
  ENGINE_WAY_HOLD,      /* an exchange is under way */
  ENGINE_WAY_PRIVATE,
  ENGINE_WAY_BLOCKED, /* see the view's blocked */
} EngineWay;

EngineWay engine_session_get_way (EngineSession *session, const EngineContext *context);

/* Whether held texts may go: private, and with a key that the contact had before or the user has
 * accepted. */
gboolean engine_session_may_release (EngineSession *session, const EngineContext *context);

/* Encrypts for the chosen instance; only if the way is ENGINE_WAY_PRIVATE.  The text is kept until
 * proven read.  Errors: OTRD_ERROR_NOT_PRIVATE, _FINISHED, _FINGERPRINT_CHANGED, _REJECTED,
 * _FAILED: nothing left. */
gboolean engine_session_send (EngineSession *session,
                              const EngineContext *context,
                              const char *text,
                              guint64 id,
                              EngineTurn *turn,
                              GError **error);

/* Takes a whole line (fragments assembled, repeats sorted out by core).  @from: the full
 * transport address it came from, or NULL.  Never fails: what is wrong is in the turn. */
void engine_session_receive (EngineSession *session,
                             const EngineContext *context,
                             const EngineLine *line,
                             const char *from,
                             EngineTurn *turn);

/* Whether taking the line costs milliseconds (an exchange, a ratchet, a verification step). */
gboolean engine_session_is_dear (EngineSession *session, const EngineLine *line);

/* Transmits a query; the session is starting until the contact answers or it stalls. */
void engine_session_start (EngineSession *session, const EngineContext *context, EngineTurn *turn);

/* The user's wish: goodbye to every instance, back to plaintext, the latch opened. */
void engine_session_end (EngineSession *session, const EngineContext *context, EngineTurn *turn);

/* Goodbye to every instance without opening the latch (sign-off, shutdown). */
void
engine_session_disconnect (EngineSession *session, const EngineContext *context, EngineTurn *turn);

/* Ends what runs with this fingerprint, which the user has rejected. */
void engine_session_reject (EngineSession *session,
                            const EngineContext *context,
                            const char *fingerprint,
                            EngineTurn *turn);

/* The user has seen the warning; the caller has made it known before. */
gboolean engine_session_accept (EngineSession *session,
                                const EngineContext *context,
                                const char *fingerprint,
                                EngineTurn *turn,
                                GError **error);

/* Verification (SMP, protocol v3 "Socialist Millionaires' Protocol"). @question: NULL = shared
 * secret. Dear (up to 50 ms). Errors: NOT_PRIVATE, BUSY, NO_VERIFICATION. */
gboolean engine_session_start_verification (EngineSession *session,
                                            const EngineContext *context,
                                            Secret *secret,
                                            const char *question,
                                            EngineTurn *turn,
                                            GError **error);
gboolean engine_session_answer_verification (EngineSession *session,
                                             const EngineContext *context,
                                             Secret *secret,
                                             EngineTurn *turn,
                                             GError **error);
gboolean engine_session_abort_verification (EngineSession *session,
                                            const EngineContext *context,
                                            EngineTurn *turn,
                                            GError **error);

/* 0: the best.  Errors: NOT_FOUND. */
gboolean engine_session_select_instance (EngineSession *session, guint32 tag, GError **error);

/* OTR's extra symmetric key, 32 bytes (protocol v3, "Extra symmetric key"). */
Secret *engine_session_export_key (EngineSession *session,
                                   const EngineContext *context,
                                   guint32 use,
                                   GBytes *use_data,
                                   EngineTurn *turn,
                                   GError **error);
/* One that the contact announced (event "key-received"), once; @turn has that event again.
 * Errors: NOT_FOUND. */
Secret *
engine_session_take_key (EngineSession *session, guint64 id, EngineTurn *turn, GError **error);

/* Time has passed, or the user has changed the trust in a key: exchanges without progress start
 * over or stall, old keys are wiped, a channel whose key is verified now takes its place. */
void engine_session_poll (EngineSession *session, const EngineContext *context, EngineTurn *turn);

G_END_DECLS
