/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two ends of a conversation in one process, joined by two queues of lines. */
#pragma once

#include "engine/assembler.h"
#include "engine/session.h"

typedef struct _End End;

struct _End
{
  EngineSession *session;
  guint32 tag;
  EngineContext context;
  EngineAssembler *assembler;
  GQueue inbox;          /* of char *: lines on their way to this end */
  GPtrArray *texts;      /* of char *: what the user read */
  GPtrArray *events;     /* of char *: names */
  GPtrArray *wire;       /* of char *: all lines this end has transmitted */
  guint released;        /* turns that let held texts go */
  EngineVerdict verdict; /* of the last line */
  EngineView *view;
  End *peer;
};

typedef struct
{
  End alice;
  End bob;
} Pair;

/* @alice_key, @bob_key: names of fixtures. */
Pair *pair_new (const char *alice_key, const char *bob_key);
/* Alice and Bob, private in @version; @max_line: 0, no limit. */
Pair *pair_new_private (guint version, gsize max_line);
void pair_free (Pair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

EngineKey *fixture_key (const char *name);

/* Applies a turn: lines go to the peer's inbox. */
void end_apply (End *end, EngineTurn *turn);
void end_start (End *end);
void end_end (End *end);
/* The session is lost, as by a kill; key and tag stay. */
void end_restart (End *end, gboolean latched);
void end_receive (End *end, const char *line);
gboolean end_send (End *end, const char *text, guint64 id);
/* The line of @text, not put on the wire. */
char *end_encrypt (End *end, const char *text);
void end_poll (End *end, gint64 microseconds);
/* TRUE: there was one. */
gboolean end_take_one (End *end);
gboolean end_has_event (End *end, const char *name);
const char *end_last_text (End *end);
void end_know (End *end, const char *fingerprint, EngineTrust trust);

/* Delivers in turns until both inboxes are empty. */
void pair_settle (Pair *pair);
void pair_go_private (Pair *pair);
