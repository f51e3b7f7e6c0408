// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "command.h"

G_BEGIN_DECLS

/**
 * Verb:
 * @name: the verb
 * @subverb: the word after it that belongs to it, or NULL
 * @words: its arguments as the help shows them: in capitals what the user puts
 *   in, a|b a choice, [in brackets] what may be left out
 * @summary: one line of help
 * @details: more help, or NULL
 * @options: its options
 * @alone: it needs no service
 * @run: what does it
 * A line of the table that help, checks, completion and dispatch come from.
 */
typedef struct
{
  const char *name;
  const char *subverb;
  const char *words;
  const char *summary;
  const char *details;
  const Option *options;
  gboolean alone;
  gboolean (*run) (Command *command, GError **error);
} Verb;

/** verbs_get: the table; a line without a name ends it. */
const Verb *verbs_get (void);

/** verbs_get_shared_options: the options that every verb has. */
const Option *verbs_get_shared_options (void);

/**
 * verbs_find:
 * @argv: (inout): where the verb stands; moved behind it
 * @error: InvalidArgument
 */
const Verb *verbs_find (char ***argv, GError **error);

/** verbs_check_words: whether there are as many words as the verb takes, and
 * each choice is one of those offered. */
gboolean verbs_check_words (const Verb *verb, const Arguments *arguments, GError **error);

/** verbs_describe_usage: a verb with its words, as in a line of help. */
char *verbs_describe_usage (const Verb *verb);

G_END_DECLS
