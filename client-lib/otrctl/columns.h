// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Records, aa{sv}, as a person or a script reads them. */

/**
 * ColumnsStyle:
 * @COLUMNS_TABLE: headed and aligned, for a terminal
 * @COLUMNS_TABS: a record a line, fields between tabs, nothing else
 * @COLUMNS_NARROW: a field a line, for a terminal without room for the table
 * @COLUMNS_LONG: everything, a field a line
 * @COLUMNS_JSON: everything, one array
 */
typedef enum
{
  COLUMNS_TABLE,
  COLUMNS_TABS,
  COLUMNS_NARROW,
  COLUMNS_LONG,
  COLUMNS_JSON,
} ColumnsStyle;

/** columns_to_text: the fields named by @keys (NULL-terminated) of @records. */
char *columns_to_text (GVariant *records, const char *const *keys, ColumnsStyle style);

/** columns_print: to standard output, in the style that the reader and the
 * options `json` and `long` ask for. */
void columns_print (GVariant *records, const char *const *keys, gboolean json, gboolean all);

/** columns_describe_value: one field of a record, such as a time, for people. */
char *columns_describe_value (const char *key, GVariant *value);

G_END_DECLS
