/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A hash table of accounts; in each a tree of contacts, sorted for listing in
 * pages; at each contact a short chain of records, sorted too. Names are not
 * copied: an account's and a contact's are those in one of their records. */

#include "vault/table.h"

#include <string.h>

typedef struct
{
  const char *name; /* in the first record */
  VaultRecord *records;
} Contact;

typedef struct
{
  char *protocol;
  char *name;
  VaultRecord *record; /* NULL: contacts only */
  GTree *contacts;     /* Contact, its own key */
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
  g_tree_unref (account->contacts);
  g_free (account);
}

static int
contact_compare (gconstpointer a, gconstpointer b, gpointer unused)
{
  return strcmp (((const Contact *)a)->name, ((const Contact *)b)->name);
}

static void
contact_free (gpointer key)
{
  Contact *contact = key;

  for (VaultRecord *record = contact->records; record != NULL;)
    {
      VaultRecord *next = record->next;
      record->next = NULL;
      vault_record_unref (record);
      record = next;
    }
  g_free (contact);
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
  account->contacts = g_tree_new_full (contact_compare, NULL, contact_free, NULL);
  g_hash_table_add (table->accounts, account);
  return account;
}

static Contact *
find_contact (Account *account, const char *name)
{
  const Contact wanted = { .name = name };
  gpointer found = NULL;

  g_tree_lookup_extended (account->contacts, &wanted, &found, NULL);
  return found;
}

/* Fingerprints come first, in their order, then the other kinds. */
static int
compare_records (const VaultRecord *record, VaultKind kind, const guint8 *fingerprint)
{
  gsize length;
  const guint8 *own = vault_record_get_bytes (record, VAULT_FIELD_FINGERPRINT, &length);

  if (record->kind != kind || kind != VAULT_KIND_FINGERPRINT)
    return (int)record->kind - (int)kind;
  return memcmp (own, fingerprint, VAULT_FINGERPRINT_LEN / 2);
}

/* Where a record with these names is, or belongs, in the chain. */
static VaultRecord **
find_place (Contact *contact, VaultKind kind, const guint8 *fingerprint)
{
  VaultRecord **place = &contact->records;

  while (*place != NULL && compare_records (*place, kind, fingerprint) < 0)
    place = &(*place)->next;
  return place;
}

static gboolean
is_at (VaultRecord *const *place, VaultKind kind, const guint8 *fingerprint)
{
  return *place != NULL && compare_records (*place, kind, fingerprint) == 0;
}

static void
take_out (VaultRecord **place)
{
  VaultRecord *record = *place;

  *place = record->next;
  record->next = NULL;
  vault_record_unref (record);
}

VaultRecord *
vault_table_find (VaultTable *table, VaultKind kind, const VaultNames *names)
{
  Account *account = find_account (table, names->protocol, names->account);
  Contact *contact;
  VaultRecord **place;

  if (account == NULL || names->contact == NULL)
    return account != NULL ? account->record : NULL;
  contact = find_contact (account, names->contact);
  if (contact == NULL)
    return NULL;
  place = find_place (contact, kind, names->fingerprint);
  return is_at (place, kind, names->fingerprint) ? *place : NULL;
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

static void
put_of_contact (Account *account, VaultRecord *record)
{
  const char *name = vault_record_get_text (record, VAULT_FIELD_CONTACT);
  gsize length;
  const guint8 *fingerprint = vault_record_get_bytes (record, VAULT_FIELD_FINGERPRINT, &length);
  Contact *contact = find_contact (account, name);
  gboolean is_new = contact == NULL;
  VaultRecord **place, *replaced = NULL;

  if (is_new)
    contact = g_new0 (Contact, 1);
  place = find_place (contact, record->kind, fingerprint);
  if (is_at (place, record->kind, fingerprint))
    {
      replaced = *place;
      *place = replaced->next;
      replaced->next = NULL;
    }
  record->next = *place;
  *place = vault_record_ref (record);
  contact->name = vault_record_get_text (contact->records, VAULT_FIELD_CONTACT);
  if (is_new)
    g_tree_insert (account->contacts, contact, NULL);
  g_clear_pointer (&replaced, vault_record_unref);
}

void
vault_table_put (VaultTable *table, VaultRecord *record)
{
  Account *account;

  if (record->kind == VAULT_KIND_SETTINGS)
    {
      replace_record (&table->settings, record);
      return;
    }
  if (record->kind == VAULT_KIND_GRANT)
    {
      g_ptr_array_add (table->grants, vault_record_ref (record));
      return;
    }
  account = ensure_account (table, vault_record_get_text (record, VAULT_FIELD_PROTOCOL),
                            vault_record_get_text (record, VAULT_FIELD_ACCOUNT));
  if (record->kind == VAULT_KIND_ACCOUNT)
    replace_record (&account->record, record);
  else
    put_of_contact (account, record);
}

gboolean
vault_table_remove (VaultTable *table, VaultKind kind, const VaultNames *names)
{
  Account *account = find_account (table, names->protocol, names->account);
  Contact *contact = account != NULL ? find_contact (account, names->contact) : NULL;
  VaultRecord **place;

  if (contact == NULL)
    return FALSE;
  place = find_place (contact, kind, names->fingerprint);
  if (!is_at (place, kind, names->fingerprint))
    return FALSE;
  if (contact->records->next == NULL)
    {
      g_tree_remove (account->contacts, contact);
      return TRUE;
    }
  if (place == &contact->records)
    contact->name = vault_record_get_text (contact->records->next, VAULT_FIELD_CONTACT);
  take_out (place);
  return TRUE;
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

  for (guint i = 0; i < records->len; i++)
    {
      VaultRecord *record = records->pdata[i];
      if (is_known (record, contents))
        vault_table_put (table, record);
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

static gboolean
add_contact_to_snapshot (gpointer key, gpointer value, gpointer snapshot)
{
  const Contact *contact = key;

  for (VaultRecord *record = contact->records; record != NULL; record = record->next)
    g_ptr_array_add (snapshot, vault_record_ref (record));
  return FALSE;
}

static void
add_all (GPtrArray *snapshot, GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (snapshot, vault_record_ref (records->pdata[i]));
}

GPtrArray *
vault_table_snapshot (VaultTable *table, VaultContents contents)
{
  gboolean keys = contents == VAULT_CONTENTS_KEYS;
  GPtrArray *snapshot = new_record_array ();
  GHashTableIter iter;
  Account *account;

  g_hash_table_iter_init (&iter, table->accounts);
  while (g_hash_table_iter_next (&iter, (gpointer *)&account, NULL))
    {
      if (!keys)
        g_tree_foreach (account->contacts, add_contact_to_snapshot, snapshot);
      else if (account->record != NULL)
        g_ptr_array_add (snapshot, vault_record_ref (account->record));
    }
  if (!keys && table->settings != NULL)
    g_ptr_array_add (snapshot, vault_record_ref (table->settings));
  if (!keys)
    add_all (snapshot, table->grants);
  add_all (snapshot, keys ? table->unknown_keys : table->unknown_trust);
  return snapshot;
}

GPtrArray *
vault_table_snapshot_all (VaultTable *table)
{
  GPtrArray *keys = vault_table_snapshot (table, VAULT_CONTENTS_KEYS);

  g_ptr_array_extend_and_steal (keys, vault_table_snapshot (table, VAULT_CONTENTS_TRUST));
  return keys;
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
  const Contact first = { .name = from };
  GTreeNode *node;

  if (account == NULL)
    return;
  node = from != NULL ? g_tree_lower_bound (account->contacts, &first)
                      : g_tree_node_first (account->contacts);
  for (; node != NULL; node = g_tree_node_next (node))
    {
      const Contact *contact = g_tree_node_key (node);
      for (VaultRecord *record = contact->records; record != NULL; record = record->next)
        if (!visit (record, user_data))
          return;
    }
}
