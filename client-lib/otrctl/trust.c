// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verbs about the fingerprints of contacts: list them, say what one is
 * worth, forget one. */

#include "columns.h"
#include "command.h"
#include "fingerprint.h"
#include "subject.h"
#include "target.h"

/* A record with the account that it is of in front. */
static void
add_record (GVariantBuilder *records, const char *account, GVariant *record)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_builder_open (records, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (records, "{sv}", "account", g_variant_new_string (account));
  g_variant_iter_init (&iter, record);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_variant_builder_add (records, "{sv}", key, value);
      g_variant_unref (value);
    }
  g_variant_builder_close (records);
}

static void
add_records (GVariantBuilder *records, const char *account, GVariant *page)
{
  GVariantIter iter;
  GVariant *record;

  g_variant_iter_init (&iter, page);
  while ((record = g_variant_iter_next_value (&iter)) != NULL)
    {
      add_record (records, account, record);
      g_variant_unref (record);
    }
}

static GVariant *
make_filter (Command *command, const char *after)
{
  static const char *const keys[] = { "contact", "trust", "fingerprint" };
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (arguments_get_value (command->arguments, keys[i]) != NULL)
      g_variant_dict_insert (&filter, keys[i], "s",
                             arguments_get_value (command->arguments, keys[i]));
  if (after != NULL)
    g_variant_dict_insert (&filter, "after", "s", after);
  return g_variant_dict_end (&filter);
}

static gboolean
list_account (Command *command, OtrdAccount *account, GVariantBuilder *records, GError **error)
{
  g_autofree char *name = target_name (account);
  g_autofree char *after = NULL;

  do
    {
      g_autofree char *next = NULL;
      g_autoptr (GVariant) page = otrd_account_list_fingerprints_sync (
          account, make_filter (command, after), &next, NULL, error);

      if (page == NULL)
        return FALSE;
      add_records (records, name, page);
      g_free (after);
      after = g_steal_pointer (&next);
    }
  while (after != NULL && *after != '\0');
  return TRUE;
}

static GPtrArray *
choose_accounts (Command *command, GError **error)
{
  const char *word = command_get_word (command, 0);
  g_autoptr (OtrdAccount) account = NULL;
  GPtrArray *accounts;

  if (word == NULL)
    return target_list_accounts (command->client, error);
  account = target_find_account (command->client, word, error);
  if (account == NULL)
    return NULL;
  accounts = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (accounts, g_steal_pointer (&account));
  return accounts;
}

gboolean
run_fingerprints (Command *command, GError **error)
{
  static const char *const keys[] = { "account", "contact", "trust", "fingerprint", NULL };
  g_autoptr (GPtrArray) accounts = choose_accounts (command, error);
  g_autoptr (GVariantBuilder) records = g_variant_builder_new (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) list = NULL;

  if (accounts == NULL)
    return FALSE;
  for (guint i = 0; i < accounts->len; i++)
    if (!list_account (command, accounts->pdata[i], records, error))
      return FALSE;
  list = g_variant_ref_sink (g_variant_builder_end (records));
  columns_print (list, keys, command_has (command, "json"), command_has (command, "long"));
  return TRUE;
}

/* "01234567 89ABCDEF ... (unverified)", between commas; "": none is known. */
static char *
list_known (const Subject *subject)
{
  GString *known = g_string_new (NULL);
  g_autoptr (GVariant) records = NULL;
  const char *fingerprint, *trust;
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  g_variant_dict_insert (&filter, "contact", "s", subject->contact);
  records = otrd_account_list_fingerprints_sync (subject->account, g_variant_dict_end (&filter),
                                                 NULL, NULL, NULL);
  for (gsize i = 0; records != NULL && i < g_variant_n_children (records); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (records, i);
      g_autofree char *grouped = NULL;

      if (!g_variant_lookup (record, "fingerprint", "&s", &fingerprint)
          || !g_variant_lookup (record, "trust", "&s", &trust))
        continue;
      grouped = fingerprint_group (fingerprint);
      g_string_append_printf (known, "%s%s (%s)", known->len > 0 ? ", " : "", grouped, trust);
    }
  return g_string_free (known, FALSE);
}

static gboolean
check_fingerprint (const Subject *subject, GError **error)
{
  g_autofree char *known = NULL;

  if (subject->fingerprint != NULL)
    return TRUE;
  known = list_known (subject);
  if (*known != '\0')
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                 "Which of the fingerprints of “%s”? Add it after the contact: %s",
                 subject->contact, known);
  else
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                 "No fingerprint of “%s” is known: add the one that is meant after the contact",
                 subject->contact);
  return FALSE;
}

gboolean
run_trust (Command *command, GError **error)
{
  guint n_words = arguments_count_words (command->arguments);
  g_autoptr (Subject) subject = subject_read (command, n_words - 1, error);
  const char *trust = command_get_word (command, n_words - 1);

  return subject != NULL && check_fingerprint (subject, error)
         && otrd_account_set_trust_sync (subject->account, subject->contact, subject->fingerprint,
                                         otrd_trust_from_string (trust), NULL, NULL, error);
}

gboolean
run_forget (Command *command, GError **error)
{
  g_autoptr (Subject) subject =
      subject_read (command, arguments_count_words (command->arguments), error);

  return subject != NULL && check_fingerprint (subject, error)
         && otrd_account_forget_sync (subject->account, subject->contact, subject->fingerprint,
                                      NULL, NULL, error);
}
