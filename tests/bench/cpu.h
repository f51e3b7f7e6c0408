/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* CPU time of a process, all its threads together, in nanoseconds; and the wall clock. */
#pragma once

#include <glib.h>

guint64 cpu_of_process (guint pid);
guint64 cpu_of_thread (guint pid, guint thread);
/* Of those with this name. */
guint64 cpu_of_threads (guint pid, const char *name);
/* Voluntary and involuntary context switches: how often it has woken. */
guint64 wakeups_of_process (guint pid);
guint64 resident_kib_of_process (guint pid);
double wall_seconds (void);
/* Sorts @values; @share 0.5 is the median. */
double percentile (GArray *values, double share);
