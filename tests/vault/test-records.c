/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Records as bytes, and in the table. */

#include <string.h>

#include "introspection/otrd-error.h"
#include "secret/arena.h"
#include "tests/support/test-init.h"
#include "vault/table.h"

#define FPR "0123456789ABCDEF0123456789ABCDEF01234567"

static VaultRecord *
through_bytes (VaultRecord *record, gboolean in_arena)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (Secret) payload = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (record);
  g_ptr_array_add (one, record);
  payload = vault_records_serialise (one);
  vault_record_unref (record);
  read = vault_records_parse (payload, in_arena, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 1);
  return vault_record_ref (read->pdata[0]);
}

static void
test_an_account_comes_back_as_it_was (void)
{
  g_autoptr (VaultAccount) account = vault_account_new ("xmpp", "älice@example.org");
  g_autoptr (VaultAccount) read = NULL;
  g_autoptr (VaultRecord) record = NULL;
  gsize length;

  account->policy = OTRD_POLICY_ALWAYS;
  account->instance_tag = 0xdeadbeef;
  g_free (account->machine_id);
  account->machine_id = g_strdup ("0123");
  g_free (account->fingerprint);
  account->fingerprint = g_strdup (FPR);
  account->private_key = secret_new ("a\0key", 5);
  record = through_bytes (vault_record_from_account (account, NULL), TRUE);
  read = vault_record_to_account (record);
  g_assert_cmpstr (read->protocol, ==, "xmpp");
  g_assert_cmpstr (read->name, ==, "älice@example.org");
  g_assert_cmpint (read->policy, ==, OTRD_POLICY_ALWAYS);
  g_assert_cmpuint (read->instance_tag, ==, 0xdeadbeef);
  g_assert_cmpstr (read->machine_id, ==, "0123");
  g_assert_cmpstr (read->fingerprint, ==, FPR);
  g_assert_true (secret_equal (read->private_key, account->private_key));
  g_assert_true (
      arena_contains (vault_record_get_bytes (record, VAULT_FIELD_PRIVATE_KEY, &length)));
}

static void
test_an_account_without_a_key_comes_back_without (void)
{
  g_autoptr (VaultAccount) account = vault_account_new ("irc", "nick@net");
  g_autoptr (VaultAccount) read = NULL;
  g_autoptr (VaultRecord) record = NULL;

  record = through_bytes (vault_record_from_account (account, NULL), TRUE);
  read = vault_record_to_account (record);
  g_assert_null (read->private_key);
  g_assert_cmpstr (read->fingerprint, ==, "");
  g_assert_cmpint (read->policy, ==, OTRD_POLICY_INHERIT);
}

static void
test_a_fingerprint_comes_back_as_it_was (void)
{
  g_autoptr (VaultFingerprint) made =
      vault_fingerprint_new ("xmpp", "a@x", "b@x", "0123456789abcdef0123456789abcdef01234567");
  g_autoptr (VaultFingerprint) read = NULL;
  g_autoptr (VaultRecord) record = NULL;

  made->trust = OTRD_TRUST_VERIFIED;
  g_free (made->method);
  made->method = g_strdup ("smp");
  g_free (made->application);
  made->application = g_strdup ("pidgin");
  made->first_seen = 1;
  made->last_seen = G_MAXUINT64;
  made->verified_at = 1700000000;
  made->seen = VAULT_SEEN_V2 | VAULT_SEEN_V3;
  record = through_bytes (vault_record_from_fingerprint (made, NULL), FALSE);
  read = vault_record_to_fingerprint (record);
  g_assert_cmpstr (read->contact, ==, "b@x");
  g_assert_cmpstr (read->fingerprint, ==, FPR);
  g_assert_cmpint (read->trust, ==, OTRD_TRUST_VERIFIED);
  g_assert_cmpstr (read->method, ==, "smp");
  g_assert_cmpstr (read->application, ==, "pidgin");
  g_assert_cmpuint (read->first_seen, ==, 1);
  g_assert_cmpuint (read->last_seen, ==, G_MAXUINT64);
  g_assert_cmpuint (read->verified_at, ==, 1700000000);
  g_assert_cmpint (read->seen, ==, VAULT_SEEN_V2 | VAULT_SEEN_V3);
}

static void
assert_state (const VaultFingerprint *read,
              guint index,
              OtrdTrust trust,
              const char *method,
              const char *application,
              guint64 at)
{
  const VaultTrustState *state = g_ptr_array_index (read->history, index);

  g_assert_cmpint (state->trust, ==, trust);
  g_assert_cmpstr (state->method, ==, method);
  g_assert_cmpstr (state->application, ==, application);
  g_assert_cmpuint (state->at, ==, at);
}

static void
test_earlier_trust_is_remembered (void)
{
  g_autoptr (VaultFingerprint) made = vault_fingerprint_new ("xmpp", "a@x", "b@x", FPR);
  g_autoptr (VaultFingerprint) read = NULL;
  g_autoptr (VaultFingerprint) copy = NULL;
  g_autoptr (VaultRecord) record = NULL;

  made->first_seen = 1;
  vault_fingerprint_set_trust (made, OTRD_TRUST_VERIFIED, "smp", "pidgin", 2);
  vault_fingerprint_set_trust (made, OTRD_TRUST_VERIFIED, "smp", "pidgin", 3);
  vault_fingerprint_set_trust (made, OTRD_TRUST_REJECTED, "manual", "otrctl", 4);
  record = through_bytes (vault_record_from_fingerprint (made, NULL), FALSE);
  read = vault_record_to_fingerprint (record);
  copy = vault_fingerprint_copy (read);
  g_assert_cmpint (copy->trust, ==, OTRD_TRUST_REJECTED);
  g_assert_cmpuint (copy->trust_at, ==, 4);
  g_assert_cmpuint (copy->verified_at, ==, 0);
  g_assert_cmpuint (copy->history->len, ==, 2);
  assert_state (copy, 0, OTRD_TRUST_UNVERIFIED, "", "", 1);
  assert_state (copy, 1, OTRD_TRUST_VERIFIED, "smp", "pidgin", 3);
}

static void
test_what_was_never_seen_has_no_earlier_trust (void)
{
  g_autoptr (VaultFingerprint) made = vault_fingerprint_new ("xmpp", "a@x", "b@x", FPR);

  vault_fingerprint_set_trust (made, OTRD_TRUST_VERIFIED, "manual", "otrctl", 2);
  g_assert_cmpuint (made->history->len, ==, 0);
}

static void
test_the_oldest_trust_goes_first (void)
{
  g_autoptr (VaultFingerprint) made = vault_fingerprint_new ("xmpp", "a@x", "b@x", FPR);

  for (guint i = 1; i <= 2 * VAULT_TRUST_HISTORY_MAX; i++)
    vault_fingerprint_set_trust (made, i % 2 ? OTRD_TRUST_VERIFIED : OTRD_TRUST_REJECTED, "manual",
                                 "otrctl", i);
  g_assert_cmpuint (made->history->len, ==, VAULT_TRUST_HISTORY_MAX);
  assert_state (made, 0, OTRD_TRUST_REJECTED, "manual", "otrctl", VAULT_TRUST_HISTORY_MAX);
}

static void
test_a_history_that_makes_no_sense_is_damage (void)
{
  static const guint8 whole[] = { 1,   0,   0,   0,   0, 0,   0,   0,   'v', 'e', 'r', 'i',
                                  'f', 'i', 'e', 'd', 0, 's', 'm', 'p', 0,   'p', 0 };

  for (gsize length = 1; length <= sizeof whole; length++)
    {
      g_autoptr (GPtrArray) history = vault_trust_history_parse (whole, length);

      g_assert_true ((history != NULL) == (length == sizeof whole));
    }
}

static void
test_what_cannot_be_written_is_refused (void)
{
  g_autofree char *long_name = g_strnfill (70000, 'x');
  g_autoptr (VaultLatch) too_long = vault_latch_new ("xmpp", "a", long_name);
  g_autoptr (VaultLatch) not_text = vault_latch_new ("xmpp", "a", "\xff\xfe");
  g_autoptr (VaultLatch) nameless = vault_latch_new ("xmpp", "a", "");
  g_autoptr (VaultFingerprint) short_one = vault_fingerprint_new ("xmpp", "a", "b", "0123");

  g_assert_null (vault_record_from_latch (too_long, NULL));
  g_assert_null (vault_record_from_latch (not_text, NULL));
  g_assert_null (vault_record_from_latch (nameless, NULL));
  g_assert_null (vault_record_from_fingerprint (short_one, NULL));
}

/* A latch with a field 200 that a later version may have written. */
static const guint8 later_payload[] = { VAULT_PAYLOAD_VERSION, VAULT_KIND_LATCH, 0, 24, 0, 0, 0,
                                        VAULT_FIELD_PROTOCOL, 2, 0, 'x', 0, VAULT_FIELD_ACCOUNT, 2,
                                        0, 'a', 0, VAULT_FIELD_CONTACT, 2, 0, 'b', 0, 200, 6, 0,
                                        'f', 'u', 't', 'u', 'r', 'e',
                                        /* and a record of a kind that it has invented */
                                        99, 0, 4, 0, 0, 0, 7, 1, 0, 0 };

static void
test_what_a_later_version_added_is_kept (void)
{
  g_autoptr (Secret) payload = secret_new (later_payload, sizeof later_payload);
  g_autoptr (VaultTable) table = vault_table_new ();
  g_autoptr (VaultLatch) latch = NULL;
  g_autoptr (VaultRecord) changed = NULL;
  g_autoptr (VaultSnapshot) snapshot = NULL;
  g_autoptr (GPtrArray) records = NULL, listed = NULL;
  g_autoptr (GError) error = NULL;
  const VaultNames names = { "x", "a", "b", NULL };
  g_autoptr (Secret) written = NULL;
  gsize length;

  records = vault_records_parse (payload, FALSE, &error);
  g_assert_no_error (error);
  vault_table_load (table, VAULT_CONTENTS_TRUST, records);
  latch = vault_record_to_latch (vault_table_find (table, VAULT_KIND_LATCH, &names));
  latch->since = 5;
  changed = vault_record_from_latch (latch, vault_table_find (table, VAULT_KIND_LATCH, &names));
  vault_table_put (table, changed);
  snapshot = vault_table_snapshot (table, VAULT_CONTENTS_TRUST);
  listed = vault_snapshot_list (snapshot);
  g_assert_cmpuint (listed->len, ==, 2);
  written = vault_records_serialise (listed);
  g_assert_nonnull (
      memmem (secret_get (written, &length), secret_get_length (written), "future", 6));
  g_assert_cmpuint (length, ==, sizeof later_payload + 4);
}

static void
test_who_has_not_agreed_is_kept (void)
{
  static const char *const applications[] = { "pidgin", "\001org.example.App", NULL };
  g_autoptr (VaultLatch) latch = vault_latch_new ("xmpp", "a@x", "b@x");
  g_autoptr (VaultRecord) record = NULL;
  g_autoptr (VaultLatch) read = NULL;

  latch->unasked = g_strdupv ((char **)applications);
  record = vault_record_from_latch (latch, NULL);
  read = vault_record_to_latch (record);
  g_assert_cmpuint (read->since, ==, 0);
  g_assert_true (g_strv_equal ((const char *const *)read->unasked, applications));
}

static void
test_a_later_payload_is_refused_as_such (void)
{
  g_autoptr (Secret) payload = secret_new ("\x02", 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (vault_records_parse (payload, FALSE, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED);
}

static void
test_no_bytes_confuse_the_parser (void)
{
  for (guint at = 1; at < sizeof later_payload; at++)
    for (guint value = 0; value < 256; value++)
      {
        guint8 bytes[sizeof later_payload];
        g_autoptr (Secret) payload = NULL;
        g_autoptr (GPtrArray) records = NULL;
        memcpy (bytes, later_payload, sizeof bytes);
        bytes[at] = value;
        payload = secret_new (bytes, sizeof bytes);
        records = vault_records_parse (payload, FALSE, NULL);
        for (guint i = 0; records != NULL && i < records->len; i++)
          g_assert_cmpint (((VaultRecord *)records->pdata[i])->size, <=, sizeof bytes);
      }
}

static void
test_no_truncation_confuses_the_parser (void)
{
  for (guint end = 0; end < sizeof later_payload; end++)
    {
      g_autoptr (Secret) payload = secret_new (later_payload, end);
      g_autoptr (GPtrArray) records = vault_records_parse (payload, FALSE, NULL);
      g_assert_true ((records != NULL) == (end == 1 || end == sizeof later_payload - 10));
    }
}

static void
put_fingerprint (VaultTable *table, const char *account, const char *contact, guint number)
{
  g_autofree char *text = g_strdup_printf ("%040X", number);
  g_autoptr (VaultFingerprint) made = vault_fingerprint_new ("xmpp", account, contact, text);
  g_autoptr (VaultRecord) record = vault_record_from_fingerprint (made, NULL);

  vault_table_put (table, record);
}

static gboolean
describe (VaultRecord *record, gpointer text)
{
  g_autoptr (VaultFingerprint) read = vault_record_to_fingerprint (record);

  g_string_append_printf (text, "%s%s ", read->contact, read->fingerprint + 39);
  return TRUE;
}

static void
test_the_table_keeps_an_order_whatever_comes_and_goes (void)
{
  g_autoptr (VaultTable) table = vault_table_new ();
  g_autoptr (GString) seen = g_string_new (NULL);
  guint8 first[20] = { [19] = 1 };
  const VaultNames names = { "xmpp", "a", "m", first };

  put_fingerprint (table, "a", "z", 1);
  put_fingerprint (table, "a", "m", 3);
  put_fingerprint (table, "a", "m", 1);
  put_fingerprint (table, "a", "m", 2);
  put_fingerprint (table, "a", "m", 1);
  put_fingerprint (table, "a", "b", 1);
  put_fingerprint (table, "other", "b", 1);
  vault_table_visit (table, "xmpp", "a", NULL, describe, seen);
  g_assert_cmpstr (seen->str, ==, "b1 m1 m2 m3 z1 ");
  g_assert_true (vault_table_remove (table, VAULT_KIND_FINGERPRINT, &names));
  g_assert_false (vault_table_remove (table, VAULT_KIND_FINGERPRINT, &names));
  g_string_truncate (seen, 0);
  vault_table_visit (table, "xmpp", "a", "c", describe, seen);
  g_assert_cmpstr (seen->str, ==, "m2 m3 z1 ");
  g_assert_true (vault_table_remove_account (table, "xmpp", "a"));
  g_string_truncate (seen, 0);
  vault_table_visit (table, "xmpp", "a", NULL, describe, seen);
  vault_table_visit (table, "xmpp", "other", NULL, describe, seen);
  g_assert_cmpstr (seen->str, ==, "b1 ");
}

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records/an-account-comes-back-as-it-was",
                   test_an_account_comes_back_as_it_was);
  g_test_add_func ("/records/an-account-without-a-key-comes-back-without",
                   test_an_account_without_a_key_comes_back_without);
  g_test_add_func ("/records/a-fingerprint-comes-back-as-it-was",
                   test_a_fingerprint_comes_back_as_it_was);
  g_test_add_func ("/records/earlier-trust-is-remembered", test_earlier_trust_is_remembered);
  g_test_add_func ("/records/what-was-never-seen-has-no-earlier-trust",
                   test_what_was_never_seen_has_no_earlier_trust);
  g_test_add_func ("/records/the-oldest-trust-goes-first", test_the_oldest_trust_goes_first);
  g_test_add_func ("/records/a-history-that-makes-no-sense-is-damage",
                   test_a_history_that_makes_no_sense_is_damage);
  g_test_add_func ("/records/what-cannot-be-written-is-refused",
                   test_what_cannot_be_written_is_refused);
  g_test_add_func ("/records/what-a-later-version-added-is-kept",
                   test_what_a_later_version_added_is_kept);
  g_test_add_func ("/records/who-has-not-agreed-is-kept", test_who_has_not_agreed_is_kept);
  g_test_add_func ("/records/a-later-payload-is-refused-as-such",
                   test_a_later_payload_is_refused_as_such);
  g_test_add_func ("/records/no-bytes-confuse-the-parser", test_no_bytes_confuse_the_parser);
  g_test_add_func ("/records/no-truncation-confuses-the-parser",
                   test_no_truncation_confuses_the_parser);
  g_test_add_func ("/records/the-table-keeps-an-order-whatever-comes-and-goes",
                   test_the_table_keeps_an_order_whatever_comes_and_goes);
  return g_test_run ();
}
