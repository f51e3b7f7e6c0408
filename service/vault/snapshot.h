/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The records of a table as they were: shared with it rather than copied, and
 * free to go to another thread. */

#pragma once

#include <glib.h>

#include "vault/record.h"

G_BEGIN_DECLS

typedef struct _VaultSnapshot VaultSnapshot;

VaultSnapshot *vault_snapshot_new (void);
void vault_snapshot_free (VaultSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultSnapshot, vault_snapshot_free)

/* By the table, before it goes anywhere. */
void vault_snapshot_add (VaultSnapshot *snapshot, VaultRecord *record);
/* Of pages, as vault_pages_share () takes it. */
GPtrArray *vault_snapshot_get_pages (VaultSnapshot *snapshot);

/* All records. They are the snapshot's. */
GPtrArray *vault_snapshot_list (VaultSnapshot *snapshot);

G_END_DECLS
