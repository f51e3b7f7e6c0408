/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The turn: all that one call into a session caused, in order.
 *
 * A call has its effects in one place: the verdict, the text to show, the
 * lines to transmit, the events, and what must be stored before the caller is
 * answered.  The engine fills it, core adds its own, bus turns it into one
 * reply.  A turn belongs to one call and is never shared between threads.
 */
#pragma once

#include <glib.h>

#include "engine/view.h"

G_BEGIN_DECLS

/* The most events that one turn is told; beyond it they are dropped, so that one call's reply stays
 * bounded. "lost" never is: it has texts of the user's. */
#define ENGINE_TURN_MAX_EVENTS 512

typedef enum
{
  ENGINE_VERDICT_NONE,
  ENGINE_VERDICT_PRIVATE,
  ENGINE_VERDICT_PLAINTEXT,
  ENGINE_VERDICT_UNEXPECTED_PLAINTEXT,
  ENGINE_VERDICT_PROTOCOL,
  ENGINE_VERDICT_UNREADABLE,
  ENGINE_VERDICT_OTHER_INSTANCE,
  ENGINE_VERDICT_OWN,
  ENGINE_VERDICT_HELD,
} EngineVerdict;

/* The contract's word for a verdict; "" for ENGINE_VERDICT_NONE. */
const char *engine_verdict_to_string (EngineVerdict verdict);

/* One line for the network. */
typedef struct
{
  char *line;
  char *to;       /* transport address, NULL: the contact */
  gboolean clear; /* readable on the network */
  GArray *ids;    /* of guint64: the user's texts in it; NULL: none */
} EngineTransmission;

/* One event of the contract; the details are an a{sv}.  Of "fingerprint-changed" the engine says
 * the new fingerprint and whether texts stop; core adds the old records. */
typedef struct
{
  char *name;
  GVariant *details;
} EngineEvent;

/* What core must store before the caller is answered. */
typedef enum
{
  ENGINE_STORE_SEEN,     /* an exchange ended with this fingerprint */
  ENGINE_STORE_VERIFIED, /* a verification of this fingerprint succeeded */
  ENGINE_STORE_LATCH,    /* the session has become private */
  ENGINE_STORE_UNLATCH,  /* the user has ended it */
} EngineStoreKind;

typedef struct
{
  EngineStoreKind kind;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1]; /* "" where it has none */
  guint version;                                /* SEEN: 2 or 3 */
  EngineKnown known;                            /* SEEN: what was known of it */
  const char *method;                           /* VERIFIED: "smp" or "question"; static */
} EngineStore;

typedef struct _EngineTurn EngineTurn;

struct _EngineTurn
{
  EngineVerdict verdict;
  char *text; /* NULL: nothing to show; wiped when the turn is freed */

  /* details of Send's and Receive's reply */
  guint32 instance;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1];
  EngineTrust trust;
  gboolean repeated;
  gboolean resent;
  gboolean re_encoded;

  /* The line needs the account's private key and none was lent: nothing has
   * happened, the same line is to be fed again when the key is there. */
  gboolean needs_key;
  /* The contact can do OTR and its line asks for an exchange or makes one
   * useful; core decides by policy whether to call engine_session_start (). */
  gboolean wants_start;
  /* A plain text came without an offer or query: the contact may not do OTR. */
  gboolean saw_plain_text;
  /* Held texts may go now: the chosen instance is private with a key that is
   * first seen or known, and no exchange is about to replace it. */
  gboolean release_held;

  GPtrArray *transmissions; /* of EngineTransmission */
  GPtrArray *events;        /* of EngineEvent */
  GPtrArray *stores;        /* of EngineStore */

  EngineView *view; /* the session as it is after the call; NULL if untouched */
};

EngineTurn *engine_turn_new (void);
void engine_turn_free (EngineTurn *turn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineTurn, engine_turn_free)

/* All three take ownership of nothing but @line, which is (transfer full). */
EngineTransmission *
engine_turn_transmit (EngineTurn *turn, char *line, const char *to, gboolean clear);
void engine_transmission_add_id (EngineTransmission *transmission, guint64 id);

/* Adds an event; @details is consumed if floating, NULL: an empty a{sv}. */
void engine_turn_event (EngineTurn *turn, const char *name, GVariant *details);
EngineStore *engine_turn_store (EngineTurn *turn, EngineStoreKind kind, const char *fingerprint);

/* Moves the lines and events of @from to the end of @turn's. */
void engine_turn_append (EngineTurn *turn, EngineTurn *from);

G_END_DECLS
