// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "talk.h"

G_BEGIN_DECLS

/* What a talk has for the service: texts, lines, and calls of other kinds. One is
 * with the service at a time, so what comes of them is in order. None is dropped
 * without a word to the user. */

/* The talk has it, and outlives it. */
Jobs *jobs_new (Talk *talk);
void jobs_free (Jobs *self);

/* @shown: whoever sends it shows it. @at_least: as otrd_session_send () has it. */
void jobs_add_text (Jobs *self, const char *text, const char *at_least, gboolean shown);
void jobs_add_line (Jobs *self, const char *from, const char *line, PurpleMessageFlags flags);
void jobs_add_task (Jobs *self, TalkTask task, gpointer user_data, GDestroyNotify destroy);

/* The next one, if none is with the service. */
void jobs_go_on (Jobs *self);
/* None waits, and none is with the service. */
gboolean jobs_are_done (Jobs *self);
/* The service is away: the user decides again over texts, lines wait. */
void jobs_give_back (Jobs *self, const char *why);
/* There is no later: the lines are read now, as far as the service answers, and all else is
 * given back. */
void jobs_settle (Jobs *self, const char *why);
/* The service is not to be asked any more. */
void jobs_refuse (Jobs *self, const char *why);

G_END_DECLS
