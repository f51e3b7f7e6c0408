/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the vault holds: its state, lookups, changes, and forgetting it all. */

#include "vault/vault-private.h"

#include <string.h>

#include "introspection/otrd-enum-types.h"

enum
{
  PROPERTY_STATE = 1,
  N_PROPERTIES,
};

enum
{
  SIGNAL_SAVE_FAILED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

const VaultFile vault_files[VAULT_N_FILES] = {
  [VAULT_FILE_TRUST] = { "trust", VAULT_CONTENTS_TRUST },
  [VAULT_FILE_KEYS] = { "keys", VAULT_CONTENTS_KEYS },
};

G_DEFINE_FINAL_TYPE (Vault, vault, G_TYPE_OBJECT)

static void
forget_all (Vault *vault)
{
  g_clear_pointer (&vault->table, vault_table_free);
  g_clear_pointer (&vault->key, secret_unref);
}

static void
vault_finalize (GObject *object)
{
  Vault *vault = VAULT_VAULT (object);

  vault_stop_save_timer (vault);
  forget_all (vault);
  g_clear_pointer (&vault->folder, vault_folder_close);
  g_clear_error (&vault->reason);
  g_clear_object (&vault->key_store);
  g_ptr_array_unref (vault->opening_tasks);
  g_ptr_array_unref (vault->saving_tasks);
  g_free (vault->path);
  G_OBJECT_CLASS (vault_parent_class)->finalize (object);
}

static void
vault_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROPERTY_STATE)
    g_value_set_enum (value, VAULT_VAULT (object)->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
vault_class_init (VaultClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->finalize = vault_finalize;
  object_class->get_property = vault_get_property;
  properties[PROPERTY_STATE] =
      g_param_spec_enum ("state", NULL, NULL, OTRD_TYPE_VAULT, OTRD_VAULT_LOCKED,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[SIGNAL_SAVE_FAILED] = g_signal_new ("save-failed", VAULT_TYPE_VAULT, G_SIGNAL_RUN_LAST, 0,
                                              NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
vault_init (Vault *vault)
{
  vault->state = OTRD_VAULT_LOCKED;
  vault->opening_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  vault->saving_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&vault->key_tasks);
}

Vault *
vault_new (const char *folder, VaultKeyStore *key_store)
{
  Vault *vault;

  g_return_val_if_fail (folder != NULL && VAULT_IS_KEY_STORE (key_store), NULL);

  vault = g_object_new (VAULT_TYPE_VAULT, NULL);
  vault->path = g_strdup (folder);
  vault->key_store = g_object_ref (key_store);
  return vault;
}

OtrdVault
vault_get_state (Vault *vault)
{
  g_return_val_if_fail (VAULT_IS_VAULT (vault), OTRD_VAULT_UNKNOWN);

  return vault->state;
}

gboolean
vault_is_open (Vault *vault)
{
  return vault->state == OTRD_VAULT_NEW || vault->state == OTRD_VAULT_READY;
}

VaultKeyStore *
vault_get_key_store (Vault *vault)
{
  return vault->key_store;
}

void
vault_set_state (Vault *vault, OtrdVault state, GError *reason)
{
  g_clear_error (&vault->reason);
  vault->reason = reason;
  if (vault->state == state)
    return;
  vault->state = state;
  g_object_notify_by_pspec (G_OBJECT (vault), properties[PROPERTY_STATE]);
}

GError *
vault_new_state_error (Vault *vault, const char *attempted)
{
  if (vault->reason != NULL)
    return g_error_new (OTRD_ERROR, vault->reason->code, "Could not %s. %s", attempted,
                        vault->reason->message);
  return g_error_new (OTRD_ERROR, OTRD_ERROR_LOCKED, "Could not %s: the vault is locked; unlock it",
                      attempted);
}

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
  vault_table_put (vault->table, record);
  vault_mark_changed (vault, file);
  return TRUE;
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
  return put_record (vault, VAULT_FILE_TRUST, vault_record_from_settings (policy, old), old, error);
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

typedef struct
{
  const VaultFilter *filter;
  const guint8 *wanted; /* NULL: any fingerprint */
  const char *after_contact;
  guint8 after_fingerprint[VAULT_FINGERPRINT_LEN / 2];
  GPtrArray *found;
  gboolean is_cut;
} Listing;

static gboolean
is_listed (const Listing *listing, const VaultRecord *record)
{
  const VaultFilter *filter = listing->filter;
  gsize length;
  const guint8 *fingerprint = vault_record_get_bytes (record, VAULT_FIELD_FINGERPRINT, &length);

  if (record->kind != VAULT_KIND_FINGERPRINT)
    return FALSE;
  if (listing->wanted != NULL && memcmp (fingerprint, listing->wanted, length) != 0)
    return FALSE;
  if (filter->trust != OTRD_TRUST_UNKNOWN && vault_record_get_trust (record) != filter->trust)
    return FALSE;
  return listing->after_contact == NULL
         || !g_str_equal (listing->after_contact,
                          vault_record_get_text (record, VAULT_FIELD_CONTACT))
         || memcmp (fingerprint, listing->after_fingerprint, length) > 0;
}

static gboolean
list_record (VaultRecord *record, gpointer user_data)
{
  Listing *listing = user_data;
  const VaultFilter *filter = listing->filter;

  if (filter->contact != NULL
      && !g_str_equal (filter->contact, vault_record_get_text (record, VAULT_FIELD_CONTACT)))
    return FALSE;
  if (!is_listed (listing, record))
    return TRUE;
  listing->is_cut = filter->limit > 0 && listing->found->len >= filter->limit;
  if (!listing->is_cut)
    g_ptr_array_add (listing->found, vault_record_to_fingerprint (record));
  return !listing->is_cut;
}

/* The cursor: the last fingerprint, then the contact. FALSE when it is not one of ours. */
static gboolean
read_cursor (Listing *listing, const char *after)
{
  g_autofree char *fingerprint = NULL;

  if (after == NULL || after[0] == '\0')
    return TRUE;
  fingerprint = g_strndup (after, VAULT_FINGERPRINT_LEN);
  if (!vault_fingerprint_to_bytes (fingerprint, listing->after_fingerprint))
    return FALSE;
  listing->after_contact = after + VAULT_FINGERPRINT_LEN;
  return TRUE;
}

static char *
write_cursor (const Listing *listing)
{
  const VaultFingerprint *last;

  if (!listing->is_cut)
    return g_strdup ("");
  last = listing->found->pdata[listing->found->len - 1];
  return g_strconcat (last->fingerprint, last->contact, NULL);
}

GPtrArray *
vault_list_fingerprints (
    Vault *vault, const char *protocol, const char *account, const VaultFilter *filter, char **next)
{
  static const VaultFilter all = { 0 };
  Listing listing = { .filter = filter != NULL ? filter : &all };
  guint8 wanted[VAULT_FINGERPRINT_LEN / 2];
  const char *from;
  gboolean makes_sense = read_cursor (&listing, listing.filter->after);

  listing.found = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_fingerprint_free);
  if (listing.filter->fingerprint != NULL)
    {
      makes_sense &= vault_fingerprint_to_bytes (listing.filter->fingerprint, wanted);
      listing.wanted = wanted;
    }
  from = listing.filter->contact != NULL ? listing.filter->contact : listing.after_contact;
  if (makes_sense && vault_is_open (vault))
    vault_table_visit (vault->table, protocol, account, from, list_record, &listing);
  if (next != NULL)
    *next = write_cursor (&listing);
  return listing.found;
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

static void
on_saved_before_lock (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  gboolean is_saved = vault_save_finish (vault, result, &error);

  if (is_saved && vault->n_saved < vault->n_changes)
    {
      vault_save_async (vault, on_saved_before_lock, g_steal_pointer (&task));
      return;
    }
  vault_stop_save_timer (vault);
  forget_all (vault);
  memset (vault->is_dirty, 0, sizeof vault->is_dirty);
  vault->n_saved = vault->n_changes;
  vault_set_state (vault, OTRD_VAULT_LOCKED, NULL);
  if (is_saved)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
vault_lock_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, callback, user_data);

  g_return_if_fail (VAULT_IS_VAULT (vault));

  if (vault->is_opening)
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_BUSY,
                             "Could not lock the vault: it is being unlocked; try again");
  else if (!vault_is_open (vault))
    g_task_return_boolean (task, TRUE);
  else
    vault_save_async (vault, on_saved_before_lock, g_steal_pointer (&task));
}

gboolean
vault_lock_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, vault), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
