/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Repeats: the memory of the lines of one session, so that each is read once,
 * however many messengers hand it in, and one of our own is known again.
 *
 * Lines are remembered by a keyed hash, never themselves; what a line's reader
 * is owed again (verdict and text) stays beside it, the text as a Secret.
 * All is bounded, the oldest goes first.  No clock: the time comes in.
 *
 * The rule (im.otrd1.Session.Receive): a data message handed in before, by
 * whomever, is a repeat; any other line only if another messenger handed in the
 * same within 5 seconds and this one has done so fewer times, or the same id
 * came with it.  An encoded line that we transmitted is our own.
 *
 * Fragments are assembled per messenger, and the whole line is asked about; a
 * piece that came with an id is known by it.  (Our own pieces are known: ask
 * core_repeats_is_own () about each line as it comes.)
 */
#pragma once

#include <glib.h>

#include "engine/turn.h"
#include "secret/secret.h"

G_BEGIN_DECLS

#define CORE_REPEATS_DATA_MAX 4096
#define CORE_REPEATS_OTHER_MAX 1024
#define CORE_REPEATS_OWN_MAX 1024
#define CORE_REPEATS_TEXT_BYTES_MAX (256 * 1024)
#define CORE_REPEATS_WINDOW (5 * G_USEC_PER_SEC)

typedef struct _CoreRepeats CoreRepeats;

CoreRepeats *core_repeats_new (void);
void core_repeats_free (CoreRepeats *repeats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoreRepeats, core_repeats_free)

/* What came of a line when it was first handed in; counted.  Until it is settled its reader is
 * still at work, and a repeat waits for that.  There are thousands of them: it is small. */
typedef struct
{
  grefcount count;
  EngineVerdict verdict : 8;
  EngineTrust trust : 8;
  guint settled : 1;
  guint text_forgotten : 1;
  guint resent : 1;
  guint re_encoded : 1;
  Secret *text; /* NULL: nothing to show, or forgotten */
  guint32 instance;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1];
} CoreFirstResult;

void core_first_result_unref (CoreFirstResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoreFirstResult, core_first_result_unref)

/* Asks about a whole line and remembers it.  @is_data: it is a Data Message.  @id: the network's,
 * or NULL.  @messenger: who hands it in (core_messenger_get_id ()).  @now: microseconds,
 * monotonic.
 *
 * TRUE: a repeat; *@result is the first's.  FALSE: not seen before; *@result is to be settled
 * once the line is read. */
gboolean core_repeats_take (CoreRepeats *repeats,
                            const char *line,
                            gboolean is_data,
                            const char *id,
                            const char *messenger,
                            gint64 now,
                            CoreFirstResult **result);

/* What came of a piece that was handed in with that id: what came of the line that it ended.
 * NULL: not known. */
CoreFirstResult *core_repeats_find_piece (CoreRepeats *repeats, const char *piece, const char *id);
/* @result: of the line that the piece ended; NULL: there was more to come. */
void core_repeats_add_piece (CoreRepeats *repeats,
                             const char *piece,
                             const char *id,
                             CoreFirstResult *result);

/* The line is read: keeps the verdict, text and details of @turn. */
void core_repeats_settle (CoreRepeats *repeats, CoreFirstResult *result, const EngineTurn *turn);

/* Fills the verdict, text and details of @turn from a settled result, and marks it repeated. */
void core_first_result_replay (const CoreFirstResult *result, EngineTurn *turn);

/* We transmit @line.  Only encoded lines are remembered: a contact may well type what we typed,
 * and its query may be the same as ours. */
void core_repeats_add_own (CoreRepeats *repeats, const char *line);
gboolean core_repeats_is_own (CoreRepeats *repeats, const char *line);

/* Wipes the texts (End, Lock): repeats are still known, with nothing to show. */
void core_repeats_forget_texts (CoreRepeats *repeats);

G_END_DECLS
