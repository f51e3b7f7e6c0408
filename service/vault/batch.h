/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory that many small things share: those that were read together lie
 * together, in one allocation, which goes when the last of them has gone. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _VaultBatch VaultBatch;

VaultBatch *vault_batch_new (gsize size);
/* NULL when there is no room for it; else each takes part in keeping the batch. */
gpointer vault_batch_take (VaultBatch *batch, gsize size);
/* Of what was taken; never 0. */
guint32 vault_batch_get_offset (const VaultBatch *batch, gconstpointer taken);
/* Gives back what lies at that offset of its batch; on any thread. */
void vault_batch_give_back (gpointer taken, guint32 offset);
/* By who has made it: nothing more is taken. */
void vault_batch_close (VaultBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultBatch, vault_batch_close)

G_END_DECLS
