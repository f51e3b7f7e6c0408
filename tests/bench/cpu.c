/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* CPU time, read where the scheduler keeps it. */
#include "cpu.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static guint64
sum_over_threads (guint pid, guint64 (*read) (const char *folder))
{
  g_autofree char *tasks = g_strdup_printf ("/proc/%u/task", pid);
  g_autoptr (GDir) dir = g_dir_open (tasks, 0, NULL);
  const char *name;
  guint64 sum = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (tasks, name, NULL);

      sum += read (folder);
    }
  return sum;
}

static guint64
read_schedstat (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "schedstat", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  return g_ascii_strtoull (text, NULL, 10);
}

static guint64
find_number (const char *path, const char *label)
{
  g_autofree char *text = NULL;
  const char *found;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  found = strstr (text, label);
  return found == NULL ? 0 : g_ascii_strtoull (found + strlen (label), NULL, 10);
}

static guint64
read_switches (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "status", NULL);

  return find_number (path, "\nvoluntary_ctxt_switches:")
         + find_number (path, "nonvoluntary_ctxt_switches:");
}

guint64
cpu_of_thread (guint pid, guint thread)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%u/task/%u", pid, thread);

  return read_schedstat (folder);
}

guint64
cpu_of_threads (guint pid, const char *name)
{
  g_autofree char *tasks = g_strdup_printf ("/proc/%u/task", pid);
  g_autoptr (GDir) dir = g_dir_open (tasks, 0, NULL);
  const char *thread;
  guint64 sum = 0;

  while (dir != NULL && (thread = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (tasks, thread, "comm", NULL);
      g_autofree char *its_name = NULL;

      if (g_file_get_contents (path, &its_name, NULL, NULL)
          && g_str_equal (g_strchomp (its_name), name))
        sum += cpu_of_thread (pid, g_ascii_strtoull (thread, NULL, 10));
    }
  return sum;
}

guint64
cpu_of_process (guint pid)
{
  return sum_over_threads (pid, read_schedstat);
}

guint64
wakeups_of_process (guint pid)
{
  return sum_over_threads (pid, read_switches);
}

guint64
resident_kib_of_process (guint pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/status", pid);

  return find_number (path, "VmRSS:");
}

double
wall_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static gint
compare (gconstpointer one, gconstpointer other)
{
  double a = *(const double *)one, b = *(const double *)other;

  return a < b ? -1 : a > b;
}

double
percentile (GArray *values, double share)
{
  g_array_sort (values, compare);
  return g_array_index (values, double, (guint)(share * (values->len - 1) + 0.5));
}
