/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded into the service: what the dearest turn of its main loop cost, from
 * one poll to the next, in CPU time of the main thread.  A turn may have several
 * dispatches: no one of them cost more.
 *
 * The figure, microseconds, is in the file that OTRD_DISPATCH_METER names; who reads it writes 0
 * there. */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef int (*Poll) (struct pollfd *, nfds_t, int);

int poll (struct pollfd *files, nfds_t count, int timeout);

static volatile unsigned *
open_figure (void)
{
  const char *path = getenv ("OTRD_DISPATCH_METER");
  int file = path != NULL ? open (path, O_RDWR | O_CLOEXEC) : -1;
  void *figure = file >= 0
                     ? mmap (NULL, sizeof (unsigned), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                     : MAP_FAILED;

  if (file >= 0)
    close (file);
  return figure != MAP_FAILED ? figure : NULL;
}

static double
cpu_microseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

/* Of the main thread alone. */
static struct
{
  volatile unsigned *figure;
  double before;
  int is_open;
} meter;

int
poll (struct pollfd *files, nfds_t count, int timeout)
{
  Poll next = (Poll)dlsym (RTLD_NEXT, "poll");
  int is_main = gettid () == getpid ();
  double taken = is_main && meter.is_open ? cpu_microseconds () - meter.before : 0;
  int result;

  if (is_main && !meter.is_open)
    meter.figure = open_figure ();
  meter.is_open |= is_main;
  if (is_main && meter.figure != NULL && taken > *meter.figure)
    *meter.figure = taken;
  result = next (files, count, timeout);
  if (is_main)
    meter.before = cpu_microseconds ();
  return result;
}
