/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A disk that fails when it is told to, for a program that this is loaded into
 * before anything else: while the file named by OTRD_DISK_FAULT holds "CALL
 * ERRNO", that call fails so. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
fails (const char *call)
{
  const char *path = getenv ("OTRD_DISK_FAULT");
  FILE *told = path != NULL ? fopen (path, "r") : NULL;
  char name[32] = "";
  int code = 0;

  if (told == NULL)
    return 0;
  if (fscanf (told, "%31s %d", name, &code) != 2 || strcmp (name, call) != 0)
    code = 0;
  fclose (told);
  errno = code;
  return code != 0;
}

#define CALL(type, name, prototype, arguments)                                                     \
  type name prototype;                                                                             \
  type name prototype                                                                              \
  {                                                                                                \
    type (*real) prototype = (type (*) prototype)dlsym (RTLD_NEXT, #name);                         \
                                                                                                   \
    return fails (#name) ? -1 : real arguments;                                                    \
  }

CALL (int, fsync, (int fd), (fd))
CALL (int, rename, (const char *from, const char *to), (from, to))

/* Eight bytes are what wakes a main loop, not a file. */
ssize_t
write (int fd, const void *bytes, size_t size)
{
  ssize_t (*real) (int, const void *, size_t) =
      (ssize_t (*) (int, const void *, size_t))dlsym (RTLD_NEXT, "write");

  return size > 8 && fails ("write") ? -1 : real (fd, bytes, size);
}
