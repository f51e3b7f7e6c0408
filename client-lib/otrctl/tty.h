// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The person at the terminal: what is printed for them, and what is asked. */

/**
 * TtyColour:
 * How a word is to be taken.
 */
typedef enum
{
  TTY_PLAIN,
  TTY_GOOD,
  TTY_CARE,
  TTY_BAD,
} TtyColour;

/** tty_is_output: whether a person reads standard output. */
gboolean tty_is_output (void);

/** tty_get_width: the columns of the terminal; 80 where there is none. */
guint tty_get_width (void);

/** tty_has_colours: on a terminal, unless NO_COLOR is set. */
gboolean tty_has_colours (void);

/** tty_colour_of: how a word of the contract is to be taken. */
TtyColour tty_colour_of (const char *word);

/** tty_paint: @text in @colour; as it is where there are no colours. */
char *tty_paint (const char *text, TtyColour colour);

/** tty_make_printable: @text with what could steer the terminal, or turn its
 * writing round, replaced by U+FFFD. */
char *tty_make_printable (const char *text);

/** tty_measure: the columns that @text takes: wide letters take two, marks none. */
glong tty_measure (const char *text);

/**
 * tty_read_secret:
 * @prompt: what to ask
 * @error: InvalidArgument without a terminal, Dismissed for Ctrl-C or Ctrl-D
 *
 * Reads a line on the terminal, unseen. The bytes are wiped when freed.
 */
GBytes *tty_read_secret (const char *prompt, GError **error);

/**
 * tty_read_secret_from:
 * @descriptor: where the secret stands, to the end of its line
 */
GBytes *tty_read_secret_from (int descriptor, GError **error);

/**
 * tty_ask_yes:
 * @question: what to ask
 * @yes: (out): whether the answer was "yes", in full
 */
gboolean tty_ask_yes (const char *question, gboolean *yes, GError **error);

/** tty_ask_line: a line on the terminal, seen. */
char *tty_ask_line (const char *question, GError **error);

G_END_DECLS
