/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "vault/snapshot.h"

struct _VaultSnapshot
{
  GPtrArray *pages;  /* of arrays of records, not to be changed */
  GPtrArray *others; /* records of no page */
};

VaultSnapshot *
vault_snapshot_new (void)
{
  VaultSnapshot *snapshot = g_new0 (VaultSnapshot, 1);

  snapshot->pages = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  snapshot->others = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref);
  return snapshot;
}

void
vault_snapshot_free (VaultSnapshot *snapshot)
{
  g_ptr_array_unref (snapshot->pages);
  g_ptr_array_unref (snapshot->others);
  g_free (snapshot);
}

void
vault_snapshot_add (VaultSnapshot *snapshot, VaultRecord *record)
{
  g_ptr_array_add (snapshot->others, vault_record_ref (record));
}

GPtrArray *
vault_snapshot_get_pages (VaultSnapshot *snapshot)
{
  return snapshot->pages;
}

GPtrArray *
vault_snapshot_list (VaultSnapshot *snapshot)
{
  GPtrArray *records = g_ptr_array_new ();

  for (guint i = 0; i < snapshot->pages->len; i++)
    g_ptr_array_extend (records, snapshot->pages->pdata[i], NULL, NULL);
  g_ptr_array_extend (records, snapshot->others, NULL, NULL);
  return records;
}
