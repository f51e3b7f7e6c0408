/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Import: other clients' keys and trust, read without believing them.
 *
 * Names become canonical, keys are checked, fingerprints are recomputed, trust
 * words are read case by case: not every word means trust.  Nothing that is
 * there already is replaced; what differs is told as a conflict.
 */
#pragma once

#include "core/core.h"

G_BEGIN_DECLS

/* Bytes of one file. */
#define CORE_IMPORT_FILE_MAX (16 * 1024 * 1024)

typedef struct
{
  Secret *private_keys; /* NULL: none given */
  Secret *fingerprints;
} CoreImportFiles;

/* @format: "libotr", or one of the clients that use its files ("pidgin", "finch", "irssi",
 * "profanity", "mcabber", ...).  @preview: only the report.  The report is an a{sv}: "added",
 * "kept", "conflict", "unreadable", each aa{sv}. */
void core_import (Core *core,
                  const char *format,
                  const CoreImportFiles *files,
                  gboolean preview,
                  GAsyncReadyCallback callback,
                  gpointer user_data);
GVariant *core_import_finish (Core *core, GAsyncResult *result, GError **error);

/* Whether core_import () knows the format. */
gboolean core_import_has_format (const char *format);

G_END_DECLS
