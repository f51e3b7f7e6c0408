/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The records of an open vault in memory, found by their names. It is built on
 * one thread and then belongs to the main thread alone; a snapshot of it may
 * go anywhere.
 *
 * There is one record for each kind and names: putting one replaces the other. */

#pragma once

#include "vault/pages.h"
#include "vault/record.h"
#include "vault/sealed-file.h"
#include "vault/snapshot.h"

G_BEGIN_DECLS

typedef struct _VaultTable VaultTable;

typedef struct
{
  const char *protocol;
  const char *account;
  const char *contact;       /* NULL: the record of the account itself */
  const guint8 *fingerprint; /* 20 bytes; of fingerprints only */
} VaultNames;

VaultTable *vault_table_new (void);
void vault_table_free (VaultTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultTable, vault_table_free)

/* All records of a file, which also says where a snapshot puts them. */
void vault_table_load (VaultTable *table, VaultContents contents, GPtrArray *records);
/* The same for records of both files. */
void vault_table_load_all (VaultTable *table, GPtrArray *records);
/* What the file of that name should now have. Costs microseconds, however much that is. */
VaultSnapshot *vault_table_snapshot (VaultTable *table, VaultContents contents);
/* All of both. */
VaultSnapshot *vault_table_snapshot_all (VaultTable *table);
/* Whether there are neither accounts nor anything of contacts. */
gboolean vault_table_is_empty (VaultTable *table);

/* Lives until the table changes. */
VaultRecord *vault_table_find (VaultTable *table, VaultKind kind, const VaultNames *names);
VaultRecord *vault_table_find_settings (VaultTable *table);
void vault_table_put (VaultTable *table, VaultRecord *record);
gboolean vault_table_remove (VaultTable *table, VaultKind kind, const VaultNames *names);
/* With all of its contacts; whether there was anything. */
gboolean vault_table_remove_account (VaultTable *table, const char *protocol, const char *account);

/* Of VaultRecord, to be changed in place; the table's. */
GPtrArray *vault_table_get_grants (VaultTable *table);

GPtrArray *vault_table_list_accounts (VaultTable *table); /* of VaultRecord */

/* Calls @visit with the records of the account's contacts in the order of their
 * names, and within a contact of their fingerprints, from @from (nullable: the
 * first) on, until it answers FALSE. */
void vault_table_visit (VaultTable *table,
                        const char *protocol,
                        const char *account,
                        const char *from,
                        VaultVisit visit,
                        gpointer user_data);

G_END_DECLS
