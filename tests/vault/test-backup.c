/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Backups: what is in them, where they can be put back, and what is refused
 * without a change. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/vault/vault-fixture.h"
#include "vault/backup.h"
#include "vault/passphrase.h"
#include "vault/sealed-file.h"

#define PASSPHRASE "staple battery"

static gboolean
has_file (const char *path, const char *name)
{
  g_autoptr (GBytes) bytes = test_folder_read (path, name);

  return bytes != NULL;
}

static void
assert_same_file (const char *path, const char *name, GBytes *wanted)
{
  g_autoptr (GBytes) bytes = test_folder_read (path, name);

  g_assert_nonnull (bytes);
  g_assert_true (g_bytes_equal (bytes, wanted));
}

static GBytes *
try_backup (TestVault *fixture, const char *text, GError **error)
{
  g_autoptr (Secret) passphrase = secret_new (text, strlen (text));
  g_autoptr (GAsyncResult) result = NULL;

  vault_backup_async (fixture->vault, passphrase, test_keep_result, &result);
  return vault_backup_finish (fixture->vault, test_wait_for (&result), error);
}

static gboolean
restore_with (
    TestVault *fixture, GBytes *backup, const char *text, VaultRestoreMode mode, GError **error)
{
  g_autoptr (Secret) passphrase = secret_new (text, strlen (text));
  g_autoptr (GAsyncResult) result = NULL;

  vault_restore_async (fixture->vault, backup, passphrase, mode, TRUE, test_keep_result, &result);
  return vault_restore_finish (fixture->vault, test_wait_for (&result), error);
}

static gboolean
restore (TestVault *fixture, GBytes *backup, VaultRestoreMode mode, GError **error)
{
  return restore_with (fixture, backup, PASSPHRASE, mode, error);
}

static void
must_restore (TestVault *fixture, GBytes *backup, VaultRestoreMode mode)
{
  g_autoptr (GError) error = NULL;

  restore (fixture, backup, mode, &error);
  g_assert_no_error (error);
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_READY);
}

static void
assert_refused (gboolean done, GError **error, OtrdError code)
{
  g_assert_false (done);
  g_assert_error (*error, OTRD_ERROR, (int)code);
  g_clear_error (error);
}

/* Account a@x with its key and a tag, contact b@x verified, c@x rejected with a history. */
static GBytes *
make_backup (void)
{
  TestVault other = { 0 };
  g_autoptr (VaultAccount) account = vault_account_new ("xmpp", "a@x");
  g_autoptr (VaultFingerprint) judged = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *backup;

  test_vault_set_up (&other, NULL);
  test_vault_must_open (&other);
  account->private_key = secret_new (PRIVATE_KEY, strlen (PRIVATE_KEY));
  account->instance_tag = 0x12345678;
  g_free (account->machine_id);
  account->machine_id = g_strdup ("this very machine");
  g_assert_true (vault_put_account (other.vault, account, &error));
  test_vault_put_fingerprint (&other, "b@x", FPR, OTRD_TRUST_VERIFIED);
  judged = vault_fingerprint_new ("xmpp", "a@x", "c@x", OTHER_FPR);
  vault_fingerprint_set_trust (judged, OTRD_TRUST_VERIFIED, "manual", "pidgin", 5);
  vault_fingerprint_set_trust (judged, OTRD_TRUST_REJECTED, "manual", "pidgin", 7);
  g_assert_true (vault_put_fingerprint (other.vault, judged, &error));
  g_assert_true (vault_put_policy (other.vault, "xmpp", "a@x", "b@x", OTRD_POLICY_ALWAYS, &error));
  backup = try_backup (&other, PASSPHRASE, &error);
  g_assert_no_error (error);
  test_vault_tear_down (&other, NULL);
  return backup;
}

static void
assert_all_there (TestVault *fixture)
{
  g_autoptr (VaultAccount) account = vault_lookup_account (fixture->vault, "xmpp", "a@x");
  g_autoptr (VaultFingerprint) judged =
      vault_lookup_fingerprint (fixture->vault, "xmpp", "a@x", "c@x", OTHER_FPR);

  g_assert_nonnull (account);
  g_assert_cmpmem (secret_get (account->private_key, NULL),
                   secret_get_length (account->private_key), PRIVATE_KEY, strlen (PRIVATE_KEY));
  g_assert_cmpuint (account->instance_tag, ==, 0);
  g_assert_cmpstr (account->machine_id, ==, "");
  g_assert_nonnull (judged);
  g_assert_cmpint (judged->trust, ==, OTRD_TRUST_REJECTED);
  g_assert_cmpuint (judged->history->len, ==, 1);
  g_assert_cmpint (vault_get_policy (fixture->vault, "xmpp", "a@x", "b@x"), ==, OTRD_POLICY_ALWAYS);
}

static void
test_a_backup_brings_all_back_but_instance_tags (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();

  test_vault_must_open (fixture);
  must_restore (fixture, backup, VAULT_RESTORE_IF_EMPTY);
  assert_all_there (fixture);
  g_assert_false (has_file (fixture->path, "restored"));
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  assert_all_there (fixture);
}

static void
test_a_vault_in_use_is_not_replaced_unasked (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (GBytes) keys = NULL, trust = NULL, previous = NULL;
  g_autoptr (GError) error = NULL;

  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "mine@x", "another private key");
  test_vault_must_save (fixture);
  keys = test_folder_read (fixture->path, "keys");
  trust = test_folder_read (fixture->path, "trust");
  g_assert_false (restore (fixture, backup, VAULT_RESTORE_IF_EMPTY, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "xmpp:mine@x"));
  assert_same_file (fixture->path, "keys", keys);
  assert_same_file (fixture->path, "trust", trust);

  must_restore (fixture, backup, VAULT_RESTORE_REPLACE);
  assert_all_there (fixture);
  g_assert_false (test_vault_has_account (fixture, "mine@x"));
  previous = test_folder_read (fixture->path, "keys.previous");
  g_assert_true (g_bytes_equal (previous, keys));
}

static void
test_merging_changes_nothing_that_is_there (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (VaultAccount) account = NULL;
  g_autoptr (VaultFingerprint) kept = NULL, added = NULL;

  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "a@x", "the key that is in use");
  test_vault_put_account (fixture, "mine@x", NULL);
  test_vault_put_fingerprint (fixture, "b@x", FPR, OTRD_TRUST_REJECTED);
  must_restore (fixture, backup, VAULT_RESTORE_MERGE);
  account = vault_lookup_account (fixture->vault, "xmpp", "a@x");
  g_assert_cmpmem (secret_get (account->private_key, NULL),
                   secret_get_length (account->private_key), "the key that is in use", 22);
  kept = vault_lookup_fingerprint (fixture->vault, "xmpp", "a@x", "b@x", FPR);
  g_assert_cmpint (kept->trust, ==, OTRD_TRUST_REJECTED);
  added = vault_lookup_fingerprint (fixture->vault, "xmpp", "a@x", "c@x", OTHER_FPR);
  g_assert_nonnull (added);
  g_assert_true (test_vault_has_account (fixture, "mine@x"));
}

static void
test_merging_gives_an_account_the_key_that_it_lacks (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();

  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "a@x", NULL);
  must_restore (fixture, backup, VAULT_RESTORE_MERGE);
  assert_all_there (fixture);
}

/* That a session was private and not ended outlives the backup. */
static void
test_replacing_does_not_forget_that_a_session_was_private (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (VaultLatch) latch = vault_latch_new ("xmpp", "a@x", "d@x");
  g_autoptr (VaultLatch) kept = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  g_assert_true (vault_put_latch (fixture->vault, latch, NULL));
  must_restore (fixture, backup, VAULT_RESTORE_REPLACE);
  kept = vault_lookup_latch (fixture->vault, "xmpp", "a@x", "d@x");
  g_assert_nonnull (kept);
}

static void
assert_recreated (TestVault *fixture, GBytes *keys, GBytes *trust)
{
  g_autoptr (GBytes) backup = make_backup ();

  must_restore (fixture, backup, VAULT_RESTORE_IF_EMPTY);
  assert_all_there (fixture);
  assert_same_file (fixture->path, "keys.aside-1", keys);
  assert_same_file (fixture->path, "trust.aside-1", trust);
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  assert_all_there (fixture);
  assert_same_file (fixture->path, "keys.aside-1", keys);
}

static void
test_a_keyless_vault_is_recreated_and_kept_aside (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) keys = NULL, trust = NULL;

  test_vault_fill_and_restart (fixture);
  keys = test_folder_read (fixture->path, "keys");
  trust = test_folder_read (fixture->path, "trust");
  g_clear_pointer (&fixture->store->key, secret_unref);
  g_assert_false (test_vault_open (fixture, FALSE, NULL));
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_KEYLESS);
  assert_recreated (fixture, keys, trust);
}

static void
test_a_damaged_vault_is_recreated_and_kept_aside (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) keys = NULL, trust = NULL;

  test_vault_fill_and_restart (fixture);
  test_folder_write (fixture->path, "trust", "", 0);
  keys = test_folder_read (fixture->path, "keys");
  trust = test_folder_read (fixture->path, "trust");
  g_assert_false (test_vault_open (fixture, FALSE, NULL));
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_DAMAGED);
  assert_recreated (fixture, keys, trust);
}

static void
test_a_locked_vault_is_not_restored_into (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  fixture->store->outcome = fixture->store->prompting_outcome = VAULT_KEY_LOCKED;
  g_assert_false (test_vault_open (fixture, FALSE, NULL));
  assert_refused (restore (fixture, backup, VAULT_RESTORE_REPLACE, &error), &error,
                  OTRD_ERROR_LOCKED);
  g_assert_false (has_file (fixture->path, "restored"));
}

static void
test_without_a_keyring_nothing_is_restored (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (GError) error = NULL;

  fixture->store->outcome = fixture->store->prompting_outcome = VAULT_KEY_UNAVAILABLE;
  test_vault_must_open (fixture);
  assert_refused (restore (fixture, backup, VAULT_RESTORE_IF_EMPTY, &error), &error,
                  OTRD_ERROR_KEY_STORE_UNAVAILABLE);
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_NEW);
  g_assert_false (has_file (fixture->path, "keys"));
}

static void
test_an_empty_vault_has_no_backup (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  assert_refused (try_backup (fixture, PASSPHRASE, &error) != NULL, &error, OTRD_ERROR_LOCKED);
  test_vault_must_open (fixture);
  assert_refused (try_backup (fixture, PASSPHRASE, &error) != NULL, &error, OTRD_ERROR_NOT_FOUND);
  test_vault_put_account (fixture, "a@x", NULL);
  assert_refused (try_backup (fixture, "", &error) != NULL, &error, OTRD_ERROR_INVALID_ARGUMENT);
}

/* Nothing of the vault changes for it. */
static void
assert_not_restored (TestVault *fixture, GBytes *backup, OtrdError code)
{
  g_autoptr (GBytes) keys = test_folder_read (fixture->path, "keys");
  g_autoptr (GError) error = NULL;

  g_assert_false (restore (fixture, backup, VAULT_RESTORE_REPLACE, &error));
  g_assert_error (error, OTRD_ERROR, (int)code);
  assert_same_file (fixture->path, "keys", keys);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_READY);
  g_assert_false (has_file (fixture->path, "restored"));
}

static void
assert_changed_is_not_restored (TestVault *fixture, GBytes *backup, gsize at, OtrdError code)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (backup, &length);
  g_autofree guint8 *changed = g_memdup2 (bytes, length);
  g_autoptr (GBytes) hostile = NULL;

  changed[at] ^= 4;
  hostile = g_bytes_new (changed, length);
  assert_not_restored (fixture, hostile, code);
}

static void
test_hostile_backups_change_nothing (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  gsize length = g_bytes_get_size (backup);
  const gsize lengths[] = { 0, 1, 39, 40, 100, length / 2, length - 1 };
  g_autoptr (GBytes) file = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (backup, 0, lengths[i]);
      assert_not_restored (fixture, cut, OTRD_ERROR_VAULT_DAMAGED);
    }
  assert_changed_is_not_restored (fixture, backup, 0, OTRD_ERROR_VAULT_DAMAGED);
  assert_changed_is_not_restored (fixture, backup, 8, OTRD_ERROR_NOT_SUPPORTED);  /* the format */
  assert_changed_is_not_restored (fixture, backup, 12, OTRD_ERROR_VAULT_DAMAGED); /* the contents */
  assert_changed_is_not_restored (fixture, backup, 40, OTRD_ERROR_NOT_SUPPORTED); /* the wrapping */
  assert_changed_is_not_restored (fixture, backup, 47, OTRD_ERROR_VAULT_DAMAGED); /* 64 GiB */
  assert_changed_is_not_restored (fixture, backup, 32, OTRD_ERROR_VAULT_DAMAGED);
  assert_changed_is_not_restored (fixture, backup, length / 2, OTRD_ERROR_VAULT_DAMAGED);
  assert_changed_is_not_restored (fixture, backup, length - 1, OTRD_ERROR_VAULT_DAMAGED);
  file = test_folder_read (fixture->path, "keys");
  assert_not_restored (fixture, file, OTRD_ERROR_VAULT_DAMAGED);
}

/* A payload of ours in an envelope of a backup. */
static GBytes *
seal_payload (const guint8 *bytes, gsize length)
{
  g_autoptr (Secret) key = secret_new_random (VAULT_KEY_LEN);
  g_autoptr (Secret) passphrase = secret_new (PASSPHRASE, strlen (PASSPHRASE));
  g_autoptr (Secret) payload = secret_new (bytes, length);
  g_autofree char *key_id = vault_key_make_id (key);
  g_auto (VaultSealedHeader)
      header = { .contents = VAULT_CONTENTS_BACKUP, .sealed_by = VAULT_SEALED_BY_PASSPHRASE };

  g_strlcpy (header.key_id, key_id, sizeof header.key_id);
  header.parameters = vault_passphrase_wrap (passphrase, key, NULL);
  return vault_sealed_seal (&header, key, payload, NULL);
}

static void
test_records_of_a_newer_version_are_refused (TestVault *fixture, gconstpointer unused)
{
  static const guint8 newer[] = { 2, 1, 0, 0, 0, 0, 0 };
  static const guint8 nonsense[] = { 1, 1, 0, 0xff, 0xff, 0xff, 0xff };
  g_autoptr (GBytes) of_newer = seal_payload (newer, sizeof newer);
  g_autoptr (GBytes) of_nonsense = seal_payload (nonsense, sizeof nonsense);

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  assert_not_restored (fixture, of_newer, OTRD_ERROR_NOT_SUPPORTED);
  assert_not_restored (fixture, of_nonsense, OTRD_ERROR_VAULT_DAMAGED);
}

static void
test_wrong_passphrases_are_told_and_counted (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (GError) error = NULL;

  test_vault_must_open (fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_clear_error (&error);
      g_assert_false (
          restore_with (fixture, backup, "not that one", VAULT_RESTORE_IF_EMPTY, &error));
      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
    }
  g_assert_nonnull (strstr (error->message, "2 wrong passphrases"));
  g_assert_null (strstr (error->message, "not that one"));
  g_clear_error (&error);
  assert_refused (restore_with (fixture, backup, "", VAULT_RESTORE_IF_EMPTY, &error), &error,
                  OTRD_ERROR_INVALID_ARGUMENT);
  must_restore (fixture, backup, VAULT_RESTORE_IF_EMPTY);
}

static void
test_two_restores_at_once_are_one (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (Secret) passphrase = secret_new (PASSPHRASE, strlen (PASSPHRASE));
  g_autoptr (GAsyncResult) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;

  test_vault_must_open (fixture);
  vault_restore_async (fixture->vault, backup, passphrase, VAULT_RESTORE_MERGE, TRUE,
                       test_keep_result, &first);
  vault_restore_async (fixture->vault, backup, passphrase, VAULT_RESTORE_MERGE, TRUE,
                       test_keep_result, &second);
  g_assert_false (vault_restore_finish (fixture->vault, test_wait_for (&second), &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_BUSY);
  g_assert_true (vault_restore_finish (fixture->vault, test_wait_for (&first), NULL));
  assert_all_there (fixture);
}

/* Turns of the main loop after which the lock comes; at last when the backup is put there. */
#define MOMENTS 12

/* Whenever the lock comes, the vault is locked, and nothing of either is lost. */
static void
test_a_lock_during_a_restore_wins (TestVault *fixture, gconstpointer moment)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (Secret) passphrase = secret_new (PASSPHRASE, strlen (PASSPHRASE));
  g_autoptr (GAsyncResult) restored = NULL, locked = NULL;
  gboolean is_restored;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "mine@x", NULL);
  vault_restore_async (fixture->vault, backup, passphrase, VAULT_RESTORE_REPLACE, FALSE,
                       test_keep_result, &restored);
  for (guint i = 0; i < GPOINTER_TO_UINT (moment) && restored == NULL
                    && vault_get_state (fixture->vault) != OTRD_VAULT_UNLOCKING;
       i++)
    g_main_context_iteration (NULL, TRUE);
  vault_lock_async (fixture->vault, test_keep_result, &locked);
  g_assert_true (vault_lock_finish (fixture->vault, test_wait_for (&locked), NULL));
  is_restored = vault_restore_finish (fixture->vault, test_wait_for (&restored), NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_LOCKED);
  test_vault_must_open (fixture);
  g_assert_cmpint (is_restored, ==, !test_vault_has_account (fixture, "mine@x"));
  g_assert_true (test_vault_has_account (fixture, "a@x"));
}

static void
limit_file_size (rlim_t size)
{
  struct rlimit limit;

  getrlimit (RLIMIT_FSIZE, &limit);
  limit.rlim_cur = size;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_what_cannot_be_written_is_not_restored (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "mine@x", NULL);
  test_vault_must_save (fixture);
  limit_file_size (0);
  assert_refused (restore (fixture, backup, VAULT_RESTORE_REPLACE, &error), &error,
                  OTRD_ERROR_STORAGE_FAILED);
  limit_file_size (RLIM_INFINITY);
  g_assert_true (test_vault_has_account (fixture, "mine@x"));
  g_assert_true (vault_is_open (fixture->vault));
  test_vault_must_save (fixture);
  must_restore (fixture, backup, VAULT_RESTORE_REPLACE);
}

/* One that is sealed by a passphrase stays so; nobody is asked for it. */
static void
test_a_restored_vault_keeps_its_key_store (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) backup = make_backup ();
  g_autoptr (Secret) passphrase = secret_new ("correct horse", 13);
  g_autoptr (GAsyncResult) moved = NULL, unlocked = NULL;

  fixture->store->outcome = fixture->store->prompting_outcome = VAULT_KEY_UNAVAILABLE;
  test_vault_must_open (fixture);
  vault_set_key_store_async (fixture->vault, "passphrase", passphrase, FALSE, test_keep_result,
                             &moved);
  g_assert_true (vault_set_key_store_finish (fixture->vault, test_wait_for (&moved), NULL));
  g_clear_object (&moved); /* it holds the vault */
  must_restore (fixture, backup, VAULT_RESTORE_IF_EMPTY);
  assert_all_there (fixture);
  test_vault_restart (fixture);
  vault_unlock_async (fixture->vault, passphrase, FALSE, test_keep_result, &unlocked);
  g_assert_true (vault_open_finish (fixture->vault, test_wait_for (&unlocked), NULL));
  assert_all_there (fixture);
}

static void
add (const char *name, void (*test) (TestVault *fixture, gconstpointer unused))
{
  g_autofree char *path = g_strconcat ("/backup/", name, NULL);

  g_test_add (path, TestVault, NULL, test_vault_set_up, test, test_vault_tear_down);
}

int
main (int argc, char **argv)
{
  test_init_without_engine (590);
  signal (SIGXFSZ, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  add ("it-brings-all-back-but-instance-tags", test_a_backup_brings_all_back_but_instance_tags);
  add ("a-vault-in-use-is-not-replaced-unasked", test_a_vault_in_use_is_not_replaced_unasked);
  add ("merging-changes-nothing-that-is-there", test_merging_changes_nothing_that_is_there);
  add ("merging-gives-an-account-the-key-that-it-lacks",
       test_merging_gives_an_account_the_key_that_it_lacks);
  add ("replacing-does-not-forget-that-a-session-was-private",
       test_replacing_does_not_forget_that_a_session_was_private);
  add ("a-keyless-vault-is-recreated-and-kept-aside",
       test_a_keyless_vault_is_recreated_and_kept_aside);
  add ("a-damaged-vault-is-recreated-and-kept-aside",
       test_a_damaged_vault_is_recreated_and_kept_aside);
  add ("a-locked-vault-is-not-restored-into", test_a_locked_vault_is_not_restored_into);
  add ("without-a-keyring-nothing-is-restored", test_without_a_keyring_nothing_is_restored);
  add ("an-empty-vault-has-none", test_an_empty_vault_has_no_backup);
  add ("hostile-ones-change-nothing", test_hostile_backups_change_nothing);
  add ("records-of-a-newer-version-are-refused", test_records_of_a_newer_version_are_refused);
  add ("wrong-passphrases-are-told-and-counted", test_wrong_passphrases_are_told_and_counted);
  add ("two-restores-at-once-are-one", test_two_restores_at_once_are_one);
  for (guint moment = 0; moment <= MOMENTS; moment++)
    {
      g_autofree char *path = g_strdup_printf ("/backup/a-lock-during-a-restore-wins/%u", moment);

      g_test_add (path, TestVault, GUINT_TO_POINTER (moment == MOMENTS ? G_MAXUINT : moment),
                  test_vault_set_up, test_a_lock_during_a_restore_wins, test_vault_tear_down);
    }
  add ("what-cannot-be-written-is-not-restored", test_what_cannot_be_written_is_not_restored);
  add ("a-restored-vault-keeps-its-key-store", test_a_restored_vault_keeps_its_key_store);
  return g_test_run ();
}
