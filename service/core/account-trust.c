/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Trust: what is known of the contacts' fingerprints, and what the user says of
 * them. Whoever changes it, every session with the contact has it at once.
 */

#include "core/account-private.h"

#include <string.h>

#include "core/limits.h"
#include "core/names.h"
#include "core/session-private.h"

static GPtrArray *
list_of_contact (CoreAccount *account, const char *contact)
{
  VaultFilter filter = { .contact = contact };

  return vault_list_fingerprints (account->vault, account->protocol, account->name, &filter, NULL);
}

static EngineTrust
to_engine (OtrdTrust trust)
{
  switch (trust)
    {
    case OTRD_TRUST_VERIFIED:
      return ENGINE_TRUST_VERIFIED;
    case OTRD_TRUST_REJECTED:
      return ENGINE_TRUST_REJECTED;
    case OTRD_TRUST_UNVERIFIED:
    case OTRD_TRUST_NONE:
    case OTRD_TRUST_UNKNOWN:
      break;
    }
  return ENGINE_TRUST_UNVERIFIED;
}

EngineKnownKeys *
core_account_make_known (CoreAccount *account, const char *contact, gboolean *seen_v3)
{
  g_autoptr (GPtrArray) records = list_of_contact (account, contact);
  EngineKnownKeys *known = engine_known_keys_new ();

  for (guint i = 0; i < records->len; i++)
    {
      const VaultFingerprint *record = g_ptr_array_index (records, i);

      engine_known_keys_add (known, record->fingerprint, to_engine (record->trust));
      *seen_v3 |= (record->seen & VAULT_SEEN_V3) != 0;
    }
  return known;
}

gboolean
core_account_has_room (CoreAccount *account, const char *contact, GError **error)
{
  g_autoptr (GPtrArray) records = list_of_contact (account, contact);

  if (records->len < CORE_FINGERPRINTS_PER_CONTACT_MAX)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
               "The contact has %u fingerprints already; forget some first", records->len);
  return FALSE;
}

static CoreSession *
find_session (CoreAccount *account, const char *contact)
{
  return g_hash_table_lookup (account->sessions, contact);
}

static gboolean
is_in_use (CoreAccount *account, const char *contact, const char *fingerprint)
{
  CoreSession *session = find_session (account, contact);

  return session != NULL && core_session_uses_fingerprint (session, fingerprint);
}

static void
insert_time (GVariantDict *details, const char *key, guint64 time)
{
  if (time != 0)
    g_variant_dict_insert (details, key, "t", time);
}

static GVariant *
describe (CoreAccount *account, const VaultFingerprint *record)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "contact", "s", record->contact);
  g_variant_dict_insert (&details, "fingerprint", "s", record->fingerprint);
  g_variant_dict_insert (&details, "trust", "s", otrd_trust_to_string (record->trust));
  if (*record->method != '\0')
    g_variant_dict_insert (&details, "method", "s", record->method);
  if (*record->application != '\0')
    g_variant_dict_insert (&details, "application", "s", record->application);
  insert_time (&details, "first-seen", record->first_seen);
  insert_time (&details, "last-seen", record->last_seen);
  insert_time (&details, "verified-at", record->verified_at);
  g_variant_dict_insert (&details, "in-use", "b",
                         is_in_use (account, record->contact, record->fingerprint));
  return g_variant_dict_end (&details);
}

static GVariant *
describe_all (CoreAccount *account, GPtrArray *records, const char *except)
{
  GVariantBuilder described;

  g_variant_builder_init (&described, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < records->len; i++)
    {
      const VaultFingerprint *record = g_ptr_array_index (records, i);

      if (g_strcmp0 (record->fingerprint, except) != 0)
        g_variant_builder_add_value (&described, describe (account, record));
    }
  return g_variant_builder_end (&described);
}

GVariant *
core_account_describe_contact (CoreAccount *account, const char *contact, const char *except)
{
  g_autoptr (GPtrArray) records = list_of_contact (account, contact);

  return describe_all (account, records, except);
}

static gboolean
read_filter (CoreAccount *account,
             const CoreFingerprintFilter *from,
             VaultFilter *filter,
             char **contact,
             char **fingerprint,
             GError **error)
{
  filter->limit = from->limit == 0 ? CORE_LIST_MAX : MIN (from->limit, CORE_LIST_MAX);
  filter->after = from->after;
  if (from->contact != NULL)
    {
      *contact = core_names_read_contact (account->protocol, account->name, from->contact, FALSE,
                                          NULL, error);
      filter->contact = *contact;
      if (*contact == NULL)
        return FALSE;
    }
  if (from->fingerprint != NULL)
    {
      *fingerprint = core_names_read_fingerprint (from->fingerprint, error);
      filter->fingerprint = *fingerprint;
      if (*fingerprint == NULL)
        return FALSE;
    }
  if (from->trust == NULL)
    return TRUE;
  filter->trust = otrd_trust_from_string (from->trust);
  if (filter->trust != OTRD_TRUST_UNKNOWN)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "The filter's trust must be \"verified\", \"unverified\" or \"rejected\"");
  return FALSE;
}

GVariant *
core_account_list_fingerprints (CoreAccount *account,
                                const CoreFingerprintFilter *filter,
                                char **next,
                                GError **error)
{
  VaultFilter read = { 0 };
  g_autofree char *contact = NULL;
  g_autofree char *fingerprint = NULL;
  g_autoptr (GPtrArray) records = NULL;

  if (!core_account_check_open (account, "list the fingerprints", error)
      || !read_filter (account, filter, &read, &contact, &fingerprint, error))
    return NULL;
  records = vault_list_fingerprints (account->vault, account->protocol, account->name, &read, next);
  return g_variant_ref_sink (describe_all (account, records, NULL));
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
  described = record != NULL ? describe (account, record)
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

static void
undo_trust (CoreAccount *account, gpointer user_data)
{
  TrustChange *change = user_data;
  const VaultFingerprint *record = change->old != NULL ? change->old : change->new;
  CoreSession *session = find_session (account, record->contact);

  if (change->old != NULL)
    vault_put_fingerprint (account->vault, change->old, NULL);
  else
    vault_remove_fingerprint (account->vault, account->protocol, account->name, record->contact,
                              record->fingerprint, NULL);
  if (session != NULL)
    core_session_trust_changed (session);
}

/* A session in use follows: a rejected key's ends, a verified one's texts go. */
static void
move_session (CoreAccount *account, const VaultFingerprint *record)
{
  CoreSession *session = find_session (account, record->contact);

  if (session == NULL || !core_session_uses_fingerprint (session, record->fingerprint))
    return;
  if (record->trust == OTRD_TRUST_REJECTED)
    core_session_reject (session, record->fingerprint);
  else if (record->trust == OTRD_TRUST_VERIFIED)
    core_session_release_later (session);
  core_session_poll (session);
}

static void
tell_trust (CoreAccount *account, gpointer user_data)
{
  TrustChange *change = user_data;
  const VaultFingerprint *record = change->new != NULL ? change->new : change->old;

  if (change->new != NULL && change->old != NULL && change->new->trust == change->old->trust)
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

static void
apply_trust (CoreAccount *account,
             VaultFingerprint *record,
             OtrdTrust trust,
             const char *method,
             const char *application)
{
  record->trust = trust;
  record->verified_at =
      trust == OTRD_TRUST_VERIFIED ? (guint64)core_clock_get_real_time (account->clock) : 0;
  g_free (record->method);
  record->method = g_strdup (method);
  g_free (record->application);
  record->application = g_strdup (application);
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
  apply_trust (account, change->new, read, "manual", application);
  if (vault_put_fingerprint (account->vault, change->new, &error))
    core_account_save_change (account, task, tell_trust, undo_trust, change, trust_change_free);
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
  if (!is_in_use (account, change->old->contact, change->old->fingerprint))
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
  core_account_save_change (account, task, tell_trust, undo_trust, change, trust_change_free);
}
