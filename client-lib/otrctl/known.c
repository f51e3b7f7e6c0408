// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* What was known of a contact before the key that is in use: each other
 * fingerprint with its trust, how that came about, and what it was before. */

#include "known.h"
#include "columns.h"
#include "tty.h"

#include <stdio.h>

static GVariant *
fetch_records (OtrdAccount *account, OtrdSession *session, GError **error)
{
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  g_variant_dict_insert (&filter, "contact", "s", otrd_session_get_contact (session));
  return otrd_account_list_fingerprints_sync (account, g_variant_dict_end (&filter), NULL, NULL,
                                              error);
}

/* The key in use has a record, too, as soon as it was seen. */
static GVariant *
leave_out (GVariant *records, const char *in_use)
{
  GVariantBuilder others;

  g_variant_builder_init (&others, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (records); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (records, i);
      const char *fingerprint = "";

      g_variant_lookup (record, "fingerprint", "&s", &fingerprint);
      if (!g_str_equal (fingerprint, in_use))
        g_variant_builder_add_value (&others, record);
    }
  return g_variant_ref_sink (g_variant_builder_end (&others));
}

gboolean
known_print (OtrdAccount *account, OtrdSession *session, GError **error)
{
  static const char *const keys[] = { "fingerprint", "trust",     "method",  "application",
                                      "verified-at", "last-seen", "history", NULL };
  g_autoptr (GVariant) records = fetch_records (account, session, error);
  g_autoptr (GVariant) others = NULL;
  g_autofree char *text = NULL;

  if (records == NULL)
    return FALSE;
  others = leave_out (records, otrd_session_get_fingerprint (session));
  if (g_variant_n_children (others) == 0)
    return TRUE;
  text = columns_to_text (others, keys, COLUMNS_NARROW);
  printf ("Known until now:\n%s\n", text);
  return TRUE;
}
