// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "verbs.h"

G_BEGIN_DECLS

/** help_describe_all: the help of otrctl: every verb, the shared options, the exit statuses. */
char *help_describe_all (void);

/** help_describe_verb: the help of every verb that is called @name; NULL: there is none. */
char *help_describe_verb (const char *name);

/** help_describe_table: the verbs for a program, a line each, between tabs:
 * verb, sub-verb, words, options; `-` where there is none. */
char *help_describe_table (void);

G_END_DECLS
