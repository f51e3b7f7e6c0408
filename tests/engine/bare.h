/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A contact on bare libotr, with nothing of ours around it: what other people's clients are. */
#pragma once

/* libotr/message.h stands on these without saying so. */
#include <libotr/proto.h>
#include <libotr/userstate.h>

#include <libotr/message.h>

#include "pair.h"

typedef struct
{
  OtrlUserState otr;
  EngineKey *key;
  OtrlPolicy policy;
  GQueue inbox;     /* of char *: lines on their way to it */
  GPtrArray *texts; /* of char *: what it read */
  guint resent;
  End *peer;
} Bare;

/* @tag: its instance tag, kept over restarts. */
Bare *bare_new (const char *key, guint32 tag, OtrlPolicy policy, End *peer);
void bare_free (Bare *bare);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bare, bare_free)

void bare_receive (Bare *bare, const char *line);
gboolean bare_take_one (Bare *bare);
void bare_send (Bare *bare, const char *text);
/* @text with a TLV of @type (libotr/tlv.h) beside it, whatever is in it. */
void
bare_send_beside (Bare *bare, const char *text, guint16 type, const guint8 *bytes, gsize length);
/* The first step of a verification, as bytes of its TLV. */
GBytes *bare_begin_verification (const char *secret);
void bare_query (Bare *bare);
void bare_end (Bare *bare);
/* Answers a verification, as who cheats: with a proof that does not hold. */
void bare_cheat (Bare *bare, const char *secret);
gboolean bare_is_private (Bare *bare);
const char *bare_last_text (Bare *bare);

/* Moves what our end has transmitted to the bare one's inbox (an End sends to a peer End). */
void bare_fetch (Bare *bare);
void bare_settle (Bare *bare);
