// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "talk.h"
#include "texts.h"

G_BEGIN_DECLS

/* One thing that is to be done with the service: a text to be sent, a line to be
 * read, or another call. */

typedef enum
{
  JOB_SEND,
  JOB_RECEIVE,
  JOB_TASK,
} JobKind;

typedef struct
{
  JobKind kind;
  guint64 id; /* by which the service knows it when it is handed in again */
  char *text;
  char *from;
  PurpleMessageFlags flags;
  time_t time;
  const char *at_least;
  gboolean shown; /* by who sent it */
  TalkTask task;
  gpointer user_data;
  GDestroyNotify destroy;
} Job;

/* A copy, which has what the original had, and an id. */
Job *job_new (const Job *job);
void job_free (Job *job);

/* Lives with the job. */
Text job_get_text (const Job *job);
/* Of otrd_session_receive (), and of otrd_session_send (). */
GVariant *job_line_options (const Job *job);
GVariant *job_text_options (const Job *job);

G_END_DECLS
