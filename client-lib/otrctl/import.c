// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb import: other programs' keys and trust, taken over or only looked at. */

#include "columns.h"
#include "command.h"

static const char *const outcomes[] = { "added", "kept", "conflict", "unreadable" };

/* Each record says what became of it. */
static GVariant *
flatten (GVariant *report)
{
  GVariantBuilder records;

  g_variant_builder_init (&records, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autoptr (GVariant) list =
          g_variant_lookup_value (report, outcomes[i], G_VARIANT_TYPE ("aa{sv}"));

      for (gsize k = 0; list != NULL && k < g_variant_n_children (list); k++)
        {
          g_autoptr (GVariant) entry = g_variant_get_child_value (list, k);
          GVariantDict dict;

          g_variant_dict_init (&dict, entry);
          g_variant_dict_insert (&dict, "outcome", "s", outcomes[i]);
          g_variant_builder_add_value (&records, g_variant_dict_end (&dict));
        }
    }
  return g_variant_ref_sink (g_variant_builder_end (&records));
}

static void
add_file (GHashTable *files, Command *command, const char *role)
{
  const char *path = arguments_get_value (command->arguments, role);

  if (path != NULL)
    g_hash_table_insert (files, g_strdup (role), g_strdup (path));
}

static gboolean
check_files (GHashTable *files, GError **error)
{
  if (g_hash_table_size (files) > 0)
    return TRUE;
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                       "Name at least one file, with --private-keys or --fingerprints");
  return FALSE;
}

gboolean
run_import (Command *command, GError **error)
{
  static const char *const keys[] = { "outcome", "protocol", "account",    "contact", "fingerprint",
                                      "trust",   "line",     "trust-word", "reason",  NULL };
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GVariant) report = NULL, records = NULL;
  GVariantDict options;

  add_file (files, command, "private-keys");
  add_file (files, command, "fingerprints");
  if (!check_files (files, error))
    return FALSE;
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "preview", "b", command_has (command, "preview"));
  report = otrd_client_import_sync (command->client, command_get_word (command, 0), files,
                                    g_variant_dict_end (&options), NULL, error);
  if (report == NULL)
    return FALSE;
  records = flatten (report);
  columns_print (records, keys, command_has (command, "json"), FALSE);
  return TRUE;
}
