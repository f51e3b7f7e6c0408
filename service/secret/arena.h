/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The arena: memory for secrets. Its pages are locked (never swapped), left out
 * of core dumps, zero in forked children, and each block is wiped when freed.
 *
 * It grows as needed. When the limit on locked memory is reached it goes on
 * unlocked rather than fail; arena_get_usage () tells. All functions may be
 * called from any thread. Blocks are aligned to 16 bytes. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize used;     /* bytes in blocks handed out, their overhead included */
  gsize locked;   /* bytes of memory that is locked */
  gsize unlocked; /* bytes of memory that could not be locked */
} ArenaUsage;

/* NULL when no memory is left; the caller decides what that means. A size of
 * zero gives a block that can be freed. */
gpointer arena_alloc (gsize size);
gpointer arena_realloc (gpointer block, gsize size);
void arena_free (gpointer block);

/* Whether @address, which may be anything, lies in the arena. Lock-free. */
gboolean arena_contains (gconstpointer address);

void arena_get_usage (ArenaUsage *usage);

G_END_DECLS
