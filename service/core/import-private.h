/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the parts of an import share: see core/import.c. */
#pragma once

#include "core/import.h"

G_BEGIN_DECLS

typedef enum
{
  CORE_IMPORT_ADDED,
  CORE_IMPORT_KEPT,
  CORE_IMPORT_CONFLICT,
  CORE_IMPORT_UNREADABLE,
  CORE_IMPORT_N_OUTCOMES,
} CoreImportOutcome;

typedef struct
{
  Core *core;
  Vault *vault;
  gboolean preview;
  GVariantBuilder report[CORE_IMPORT_N_OUTCOMES];
  GPtrArray *accounts_made; /* of VaultAccount: those of a preview */
  GPtrArray *keys;          /* of EngineFileKey: read; NULL: none */
  GQueue lines;             /* read, and to be put */
  GQueue fingerprints;      /* of VaultFingerprint: made, and not told of yet */
  guint n_saved;            /* of them */
  GError *error;            /* of what could not be saved */
  Secret *file;             /* of fingerprints; NULL: none */
  gsize at;                 /* in it */
  guint line;               /* which that is */
} CoreImport;

/* An entry of the report. @protocol, @account: NULL where the file has none. */
void core_import_begin_entry (GVariantDict *entry,
                              const char *file,
                              const char *protocol,
                              const char *account);
/* @words: NULL where the file has none. */
void core_import_put_words (GVariantDict *entry, const char *key, const char *words);
/* (transfer full) */
GVariant *core_import_end_entry (GVariantDict *entry);
/* Ends @entry. */
void core_import_report (CoreImport *import, CoreImportOutcome outcome, GVariantDict *entry);
void core_import_report_unreadable (CoreImport *import, GVariantDict *entry, const char *reason);

/* Reads a few lines of the file of fingerprints; whether there are more. */
gboolean core_import_take_lines (CoreImport *import);
/* Puts some of what was read, of all but the largest files all. */
void core_import_put_lines (CoreImport *import);
void core_import_line_free (gpointer line);

G_END_DECLS
