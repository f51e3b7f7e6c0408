// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A person may have hundreds of contacts: they are counted by account, and only
 * what needs a look is told one by one, some of each kind. */

#include "takeover-report.h"

#define ONE_BY_ONE_MAX 5
/* Of a fingerprint whose owner is named beside it. */
#define DIGITS 8

typedef struct
{
  char *name;
  char *own; /* of the own key; NULL: nothing about it */
  guint added;
  guint verified; /* of those added */
  guint kept;
} Account;

static void
account_free (Account *self)
{
  g_free (self->name);
  g_free (self->own);
  g_free (self);
}

static const char *
get (GVariant *entry, const char *key)
{
  const char *word = "";

  g_variant_lookup (entry, key, "&s", &word);
  return word;
}

static gboolean
is_key (GVariant *entry)
{
  return g_str_equal (get (entry, "file"), "private-keys");
}

static GPtrArray *
list_of (GVariant *report, const char *outcome)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (report, outcome, G_VARIANT_TYPE ("aa{sv}"));
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    g_ptr_array_add (entries, g_variant_get_child_value (list, i));
  return entries;
}

static gboolean
is_whole_file (GVariant *entry)
{
  return is_key (entry) && *get (entry, "account") == '\0' && *get (entry, "from") == '\0';
}

gboolean
takeover_report_has_damaged_file (GVariant *report)
{
  g_autoptr (GPtrArray) unreadable = list_of (report, "unreadable");

  for (guint i = 0; i < unreadable->len; i++)
    if (is_whole_file (unreadable->pdata[i]))
      return TRUE;
  return FALSE;
}

gboolean
takeover_report_has_news (GVariant *report)
{
  g_autoptr (GPtrArray) added = list_of (report, "added");

  return added->len > 0;
}

/* By account */

static Account *
find_account (GPtrArray *accounts, GVariant *entry)
{
  g_autofree char *name =
      g_strdup_printf ("%s (%s)", get (entry, "account"), get (entry, "protocol"));
  Account *account;

  for (guint i = 0; i < accounts->len; i++)
    if (g_str_equal (((Account *)accounts->pdata[i])->name, name))
      return accounts->pdata[i];
  account = g_new0 (Account, 1);
  account->name = g_steal_pointer (&name);
  g_ptr_array_add (accounts, account);
  return account;
}

static void
count_added (GPtrArray *accounts, GVariant *entry, gboolean done)
{
  Account *account = find_account (accounts, entry);

  if (is_key (entry))
    {
      g_free (account->own);
      account->own = g_strdup_printf ("your key %.*s... %s", DIGITS, get (entry, "fingerprint"),
                                      done ? "has come" : "will come");
      return;
    }
  account->added++;
  if (g_str_equal (get (entry, "trust"), "verified"))
    account->verified++;
}

static void
count_kept (GPtrArray *accounts, GVariant *entry)
{
  Account *account = find_account (accounts, entry);

  if (!is_key (entry))
    account->kept++;
  else if (account->own == NULL)
    account->own = g_strdup ("your key is here already");
}

static void
append_account (GString *words, const Account *account)
{
  g_string_append_printf (words, "%s:", account->name);
  if (account->own != NULL)
    g_string_append_printf (words, " %s;", account->own);
  g_string_append_printf (words, " contacts' fingerprints: %u new (%u verified)", account->added,
                          account->verified);
  if (account->kept > 0)
    g_string_append_printf (words, ", %u here already", account->kept);
  g_string_append (words, "\n");
}

static void
append_accounts (GString *words, GVariant *report, gboolean done)
{
  g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)account_free);
  g_autoptr (GPtrArray) added = list_of (report, "added");
  g_autoptr (GPtrArray) kept = list_of (report, "kept");

  for (guint i = 0; i < added->len; i++)
    count_added (accounts, added->pdata[i], done);
  for (guint i = 0; i < kept->len; i++)
    count_kept (accounts, kept->pdata[i]);
  for (guint i = 0; i < accounts->len; i++)
    append_account (words, accounts->pdata[i]);
}

/* One by one */

typedef void (*Describe) (GString *words, GVariant *entry);

static void
describe_conflict (GString *words, GVariant *entry)
{
  if (is_key (entry))
    g_string_append_printf (words, "another key of %s: here %.*s..., there %.*s...",
                            get (entry, "account"), DIGITS, get (entry, "kept-fingerprint"), DIGITS,
                            get (entry, "fingerprint"));
  else
    g_string_append_printf (words, "%s, %.*s...: here %s, there %s", get (entry, "contact"), DIGITS,
                            get (entry, "fingerprint"), get (entry, "kept-trust"),
                            get (entry, "trust"));
}

static void
describe_unreadable (GString *words, GVariant *entry)
{
  guint line = 0;

  if (g_variant_lookup (entry, "line", "u", &line))
    g_string_append_printf (words, "line %u of the fingerprints: %s", line, get (entry, "reason"));
  else if (is_whole_file (entry))
    g_string_append_printf (words, "otr.private_key: %s", get (entry, "reason"));
  else
    g_string_append_printf (words, "the key of %s: %s", get (entry, "account"),
                            get (entry, "reason"));
}

static void
describe_odd_word (GString *words, GVariant *entry)
{
  g_string_append_printf (words, "%s, %.*s...: \"%s\"", get (entry, "contact"), DIGITS,
                          get (entry, "fingerprint"), get (entry, "trust-word"));
}

static void
append_list (GString *words, const char *title, GPtrArray *entries, Describe describe)
{
  if (entries->len > 0)
    g_string_append_printf (words, "\n%s\n", title);
  for (guint i = 0; i < MIN (entries->len, ONE_BY_ONE_MAX); i++)
    {
      g_string_append (words, "- ");
      describe (words, entries->pdata[i]);
      g_string_append (words, "\n");
    }
  if (entries->len > ONE_BY_ONE_MAX)
    g_string_append_printf (words, "- and %u more\n", entries->len - ONE_BY_ONE_MAX);
}

static GPtrArray *
list_odd_words (GVariant *report)
{
  GPtrArray *added = list_of (report, "added");

  for (guint i = added->len; i > 0; i--)
    if (*get (added->pdata[i - 1], "trust-word") == '\0')
      g_ptr_array_remove_index (added, i - 1);
  return added;
}

char *
takeover_report_describe (GVariant *report, const char *policies, gboolean done)
{
  g_autoptr (GPtrArray) conflicts = list_of (report, "conflict");
  g_autoptr (GPtrArray) unreadable = list_of (report, "unreadable");
  g_autoptr (GPtrArray) odd_words = list_odd_words (report);
  GString *words = g_string_new (NULL);

  append_accounts (words, report, done);
  g_string_append (words, policies);
  append_list (words, "In conflict, and left as it is here:", conflicts, describe_conflict);
  append_list (words, "Not verified, for nobody here knows the word:", odd_words,
               describe_odd_word);
  append_list (words, "Unreadable, and left out:", unreadable, describe_unreadable);
  g_string_append (words, "\nThe files of pidgin-otr stay as they are.");
  return g_string_free (words, FALSE);
}
