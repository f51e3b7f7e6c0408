/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session's parts, shared by the files that make it up; inside core only. */
#pragma once

#include "core/account.h"
#include "core/answers.h"
#include "core/attachment.h"
#include "core/call.h"
#include "core/clock.h"
#include "core/held.h"
#include "core/owed.h"
#include "core/repeats.h"
#include "core/split-lines.h"
#include "core/workers.h"
#include "engine/assembler.h"
#include "engine/session.h"

G_BEGIN_DECLS

/* A line that needs the account's key, which is not there. */
typedef struct
{
  char *line;
  char *from;
} CoreWaitingLine;

struct _CoreSession
{
  GObject parent;

  CoreAccount *account; /* owned, as it owns us: it lets go first */
  CoreClock *clock;
  CoreWorkers *workers;
  char *contact;
  gboolean occupant; /* of a room: nothing is stored */

  /* Touched by the running call only. */
  EngineSession *engine;
  CoreHeld *held;

  EngineView *view; /* after the last call */
  guint held_length;
  EngineKnownKeys *known;
  gboolean known_is_old; /* the vault may have other ones by now */
  gboolean seen_v3;
  gboolean restored;       /* private in an earlier life of the service, not yet in this one */
  gboolean offer_declined; /* the contact answered our offer with plain text */
  gboolean ending;         /* the service is: what would be held is given back */

  GQueue calls; /* of CoreCall, behind the running one */
  CoreCall *running;
  guint exchange_lines; /* of late; what is too many is not read */
  gint64 exchange_lines_at;
  gboolean pumping;
  guint timer;

  GPtrArray *attachments; /* of CoreAttachment */
  GPtrArray *unasked; /* of char *: applications that left before they agreed to another's End */
  guint64 last_call;
  CoreOwed *owed;
  CoreAnswers *answers;
  CoreRepeats *repeats;
  EngineAssembler *assembler;
  CoreSplitLines *split_lines;

  GPtrArray *waiting; /* of CoreWaitingLine */
  gsize waiting_bytes;
  gboolean feeding; /* a call that feeds them is queued */

  char *verified_by;        /* the application that began the verification */
  const char *verified_how; /* "pin", or NULL: as the engine says */

  char *shown_policy; /* what was last notified */
};

/* session.c */
CoreSession *core_session_new (CoreAccount *account,
                               CoreClock *clock,
                               CoreWorkers *workers,
                               const char *contact,
                               gboolean occupant);
/* A new view; notifies what differs. */
void core_session_take_view (CoreSession *session, EngineView *view);
/* Held texts were added or taken. */
void core_session_count_held (CoreSession *session);
/* The policies have changed, or may be read or not. */
void core_session_policy_changed (CoreSession *session);
/* The account is going: no more calls. */
void core_session_abandon (CoreSession *session);
/* Nobody needs it any more. */
gboolean core_session_is_idle (CoreSession *session);

/* session-queue.c */
/* Runs the call at once when nothing is before it; takes ownership. */
void core_session_submit (CoreSession *session, CoreCall *call);
/* The messenger has gone: what becomes of its calls that have not begun. */
void core_session_orphan_calls (CoreSession *session, CoreMessenger *messenger);
/* The vault has what the call changed, or not: the call is answered. */
void core_session_answer (CoreSession *session);
/* Lends what a call may use: key, known fingerprints, policy, time. */
void core_session_lend (CoreSession *session, CoreCall *call);

/* session-messengers.c */
CoreAttachment *core_session_find_attachment (CoreSession *session, CoreMessenger *messenger);
/* Who is owed; NULL: nobody is online. */
CoreAttachment *core_session_find_served (CoreSession *session);
/* The attached messenger has called: it is who is owed from now on. */
void core_session_note_call (CoreSession *session, CoreMessenger *messenger);
/* Rings for what is owed, unless it has been done. */
void core_session_ring (CoreSession *session);
/* Rings for what this one alone is told. */
void core_session_ring_for_news (CoreSession *session, CoreAttachment *attachment);
void core_session_remove_messenger (CoreSession *session, CoreMessenger *messenger);
/* From all of @sessions (taken) at once; what others hear of it comes in slices. */
void core_sessions_lose_messenger (GPtrArray *sessions, CoreMessenger *messenger);

/* session-consent.c */
/* Another one's End: everybody else must agree again.  TRUE: it must be saved. */
gboolean core_session_revoke_consent (CoreSession *session, CoreMessenger *by);
/* Its own user has agreed. */
void core_session_give_consent (CoreSession *session, CoreAttachment *attachment);
/* An application that goes before it has agreed is found again by its id when it comes back. */
void core_session_remember_unasked (CoreSession *session, CoreAttachment *attachment);
gboolean core_session_take_unasked (CoreSession *session, CoreMessenger *messenger);
/* Those of an earlier life of the session. */
void core_session_load_unasked (CoreSession *session);

/* session-send.c */
/* In a call's work: held texts go, when the turn says so. */
void core_session_release_held (CoreCall *call);
/* Gives all held texts back by an event. */
void core_session_give_back (CoreCall *call, const char *reason);
/* Held texts waited for the contact's key to be accepted, and it was. */
void core_session_release_later (CoreSession *session);

/* session-goodbye.c */
void core_session_say_goodbye (CoreSession *session);
/* The service ends: the goodbyes are owed, and what is held goes back to who typed it. */
void core_session_leave (CoreSession *session);
/* Something of that has still to be fetched, by who is there. */
gboolean core_session_is_leaving (CoreSession *session);
/* The reason of such a "lost". */
#define CORE_LOST_AT_THE_END "service-ended"

/* session-receive.c */
void core_session_feed_waiting (CoreSession *session);
void core_waiting_line_free (CoreWaitingLine *waiting);

/* session-store.c */
/* Puts what the turn says into the vault, and core's part into its events. TRUE: it must be saved
 * before the answer. */
gboolean core_session_store (CoreCall *call);
/* After the vault was opened: a session that is private is so on disk, too. */
void core_session_keep_latch (CoreSession *session);
/* The record of a fingerprint in use, made when there is none. FALSE: it could not be put. */
gboolean core_session_put_seen (
    CoreSession *session, const char *fingerprint, guint version, gboolean *is_new, GError **error);

/* session-control.c: calls of core itself */
void core_session_poll (CoreSession *session);
void core_session_reject (CoreSession *session, const char *fingerprint);
/* Begins an exchange where one was private before. */
void core_session_resume (CoreSession *session);

/* session.c: what is known of the contact's fingerprints has changed. */
void core_session_trust_changed (CoreSession *session);
void core_session_reload_known (CoreSession *session);
/* If it may be old. */
void core_session_refresh_known (CoreSession *session);
gboolean core_session_uses_fingerprint (CoreSession *session, const char *fingerprint);

/* messenger.c */
const char *core_messenger_get_owner (CoreMessenger *messenger);
/* It is served no more, even where it is attached yet. */
gboolean core_messenger_has_vanished (CoreMessenger *messenger);
void core_messenger_add_session (CoreMessenger *messenger, CoreSession *session);
void core_messenger_remove_session (CoreMessenger *messenger, CoreSession *session);
void core_messenger_ring (CoreMessenger *messenger, CoreSession *session);

G_END_DECLS
