/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A hash table of accounts; in each the pages of its contacts, in the order in
 * which they are listed. */

#include "vault/table.h"

#include <string.h>

typedef struct
{
  char *protocol;
  char *name;
  VaultRecord *record; /* NULL: contacts only */
  VaultPages *contacts;
} Account;

struct _VaultTable
{
  GHashTable *accounts; /* Account, its own key */
  VaultRecord *settings;
  GPtrArray *grants;
  GPtrArray *unknown_keys; /* records of kinds that we do not know */
  GPtrArray *unknown_trust;
};

static guint
account_hash (gconstpointer key)
{
  const Account *account = key;

  return g_str_hash (account->protocol) * 31 + g_str_hash (account->name);
}

static gboolean
account_equal (gconstpointer a, gconstpointer b)
{
  const Account *one = a, *other = b;

  return strcmp (one->name, other->name) == 0 && strcmp (one->protocol, other->protocol) == 0;
}

static void
account_free (gpointer key)
{
  Account *account = key;

  g_free (account->protocol);
  g_free (account->name);
  g_clear_pointer (&account->record, vault_record_unref);
  vault_pages_free (account->contacts);
  g_free (account);
}

static GPtrArray *
new_record_array (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref);
}

VaultTable *
vault_table_new (void)
{
  VaultTable *table = g_new0 (VaultTable, 1);

  table->accounts = g_hash_table_new_full (account_hash, account_equal, account_free, NULL);
  table->grants = new_record_array ();
  table->unknown_keys = new_record_array ();
  table->unknown_trust = new_record_array ();
  return table;
}

void
vault_table_free (VaultTable *table)
{
  g_hash_table_unref (table->accounts);
  g_clear_pointer (&table->settings, vault_record_unref);
  g_ptr_array_unref (table->grants);
  g_ptr_array_unref (table->unknown_keys);
  g_ptr_array_unref (table->unknown_trust);
  g_free (table);
}

static Account *
find_account (VaultTable *table, const char *protocol, const char *name)
{
  const Account wanted = { .protocol = (char *)protocol, .name = (char *)name };
  gpointer found = NULL;

  g_hash_table_lookup_extended (table->accounts, &wanted, &found, NULL);
  return found;
}

static Account *
ensure_account (VaultTable *table, const char *protocol, const char *name)
{
  Account *account = find_account (table, protocol, name);

  if (account != NULL)
    return account;
  account = g_new0 (Account, 1);
  account->protocol = g_strdup (protocol);
  account->name = g_strdup (name);
  account->contacts = vault_pages_new ();
  g_hash_table_add (table->accounts, account);
  return account;
}

VaultRecord *
vault_table_find (VaultTable *table, VaultKind kind, const VaultNames *names)
{
  Account *account = find_account (table, names->protocol, names->account);
  const VaultPlace place = { names->contact, kind, names->fingerprint };

  if (account == NULL || names->contact == NULL)
    return account != NULL ? account->record : NULL;
  return vault_pages_find (account->contacts, &place);
}

VaultRecord *
vault_table_find_settings (VaultTable *table)
{
  return table->settings;
}

static void
replace_record (VaultRecord **place, VaultRecord *record)
{
  vault_record_ref (record);
  g_clear_pointer (place, vault_record_unref);
  *place = record;
}

static gboolean
is_of (const Account *account, const VaultRecord *record)
{
  return g_str_equal (account->name, vault_record_get_text (record, VAULT_FIELD_ACCOUNT))
         && g_str_equal (account->protocol, vault_record_get_text (record, VAULT_FIELD_PROTOCOL));
}

/* @account: where the last one was put, and where this one was; mostly the same. */
static void
put_of_account (VaultTable *table, VaultRecord *record, Account **account)
{
  if (*account == NULL || !is_of (*account, record))
    *account = ensure_account (table, vault_record_get_text (record, VAULT_FIELD_PROTOCOL),
                               vault_record_get_text (record, VAULT_FIELD_ACCOUNT));
  if (record->kind == VAULT_KIND_ACCOUNT)
    replace_record (&(*account)->record, record);
  else
    vault_pages_put ((*account)->contacts, record);
}

static void
put (VaultTable *table, VaultRecord *record, Account **account)
{
  if (record->kind == VAULT_KIND_SETTINGS)
    replace_record (&table->settings, record);
  else if (record->kind == VAULT_KIND_GRANT)
    g_ptr_array_add (table->grants, vault_record_ref (record));
  else
    put_of_account (table, record, account);
}

void
vault_table_put (VaultTable *table, VaultRecord *record)
{
  Account *account = NULL;

  put (table, record, &account);
}

gboolean
vault_table_remove (VaultTable *table, VaultKind kind, const VaultNames *names)
{
  Account *account = find_account (table, names->protocol, names->account);
  const VaultPlace place = { names->contact, kind, names->fingerprint };

  return account != NULL && vault_pages_remove (account->contacts, &place);
}

gboolean
vault_table_remove_account (VaultTable *table, const char *protocol, const char *account)
{
  const Account wanted = { .protocol = (char *)protocol, .name = (char *)account };

  return g_hash_table_remove (table->accounts, &wanted);
}

static gboolean
is_known (const VaultRecord *record, VaultContents contents)
{
  if (contents == VAULT_CONTENTS_KEYS)
    return record->kind == VAULT_KIND_ACCOUNT;
  return record->kind >= VAULT_KIND_SETTINGS && record->kind <= VAULT_KIND_GRANT;
}

void
vault_table_load (VaultTable *table, VaultContents contents, GPtrArray *records)
{
  GPtrArray *unknown = contents == VAULT_CONTENTS_KEYS ? table->unknown_keys : table->unknown_trust;
  Account *account = NULL;

  for (guint i = 0; i < records->len; i++)
    {
      VaultRecord *record = records->pdata[i];
      if (is_known (record, contents))
        put (table, record, &account);
      else
        g_ptr_array_add (unknown, vault_record_ref (record));
    }
}

void
vault_table_load_all (VaultTable *table, GPtrArray *records)
{
  g_autoptr (GPtrArray) keys = new_record_array ();
  g_autoptr (GPtrArray) trust = new_record_array ();

  for (guint i = 0; i < records->len; i++)
    {
      VaultRecord *record = records->pdata[i];

      g_ptr_array_add (vault_record_is_of_keys (record) ? keys : trust, vault_record_ref (record));
    }
  vault_table_load (table, VAULT_CONTENTS_TRUST, trust);
  vault_table_load (table, VAULT_CONTENTS_KEYS, keys);
}

static void
add_all (VaultSnapshot *snapshot, GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    vault_snapshot_add (snapshot, records->pdata[i]);
}

static void
add_to_snapshot (VaultTable *table, VaultContents contents, VaultSnapshot *snapshot)
{
  gboolean keys = contents == VAULT_CONTENTS_KEYS;
  GHashTableIter iter;
  Account *account;

  g_hash_table_iter_init (&iter, table->accounts);
  while (g_hash_table_iter_next (&iter, (gpointer *)&account, NULL))
    {
      if (!keys)
        vault_pages_share (account->contacts, vault_snapshot_get_pages (snapshot));
      else if (account->record != NULL)
        vault_snapshot_add (snapshot, account->record);
    }
  if (!keys && table->settings != NULL)
    vault_snapshot_add (snapshot, table->settings);
  if (!keys)
    add_all (snapshot, table->grants);
  add_all (snapshot, keys ? table->unknown_keys : table->unknown_trust);
}

VaultSnapshot *
vault_table_snapshot (VaultTable *table, VaultContents contents)
{
  VaultSnapshot *snapshot = vault_snapshot_new ();

  add_to_snapshot (table, contents, snapshot);
  return snapshot;
}

VaultSnapshot *
vault_table_snapshot_all (VaultTable *table)
{
  VaultSnapshot *snapshot = vault_table_snapshot (table, VAULT_CONTENTS_KEYS);

  add_to_snapshot (table, VAULT_CONTENTS_TRUST, snapshot);
  return snapshot;
}

gboolean
vault_table_is_empty (VaultTable *table)
{
  return g_hash_table_size (table->accounts) == 0;
}

GPtrArray *
vault_table_get_grants (VaultTable *table)
{
  return table->grants;
}

GPtrArray *
vault_table_list_accounts (VaultTable *table)
{
  GPtrArray *accounts = new_record_array ();
  GHashTableIter iter;
  Account *account;

  g_hash_table_iter_init (&iter, table->accounts);
  while (g_hash_table_iter_next (&iter, (gpointer *)&account, NULL))
    if (account->record != NULL)
      g_ptr_array_add (accounts, vault_record_ref (account->record));
  return accounts;
}

void
vault_table_visit (VaultTable *table,
                   const char *protocol,
                   const char *account_name,
                   const char *from,
                   VaultVisit visit,
                   gpointer user_data)
{
  Account *account = find_account (table, protocol, account_name);

  if (account != NULL)
    vault_pages_visit (account->contacts, from, visit, user_data);
}
