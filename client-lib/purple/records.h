// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>

G_BEGIN_DECLS

/* What the service knows of contacts' fingerprints: records, as ListFingerprints
 * gives them. */

/* @records: GVariant, the callee's to free; NULL: @error. */
typedef void (*RecordsRead) (GPtrArray *records, const GError *error, gpointer user_data);
/* Of one contact, or NULL: of all. */
void records_read (OtrdAccount *account, const char *contact, RecordsRead done, gpointer user_data);

/* Of the record, valid as long as it. */
const char *record_get (GVariant *record, const char *key);
/* "verified by hand in pidgin on 2026-11-28 16:40, last seen ..."; free it. */
char *record_describe (GVariant *record);

G_END_DECLS
