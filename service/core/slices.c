/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A queue of jobs, worked at by a source that lets every other have its turn. */

#include "core/slices.h"

typedef struct
{
  GPtrArray *sessions; /* that are left; NULL: nothing but to call */
  CoreSlice each;
  gpointer user_data;
  GDestroyNotify destroy;
} Job;

struct _CoreSlices
{
  GQueue jobs;
  guint source;
  gboolean is_working; /* what is done may add more */
  guint longest;
};

static void
job_free (gpointer item)
{
  Job *job = item;

  g_clear_pointer (&job->sessions, g_ptr_array_unref);
  if (job->destroy != NULL)
    job->destroy (job->user_data);
  g_free (job);
}

CoreSlices *
core_slices_new (void)
{
  CoreSlices *slices = g_new0 (CoreSlices, 1);

  g_queue_init (&slices->jobs);
  return slices;
}

void
core_slices_free (CoreSlices *slices)
{
  g_clear_handle_id (&slices->source, g_source_remove);
  g_queue_clear_full (&slices->jobs, job_free);
  g_free (slices);
}

static gboolean
is_done (const Job *job)
{
  return job->sessions == NULL || job->sessions->len == 0;
}

/* We may be the last that has it, and its end is dear, too. */
static void
do_last (Job *job)
{
  job->each (g_ptr_array_index (job->sessions, job->sessions->len - 1), job->user_data);
  g_ptr_array_set_size (job->sessions, job->sessions->len - 1);
}

/* A job that is done makes room for the next: a slice is one of sessions, not of jobs. */
static void
work (CoreSlices *slices)
{
  guint count = 0;
  Job *job;

  slices->is_working = TRUE;
  while ((job = g_queue_peek_head (&slices->jobs)) != NULL && count < CORE_SLICE_SESSIONS)
    {
      if (job->sessions == NULL)
        job->each (NULL, job->user_data);
      for (; !is_done (job) && count < CORE_SLICE_SESSIONS; count++)
        do_last (job);
      if (is_done (job))
        job_free (g_queue_pop_head (&slices->jobs));
    }
  slices->is_working = FALSE;
  slices->longest = MAX (slices->longest, count);
}

static gboolean
work_on (gpointer user_data)
{
  CoreSlices *slices = user_data;

  work (slices);
  if (!g_queue_is_empty (&slices->jobs))
    return G_SOURCE_CONTINUE;
  slices->source = 0;
  return G_SOURCE_REMOVE;
}

static void
add (CoreSlices *slices, Job *job)
{
  gboolean is_first = g_queue_is_empty (&slices->jobs) && !slices->is_working;

  g_queue_push_tail (&slices->jobs, job);
  if (is_first)
    work (slices);
  if (!g_queue_is_empty (&slices->jobs) && slices->source == 0)
    slices->source = g_idle_add_full (G_PRIORITY_DEFAULT, work_on, slices, NULL);
}

void
core_slices_add (CoreSlices *slices,
                 GPtrArray *sessions,
                 CoreSlice each,
                 gpointer user_data,
                 GDestroyNotify destroy)
{
  Job *job = g_new0 (Job, 1);

  job->sessions = sessions;
  job->each = each;
  job->user_data = user_data;
  job->destroy = destroy;
  add (slices, job);
}

void
core_slices_await (CoreSlices *slices, CoreSlice done, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->each = done;
  job->user_data = user_data;
  add (slices, job);
}

guint
core_slices_get_longest (CoreSlices *slices)
{
  return slices->longest;
}
