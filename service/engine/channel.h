/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A channel: one libotr user state for one instance of the contact, and the
 * calls into it; inside the engine only.
 *
 * A key exchange runs in a channel of its own, so that nothing it does can
 * touch the channel that texts go through.  Each call's effects are collected
 * in an EngineCall; nothing of libotr's own memory of texts survives a call.
 */
#pragma once

/* libotr/message.h stands on these without saying so. */
#include <libotr/proto.h>
#include <libotr/userstate.h>

#include <libotr/message.h>

#include "engine/key.h"
#include "engine/line.h"

G_BEGIN_DECLS

/* Counters of received lines under one pair of keys: which of the last 1024 were read. */
#define ENGINE_WINDOW_BITS 1024
typedef struct
{
  guint32 our_keyid;
  guint32 their_keyid;
  guint64 highest;
  guint64 seen[ENGINE_WINDOW_BITS / 64];
} EngineWindow;

#define ENGINE_CHANNEL_WINDOWS 4

typedef struct
{
  OtrlUserState otr;
  OtrlInsTag lent_tag;
  guint32 ours;
  guint32 theirs; /* 0 for v2 and for a commit to anybody */
  guint version;

  guint serial;        /* of the offer it answers; 0: the contact's commit */
  gboolean by_contact; /* the contact wanted this exchange */
  gint64 progress;     /* of an offer: when it was made */
  EngineKnown known;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1]; /* once private */

  EngineWindow windows[ENGINE_CHANNEL_WINDOWS];
  guint next_window;
} EngineChannel;

/* What one call into libotr caused. */
typedef struct
{
  EngineChannel *channel;
  OtrlPolicy policy;
  GPtrArray *lines;     /* to transmit, whole */
  const char *outgoing; /* the text that is being sent */
  char *text;           /* the text that was read, as it came */
  gboolean failed;
  gboolean reflected;
  gboolean went_private;

  gboolean has_smp;
  OtrlSMPEvent smp;
  guint percent;
  char *question;

  Secret *symmetric_key;
  guint32 use;
  GBytes *use_data;
} EngineCall;

EngineCall *engine_call_new (EngineChannel *channel);
void engine_call_free (EngineCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineCall, engine_call_free)

EngineChannel *engine_channel_new (guint32 ours, guint32 theirs, guint version);
/* A channel that awaits @theirs' D-H Key for the commit that @offer has sent. */
EngineChannel *engine_channel_new_from_offer (EngineChannel *offer, guint32 theirs);
void engine_channel_free (EngineChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineChannel, engine_channel_free)

/* libotr's own view of it. */
ConnContext *engine_channel_context (EngineChannel *channel);
gboolean engine_channel_is_private (EngineChannel *channel);
gboolean engine_channel_is_finished (EngineChannel *channel);
OtrlAuthState engine_channel_auth_state (EngineChannel *channel);
/* Our commit, while it is unanswered: SHA-256 of g^x and the line itself. */
const guint8 *engine_channel_hashed_gx (EngineChannel *channel);
const char *engine_channel_commit_line (EngineChannel *channel);
/* The id of the key that texts are sent under. */
guint32 engine_channel_epoch (EngineChannel *channel);

/* Makes a D-H Commit to anybody. */
void engine_channel_commit (EngineChannel *channel, EngineCall *call);
/* Feeds a line; @key may be NULL where no private key is needed. */
void engine_channel_feed (EngineChannel *channel,
                          EngineKey *key,
                          const EngineLine *line,
                          EngineCall *call);
/* Encrypts; one line in the call, or failed. */
void engine_channel_send (EngineChannel *channel, const char *text, EngineCall *call);
void engine_channel_disconnect (EngineChannel *channel, EngineCall *call);
void engine_channel_start_smp (
    EngineChannel *channel, EngineKey *key, Secret *secret, const char *question, EngineCall *call);
void engine_channel_answer_smp (EngineChannel *channel,
                                EngineKey *key,
                                Secret *secret,
                                EngineCall *call);
void engine_channel_abort_smp (EngineChannel *channel, EngineCall *call);
Secret *
engine_channel_export_key (EngineChannel *channel, guint32 use, GBytes *use_data, EngineCall *call);

/* Whether the Data Message is of this channel: its keys are here and its MAC is right. */
gboolean engine_channel_owns (EngineChannel *channel, const EngineLine *line);
/* Whether taking it costs a ratchet. */
gboolean engine_channel_would_ratchet (EngineChannel *channel, const EngineLine *line);
/* Reads a Data Message that it owns, also one that was overtaken.  FALSE: read before. */
gboolean engine_channel_read (EngineChannel *channel,
                              EngineKey *key,
                              const EngineLine *line,
                              EngineCall *call);

G_END_DECLS
