// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* libpurple's hooks want their answer at once and the service's comes later, so a
 * hook only puts a job into the queue here. */

#include "jobs.h"

#include "job.h"
#include "notices.h"
#include "shown-lines.h"
#include "texts.h"

#include <time.h>

/* Lines kept while the service is away. */
#define LINES_MAX 1000

struct _Jobs
{
  Talk *talk;
  GQueue queue;  /* Job */
  gboolean busy; /* the first one is with the service */
  gboolean away_told;
  ShownLines *shown; /* private ones: a repeat is not shown again */
};

Jobs *
jobs_new (Talk *talk)
{
  Jobs *self = g_new0 (Jobs, 1);

  self->talk = talk;
  g_queue_init (&self->queue);
  self->shown = shown_lines_new ();
  return self;
}

void
jobs_free (Jobs *self)
{
  g_queue_clear_full (&self->queue, (GDestroyNotify)job_free);
  shown_lines_free (self->shown);
  g_free (self);
}

gboolean
jobs_are_done (Jobs *self)
{
  return !self->busy && g_queue_is_empty (&self->queue);
}

/* What is told or shown may have the plugin unloaded, here and below. */
static gboolean
is_abandoned (Jobs *self)
{
  return talk_get_messenger (self->talk) == NULL;
}

/* Given back */

static void
tell_unsent (Jobs *self, const Job *job, const char *why)
{
  if (job->kind == JOB_SEND)
    texts_tell_unsent (self->talk, job->text, why);
  else
    notices_warn (talk_get_conversation (self->talk), "%s", why);
}

void
jobs_refuse (Jobs *self, const char *why)
{
  g_autoptr (Talk) keep = talk_ref (self->talk);
  Job *job;

  while (!is_abandoned (self) && (job = g_queue_pop_head (&self->queue)) != NULL)
    {
      Text text = job_get_text (job);

      if (job->kind == JOB_RECEIVE)
        texts_show_refused (self->talk, &text, why);
      else
        tell_unsent (self, job, why);
      job_free (job);
    }
}

void
jobs_give_back (Jobs *self, const char *why)
{
  gboolean lines = FALSE;

  for (GList *at = self->queue.head; at != NULL;)
    {
      GList *next = at->next;
      Job *job = at->data;

      if (job->kind == JOB_RECEIVE)
        lines = TRUE;
      else
        {
          tell_unsent (self, job, why);
          g_queue_delete_link (&self->queue, at);
          job_free (job);
        }
      at = next;
    }
  if (lines && !self->away_told)
    notices_warn (talk_get_conversation (self->talk),
                  "A message has come that cannot be shown yet; it is kept. %s", why);
  self->away_told = lines;
}

static void
finish (Jobs *self)
{
  job_free (g_queue_pop_head (&self->queue));
  self->busy = FALSE;
  self->away_told = FALSE;
  jobs_go_on (self);
}

/* Lines */

/* A repeat may be one of another messenger, to which the network gave the line
 * as well, or one of ours, whose answer the service could not give. A data
 * message that we have shown is the network's own repeat. */
static gboolean
is_shown (Jobs *self, const Job *job, OtrdTurn *turn)
{
  OtrdVerdict verdict = otrd_turn_get_verdict (turn);

  if (otrd_turn_get_text (turn) == NULL)
    return FALSE;
  if (verdict == OTRD_VERDICT_PRIVATE)
    return !shown_lines_take (self->shown, job->text) || !otrd_turn_get_repeated (turn);
  return verdict == OTRD_VERDICT_PLAINTEXT || verdict == OTRD_VERDICT_UNEXPECTED_PLAINTEXT;
}

/* @turn: NULL if the service did not take the line. */
static void
show_received (Jobs *self, const Job *job, OtrdTurn *turn, const GError *error)
{
  Text text = job_get_text (job);

  if (turn == NULL)
    {
      texts_show_refused (self->talk, &text, error->message);
      return;
    }
  talk_take_turn (self->talk, turn, NULL, NULL);
  if (is_abandoned (self))
    return;
  if (is_shown (self, job, turn))
    {
      text.html = otrd_turn_get_text (turn);
      texts_show_received (self->talk, &text, otrd_turn_get_verdict (turn));
    }
  else if (otrd_turn_get_verdict (turn) == OTRD_VERDICT_UNREADABLE)
    notices_warn (talk_get_conversation (self->talk),
                  "A message of %s could not be read. It has been asked for again.",
                  talk_get_who (self->talk));
}

static void
on_received (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  Jobs *self = talk_get_jobs (talk);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = otrd_session_receive_finish (OTRD_SESSION (source), result, &error);

  if (is_abandoned (self))
    return;
  if (turn == NULL && !otrd_client_get_available (talk_get_client (talk)))
    {
      self->busy = FALSE;
      jobs_give_back (self, error->message);
      return;
    }
  show_received (self, g_queue_peek_head (&self->queue), turn, error);
  if (!is_abandoned (self))
    finish (self);
}

/* Texts */

/* @turn: NULL if the service did not take the text. */
static void
show_sent (Jobs *self, const Job *job, OtrdTurn *turn, const GError *error)
{
  Text text = { .html = job->text, .time = job->time };

  if (turn == NULL)
    {
      texts_tell_unsent (self->talk, job->text, error->message);
      return;
    }
  if (!talk_has_link (self->talk) && otrd_turn_get_n_transmissions (turn) > 0)
    texts_tell_delayed (self->talk, job->text);
  else if (!job->shown)
    texts_show_sent (self->talk, &text, otrd_turn_get_verdict (turn));
  talk_take_turn (self->talk, turn, NULL, NULL);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  Jobs *self = talk_get_jobs (talk);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = otrd_session_send_finish (OTRD_SESSION (source), result, &error);

  if (is_abandoned (self))
    return;
  show_sent (self, g_queue_peek_head (&self->queue), turn, error);
  if (!is_abandoned (self))
    finish (self);
}

static void
start_sending (Jobs *self, const Job *job)
{
  if (!talk_has_link (self->talk))
    {
      texts_tell_unsent (self->talk, job->text, "There is no link to the network.");
      finish (self);
      return;
    }
  otrd_session_send (talk_get_session (self->talk), job->text, job->at_least,
                     job_text_options (job), NULL, on_sent, talk_ref (self->talk));
}

/* All */

static void
start (Jobs *self, Job *job)
{
  self->busy = TRUE;
  switch (job->kind)
    {
    case JOB_SEND:
      start_sending (self, job);
      break;
    case JOB_RECEIVE:
      otrd_session_receive (talk_get_session (self->talk), job->text, job_line_options (job), NULL,
                            on_received, talk_ref (self->talk));
      break;
    case JOB_TASK:
      job->task (self->talk, job->user_data);
      finish (self);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
jobs_go_on (Jobs *self)
{
  if (self->busy || is_abandoned (self) || g_queue_is_empty (&self->queue))
    return;
  if (talk_get_session (self->talk) != NULL)
    start (self, g_queue_peek_head (&self->queue));
  else
    talk_open (self->talk);
}

/* What may be with the service already is handed in again, and answered as before; that is
 * waited for. FALSE: the service does not answer. */
static gboolean
settle (Jobs *self, const Job *job, gboolean handed_in, const char *why)
{
  OtrdSession *session = talk_get_session (self->talk);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  if (job->kind == JOB_RECEIVE)
    {
      turn = otrd_session_receive_sync (session, job->text, job_line_options (job), NULL, &error);
      show_received (self, job, turn, error);
    }
  else if (job->kind == JOB_SEND && handed_in)
    {
      turn = otrd_session_send_sync (session, job->text, job->at_least, job_text_options (job),
                                     NULL, &error);
      show_sent (self, job, turn, error);
    }
  else
    tell_unsent (self, job, why);
  return error == NULL;
}

void
jobs_settle (Jobs *self, const char *why)
{
  g_autoptr (Talk) keep = talk_ref (self->talk);
  gboolean handed_in = self->busy;
  gboolean answered = TRUE;
  Job *job;

  self->busy = TRUE; /* what is added meanwhile is settled here as well */
  while (answered && !is_abandoned (self) && talk_can_ask (self->talk)
         && (job = g_queue_pop_head (&self->queue)) != NULL)
    {
      answered = settle (self, job, handed_in, why);
      handed_in = FALSE;
      job_free (job);
    }
  jobs_refuse (self, why);
}

static void
add (Jobs *self, const Job *job)
{
  g_queue_push_tail (&self->queue, job_new (job));
  jobs_go_on (self);
}

void
jobs_add_text (Jobs *self, const char *text, const char *at_least, gboolean shown)
{
  add (self, &(Job){ .kind = JOB_SEND,
                     .text = g_strdup (text),
                     .time = time (NULL),
                     .at_least = at_least,
                     .shown = shown });
}

void
jobs_add_line (Jobs *self, const char *from, const char *line, PurpleMessageFlags flags)
{
  if (self->queue.length >= LINES_MAX)
    {
      notices_warn (talk_get_conversation (self->talk),
                    "A message was lost: too many wait already.");
      return;
    }
  add (self, &(Job){ .kind = JOB_RECEIVE,
                     .text = g_utf8_make_valid (line, -1),
                     .from = g_utf8_make_valid (from, -1),
                     .flags = flags,
                     .time = time (NULL) });
}

void
jobs_add_task (Jobs *self, TalkTask task, gpointer user_data, GDestroyNotify destroy)
{
  add (self, &(Job){ .kind = JOB_TASK, .task = task, .user_data = user_data, .destroy = destroy });
}
