/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Puts together encoded lines that a transport has cut on its way: an IRC client
 * or server makes several messages of one that is too long. What looks like such
 * a piece and fits no line is never swallowed: it is left to be read as it is.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CoreSplitLines CoreSplitLines;

typedef enum
{
  CORE_SPLIT_NOT,   /* no piece of anything */
  CORE_SPLIT_WAITS, /* a piece; the rest is to come */
  CORE_SPLIT_WHOLE, /* the last piece */
} CoreSplit;

/* A transport cuts where a line is full: what is shorter is no piece but the last. */
#define CORE_SPLIT_PIECE_MIN 100
/* How long the next piece may take. */
#define CORE_SPLIT_PATIENCE (10 * G_USEC_PER_SEC)
/* Lines in assembly; the oldest goes first. */
#define CORE_SPLIT_MAX_OPEN 16

CoreSplitLines *core_split_lines_new (void);
void core_split_lines_free (CoreSplitLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoreSplitLines, core_split_lines_free)

/* @messenger, @from: who handed the line in, and where it came from (NULL: unknown).
 * @whole: (out) (transfer full): the line that this piece ended. */
CoreSplit core_split_lines_take (CoreSplitLines *lines,
                                 const char *messenger,
                                 const char *from,
                                 const char *line,
                                 gint64 now,
                                 char **whole);

G_END_DECLS
