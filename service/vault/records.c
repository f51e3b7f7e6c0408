/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What records mean: plain structures to fields and back. */

#include "vault/records.h"

#include <string.h>

#include "vault/field-list.h"
#include "vault/record.h"

VaultAccount *
vault_account_new (const char *protocol, const char *name)
{
  VaultAccount *account = g_new0 (VaultAccount, 1);

  account->protocol = g_strdup (protocol);
  account->name = g_strdup (name);
  account->machine_id = g_strdup ("");
  account->fingerprint = g_strdup ("");
  return account;
}

VaultAccount *
vault_account_copy (const VaultAccount *account)
{
  VaultAccount *copy = g_new0 (VaultAccount, 1);

  copy->protocol = g_strdup (account->protocol);
  copy->name = g_strdup (account->name);
  copy->policy = account->policy;
  copy->instance_tag = account->instance_tag;
  copy->machine_id = g_strdup (account->machine_id);
  copy->fingerprint = g_strdup (account->fingerprint);
  copy->private_key = account->private_key != NULL ? secret_ref (account->private_key) : NULL;
  return copy;
}

void
vault_account_free (VaultAccount *account)
{
  g_free (account->protocol);
  g_free (account->name);
  g_free (account->machine_id);
  g_free (account->fingerprint);
  g_clear_pointer (&account->private_key, secret_unref);
  g_free (account);
}

VaultFingerprint *
vault_fingerprint_new (const char *protocol,
                       const char *account,
                       const char *contact,
                       const char *fingerprint)
{
  VaultFingerprint *made = g_new0 (VaultFingerprint, 1);

  made->protocol = g_strdup (protocol);
  made->account = g_strdup (account);
  made->contact = g_strdup (contact);
  for (guint i = 0; i < VAULT_FINGERPRINT_LEN && fingerprint[i] != '\0'; i++)
    made->fingerprint[i] = g_ascii_toupper (fingerprint[i]);
  made->trust = OTRD_TRUST_UNVERIFIED;
  made->method = g_strdup ("");
  made->application = g_strdup ("");
  made->history = vault_trust_history_new ();
  return made;
}

VaultFingerprint *
vault_fingerprint_copy (const VaultFingerprint *fingerprint)
{
  VaultFingerprint *copy = g_memdup2 (fingerprint, sizeof *fingerprint);

  copy->protocol = g_strdup (fingerprint->protocol);
  copy->account = g_strdup (fingerprint->account);
  copy->contact = g_strdup (fingerprint->contact);
  copy->method = g_strdup (fingerprint->method);
  copy->application = g_strdup (fingerprint->application);
  copy->history = vault_trust_history_copy (fingerprint->history);
  return copy;
}

void
vault_fingerprint_free (VaultFingerprint *fingerprint)
{
  g_free (fingerprint->protocol);
  g_free (fingerprint->account);
  g_free (fingerprint->contact);
  g_free (fingerprint->method);
  g_free (fingerprint->application);
  g_ptr_array_unref (fingerprint->history);
  g_free (fingerprint);
}

static gboolean
is_same_trust (const VaultFingerprint *fingerprint,
               OtrdTrust trust,
               const char *method,
               const char *application)
{
  return fingerprint->trust == trust && g_str_equal (fingerprint->method, method)
         && g_str_equal (fingerprint->application, application);
}

static guint64
find_beginning (const VaultFingerprint *fingerprint)
{
  return fingerprint->trust_at != 0      ? fingerprint->trust_at
         : fingerprint->verified_at != 0 ? fingerprint->verified_at
                                         : fingerprint->first_seen;
}

/* One that was neither seen nor judged before has nothing to remember. */
void
vault_fingerprint_set_trust (VaultFingerprint *fingerprint,
                             OtrdTrust trust,
                             const char *method,
                             const char *application,
                             guint64 at)
{
  guint64 beginning = find_beginning (fingerprint);

  if (beginning != 0 && !is_same_trust (fingerprint, trust, method, application))
    vault_trust_history_add (fingerprint->history,
                             vault_trust_state_new (fingerprint->trust, fingerprint->method,
                                                    fingerprint->application, beginning));
  fingerprint->trust = trust;
  fingerprint->trust_at = at;
  fingerprint->verified_at = trust == OTRD_TRUST_VERIFIED ? at : 0;
  g_free (fingerprint->method);
  fingerprint->method = g_strdup (method);
  g_free (fingerprint->application);
  fingerprint->application = g_strdup (application);
}

VaultLatch *
vault_latch_new (const char *protocol, const char *account, const char *contact)
{
  VaultLatch *latch = g_new0 (VaultLatch, 1);

  latch->protocol = g_strdup (protocol);
  latch->account = g_strdup (account);
  latch->contact = g_strdup (contact);
  latch->application = g_strdup ("");
  return latch;
}

void
vault_latch_free (VaultLatch *latch)
{
  g_free (latch->protocol);
  g_free (latch->account);
  g_free (latch->contact);
  g_free (latch->application);
  g_strfreev (latch->unasked);
  g_free (latch);
}

gboolean
vault_fingerprint_to_bytes (const char *fingerprint, guint8 *bytes)
{
  if (fingerprint == NULL || strlen (fingerprint) != VAULT_FINGERPRINT_LEN)
    return FALSE;
  for (guint i = 0; i < VAULT_FINGERPRINT_LEN / 2; i++)
    {
      int high = g_ascii_xdigit_value (fingerprint[2 * i]);
      int low = g_ascii_xdigit_value (fingerprint[2 * i + 1]);
      if (high < 0 || low < 0)
        return FALSE;
      bytes[i] = high << 4 | low;
    }
  return TRUE;
}

static void
fingerprint_to_text (const VaultRecord *record, char *text)
{
  gsize length;
  const guint8 *bytes = vault_record_get_bytes (record, VAULT_FIELD_FINGERPRINT, &length);

  text[0] = '\0';
  for (gsize i = 0; i < length; i++)
    g_snprintf (text + 2 * i, 3, "%02X", bytes[i]);
}

static void
add_contact_names (VaultFieldList *list,
                   const char *protocol,
                   const char *account,
                   const char *contact)
{
  vault_field_list_add_text (list, VAULT_FIELD_PROTOCOL, protocol);
  vault_field_list_add_text (list, VAULT_FIELD_ACCOUNT, account);
  vault_field_list_add_text (list, VAULT_FIELD_CONTACT, contact);
}

VaultRecord *
vault_record_from_account (const VaultAccount *account, const VaultRecord *old)
{
  VaultFieldList list = { 0 };
  guint8 fingerprint[VAULT_FINGERPRINT_LEN / 2];

  add_contact_names (&list, account->protocol, account->name, NULL);
  if (vault_fingerprint_to_bytes (account->fingerprint, fingerprint))
    vault_field_list_add_bytes (&list, VAULT_FIELD_FINGERPRINT, fingerprint, sizeof fingerprint);
  vault_field_list_add_text (&list, VAULT_FIELD_POLICY, otrd_policy_to_string (account->policy));
  vault_field_list_add_number (&list, VAULT_FIELD_INSTANCE_TAG, account->instance_tag);
  vault_field_list_add_text (&list, VAULT_FIELD_MACHINE_ID, account->machine_id);
  if (account->private_key != NULL)
    {
      gsize length;
      const guint8 *key = secret_get (account->private_key, &length);
      vault_field_list_add_bytes (&list, VAULT_FIELD_PRIVATE_KEY, key, length);
    }
  return vault_field_list_to_record (&list, VAULT_KIND_ACCOUNT, TRUE, old);
}

VaultAccount *
vault_record_to_account (const VaultRecord *record)
{
  VaultAccount *account = vault_account_new (vault_record_get_text (record, VAULT_FIELD_PROTOCOL),
                                             vault_record_get_text (record, VAULT_FIELD_ACCOUNT));
  char fingerprint[VAULT_FINGERPRINT_LEN + 1];
  gsize length;
  const guint8 *key = vault_record_get_bytes (record, VAULT_FIELD_PRIVATE_KEY, &length);

  fingerprint_to_text (record, fingerprint);
  g_free (account->fingerprint);
  account->fingerprint = g_strdup (fingerprint);
  account->policy = vault_record_get_policy (record);
  account->instance_tag = vault_record_get_number (record, VAULT_FIELD_INSTANCE_TAG);
  g_free (account->machine_id);
  account->machine_id = g_strdup (vault_record_get_text (record, VAULT_FIELD_MACHINE_ID));
  account->private_key = key != NULL ? secret_new (key, length) : NULL;
  return account;
}

VaultRecord *
vault_record_from_fingerprint (const VaultFingerprint *fingerprint, const VaultRecord *old)
{
  VaultFieldList list = { 0 };
  guint8 bytes[VAULT_FINGERPRINT_LEN / 2];
  g_autoptr (GByteArray) history = vault_trust_history_to_bytes (fingerprint->history);

  if (!vault_fingerprint_to_bytes (fingerprint->fingerprint, bytes))
    return NULL;
  add_contact_names (&list, fingerprint->protocol, fingerprint->account, fingerprint->contact);
  vault_field_list_add_bytes (&list, VAULT_FIELD_FINGERPRINT, bytes, sizeof bytes);
  vault_field_list_add_text (&list, VAULT_FIELD_APPLICATION, fingerprint->application);
  if (fingerprint->trust != OTRD_TRUST_UNVERIFIED)
    vault_field_list_add_text (&list, VAULT_FIELD_TRUST, otrd_trust_to_string (fingerprint->trust));
  vault_field_list_add_text (&list, VAULT_FIELD_METHOD, fingerprint->method);
  vault_field_list_add_number (&list, VAULT_FIELD_FIRST_SEEN, fingerprint->first_seen);
  vault_field_list_add_number (&list, VAULT_FIELD_LAST_SEEN, fingerprint->last_seen);
  vault_field_list_add_number (&list, VAULT_FIELD_VERIFIED_AT, fingerprint->verified_at);
  vault_field_list_add_number (&list, VAULT_FIELD_SEEN, fingerprint->seen);
  vault_field_list_add_number (&list, VAULT_FIELD_TRUST_AT, fingerprint->trust_at);
  if (history != NULL)
    vault_field_list_add_bytes (&list, VAULT_FIELD_TRUST_HISTORY, history->data, history->len);
  return vault_field_list_to_record (&list, VAULT_KIND_FINGERPRINT, FALSE, old);
}

OtrdTrust
vault_record_get_trust (const VaultRecord *record)
{
  const char *word = vault_record_get_text (record, VAULT_FIELD_TRUST);
  OtrdTrust trust = word[0] != '\0' ? otrd_trust_from_string (word) : OTRD_TRUST_UNVERIFIED;

  return trust == OTRD_TRUST_VERIFIED || trust == OTRD_TRUST_REJECTED ? trust
                                                                      : OTRD_TRUST_UNVERIFIED;
}

static GPtrArray *
get_history (const VaultRecord *record)
{
  gsize length;
  const guint8 *bytes = vault_record_get_bytes (record, VAULT_FIELD_TRUST_HISTORY, &length);

  return bytes != NULL ? vault_trust_history_parse (bytes, length) : vault_trust_history_new ();
}

VaultFingerprint *
vault_record_to_fingerprint (const VaultRecord *record)
{
  VaultFingerprint *fingerprint = g_new0 (VaultFingerprint, 1);

  fingerprint->protocol = g_strdup (vault_record_get_text (record, VAULT_FIELD_PROTOCOL));
  fingerprint->account = g_strdup (vault_record_get_text (record, VAULT_FIELD_ACCOUNT));
  fingerprint->contact = g_strdup (vault_record_get_text (record, VAULT_FIELD_CONTACT));
  fingerprint_to_text (record, fingerprint->fingerprint);
  fingerprint->trust = vault_record_get_trust (record);
  fingerprint->method = g_strdup (vault_record_get_text (record, VAULT_FIELD_METHOD));
  fingerprint->application = g_strdup (vault_record_get_text (record, VAULT_FIELD_APPLICATION));
  fingerprint->first_seen = vault_record_get_number (record, VAULT_FIELD_FIRST_SEEN);
  fingerprint->last_seen = vault_record_get_number (record, VAULT_FIELD_LAST_SEEN);
  fingerprint->verified_at = vault_record_get_number (record, VAULT_FIELD_VERIFIED_AT);
  fingerprint->seen = vault_record_get_number (record, VAULT_FIELD_SEEN);
  fingerprint->trust_at = vault_record_get_number (record, VAULT_FIELD_TRUST_AT);
  fingerprint->history = get_history (record);
  return fingerprint;
}

VaultRecord *
vault_record_from_latch (const VaultLatch *latch, const VaultRecord *old)
{
  /* Their names have no control characters but a sandbox's mark. */
  g_autofree char *unasked = latch->unasked != NULL ? g_strjoinv ("\n", latch->unasked) : NULL;
  VaultFieldList list = { 0 };

  add_contact_names (&list, latch->protocol, latch->account, latch->contact);
  vault_field_list_add_text (&list, VAULT_FIELD_APPLICATION, latch->application);
  vault_field_list_add_number (&list, VAULT_FIELD_SINCE, latch->since);
  if (unasked != NULL)
    vault_field_list_add_text (&list, VAULT_FIELD_UNASKED, unasked);
  return vault_field_list_to_record (&list, VAULT_KIND_LATCH, FALSE, old);
}

VaultLatch *
vault_record_to_latch (const VaultRecord *record)
{
  const char *unasked = vault_record_get_text (record, VAULT_FIELD_UNASKED);
  VaultLatch *latch = g_new0 (VaultLatch, 1);

  latch->protocol = g_strdup (vault_record_get_text (record, VAULT_FIELD_PROTOCOL));
  latch->account = g_strdup (vault_record_get_text (record, VAULT_FIELD_ACCOUNT));
  latch->contact = g_strdup (vault_record_get_text (record, VAULT_FIELD_CONTACT));
  latch->application = g_strdup (vault_record_get_text (record, VAULT_FIELD_APPLICATION));
  latch->since = vault_record_get_number (record, VAULT_FIELD_SINCE);
  if (*unasked != '\0')
    latch->unasked = g_strsplit (unasked, "\n", -1);
  return latch;
}

VaultRecord *
vault_record_from_policy (const char *protocol,
                          const char *account,
                          const char *contact,
                          OtrdPolicy policy,
                          const VaultRecord *old)
{
  VaultFieldList list = { 0 };

  add_contact_names (&list, protocol, account, contact);
  vault_field_list_add_text (&list, VAULT_FIELD_POLICY, otrd_policy_to_string (policy));
  return vault_field_list_to_record (&list, VAULT_KIND_POLICY, FALSE, old);
}

VaultRecord *
vault_record_from_settings (OtrdPolicy default_policy,
                            VaultAutoLock auto_lock,
                            const VaultRecord *old)
{
  VaultFieldList list = { 0 };

  vault_field_list_add_text (&list, VAULT_FIELD_POLICY, otrd_policy_to_string (default_policy));
  vault_field_list_add_number (&list, VAULT_FIELD_LOCK_WITH_SCREEN, auto_lock.with_screen);
  vault_field_list_add_number (&list, VAULT_FIELD_LOCK_WHEN_IDLE, auto_lock.when_idle);
  return vault_field_list_to_record (&list, VAULT_KIND_SETTINGS, FALSE, old);
}

VaultAutoLock
vault_record_get_auto_lock (const VaultRecord *record)
{
  guint64 when_idle = vault_record_get_number (record, VAULT_FIELD_LOCK_WHEN_IDLE);

  return (VaultAutoLock){
    .with_screen = vault_record_get_number (record, VAULT_FIELD_LOCK_WITH_SCREEN) != 0,
    .when_idle = (guint32)MIN (when_idle, G_MAXUINT32),
  };
}

OtrdPolicy
vault_record_get_policy (const VaultRecord *record)
{
  OtrdPolicy policy = otrd_policy_from_string (vault_record_get_text (record, VAULT_FIELD_POLICY));

  return policy == OTRD_POLICY_UNKNOWN ? OTRD_POLICY_ALWAYS : policy;
}
