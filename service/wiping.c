/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory is wiped when it is freed, in the whole program: texts pass through
 * GLib, GDBus and libotr, which free them as they are. The dynamic linker finds
 * these before libc's; they are linked into the program alone. */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

extern void __libc_free (void *block);

void
free (void *block)
{
  if (block == NULL)
    return;
  explicit_bzero (block, malloc_usable_size (block));
  __libc_free (block);
}

/* libc's would leave the old bytes behind when it moves a block. */
void *
realloc (void *block, size_t size)
{
  size_t usable = block != NULL ? malloc_usable_size (block) : 0;
  void *moved;

  if (block != NULL && size > 0 && size <= usable && size >= usable / 2)
    {
      explicit_bzero ((char *)block + size, usable - size);
      return block;
    }
  moved = malloc (size);
  if (moved == NULL || block == NULL)
    return moved;
  memcpy (moved, block, usable < size ? usable : size);
  free (block);
  return moved;
}
