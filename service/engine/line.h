/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A line as the network brought it: read before libotr sees it.
 *
 * Says what a line is (text, offer, query, error, fragment, key exchange, data
 * message), for whom, from whom, and which keys it names, without trusting any
 * of it.  Sources: OTR protocol v3, "The protocol" (message formats), "Fragmentation".
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ENGINE_LINE_MAX (1536 * 1024)
#define ENGINE_TEXT_MAX (1024 * 1024)

typedef enum
{
  ENGINE_LINE_TEXT,  /* no OTR in it */
  ENGINE_LINE_OFFER, /* a text with the whitespace tag */
  ENGINE_LINE_QUERY,
  ENGINE_LINE_ERROR,
  ENGINE_LINE_FRAGMENT,
  ENGINE_LINE_COMMIT, /* D-H Commit */
  ENGINE_LINE_DH_KEY,
  ENGINE_LINE_REVEAL_SIGNATURE,
  ENGINE_LINE_SIGNATURE,
  ENGINE_LINE_MESSAGE,   /* Data Message */
  ENGINE_LINE_MALFORMED, /* looks like OTR, is not */
} EngineLineType;

typedef struct
{
  EngineLineType type;
  guint version;      /* 2 or 3 for encoded lines and fragments; 0 */
  gboolean offers_v2; /* query, offer */
  gboolean offers_v3;
  guint32 sender; /* v3 tags; 0 */
  guint32 receiver;

  /* Data Message */
  gboolean ignore_unreadable;
  guint32 sender_keyid;
  guint32 receiver_keyid;
  guint8 counter[8];
  gsize mac_offset; /* in @body: what the MAC covers ends here, 20 bytes of MAC follow */

  /* D-H Commit: SHA-256 of g^x */
  guint8 hashed_gx[32];

  /* Fragment */
  guint piece; /* from 1 */
  guint pieces;

  /* TEXT, OFFER: what the user reads (the tag taken out); ERROR: the contact's words; FRAGMENT:
   * the piece; encoded lines: the line alone, from "?OTR:" to its full stop */
  char *text;
  guint8 *body; /* the decoded bytes of an encoded line */
  gsize body_len;
} EngineLine;

/* Never fails: what cannot be read is MALFORMED.  @line is at most ENGINE_LINE_MAX bytes. */
EngineLine *engine_line_read (const char *line);
void engine_line_free (EngineLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineLine, engine_line_free)

/* An encoded key exchange line. */
gboolean engine_line_is_exchange (const EngineLine *line);

/* A query in plain text, "?OTRv23?" and a sentence: no address, no markup; under 100 bytes. */
char *engine_line_new_query (gboolean v2, gboolean v3);
/* @text with the whitespace tag behind it. */
char *engine_line_new_offer (const char *text, gboolean v2, gboolean v3);
/* An error of ours; for a v3 instance inside a one-piece fragment, which makes libotr resend. */
char *engine_line_new_error (const char *words, guint version, guint32 ours, guint32 theirs);

/* Cuts an encoded line to pieces of at most @max bytes (0: no limit; at least
 * ENGINE_LINE_MIN_SIZE).  Returns: (transfer full) (nullable): NULL when it would take more pieces
 * than the protocol can number. */
#define ENGINE_LINE_MIN_SIZE 100
GPtrArray *
engine_line_cut (const char *line, gsize max, guint version, guint32 ours, guint32 theirs);

G_END_DECLS
