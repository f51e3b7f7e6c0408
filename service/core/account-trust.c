/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Trust: what the user says of the contacts' fingerprints. Whoever changes it, every session with
 * the contact has it at once.
 */

#include "core/account-private.h"

#include <string.h>

#include "core/limits.h"
#include "core/names.h"
#include "core/session-private.h"

static CoreSession *
find_session (CoreAccount *account, const char *contact)
{
  return g_hash_table_lookup (account->sessions, contact);
}

void
core_account_trust_changed (CoreAccount *account,
                            const char *contact,
                            const char *fingerprint,
                            const VaultFingerprint *record)
{
  CoreSession *session = find_session (account, contact);
  g_autoptr (GVariant) described = NULL;

  if (session != NULL)
    core_session_trust_changed (session);
  described = record != NULL ? core_account_describe_fingerprint (account, record)
                             : g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
  g_variant_ref_sink (described);
  g_signal_emit_by_name (account, "trust-changed", contact, fingerprint,
                         record != NULL ? otrd_trust_to_string (record->trust) : "", described);
}

typedef struct
{
  VaultFingerprint *old; /* NULL: there was none */
  VaultFingerprint *new; /* NULL: forgotten */
} TrustChange;

static void
trust_change_free (gpointer user_data)
{
  TrustChange *change = user_data;

  g_clear_pointer (&change->old, vault_fingerprint_free);
  g_clear_pointer (&change->new, vault_fingerprint_free);
  g_free (change);
}

static gboolean
has_same_trust (const VaultFingerprint *one, const VaultFingerprint *other)
{
  return one->trust == other->trust && one->trust_at == other->trust_at
         && strcmp (one->method, other->method) == 0;
}

/* The record that is to be there again; NULL: none. */
static VaultFingerprint *
find_before (const VaultFingerprint *old, const VaultFingerprint *now)
{
  VaultFingerprint *before;

  if (old == NULL && now->last_seen == 0)
    return NULL;
  before = old != NULL ? vault_fingerprint_copy (old)
                       : vault_fingerprint_new (now->protocol, now->account, now->contact,
                                                now->fingerprint);
  if (now == NULL || now->last_seen == 0)
    return before;
  before->first_seen = before->first_seen != 0 ? before->first_seen : now->first_seen;
  before->last_seen = now->last_seen;
  before->seen |= now->seen;
  return before;
}

void
core_undo_trust (Vault *vault, const VaultFingerprint *old, const VaultFingerprint *new)
{
  const VaultFingerprint *record = old != NULL ? old : new;
  g_autoptr (VaultFingerprint) now = vault_lookup_fingerprint (
      vault, record->protocol, record->account, record->contact, record->fingerprint);
  g_autoptr (VaultFingerprint) before = NULL;

  if (new != NULL && (now == NULL || !has_same_trust (now, new)))
    return;
  before = find_before (old, now);
  if (before != NULL)
    vault_put_fingerprint (vault, before, NULL);
  else
    vault_remove_fingerprint (vault, now->protocol, now->account, now->contact, now->fingerprint,
                              NULL);
}

static void
undo_trust (CoreAccount *account, gpointer user_data)
{
  const TrustChange *change = user_data;
  const VaultFingerprint *record = change->old != NULL ? change->old : change->new;
  CoreSession *session = find_session (account, record->contact);

  core_undo_trust (account->vault, change->old, change->new);
  if (session != NULL)
    core_session_trust_changed (session);
}

/* A session with the contact follows: a rejected key's ends, a verified one's texts go, and one
 * that is not rejected any more blocks nothing. */
static void
move_session (CoreAccount *account, const VaultFingerprint *record)
{
  CoreSession *session = find_session (account, record->contact);

  if (session == NULL)
    return;
  if (record->trust == OTRD_TRUST_REJECTED
      && core_session_uses_fingerprint (session, record->fingerprint))
    core_session_reject (session, record->fingerprint);
  core_session_poll (session);
}

/* Whether anything changed: what is unverified or rejected is not so any more by saying it again.
 */
static gboolean
is_change (const TrustChange *change)
{
  return change->new == NULL || change->old == NULL || !has_same_trust (change->new, change->old);
}

static void
tell_trust (CoreAccount *account, gpointer user_data)
{
  TrustChange *change = user_data;
  const VaultFingerprint *record = change->new != NULL ? change->new : change->old;

  if (!is_change (change))
    return;
  core_account_trust_changed (account, record->contact, record->fingerprint, change->new);
  if (change->new != NULL)
    move_session (account, change->new);
}

static gboolean
read_names (CoreAccount *account,
            const char *contact,
            const char *fingerprint,
            char **canonical_contact,
            char **canonical_fingerprint,
            GError **error)
{
  *canonical_contact =
      core_names_read_contact (account->protocol, account->name, contact, FALSE, NULL, error);
  if (*canonical_contact == NULL)
    return FALSE;
  *canonical_fingerprint = core_names_read_fingerprint (fingerprint, error);
  return *canonical_fingerprint != NULL
         && core_names_check_link (account->protocol, account->name, fingerprint,
                                   *canonical_contact, error)
         && core_account_check_open (account, "change what is known of the contact", error);
}

static gboolean
read_trust (const char *word, OtrdTrust *trust, GError **error)
{
  *trust = otrd_trust_from_string (word);
  if (*trust == OTRD_TRUST_VERIFIED || *trust == OTRD_TRUST_UNVERIFIED
      || *trust == OTRD_TRUST_REJECTED)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "Trust was not set: it must be \"verified\", \"unverified\" or \"rejected\"");
  return FALSE;
}

static TrustChange *
make_change (CoreAccount *account, const char *contact, const char *fingerprint, GError **error)
{
  g_autofree char *canonical_contact = NULL;
  g_autofree char *canonical_fingerprint = NULL;
  TrustChange *change;

  if (!read_names (account, contact, fingerprint, &canonical_contact, &canonical_fingerprint,
                   error))
    return NULL;
  change = g_new0 (TrustChange, 1);
  change->old = vault_lookup_fingerprint (account->vault, account->protocol, account->name,
                                          canonical_contact, canonical_fingerprint);
  change->new = change->old != NULL
                    ? vault_fingerprint_copy (change->old)
                    : vault_fingerprint_new (account->protocol, account->name, canonical_contact,
                                             canonical_fingerprint);
  return change;
}

static void
fail_change (GTask *task, TrustChange *change, GError *error)
{
  g_clear_pointer (&change, trust_change_free);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Takes @task and @change. */
static void
save_change (CoreAccount *account, GTask *task, TrustChange *change)
{
  const VaultFingerprint *record = change->new != NULL ? change->new : change->old;
  char *setting = core_name_setting (account->protocol, account->name, "trust", record->contact,
                                     record->fingerprint);

  core_account_save_change (account, task, setting, tell_trust, undo_trust, change,
                            trust_change_free);
}

static void
apply_trust (CoreAccount *account, TrustChange *change, OtrdTrust trust, const char *application)
{
  if (change->old != NULL && change->old->trust == trust && trust != OTRD_TRUST_VERIFIED)
    return;
  vault_fingerprint_set_trust (change->new, trust, "manual", application,
                               (guint64)core_clock_get_real_time (account->clock));
}

void
core_account_set_trust (CoreAccount *account,
                        const char *contact,
                        const char *fingerprint,
                        const char *trust,
                        const char *application,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (account, NULL, callback, user_data);
  GError *error = NULL;
  TrustChange *change = NULL;
  OtrdTrust read;

  if (read_trust (trust, &read, &error))
    change = make_change (account, contact, fingerprint, &error);
  if (change == NULL
      || (change->old == NULL && !core_account_has_room (account, change->new->contact, &error)))
    {
      fail_change (task, change, error);
      return;
    }
  apply_trust (account, change, read, application);
  if (vault_put_fingerprint (account->vault, change->new, &error))
    save_change (account, task, change);
  else
    fail_change (task, change, error);
}

static gboolean
check_forgettable (CoreAccount *account, const TrustChange *change, GError **error)
{
  if (change->old == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                   "Nothing was forgotten: this fingerprint is not known of the contact");
      return FALSE;
    }
  if (!core_account_uses_fingerprint (account, change->old->contact, change->old->fingerprint))
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_IN_USE,
               "Nothing was forgotten: a conversation is private with this key; end it first");
  return FALSE;
}

void
core_account_forget (CoreAccount *account,
                     const char *contact,
                     const char *fingerprint,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = g_task_new (account, NULL, callback, user_data);
  GError *error = NULL;
  TrustChange *change = make_change (account, contact, fingerprint, &error);

  if (change == NULL || !check_forgettable (account, change, &error)
      || !vault_remove_fingerprint (account->vault, account->protocol, account->name,
                                    change->old->contact, change->old->fingerprint, &error))
    {
      fail_change (task, change, error);
      return;
    }
  g_clear_pointer (&change->new, vault_fingerprint_free);
  save_change (account, task, change);
}
