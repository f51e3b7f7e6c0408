/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fields that a record is about to be made of, in the order of their tags.
 * It lies on the stack and borrows the bytes, so a key in it is nowhere twice. */

#pragma once

#include "vault/record.h"

G_BEGIN_DECLS

typedef struct
{
  VaultField tag;
  gconstpointer bytes; /* NULL: in number */
  gsize length;
  guint8 number[8];
} VaultFieldToWrite;

typedef struct
{
  guint n_fields;
  VaultFieldToWrite fields[16];
} VaultFieldList;

void vault_field_list_add_bytes (VaultFieldList *list,
                                 VaultField tag,
                                 gconstpointer bytes,
                                 gsize length);
/* NULL, "" and 0 are left out. */
void vault_field_list_add_text (VaultFieldList *list, VaultField tag, const char *text);
void vault_field_list_add_number (VaultFieldList *list, VaultField tag, guint64 number);

/* NULL when a field is not what its tag says, or a name is missing. */
VaultRecord *vault_field_list_to_record (const VaultFieldList *list,
                                         VaultKind kind,
                                         gboolean in_arena,
                                         const VaultRecord *old);

G_END_DECLS
