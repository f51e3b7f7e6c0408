/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The workers: GLib's thread pool, its threads niced once each. */

#include "core/workers.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICENESS 5

struct _CoreWorkers
{
  GThreadPool *pool;
  GMainContext *context;
};

typedef struct
{
  GMainContext *context;
  CoreWork work;
  CoreWork done;
  gpointer user_data;
} Job;

static Job *
job_new (CoreWorkers *workers, CoreWork work, CoreWork done, gpointer user_data)
{
  Job *job = g_new (Job, 1);

  job->context = g_main_context_ref (workers->context);
  job->work = work;
  job->done = done;
  job->user_data = user_data;
  return job;
}

static void
job_free (gpointer user_data)
{
  Job *job = user_data;

  g_main_context_unref (job->context);
  g_free (job);
}

static gboolean
on_job_done (gpointer user_data)
{
  Job *job = user_data;

  job->done (job->user_data);
  return G_SOURCE_REMOVE;
}

/* Linux: a thread's own niceness is set by its thread id. */
static void
nice_this_thread (void)
{
  static GPrivate niced;

  if (g_private_get (&niced) != NULL)
    return;
  setpriority (PRIO_PROCESS, (id_t)syscall (SYS_gettid), NICENESS);
  g_private_set (&niced, GINT_TO_POINTER (1));
}

static void
run_job (Job *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  nice_this_thread ();
  job->work (job->user_data);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_job_done, job, job_free);
  g_source_attach (source, job->context);
}

static void
on_pooled (gpointer job, gpointer user_data)
{
  run_job (job);
}

static gpointer
on_alone (gpointer job)
{
  run_job (job);
  return NULL;
}

CoreWorkers *
core_workers_new (guint threads)
{
  CoreWorkers *workers = g_new0 (CoreWorkers, 1);

  workers->context = g_main_context_ref_thread_default ();
  /* Not exclusive: idle threads end by themselves. */
  workers->pool = g_thread_pool_new (on_pooled, NULL, (int)threads, FALSE, NULL);
  return workers;
}

void
core_workers_free (CoreWorkers *workers)
{
  g_thread_pool_free (workers->pool, FALSE, TRUE);
  g_main_context_unref (workers->context);
  g_free (workers);
}

void
core_workers_run (CoreWorkers *workers, CoreWork work, CoreWork done, gpointer user_data)
{
  g_thread_pool_push (workers->pool, job_new (workers, work, done, user_data), NULL);
}

void
core_workers_run_alone (CoreWorkers *workers, CoreWork work, CoreWork done, gpointer user_data)
{
  g_thread_unref (g_thread_new ("otrd-key", on_alone, job_new (workers, work, done, user_data)));
}
