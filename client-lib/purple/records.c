// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Reads the records page by page, and says them in words. */

#include "records.h"

typedef struct
{
  char *contact;
  GPtrArray *found;
  RecordsRead done;
  gpointer user_data;
} Reading;

static void
reading_free (Reading *self)
{
  g_free (self->contact);
  g_ptr_array_unref (self->found);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static void read_page (Reading *taken, OtrdAccount *account, const char *after);

static void
add_page (GPtrArray *found, GVariant *page)
{
  for (gsize i = 0; i < g_variant_n_children (page); i++)
    g_ptr_array_add (found, g_variant_get_child_value (page, i));
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Reading) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *next = NULL;
  g_autoptr (GVariant) page =
      otrd_account_list_fingerprints_finish (OTRD_ACCOUNT (source), result, &next, &error);

  if (page == NULL)
    {
      self->done (NULL, error, self->user_data);
      return;
    }
  add_page (self->found, page);
  if (*next != '\0')
    read_page (g_steal_pointer (&self), OTRD_ACCOUNT (source), next);
  else
    self->done (g_ptr_array_ref (self->found), NULL, self->user_data);
}

static void
read_page (Reading *taken, OtrdAccount *account, const char *after)
{
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  if (taken->contact != NULL)
    g_variant_dict_insert (&filter, "contact", "s", taken->contact);
  if (*after != '\0')
    g_variant_dict_insert (&filter, "after", "s", after);
  otrd_account_list_fingerprints (account, g_variant_dict_end (&filter), NULL, on_page, taken);
}

void
records_read (OtrdAccount *account, const char *contact, RecordsRead done, gpointer user_data)
{
  Reading *self = g_new0 (Reading, 1);

  self->contact = g_strdup (contact);
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  self->done = done;
  self->user_data = user_data;
  read_page (self, account, "");
}

const char *
record_get (GVariant *record, const char *key)
{
  const char *word = "";

  g_variant_lookup (record, key, "&s", &word);
  return word;
}

/* How a trust came about, as people say it. */
static const char *
describe_method (const char *method)
{
  static const char *const words[][2] = {
    { "manual", "by hand" },
    { "smp", "by a shared secret" },
    { "question", "by a question" },
    { "pin", "by a number" },
    { "imported", "by another program, imported" },
    { "openpgp", "by OpenPGP" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (method, words[i][0]))
      return words[i][1];
  return method;
}

static const char *
describe_trust (OtrdTrust trust)
{
  switch (trust)
    {
    case OTRD_TRUST_VERIFIED:
      return "verified";
    case OTRD_TRUST_REJECTED:
      return "REJECTED";
    case OTRD_TRUST_UNKNOWN:
    case OTRD_TRUST_NONE:
    case OTRD_TRUST_UNVERIFIED:
    default:
      return "NOT verified";
    }
}

static void
append_time (GString *words, const char *what, GVariant *record, const char *key)
{
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *day = NULL;
  guint64 seconds;

  if (g_variant_lookup (record, key, "t", &seconds))
    time = g_date_time_new_from_unix_local ((gint64)MIN (seconds, G_MAXINT64));
  if (time == NULL)
    return;
  day = g_date_time_format (time, "%Y-%m-%d %H:%M");
  g_string_append_printf (words, "%s%s", what, day);
}

/* What is known of a fingerprint: "verified by a question in pidgin on 2026-11-28 16:40". */
char *
record_describe (GVariant *record)
{
  GString *words = g_string_new (NULL);
  const char *trust = "";
  const char *method = NULL;
  const char *application = NULL;
  gboolean in_use = FALSE;

  g_variant_lookup (record, "trust", "&s", &trust);
  g_string_append (words, describe_trust (otrd_trust_from_string (trust)));
  if (g_variant_lookup (record, "method", "&s", &method))
    g_string_append_printf (words, " %s", describe_method (method));
  if (g_variant_lookup (record, "application", "&s", &application))
    g_string_append_printf (words, " in %s", application);
  if (method != NULL)
    append_time (words, " on ", record, "trust-since");
  append_time (words, ", first seen ", record, "first-seen");
  g_variant_lookup (record, "in-use", "b", &in_use);
  if (in_use)
    g_string_append (words, ", in use now");
  else
    append_time (words, ", last seen ", record, "last-seen");
  return g_string_free (words, FALSE);
}
