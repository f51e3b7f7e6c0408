/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an open vault holds: lookups, which copy, and changes, which mark the
 * file that they belong to. */

#include "vault/vault-private.h"

#include <string.h>

static gboolean
check_open (Vault *vault, const char *attempted, GError **error)
{
  if (vault_is_open (vault))
    return TRUE;
  g_propagate_error (error, vault_new_state_error (vault, attempted));
  return FALSE;
}

static gboolean
is_same (const VaultRecord *record, const VaultRecord *old)
{
  return old != NULL && old->size == record->size
         && memcmp (old->fields, record->fields, record->size) == 0;
}

/* Takes @record. What changes nothing is not written. */
static gboolean
put_record (Vault *vault, guint file, VaultRecord *record, const VaultRecord *old, GError **error)
{
  g_autoptr (VaultRecord) owned = record;

  if (record == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Could not store a record in the vault: a name in it is empty, "
                   "too long or not UTF-8");
      return FALSE;
    }
  if (is_same (record, old))
    return TRUE;
  if (vault->is_batch)
    owned = vault_record_move (g_steal_pointer (&owned), &vault->batch);
  vault_table_put (vault->table, owned);
  vault_mark_changed (vault, file);
  return TRUE;
}

void
vault_begin_batch (Vault *vault)
{
  vault->is_batch = TRUE;
}

void
vault_end_batch (Vault *vault)
{
  vault->is_batch = FALSE;
  g_clear_pointer (&vault->batch, vault_batch_close);
}

OtrdPolicy
vault_get_default_policy (Vault *vault)
{
  VaultRecord *record = vault_is_open (vault) ? vault_table_find_settings (vault->table) : NULL;
  OtrdPolicy policy = record != NULL ? vault_record_get_policy (record) : OTRD_POLICY_INHERIT;

  return policy != OTRD_POLICY_INHERIT ? policy : OTRD_POLICY_OPPORTUNISTIC;
}

gboolean
vault_put_default_policy (Vault *vault, OtrdPolicy policy, GError **error)
{
  const VaultRecord *old;

  if (!check_open (vault, "store the policy", error))
    return FALSE;
  old = vault_table_find_settings (vault->table);
  return put_record (vault, VAULT_FILE_TRUST,
                     vault_record_from_settings (policy, vault_get_auto_lock (vault), old), old,
                     error);
}

VaultAutoLock
vault_get_auto_lock (Vault *vault)
{
  VaultRecord *record = vault_is_open (vault) ? vault_table_find_settings (vault->table) : NULL;

  return record != NULL ? vault_record_get_auto_lock (record) : (VaultAutoLock){ 0 };
}

gboolean
vault_put_auto_lock (Vault *vault, VaultAutoLock auto_lock, GError **error)
{
  const VaultRecord *old;

  if (!check_open (vault, "store when it is locked", error))
    return FALSE;
  old = vault_table_find_settings (vault->table);
  return put_record (vault, VAULT_FILE_TRUST,
                     vault_record_from_settings (vault_get_default_policy (vault), auto_lock, old),
                     old, error);
}

GPtrArray *
vault_list_accounts (Vault *vault)
{
  GPtrArray *accounts = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_account_free);
  g_autoptr (GPtrArray) records = NULL;

  if (!vault_is_open (vault))
    return accounts;
  records = vault_table_list_accounts (vault->table);
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (accounts, vault_record_to_account (records->pdata[i]));
  return accounts;
}

static VaultRecord *
find_record (Vault *vault, VaultKind kind, const VaultNames *names)
{
  return vault_is_open (vault) ? vault_table_find (vault->table, kind, names) : NULL;
}

VaultAccount *
vault_lookup_account (Vault *vault, const char *protocol, const char *name)
{
  const VaultNames names = { protocol, name, NULL, NULL };
  const VaultRecord *record = find_record (vault, VAULT_KIND_ACCOUNT, &names);

  return record != NULL ? vault_record_to_account (record) : NULL;
}

static gboolean
drops_private_key (const VaultRecord *old, const VaultAccount *account)
{
  gsize length;
  const guint8 *key =
      old != NULL ? vault_record_get_bytes (old, VAULT_FIELD_PRIVATE_KEY, &length) : NULL;
  g_autoptr (Secret) old_key = key != NULL ? secret_new (key, length) : NULL;

  return old_key != NULL
         && (account->private_key == NULL || !secret_equal (old_key, account->private_key));
}

gboolean
vault_put_account (Vault *vault, const VaultAccount *account, GError **error)
{
  const VaultNames names = { account->protocol, account->name, NULL, NULL };
  const VaultRecord *old;
  gboolean drops;

  if (!check_open (vault, "store the account", error))
    return FALSE;
  old = find_record (vault, VAULT_KIND_ACCOUNT, &names);
  drops = drops_private_key (old, account);
  if (!put_record (vault, VAULT_FILE_KEYS, vault_record_from_account (account, old), old, error))
    return FALSE;
  vault->forgets_previous[VAULT_FILE_KEYS] |= drops;
  return TRUE;
}

static gboolean
collect (VaultRecord *record, gpointer records)
{
  g_ptr_array_add (records, vault_record_ref (record));
  return TRUE;
}

static gboolean
is_for_account (const VaultRecord *grant, const VaultNames *names)
{
  return g_str_equal (vault_record_get_text (grant, VAULT_FIELD_ACCOUNT), names->account)
         && g_str_equal (vault_record_get_text (grant, VAULT_FIELD_PROTOCOL), names->protocol);
}

static void
take_grants (Vault *vault, const VaultNames *names, GPtrArray *taken)
{
  GPtrArray *grants = vault_table_get_grants (vault->table);

  for (guint i = grants->len; i > 0; i--)
    if (is_for_account (grants->pdata[i - 1], names))
      g_ptr_array_add (taken, g_ptr_array_steal_index (grants, i - 1));
}

GPtrArray *
vault_take_account (Vault *vault, const char *protocol, const char *name, GError **error)
{
  const VaultNames names = { protocol, name, NULL, NULL };
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref);
  VaultRecord *account =
      vault_is_open (vault) ? vault_table_find (vault->table, VAULT_KIND_ACCOUNT, &names) : NULL;

  if (account != NULL)
    collect (account, taken);
  if (vault_is_open (vault))
    vault_table_visit (vault->table, protocol, name, NULL, collect, taken);
  if (!vault_remove_account (vault, protocol, name, error))
    return NULL;
  take_grants (vault, &names, taken);
  return g_steal_pointer (&taken);
}

void
vault_put_back (Vault *vault, GPtrArray *taken)
{
  if (!vault_is_open (vault))
    return;
  for (guint i = 0; i < taken->len; i++)
    vault_table_put (vault->table, taken->pdata[i]);
  for (guint i = 0; i < VAULT_N_FILES; i++)
    vault_mark_changed (vault, i);
}

gboolean
vault_remove_account (Vault *vault, const char *protocol, const char *name, GError **error)
{
  if (!check_open (vault, "remove the account", error))
    return FALSE;
  if (!vault_table_remove_account (vault->table, protocol, name))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                   "Could not remove the account: there is none of that name");
      return FALSE;
    }
  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      vault->forgets_previous[i] = TRUE;
      vault_mark_changed (vault, i);
    }
  return TRUE;
}

void
vault_unput_account (Vault *vault, const char *protocol, const char *name)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref);

  if (!vault_is_open (vault))
    return;
  vault_table_visit (vault->table, protocol, name, NULL, collect, known);
  if (vault_remove_account (vault, protocol, name, NULL))
    vault_put_back (vault, known);
}

VaultFingerprint *
vault_lookup_fingerprint (Vault *vault,
                          const char *protocol,
                          const char *account,
                          const char *contact,
                          const char *fingerprint)
{
  guint8 bytes[VAULT_FINGERPRINT_LEN / 2];
  const VaultNames names = { protocol, account, contact, bytes };
  const VaultRecord *record = NULL;

  if (vault_fingerprint_to_bytes (fingerprint, bytes))
    record = find_record (vault, VAULT_KIND_FINGERPRINT, &names);
  return record != NULL ? vault_record_to_fingerprint (record) : NULL;
}

static gboolean
rejects (const VaultRecord *old, const VaultFingerprint *fingerprint)
{
  return fingerprint->trust == OTRD_TRUST_REJECTED
         && (old == NULL || vault_record_get_trust (old) != OTRD_TRUST_REJECTED);
}

gboolean
vault_put_fingerprint (Vault *vault, const VaultFingerprint *fingerprint, GError **error)
{
  guint8 bytes[VAULT_FINGERPRINT_LEN / 2] = { 0 };
  const VaultNames names = { fingerprint->protocol, fingerprint->account, fingerprint->contact,
                             bytes };
  const VaultRecord *old;
  gboolean rejected;

  if (!check_open (vault, "store the fingerprint", error))
    return FALSE;
  vault_fingerprint_to_bytes (fingerprint->fingerprint, bytes);
  old = find_record (vault, VAULT_KIND_FINGERPRINT, &names);
  rejected = rejects (old, fingerprint);
  if (!put_record (vault, VAULT_FILE_TRUST, vault_record_from_fingerprint (fingerprint, old), old,
                   error))
    return FALSE;
  vault->forgets_previous[VAULT_FILE_TRUST] |= rejected;
  return TRUE;
}

gboolean
vault_remove_fingerprint (Vault *vault,
                          const char *protocol,
                          const char *account,
                          const char *contact,
                          const char *fingerprint,
                          GError **error)
{
  guint8 bytes[VAULT_FINGERPRINT_LEN / 2];
  const VaultNames names = { protocol, account, contact, bytes };

  if (!check_open (vault, "remove the fingerprint", error))
    return FALSE;
  if (!vault_fingerprint_to_bytes (fingerprint, bytes)
      || !vault_table_remove (vault->table, VAULT_KIND_FINGERPRINT, &names))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                   "Could not remove the fingerprint: it is not known of this contact");
      return FALSE;
    }
  vault_mark_changed (vault, VAULT_FILE_TRUST);
  return TRUE;
}

OtrdPolicy
vault_get_policy (Vault *vault, const char *protocol, const char *account, const char *contact)
{
  const VaultNames names = { protocol, account, contact, NULL };
  const VaultRecord *record = find_record (vault, VAULT_KIND_POLICY, &names);

  return record != NULL ? vault_record_get_policy (record) : OTRD_POLICY_INHERIT;
}

/* Nothing to remove is nothing changed. */
static void
remove_record (Vault *vault, VaultKind kind, const VaultNames *names)
{
  if (vault_table_remove (vault->table, kind, names))
    vault_mark_changed (vault, VAULT_FILE_TRUST);
}

gboolean
vault_put_policy (Vault *vault,
                  const char *protocol,
                  const char *account,
                  const char *contact,
                  OtrdPolicy policy,
                  GError **error)
{
  const VaultNames names = { protocol, account, contact, NULL };
  const VaultRecord *old;

  if (!check_open (vault, "store the policy", error))
    return FALSE;
  if (policy == OTRD_POLICY_INHERIT)
    {
      remove_record (vault, VAULT_KIND_POLICY, &names);
      return TRUE;
    }
  old = find_record (vault, VAULT_KIND_POLICY, &names);
  return put_record (vault, VAULT_FILE_TRUST,
                     vault_record_from_policy (protocol, account, contact, policy, old), old,
                     error);
}

VaultLatch *
vault_lookup_latch (Vault *vault, const char *protocol, const char *account, const char *contact)
{
  const VaultNames names = { protocol, account, contact, NULL };
  const VaultRecord *record = find_record (vault, VAULT_KIND_LATCH, &names);

  return record != NULL ? vault_record_to_latch (record) : NULL;
}

gboolean
vault_put_latch (Vault *vault, const VaultLatch *latch, GError **error)
{
  const VaultNames names = { latch->protocol, latch->account, latch->contact, NULL };
  const VaultRecord *old;

  if (!check_open (vault, "store that the session was private", error))
    return FALSE;
  old = find_record (vault, VAULT_KIND_LATCH, &names);
  return put_record (vault, VAULT_FILE_TRUST, vault_record_from_latch (latch, old), old, error);
}

gboolean
vault_remove_latch (
    Vault *vault, const char *protocol, const char *account, const char *contact, GError **error)
{
  const VaultNames names = { protocol, account, contact, NULL };

  if (!check_open (vault, "store that the session was ended", error))
    return FALSE;
  remove_record (vault, VAULT_KIND_LATCH, &names);
  return TRUE;
}
