/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Records of contacts in the order of their names, kinds and fingerprints, in
 * pages of some hundred. A snapshot shares the pages: it costs microseconds,
 * however many records there are. A page that is changed after one is copied
 * first. */

#pragma once

#include "vault/record.h"

G_BEGIN_DECLS

typedef struct _VaultPages VaultPages;

/* What a record is found by. */
typedef struct
{
  const char *contact;
  VaultKind kind;
  const guint8 *fingerprint; /* 20 bytes; of fingerprints only */
} VaultPlace;

VaultPages *vault_pages_new (void);
void vault_pages_free (VaultPages *pages);

/* NULL when it is not there. Lives until something changes. */
VaultRecord *vault_pages_find (VaultPages *pages, const VaultPlace *place);
/* Takes a reference, in the place of the record that has these names. The dearest
 * way to fill them is backwards, the cheapest in their order. */
void vault_pages_put (VaultPages *pages, VaultRecord *record);
gboolean vault_pages_remove (VaultPages *pages, const VaultPlace *place);

/* Calls @visit with the records from the contact @from (nullable: the first) on,
 * until it answers FALSE. */
typedef gboolean (*VaultVisit) (VaultRecord *record, gpointer user_data);
void vault_pages_visit (VaultPages *pages, const char *from, VaultVisit visit, gpointer user_data);

/* Adds all pages, each an array of records, to an array of these. Nobody changes
 * them any more; they may be read and freed on any thread. */
void vault_pages_share (VaultPages *pages, GPtrArray *shared);

G_END_DECLS
