/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* One range of addresses is reserved at first use, so that "is this secret
 * memory?" is two comparisons; pages in it become real as it grows. Blocks come
 * in size classes (powers of two and their midpoints) with a free list each.
 * Large blocks give their pages back, and their locks, when freed. */

#include "secret/arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RESERVED_MOST ((gsize)1 << 30)
#define RESERVED_LEAST ((gsize)1 << 24)
#define GROWTH ((gsize)64 * 1024) /* also the size from which a block has pages of its own */
#define SMALLEST_SHIFT 5          /* 32 bytes, the header included */
#define N_CLASSES 50              /* up to 2^29 and a half */
#define GUARD 0x5ec12e75u

typedef struct
{
  gsize size; /* what was asked for */
  guint16 size_class;
  guint16 locked; /* of a large block: whether its pages are */
  guint32 guard;
} Header;

G_STATIC_ASSERT (sizeof (Header) == 16);

typedef struct FreeBlock
{
  struct FreeBlock *next;
} FreeBlock;

typedef struct
{
  guint8 *start;
  gsize reserved;
  gsize grown;     /* bytes from start that are, or once were, real */
  gsize next;      /* where the next small block is cut */
  gsize small_end; /* and where that stretch ends */
  FreeBlock *free_blocks[N_CLASSES];
  ArenaUsage usage;
} Arena;

static GMutex arena_lock;

static gpointer
reserve_range (gpointer unused)
{
  static Arena arena;

  for (gsize size = RESERVED_MOST; size >= RESERVED_LEAST; size /= 2)
    {
      gpointer start =
          mmap (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (start == MAP_FAILED)
        continue;
      arena.start = start;
      arena.reserved = size;
      return &arena;
    }
  g_error ("Could not reserve memory for secrets");
}

static Arena *
get_arena (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, reserve_range, NULL);
}

/* The size of the blocks of a class: 32, 48, 64, 96, 128, ... */
static gsize
class_size (guint size_class)
{
  gsize power = (gsize)1 << (SMALLEST_SHIFT + size_class / 2);

  return size_class % 2 == 0 ? power : power + power / 2;
}

static guint
class_for (gsize total)
{
  guint shift;
  gsize power;

  if (total <= class_size (0))
    return 0;
  shift = g_bit_storage (total - 1) - 1; /* 2^shift < total <= 2^(shift + 1) */
  power = (gsize)1 << shift;
  return 2 * (shift - SMALLEST_SHIFT) + (total <= power + power / 2 ? 1 : 2);
}

static gboolean
lock_pages (Arena *arena, gpointer pages, gsize size)
{
  gboolean locked = mlock (pages, size) == 0;

  *(locked ? &arena->usage.locked : &arena->usage.unlocked) += size;
  return locked;
}

/* Makes the next @size bytes of the range real. */
static gpointer
grow (Arena *arena, gsize size, gboolean *locked)
{
  gpointer pages = arena->start + arena->grown;

  if (size > arena->reserved - arena->grown)
    return NULL;
  if (mprotect (pages, size, PROT_READ | PROT_WRITE) != 0)
    return NULL;
  (void)madvise (pages, size, MADV_DONTDUMP);
  (void)madvise (pages, size, MADV_WIPEONFORK);
  *locked = lock_pages (arena, pages, size);
  arena->grown += size;
  return pages;
}

static gpointer
cut_small (Arena *arena, gsize size)
{
  gpointer block;
  gboolean locked;

  if (arena->small_end - arena->next < size)
    {
      guint8 *pages = grow (arena, GROWTH, &locked);
      if (pages == NULL)
        return NULL;
      arena->next = pages - arena->start;
      arena->small_end = arena->next + GROWTH;
    }
  block = arena->start + arena->next;
  arena->next += size;
  return block;
}

static Header *
take_block (Arena *arena, guint size_class)
{
  gsize size = class_size (size_class);
  gsize page = getpagesize ();
  FreeBlock *block = arena->free_blocks[size_class];
  Header *header = (Header *)block;
  gboolean locked = FALSE;

  if (block != NULL)
    arena->free_blocks[size_class] = block->next;
  if (block == NULL && size < GROWTH)
    header = cut_small (arena, size);
  else if (block == NULL)
    header = grow (arena, size, &locked);
  else if (size >= GROWTH)
    locked = lock_pages (arena, (guint8 *)block + page, size - page);
  if (header != NULL)
    *header = (Header){ 0, size_class, locked, GUARD };
  return header;
}

/* Gives back the pages of a large block but the first, which keeps the link. */
static void
release_pages (Arena *arena, Header *header, gsize size)
{
  gsize page = getpagesize ();
  guint8 *pages = (guint8 *)header + page;

  *(header->locked ? &arena->usage.locked : &arena->usage.unlocked) -= size - page;
  (void)munlock (pages, size - page);
  (void)madvise (pages, size - page, MADV_DONTNEED);
}

static Header *
header_of (gconstpointer block)
{
  Header *header = (Header *)((guint8 *)block - sizeof (Header));

  if (header->guard != GUARD || header->size_class >= N_CLASSES)
    g_error ("The memory for secrets is damaged");
  return header;
}

gpointer
arena_alloc (gsize size)
{
  Arena *arena = get_arena ();
  Header *header;
  guint size_class;

  if (size > RESERVED_MOST / 4)
    return NULL;
  size_class = class_for (size + sizeof (Header));
  g_mutex_lock (&arena_lock);
  header = take_block (arena, size_class);
  if (header != NULL)
    arena->usage.used += class_size (size_class);
  g_mutex_unlock (&arena_lock);
  if (header == NULL)
    return NULL;
  header->size = size;
  return header + 1;
}

void
arena_free (gpointer block)
{
  Arena *arena = get_arena ();
  Header *header;
  guint size_class;
  gsize total;

  if (block == NULL)
    return;
  header = header_of (block);
  size_class = header->size_class;
  total = class_size (size_class);
  explicit_bzero (block, header->size);
  g_mutex_lock (&arena_lock);
  if (total >= GROWTH)
    release_pages (arena, header, total);
  header->guard = 0;
  ((FreeBlock *)header)->next = arena->free_blocks[size_class];
  arena->free_blocks[size_class] = (FreeBlock *)header;
  arena->usage.used -= total;
  g_mutex_unlock (&arena_lock);
}

gpointer
arena_realloc (gpointer block, gsize size)
{
  Header *header;
  gpointer moved;

  if (block == NULL)
    return arena_alloc (size);
  header = header_of (block);
  if (size <= class_size (header->size_class) - sizeof (Header))
    {
      if (size < header->size)
        explicit_bzero ((guint8 *)block + size, header->size - size);
      header->size = size;
      return block;
    }
  moved = arena_alloc (size);
  if (moved == NULL)
    return NULL;
  memcpy (moved, block, header->size);
  arena_free (block);
  return moved;
}

gboolean
arena_contains (gconstpointer address)
{
  const Arena *arena = get_arena ();

  return (uintptr_t)address - (uintptr_t)arena->start < arena->reserved;
}

void
arena_get_usage (ArenaUsage *usage)
{
  Arena *arena = get_arena ();

  g_mutex_lock (&arena_lock);
  *usage = arena->usage;
  g_mutex_unlock (&arena_lock);
}
