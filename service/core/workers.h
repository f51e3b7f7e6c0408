/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The workers: a few niced threads for the calls that take milliseconds, so that
 * the main loop only moves messages.
 *
 * Who comes first is served first. A session has at most one job here at a time
 * (its queue sees to that), so jobs alternate between sessions by themselves.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CoreWorkers CoreWorkers;
typedef void (*CoreWork) (gpointer user_data);

/* Results come back to the thread-default main context of the caller. */
CoreWorkers *core_workers_new (guint threads);
/* Waits for what is running; what has not begun is finished first. */
void core_workers_free (CoreWorkers *workers);

/* Runs @work on a worker, then @done from the main loop. */
void core_workers_run (CoreWorkers *workers, CoreWork work, CoreWork done, gpointer user_data);

/* The same on a thread of its own: what takes so long that nobody should wait behind it. */
void
core_workers_run_alone (CoreWorkers *workers, CoreWork work, CoreWork done, gpointer user_data);

G_END_DECLS
