/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is known of the contacts' fingerprints: for the engine to judge by, for
 * people to read.
 */

#include "core/account-private.h"
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

      engine_known_keys_add (known, record->fingerprint, to_engine (record->trust),
                             record->first_seen != 0);
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

gboolean
core_account_uses_fingerprint (CoreAccount *account, const char *contact, const char *fingerprint)
{
  CoreSession *session = g_hash_table_lookup (account->sessions, contact);

  return session != NULL && core_session_uses_fingerprint (session, fingerprint);
}

static void
insert_time (GVariantDict *details, const char *key, guint64 time)
{
  if (time != 0)
    g_variant_dict_insert (details, key, "t", time);
}

static void
insert_text (GVariantDict *details, const char *key, const char *text)
{
  if (*text != '\0')
    g_variant_dict_insert (details, key, "s", text);
}

static GVariant *
describe_state (const VaultTrustState *state)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "trust", "s", otrd_trust_to_string (state->trust));
  insert_text (&details, "method", state->method);
  insert_text (&details, "application", state->application);
  insert_time (&details, "trust-since", state->at);
  return g_variant_dict_end (&details);
}

static void
insert_history (GVariantDict *details, GPtrArray *history)
{
  GVariantBuilder described;

  if (history->len == 0)
    return;
  g_variant_builder_init (&described, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < history->len; i++)
    g_variant_builder_add_value (&described, describe_state (g_ptr_array_index (history, i)));
  g_variant_dict_insert_value (details, "history", g_variant_builder_end (&described));
}

GVariant *
core_account_describe_fingerprint (CoreAccount *account, const VaultFingerprint *record)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "contact", "s", record->contact);
  g_variant_dict_insert (&details, "fingerprint", "s", record->fingerprint);
  g_variant_dict_insert (&details, "trust", "s", otrd_trust_to_string (record->trust));
  insert_text (&details, "method", record->method);
  insert_text (&details, "application", record->application);
  insert_time (&details, "first-seen", record->first_seen);
  insert_time (&details, "last-seen", record->last_seen);
  insert_time (&details, "verified-at", record->verified_at);
  insert_time (&details, "trust-since", record->trust_at);
  insert_history (&details, record->history);
  g_variant_dict_insert (
      &details, "in-use", "b",
      core_account_uses_fingerprint (account, record->contact, record->fingerprint));
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
        g_variant_builder_add_value (&described,
                                     core_account_describe_fingerprint (account, record));
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
