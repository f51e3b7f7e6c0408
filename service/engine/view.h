/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session looks like from outside: an immutable, counted snapshot.
 *
 * A running call may be on another thread; properties are answered from the
 * view of the last finished one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ENGINE_FINGERPRINT_LEN 40

typedef enum
{
  ENGINE_STATE_PLAINTEXT,
  ENGINE_STATE_STARTING,
  ENGINE_STATE_PRIVATE,
  ENGINE_STATE_FINISHED,
} EngineState;

/* Ordered: a greater one is more trusted. */
typedef enum
{
  ENGINE_TRUST_NONE,
  ENGINE_TRUST_REJECTED,
  ENGINE_TRUST_UNVERIFIED,
  ENGINE_TRUST_VERIFIED,
} EngineTrust;

typedef enum
{
  ENGINE_BLOCKED_NOT,
  ENGINE_BLOCKED_FINGERPRINT_CHANGED,
  ENGINE_BLOCKED_REJECTED,
  ENGINE_BLOCKED_FINISHED,
} EngineBlocked;

/* A fingerprint against what was known of the contact. */
typedef enum
{
  ENGINE_KNOWN_FIRST_SEEN,
  ENGINE_KNOWN_KNOWN,
  ENGINE_KNOWN_CHANGED,
  ENGINE_KNOWN_CHANGED_FROM_VERIFIED,
  ENGINE_KNOWN_REJECTED,
} EngineKnown;

typedef enum
{
  ENGINE_VERIFICATION_IDLE,
  ENGINE_VERIFICATION_WAITING,
  ENGINE_VERIFICATION_ASKED,
} EngineVerification;

/* The contract's words for them. */
const char *engine_state_to_string (EngineState state);
const char *engine_trust_to_string (EngineTrust trust);
const char *engine_blocked_to_string (EngineBlocked blocked);
const char *engine_known_to_string (EngineKnown known);
const char *engine_verification_to_string (EngineVerification verification);

/* One of the contact's clients. */
typedef struct
{
  guint32 tag; /* 0: OTR v2, which has none */
  EngineState state;
  EngineTrust trust;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1];
  guint version;
  char *address;    /* NULL: not known */
  gint64 last_seen; /* the call's now, in microseconds */
} EngineInstanceView;

typedef struct _EngineView
{
  gatomicrefcount count;

  /* of the instance that the next Send goes to */
  EngineState state;
  EngineTrust trust;
  EngineBlocked blocked;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1]; /* "" outside private */
  guint version;                                /* 0 outside private */
  char session_id[2][9];                        /* hex halves, ours first; "" outside private */
  guint32 instance;                             /* its tag */

  guint32 selected;     /* by the user; 0: the best */
  gboolean latched;     /* has been private and the user has not ended it */
  gboolean exchanging;  /* an exchange is under way or a query unanswered */
  gboolean holds;       /* texts must be held now, although the state may be private */
  GPtrArray *instances; /* of EngineInstanceView */

  EngineVerification verification;
  char verified_with[ENGINE_FINGERPRINT_LEN + 1]; /* the fingerprint the last run began with */
  gboolean asked_by_us;
  gboolean has_question;
  char *question;          /* the contact's, cut and cleaned; NULL */
  guint percent;           /* 0 to 100 */
  const char *result;      /* of the last run: "", "verified", "failed", "aborted", "cheated" */
  gboolean proves_contact; /* with that result */

  /* When engine_session_poll () wants to be called, in microseconds; 0: never. */
  gint64 deadline;
} EngineView;

EngineView *engine_view_ref (EngineView *view);
void engine_view_unref (EngineView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineView, engine_view_unref)

G_END_DECLS
