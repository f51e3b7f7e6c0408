/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "vault/batch.h"

#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT 8

struct _VaultBatch
{
  gatomicrefcount count; /* what was taken, and who may take more */
  gsize size;
  gsize used;
  guint8 bytes[] __attribute__ ((aligned (ALIGNMENT)));
};

/* Its pages are all about to be used: at once they cost a third of one by one. */
static void
make_real (VaultBatch *batch)
{
#ifdef MADV_POPULATE_WRITE
  const guintptr page = getpagesize ();
  guintptr start = ((guintptr)batch->bytes + page - 1) / page * page;
  guintptr end = (guintptr)(batch->bytes + batch->size) / page * page;

  if (end > start)
    (void)madvise ((void *)start, end - start, MADV_POPULATE_WRITE);
#endif
}

VaultBatch *
vault_batch_new (gsize size)
{
  VaultBatch *batch = g_malloc (sizeof (VaultBatch) + size);

  g_atomic_ref_count_init (&batch->count);
  batch->size = size;
  batch->used = 0;
  make_real (batch);
  return batch;
}

gpointer
vault_batch_take (VaultBatch *batch, gsize size)
{
  gpointer taken = batch->bytes + batch->used;

  if (size > batch->size - batch->used)
    return NULL;
  size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  batch->used = MIN (batch->used + size, batch->size);
  g_atomic_ref_count_inc (&batch->count);
  return taken;
}

guint32
vault_batch_get_offset (const VaultBatch *batch, gconstpointer taken)
{
  return (const guint8 *)taken - (const guint8 *)batch;
}

void
vault_batch_give_back (gpointer taken, guint32 offset)
{
  vault_batch_close ((VaultBatch *)((guint8 *)taken - offset));
}

void
vault_batch_close (VaultBatch *batch)
{
  if (g_atomic_ref_count_dec (&batch->count))
    g_free (batch);
}
