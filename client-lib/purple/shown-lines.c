// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A queue of digests; the oldest goes first. */

#include "shown-lines.h"

#include <string.h>

#define DIGESTS_MAX 256

struct _ShownLines
{
  GQueue digests; /* char * */
};

ShownLines *
shown_lines_new (void)
{
  ShownLines *self = g_new0 (ShownLines, 1);

  g_queue_init (&self->digests);
  return self;
}

void
shown_lines_free (ShownLines *self)
{
  g_queue_clear_full (&self->digests, g_free);
  g_free (self);
}

gboolean
shown_lines_take (ShownLines *self, const char *line)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, line, -1);

  if (g_queue_find_custom (&self->digests, digest, (GCompareFunc)strcmp) != NULL)
    return TRUE;
  g_queue_push_tail (&self->digests, g_steal_pointer (&digest));
  if (self->digests.length > DIGESTS_MAX)
    g_free (g_queue_pop_head (&self->digests));
  return FALSE;
}
