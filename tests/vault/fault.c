/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The dynamic linker finds these before libc's, for the vault and for GLib. */

#include "tests/vault/fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct
{
  FaultKind kind;
  gboolean is_armed;
  guint at;
  guint count;
  int code;
} fault;

void
fault_arm (FaultKind kind, guint at, int code)
{
  fault.kind = kind;
  fault.at = at;
  fault.code = code;
  fault.count = 0;
  fault.is_armed = TRUE;
}

guint
fault_disarm (void)
{
  fault.is_armed = FALSE;
  return fault.count;
}

/* Descriptors below are the terminal's and the test's own pipe. */
static gboolean
is_a_file (int fd)
{
  return fd > STDERR_FILENO;
}

/* Whether this is the call; an error is set, a kill before it does not return. */
static gboolean
strikes (void)
{
  if (!fault.is_armed || ++fault.count != fault.at || fault.kind == FAULT_NONE)
    return FALSE;
  if (fault.kind == FAULT_KILL_BEFORE)
    raise (SIGKILL);
  errno = fault.code;
  return TRUE;
}

#define CALL(type, name, prototype, arguments)                                                     \
  type name prototype;                                                                             \
  type name prototype                                                                              \
  {                                                                                                \
    static type (*real) prototype;                                                                 \
    gboolean is_it = strikes ();                                                                   \
    type result;                                                                                   \
                                                                                                   \
    if (real == NULL)                                                                              \
      real = (type (*) prototype)dlsym (RTLD_NEXT, #name);                                         \
    if (is_it && fault.kind == FAULT_ERROR)                                                        \
      return -1;                                                                                   \
    result = real arguments;                                                                       \
    if (is_it)                                                                                     \
      raise (SIGKILL);                                                                             \
    return result;                                                                                 \
  }

CALL (int, fsync, (int fd), (fd))
CALL (int, fallocate64, (int fd, int mode, off64_t from, off64_t size), (fd, mode, from, size))
CALL (int, rename, (const char *from, const char *to), (from, to))
CALL (int,
      renameat,
      (int from_fd, const char *from, int to_fd, const char *to),
      (from_fd, from, to_fd, to))
CALL (int,
      linkat,
      (int from_fd, const char *from, int to_fd, const char *to, int flags),
      (from_fd, from, to_fd, to, flags))
CALL (int, unlinkat, (int fd, const char *name, int flags), (fd, name, flags))
CALL (int, fchmod, (int fd, mode_t mode), (fd, mode))
CALL (int, flock, (int fd, int operation), (fd, operation))
CALL (int, mkdir, (const char *path, mode_t mode), (path, mode))
CALL (int, fchmodat, (int fd, const char *name, mode_t mode, int flags), (fd, name, mode, flags))

#undef fstat64
#undef lstat64
#undef fstatat64
CALL (int, fstat64, (int fd, struct stat64 *status), (fd, status))
CALL (int, lstat64, (const char *path, struct stat64 *status), (path, status))
CALL (int,
      fstatat64,
      (int fd, const char *name, struct stat64 *status, int flags),
      (fd, name, status, flags))

#define OPEN(name, first_types, first)                                                             \
  int name first_types;                                                                            \
  int name first_types                                                                             \
  {                                                                                                \
    static int (*real) first_types;                                                                \
    gboolean is_it = strikes ();                                                                   \
    va_list list;                                                                                  \
    mode_t mode;                                                                                   \
    int result;                                                                                    \
                                                                                                   \
    va_start (list, flags);                                                                        \
    mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg (list, mode_t) : 0;                            \
    va_end (list);                                                                                 \
    if (real == NULL)                                                                              \
      real = (int (*) first_types)dlsym (RTLD_NEXT, #name);                                        \
    if (is_it && fault.kind == FAULT_ERROR)                                                        \
      return -1;                                                                                   \
    result = real first;                                                                           \
    if (is_it)                                                                                     \
      raise (SIGKILL);                                                                             \
    return result;                                                                                 \
  }

#undef open64
#undef openat64
OPEN (open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN (openat64, (int fd, const char *path, int flags, ...), (fd, path, flags, mode))

/* Eight bytes are what wakes a main loop, not a file. */
ssize_t
read (int fd, void *bytes, size_t size)
{
  static ssize_t (*real) (int, void *, size_t);
  gboolean is_it = is_a_file (fd) && size > 8 && strikes ();
  ssize_t result;

  if (real == NULL)
    real = (ssize_t (*) (int, void *, size_t))dlsym (RTLD_NEXT, "read");
  if (is_it && fault.kind == FAULT_ERROR)
    return -1;
  result = real (fd, bytes, size);
  if (is_it)
    raise (SIGKILL);
  return result;
}

ssize_t
write (int fd, const void *bytes, size_t size)
{
  static ssize_t (*real) (int, const void *, size_t);
  gboolean is_it = is_a_file (fd) && size > 8 && strikes ();

  if (real == NULL)
    real = (ssize_t (*) (int, const void *, size_t))dlsym (RTLD_NEXT, "write");
  if (!is_it)
    return real (fd, bytes, size);
  real (fd, bytes, size / 2);
  if (fault.kind != FAULT_ERROR)
    raise (SIGKILL);
  errno = fault.code;
  return -1;
}
