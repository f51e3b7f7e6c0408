// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The words after the verb, told apart from the options among them by a table
 * that the verb brings along. */

/**
 * Option:
 * @name: without its dashes; NULL ends a table
 * @value: what stands for its value in the help; NULL: it has none
 * @summary: one line of help
 * One option of a verb.
 */
typedef struct
{
  const char *name;
  const char *value;
  const char *summary;
} Option;

typedef struct _Arguments Arguments;

/**
 * arguments_parse:
 * @options: the options that the verb has
 * @shared: those that every verb has
 * @argv: the words after the verb, NULL-terminated
 * @error: InvalidArgument
 *
 * Reads `--name`, `--name value` and `--name=value`, anywhere; after `--` all
 * is words. Five words that are five groups of eight hex digits are one: a
 * fingerprint as it is shown, pasted without quotes.
 */
Arguments *
arguments_parse (const Option *options, const Option *shared, char **argv, GError **error);

void arguments_free (Arguments *self);

/** arguments_count_words: how many words are no options. */
guint arguments_count_words (const Arguments *self);

/** arguments_get_word: the word at @index, NULL if there is none. */
const char *arguments_get_word (const Arguments *self, guint index);

/** arguments_has: whether the option was given. */
gboolean arguments_has (const Arguments *self, const char *name);

/** arguments_get_value: the value of the option, NULL if it was not given. */
const char *arguments_get_value (const Arguments *self, const char *name);

/**
 * arguments_get_number:
 * @number: (out): left alone if the option was not given
 *
 * Reads the value of an option as a number of 32 bits without a sign.
 */
gboolean
arguments_get_number (const Arguments *self, const char *name, guint *number, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Arguments, arguments_free)

G_END_DECLS
