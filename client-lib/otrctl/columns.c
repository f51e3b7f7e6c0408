// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Prints records. One place knows how a field looks; a script gets the same
 * line whatever the terminal, the language or the colours. */

#include "columns.h"
#include "fingerprint.h"
#include "tty.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static char *
describe_time (guint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (MIN (seconds, G_MAXINT64));

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("-");
}

/* Of the numbers of 64 bits these are times; the rest only counts. */
static gboolean
is_time (const char *key)
{
  return g_str_has_suffix (key, "-seen") || g_str_has_suffix (key, "-at")
         || g_str_has_suffix (key, "-since");
}

static char *
describe_number (const char *key, guint64 number)
{
  return is_time (key) ? describe_time (number) : g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

static char *
describe_strings (GVariant *value)
{
  g_autofree const char **strings = g_variant_get_strv (value, NULL);
  g_autofree char *joined = g_strjoinv (",", (char **)strings);

  return *joined != '\0' ? tty_make_printable (joined) : g_strdup ("-");
}

static char *
describe_string (const char *key, const char *string)
{
  if (*string == '\0')
    return g_strdup ("-");
  return g_str_equal (key, "fingerprint") ? fingerprint_group (string)
                                          : tty_make_printable (string);
}

/* What the trust was before: since when, how, by whom. */
static char *
describe_history (GVariant *history)
{
  GString *text = g_string_new (NULL);
  GVariantIter iter;
  GVariant *state;

  g_variant_iter_init (&iter, history);
  while ((state = g_variant_iter_next_value (&iter)) != NULL)
    {
      static const char *const keys[] = { "trust", "trust-since", "method", "application" };

      g_string_append (text, text->len > 0 ? "; " : "");
      for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
        {
          g_autoptr (GVariant) value = g_variant_lookup_value (state, keys[i], NULL);
          g_autofree char *cell = columns_describe_value (keys[i], value);

          if (value != NULL)
            g_string_append_printf (text, "%s%s", i > 0 ? " " : "", cell);
        }
      g_variant_unref (state);
    }
  return g_string_free (text, FALSE);
}

char *
columns_describe_value (const char *key, GVariant *value)
{
  if (value == NULL)
    return g_strdup ("-");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return describe_string (key, g_variant_get_string (value, NULL));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return describe_number (key, g_variant_get_uint64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "yes" : "no");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("as"))
      || g_variant_is_of_type (value, G_VARIANT_TYPE ("ao")))
    return g_variant_n_children (value) == 0 ? g_strdup ("-")
           : g_variant_is_of_type (value, G_VARIANT_TYPE ("as"))
               ? describe_strings (value)
               : g_strdup_printf ("%" G_GSIZE_FORMAT, g_variant_n_children (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("aa{sv}")))
    return describe_history (value);
  return g_variant_print (value, FALSE);
}

/* The cells of a record, in the order of the keys. */
static GPtrArray *
describe_record (GVariant *record, const char *const *keys)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);

  for (; *keys != NULL; keys++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (record, *keys, NULL);

      g_ptr_array_add (cells, columns_describe_value (*keys, value));
    }
  return cells;
}

static GPtrArray *
make_heading (const char *const *keys)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);

  for (; *keys != NULL; keys++)
    g_ptr_array_add (cells, g_ascii_strup (*keys, -1));
  return cells;
}

static GPtrArray *
describe_records (GVariant *records, const char *const *keys, gboolean headed)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  GVariantIter iter;
  GVariant *record;

  if (headed)
    g_ptr_array_add (rows, make_heading (keys));
  g_variant_iter_init (&iter, records);
  while ((record = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_ptr_array_add (rows, describe_record (record, keys));
      g_variant_unref (record);
    }
  return rows;
}

static glong
measure_column (GPtrArray *rows, guint column)
{
  glong widest = 0;

  for (guint i = 0; i < rows->len; i++)
    widest = MAX (widest, tty_measure (g_ptr_array_index ((GPtrArray *)rows->pdata[i], column)));
  return widest;
}

static void
append_cell (GString *text, const char *cell, glong width, gboolean last)
{
  g_autofree char *painted = tty_paint (cell, tty_colour_of (cell));

  g_string_append (text, painted);
  for (glong i = tty_measure (cell); !last && i < width + 2; i++)
    g_string_append_c (text, ' ');
}

static char *
make_table (GVariant *records, const char *const *keys)
{
  g_autoptr (GPtrArray) rows = describe_records (records, keys, TRUE);
  guint n_keys = g_strv_length ((char **)keys);
  g_autofree glong *widths = g_new (glong, n_keys);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_keys; i++)
    widths[i] = measure_column (rows, i);
  for (guint row = 0; rows->len > 1 && row < rows->len; row++)
    for (guint i = 0; i < n_keys; i++)
      {
        append_cell (text, g_ptr_array_index ((GPtrArray *)rows->pdata[row], i), widths[i],
                     i + 1 == n_keys);
        if (i + 1 == n_keys)
          g_string_append_c (text, '\n');
      }
  return g_string_free (text, FALSE);
}

static char *
make_tabs (GVariant *records, const char *const *keys)
{
  g_autoptr (GPtrArray) rows = describe_records (records, keys, FALSE);
  GString *text = g_string_new (NULL);

  for (guint row = 0; row < rows->len; row++)
    {
      GPtrArray *cells = g_ptr_array_index (rows, row);

      for (guint i = 0; i < cells->len; i++)
        g_string_append_printf (text, "%s%s", i > 0 ? "\t" : "",
                                (char *)g_ptr_array_index (cells, i));
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static void
append_field (GString *text, const char *key, GVariant *value)
{
  g_autofree char *cell = columns_describe_value (key, value);
  g_autofree char *painted = tty_paint (cell, tty_colour_of (cell));

  g_string_append_printf (text, "%s: %s\n", key, painted);
}

/* First the fields that the table has, then the rest in the record's order. */
static void
append_record (GString *text, GVariant *record, const char *const *keys, gboolean all)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GVariant) known = g_variant_lookup_value (record, keys[i], NULL);

      append_field (text, keys[i], known);
    }
  if (!all)
    return;
  g_variant_iter_init (&iter, record);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      if (!g_strv_contains (keys, key))
        append_field (text, key, value);
      g_variant_unref (value);
    }
}

static char *
make_paragraphs (GVariant *records, const char *const *keys, gboolean all)
{
  GString *text = g_string_new (NULL);
  GVariantIter iter;
  GVariant *record;

  g_variant_iter_init (&iter, records);
  while ((record = g_variant_iter_next_value (&iter)) != NULL)
    {
      if (text->len > 0)
        g_string_append_c (text, '\n');
      append_record (text, record, keys, all);
      g_variant_unref (record);
    }
  return g_string_free (text, FALSE);
}

static char *
make_json (GVariant *records)
{
  g_autoptr (JsonNode) node = json_gvariant_serialize (records);
  g_autofree char *json = json_to_string (node, TRUE);

  return g_strconcat (json, "\n", NULL);
}

char *
columns_to_text (GVariant *records, const char *const *keys, ColumnsStyle style)
{
  switch (style)
    {
    case COLUMNS_TABLE:
      return make_table (records, keys);
    case COLUMNS_TABS:
      return make_tabs (records, keys);
    case COLUMNS_NARROW:
    case COLUMNS_LONG:
      return make_paragraphs (records, keys, style == COLUMNS_LONG);
    case COLUMNS_JSON:
    default:
      return make_json (records);
    }
}

static gboolean
is_wider_than_terminal (GVariant *records, const char *const *keys)
{
  g_autoptr (GPtrArray) rows = describe_records (records, keys, TRUE);
  glong width = 0;

  for (guint i = 0; keys[i] != NULL; i++)
    width += measure_column (rows, i) + 2;
  return width - 2 > (glong)tty_get_width ();
}

/* Written by stdio, not g_print (): the text is UTF-8 whatever the locale. */
void
columns_print (GVariant *records, const char *const *keys, gboolean json, gboolean all)
{
  ColumnsStyle style = json               ? COLUMNS_JSON
                       : all              ? COLUMNS_LONG
                       : tty_is_output () ? COLUMNS_TABLE
                                          : COLUMNS_TABS;
  g_autofree char *text = NULL;

  if (style == COLUMNS_TABLE && is_wider_than_terminal (records, keys))
    style = COLUMNS_NARROW;
  text = columns_to_text (records, keys, style);
  fputs (text, stdout);
}
