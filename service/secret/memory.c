/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* libgcrypt's allocation handlers: the arena for what it calls secure, malloc
 * for the rest, and certain wiping for both. */

#include "secret/memory.h"

#include <gcrypt.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "secret/arena.h"

static void *
allocate (size_t size)
{
  return malloc (size);
}

static void *
allocate_secure (size_t size)
{
  return arena_alloc (size);
}

static int
is_secure (const void *block)
{
  return arena_contains (block);
}

static void
release (void *block)
{
  if (block == NULL)
    return;
  if (arena_contains (block))
    {
      arena_free (block);
      return;
    }
  explicit_bzero (block, malloc_usable_size (block));
  free (block);
}

/* realloc () would leave the old bytes behind. */
static void *
reallocate (void *block, size_t size)
{
  size_t old_size;
  void *moved;

  if (block == NULL)
    return malloc (size);
  if (arena_contains (block))
    return arena_realloc (block, size);
  old_size = malloc_usable_size (block);
  if (size <= old_size && size >= old_size / 2)
    return block;
  moved = malloc (size);
  if (moved == NULL)
    return NULL;
  memcpy (moved, block, MIN (size, old_size));
  release (block);
  return moved;
}

void
secret_memory_install_handlers (void)
{
  gcry_set_allocation_handler (allocate, allocate_secure, is_secure, reallocate, release);
}

void
secret_memory_finish (void)
{
  gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
}

void
secret_memory_harden_process (void)
{
  const struct rlimit none = { 0, 0 };

  if (setrlimit (RLIMIT_CORE, &none) != 0)
    g_warning ("Could not switch core dumps off: %s", g_strerror (errno));
  if (prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    g_warning ("Could not hide the process's memory from other programs: %s", g_strerror (errno));
}
