/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers: the first result of each text that came with an id, so that the same
 * id again sends nothing. Ids are each application's own.
 */
#pragma once

#include "engine/turn.h"

G_BEGIN_DECLS

typedef struct _CoreAnswers CoreAnswers;

CoreAnswers *core_answers_new (void);
void core_answers_free (CoreAnswers *answers);

/* Keeps verdict and details of @turn, without what it transmits. */
void
core_answers_keep (CoreAnswers *answers, const char *application, guint64 id, EngineTurn *turn);
/* Fills verdict and details of @turn; FALSE: never seen. */
gboolean
core_answers_repeat (CoreAnswers *answers, const char *application, guint64 id, EngineTurn *turn);
/* The text was given back: its id may be used again, by whomever. */
void core_answers_forget (CoreAnswers *answers, guint64 id);

G_END_DECLS
