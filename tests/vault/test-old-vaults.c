/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Vaults as each version has written them, kept in tests/fixtures/vault, open
 * for ever, and are read to the last field. A folder there is named for the
 * versions of its format and its records and for what opens it; none is ever
 * written again. When a version rises, write new ones beside them with
 *
 *     OLD_VAULTS=tests/fixtures/vault test-old-vaults write
 */

#include <glib/gstdio.h>
#include <string.h>

#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/vault/vault-fixture.h"
#include "vault/backup.h"
#include "vault/grants.h"
#include "vault/record.h"
#include "vault/sealed-file.h"

#define KEY "thirty-two bytes of a known key."
#define PASSPHRASE "staple battery"

static const char *fixtures;

static Secret *
new_secret (const char *text)
{
  return secret_new (text, strlen (text));
}

static char *
name_of (const char *opened_by)
{
  return g_strdup_printf ("format-%d-records-%d-%s", VAULT_SEALED_FORMAT, VAULT_PAYLOAD_VERSION,
                          opened_by);
}

/* What is in each of them */

static void
fill (TestVault *fixture)
{
  g_autoptr (VaultAccount) account = vault_account_new ("xmpp", "alice@example.org");
  g_autoptr (VaultFingerprint) fingerprint =
      vault_fingerprint_new ("xmpp", "alice@example.org", "bob@example.org", FPR);
  g_autoptr (VaultLatch) latch = vault_latch_new ("xmpp", "alice@example.org", "bob@example.org");
  VaultGrant grant = { (char *)"org.example.App", (char *)"xmpp", (char *)"alice@example.org",
                       (char *)"allow" };

  account->private_key = new_secret (PRIVATE_KEY);
  account->instance_tag = 0x12345678;
  account->policy = OTRD_POLICY_MANUAL;
  g_free (account->machine_id);
  account->machine_id = g_strdup ("0123456789abcdef0123456789abcdef");
  g_free (account->fingerprint);
  account->fingerprint = g_strdup (OTHER_FPR);
  fingerprint->first_seen = 1600000000;
  fingerprint->last_seen = 1700000000;
  fingerprint->seen = VAULT_SEEN_V3;
  vault_fingerprint_set_trust (fingerprint, OTRD_TRUST_VERIFIED, "smp", "pidgin", 1650000000);
  vault_fingerprint_set_trust (fingerprint, OTRD_TRUST_REJECTED, "manual", "gajim", 1660000000);
  g_free (latch->application);
  latch->application = g_strdup ("pidgin");
  latch->since = 1690000000;
  g_assert_true (vault_put_account (fixture->vault, account, NULL));
  g_assert_true (vault_put_fingerprint (fixture->vault, fingerprint, NULL));
  g_assert_true (vault_put_latch (fixture->vault, latch, NULL));
  g_assert_true (vault_put_grant (fixture->vault, &grant, NULL));
  g_assert_true (vault_put_default_policy (fixture->vault, OTRD_POLICY_ALWAYS, NULL));
  g_assert_true (vault_put_policy (fixture->vault, "xmpp", "alice@example.org", "carol@example.org",
                                   OTRD_POLICY_NEVER, NULL));
}

static void
assert_account (Vault *vault, gboolean has_tag)
{
  g_autoptr (VaultAccount) account = vault_lookup_account (vault, "xmpp", "alice@example.org");

  g_assert_nonnull (account);
  g_assert_cmpmem (secret_get (account->private_key, NULL),
                   secret_get_length (account->private_key), PRIVATE_KEY, strlen (PRIVATE_KEY));
  g_assert_cmpuint (account->instance_tag, ==, has_tag ? 0x12345678 : 0);
  g_assert_cmpstr (account->machine_id, ==, has_tag ? "0123456789abcdef0123456789abcdef" : "");
  g_assert_cmpstr (account->fingerprint, ==, OTHER_FPR);
  g_assert_cmpint (account->policy, ==, OTRD_POLICY_MANUAL);
}

static void
assert_fingerprint (Vault *vault)
{
  g_autoptr (VaultFingerprint) fingerprint =
      vault_lookup_fingerprint (vault, "xmpp", "alice@example.org", "bob@example.org", FPR);
  const VaultTrustState *before;

  g_assert_nonnull (fingerprint);
  g_assert_cmpint (fingerprint->trust, ==, OTRD_TRUST_REJECTED);
  g_assert_cmpstr (fingerprint->method, ==, "manual");
  g_assert_cmpstr (fingerprint->application, ==, "gajim");
  g_assert_cmpuint (fingerprint->first_seen, ==, 1600000000);
  g_assert_cmpuint (fingerprint->last_seen, ==, 1700000000);
  g_assert_cmpuint (fingerprint->trust_at, ==, 1660000000);
  g_assert_cmpuint (fingerprint->seen, ==, VAULT_SEEN_V3);
  before = g_ptr_array_index (fingerprint->history, fingerprint->history->len - 1);
  g_assert_cmpint (before->trust, ==, OTRD_TRUST_VERIFIED);
  g_assert_cmpstr (before->method, ==, "smp");
  g_assert_cmpstr (before->application, ==, "pidgin");
  g_assert_cmpuint (before->at, ==, 1650000000);
}

static void
assert_rest (Vault *vault)
{
  g_autoptr (VaultLatch) latch =
      vault_lookup_latch (vault, "xmpp", "alice@example.org", "bob@example.org");
  g_autoptr (GPtrArray) grants = vault_list_grants (vault);
  const VaultGrant *grant = grants->pdata[0];

  g_assert_nonnull (latch);
  g_assert_cmpuint (latch->since, ==, 1690000000);
  g_assert_cmpstr (latch->application, ==, "pidgin");
  g_assert_cmpuint (grants->len, ==, 1);
  g_assert_cmpstr (grant->application, ==, "org.example.App");
  g_assert_cmpstr (grant->grant, ==, "allow");
  g_assert_cmpint (vault_get_default_policy (vault), ==, OTRD_POLICY_ALWAYS);
  g_assert_cmpint (vault_get_policy (vault, "xmpp", "alice@example.org", "carol@example.org"), ==,
                   OTRD_POLICY_NEVER);
}

static void
assert_all_there (Vault *vault, gboolean has_tag)
{
  assert_account (vault, has_tag);
  assert_fingerprint (vault);
  assert_rest (vault);
}

/* Reading them */

static gboolean
unlock (TestVault *fixture, const char *opened_by, GError **error)
{
  g_autoptr (Secret) passphrase =
      g_str_has_suffix (opened_by, "passphrase") ? new_secret (PASSPHRASE) : NULL;
  g_autoptr (GAsyncResult) result = NULL;

  vault_unlock_async (fixture->vault, passphrase, FALSE, test_keep_result, &result);
  return vault_open_finish (fixture->vault, test_wait_for (&result), error);
}

static GBytes *
read_fixture (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (fixtures, folder, NULL);
  GBytes *bytes = test_folder_read (path, name);

  g_assert_nonnull (bytes);
  return bytes;
}

static void
copy_fixture (TestVault *fixture, const char *folder, const char *name)
{
  g_autoptr (GBytes) bytes = read_fixture (folder, name);

  g_mkdir_with_parents (fixture->path, 0700);
  test_folder_write (fixture->path, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_untouched (TestVault *fixture, const char *folder, const char *name)
{
  g_autoptr (GBytes) before = read_fixture (folder, name);
  g_autoptr (GBytes) after = test_folder_read (fixture->path, name);

  g_assert_true (g_bytes_equal (before, after));
}

static void
set_up (TestVault *fixture)
{
  test_vault_set_up (fixture, NULL);
  fixture->store->key = secret_new (KEY, VAULT_KEY_LEN);
}

static void
test_it_opens (gconstpointer folder)
{
  TestVault fixture = { 0 };
  g_autoptr (GError) error = NULL;

  set_up (&fixture);
  copy_fixture (&fixture, folder, "keys");
  copy_fixture (&fixture, folder, "trust");
  unlock (&fixture, folder, &error);
  g_assert_no_error (error);
  assert_all_there (fixture.vault, TRUE);
  assert_untouched (&fixture, folder, "keys");
  assert_untouched (&fixture, folder, "trust");
  test_vault_tear_down (&fixture, NULL);
}

static void
test_a_change_to_it_lasts (gconstpointer folder)
{
  TestVault fixture = { 0 };

  set_up (&fixture);
  copy_fixture (&fixture, folder, "keys");
  copy_fixture (&fixture, folder, "trust");
  g_assert_true (unlock (&fixture, folder, NULL));
  test_vault_put_fingerprint (&fixture, "new@example.org", FPR, OTRD_TRUST_VERIFIED);
  test_vault_must_save (&fixture);
  test_vault_restart (&fixture);
  g_assert_true (unlock (&fixture, folder, NULL));
  assert_all_there (fixture.vault, TRUE);
  test_vault_tear_down (&fixture, NULL);
}

static void
test_its_backup_is_restored (gconstpointer folder)
{
  TestVault fixture = { 0 };
  g_autoptr (GBytes) backup = read_fixture (folder, "backup");
  g_autoptr (Secret) passphrase = new_secret (PASSPHRASE);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&fixture);
  test_vault_must_open (&fixture);
  vault_restore_async (fixture.vault, backup, passphrase, VAULT_RESTORE_IF_EMPTY, FALSE,
                       test_keep_result, &result);
  vault_restore_finish (fixture.vault, test_wait_for (&result), &error);
  g_assert_no_error (error);
  assert_all_there (fixture.vault, FALSE);
  g_clear_object (&result);
  test_vault_tear_down (&fixture, NULL);
}

/* The form itself has not moved by a byte: what was read is written alike. */
static void
test_its_records_are_written_as_they_were (gconstpointer folder)
{
  g_autoptr (GBytes) file = read_fixture (folder, "trust");
  g_autoptr (Secret) key = secret_new (KEY, VAULT_KEY_LEN);
  g_autoptr (Secret) payload = NULL, again = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;

  payload = vault_sealed_unseal (file, VAULT_CONTENTS_TRUST, key, &error);
  g_assert_no_error (error);
  records = vault_records_parse (payload, FALSE, &error);
  g_assert_no_error (error);
  again = vault_records_serialise (records);
  g_assert_true (secret_equal (payload, again));
}

static GBytes *
make_newer (TestVault *fixture)
{
  g_autoptr (GBytes) keys = test_folder_read (fixture->path, "keys");
  gsize length = g_bytes_get_size (keys);
  guint8 *newer = g_memdup2 (g_bytes_get_data (keys, NULL), length);

  newer[8] = VAULT_SEALED_FORMAT + 1;
  test_folder_write (fixture->path, "keys", newer, length);
  return g_bytes_new_take (newer, length);
}

static void
test_a_newer_one_is_refused_untouched (gconstpointer folder)
{
  TestVault fixture = { 0 };
  g_autoptr (GBytes) newer = NULL, after = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&fixture);
  copy_fixture (&fixture, folder, "keys");
  copy_fixture (&fixture, folder, "trust");
  newer = make_newer (&fixture);
  g_assert_false (unlock (&fixture, folder, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED);
  g_assert_cmpint (vault_get_state (fixture.vault), ==, OTRD_VAULT_DAMAGED);
  after = test_folder_read (fixture.path, "keys");
  g_assert_true (g_bytes_equal (newer, after));
  assert_untouched (&fixture, folder, "trust");
  test_vault_tear_down (&fixture, NULL);
}

/* Writing them */

static void
keep_as_fixture (TestVault *fixture, const char *opened_by)
{
  g_autofree char *name = name_of (opened_by);
  g_autofree char *target = g_build_filename (fixtures, name, NULL);
  g_autoptr (GBytes) keys = test_folder_read (fixture->path, "keys");
  g_autoptr (GBytes) trust = test_folder_read (fixture->path, "trust");
  g_autoptr (GBytes) backup = NULL;
  g_autoptr (Secret) passphrase = new_secret (PASSPHRASE);
  g_autoptr (GAsyncResult) result = NULL;

  vault_backup_async (fixture->vault, passphrase, test_keep_result, &result);
  backup = vault_backup_finish (fixture->vault, test_wait_for (&result), NULL);
  g_assert_cmpint (g_mkdir (target, 0755), ==, 0); /* an old one is never replaced */
  test_folder_write (target, "keys", g_bytes_get_data (keys, NULL), g_bytes_get_size (keys));
  test_folder_write (target, "trust", g_bytes_get_data (trust, NULL), g_bytes_get_size (trust));
  test_folder_write (target, "backup", g_bytes_get_data (backup, NULL), g_bytes_get_size (backup));
}

static int
write_fixtures (void)
{
  TestVault fixture = { 0 };
  g_autoptr (GAsyncResult) moved = NULL;
  g_autoptr (Secret) passphrase = new_secret (PASSPHRASE);

  set_up (&fixture);
  test_vault_must_open (&fixture);
  fill (&fixture);
  test_vault_must_save (&fixture);
  keep_as_fixture (&fixture, "secret-service");
  vault_set_key_store_async (fixture.vault, "passphrase", passphrase, FALSE, test_keep_result,
                             &moved);
  g_assert_true (vault_set_key_store_finish (fixture.vault, test_wait_for (&moved), NULL));
  keep_as_fixture (&fixture, "passphrase");
  g_clear_object (&moved);
  test_vault_tear_down (&fixture, NULL);
  return 0;
}

static void
add_tests (const char *folder)
{
  static const struct
  {
    const char *name;
    GTestDataFunc test;
  } tests[] = { { "opens", test_it_opens },
                { "is-changed-and-opens-again", test_a_change_to_it_lasts },
                { "is-restored-from-its-backup", test_its_backup_is_restored },
                { "is-written-byte-for-byte-as-it-was", test_its_records_are_written_as_they_were },
                { "of-a-newer-version-is-refused-untouched",
                  test_a_newer_one_is_refused_untouched } };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/old-vaults/%s/%s", folder, tests[i].name);

      g_test_add_data_func_full (path, g_strdup (folder), tests[i].test, g_free);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) folders = NULL;
  const char *folder;
  guint n_folders = 0;

  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  fixtures = g_getenv ("OLD_VAULTS");
  g_assert_nonnull (fixtures);
  if (argc > 1 && g_str_equal (argv[1], "write"))
    return write_fixtures ();
  folders = g_dir_open (fixtures, 0, NULL);
  g_assert_nonnull (folders);
  for (; (folder = g_dir_read_name (folders)) != NULL; n_folders++)
    add_tests (folder);
  g_assert_cmpuint (n_folders, >=, 2);
  return g_test_run ();
}
