/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* One lookup an option; calls without options, the most of them, cost nothing. */

#include "bus/options.h"

#include "introspection/otrd-error.h"

static void
store_value (GVariant *value, char type, gpointer where)
{
  switch (type)
    {
    case 'b':
      *(gboolean *)where = g_variant_get_boolean (value);
      break;
    case 'u':
      *(guint32 *)where = g_variant_get_uint32 (value);
      break;
    case 't':
      *(guint64 *)where = g_variant_get_uint64 (value);
      break;
    case 'h':
      *(gint32 *)where = g_variant_get_handle (value);
      break;
    case 's':
      *(const char **)where = g_variant_get_string (value, NULL);
      break;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
read_one (GVariant *options, const char *key, const char *type, gpointer where, GError **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (options, key, NULL);

  if (value == NULL)
    return TRUE;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (type)))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Cannot read the option %s: its type must be %s, not %s", key, type,
                   g_variant_get_type_string (value));
      return FALSE;
    }
  store_value (value, *type, where);
  return TRUE;
}

gboolean
bus_options_read (GVariant *options, GError **error, ...)
{
  gboolean is_read = TRUE;
  const char *key;
  va_list wanted;

  if (g_variant_n_children (options) == 0)
    return TRUE;
  va_start (wanted, error);
  while (is_read && (key = va_arg (wanted, const char *)) != NULL)
    {
      const char *type = va_arg (wanted, const char *);

      is_read = read_one (options, key, type, va_arg (wanted, gpointer), error);
    }
  va_end (wanted);
  return is_read;
}

gboolean
bus_options_have (GVariant *options, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (options, key, NULL);

  return value != NULL;
}
