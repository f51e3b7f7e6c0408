/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What makes the vault change its state, and what opens it: the key store, a
 * passphrase, a move from one to the other. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/vault/vault-fixture.h"
#include "vault/passphrase.h"

static Secret *
new_secret (const char *text)
{
  return secret_new (text, strlen (text));
}

static void
lock_vault (TestVault *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  vault_lock_async (fixture->vault, test_keep_result, &result);
  vault_lock_finish (fixture->vault, test_wait_for (&result), &error);
  g_assert_no_error (error);
}

static gboolean
unlock_with (TestVault *fixture, const char *passphrase, GError **error)
{
  g_autoptr (Secret) secret = new_secret (passphrase);
  g_autoptr (GAsyncResult) result = NULL;

  vault_unlock_async (fixture->vault, secret, FALSE, test_keep_result, &result);
  return vault_open_finish (fixture->vault, test_wait_for (&result), error);
}

static gboolean
move_to (TestVault *fixture, const char *key_store, const char *passphrase, GError **error)
{
  g_autoptr (Secret) secret = passphrase != NULL ? new_secret (passphrase) : NULL;
  g_autoptr (GAsyncResult) result = NULL;

  vault_set_key_store_async (fixture->vault, key_store, secret, FALSE, test_keep_result, &result);
  return vault_set_key_store_finish (fixture->vault, test_wait_for (&result), error);
}

static void
must_move_to (TestVault *fixture, const char *key_store, const char *passphrase)
{
  g_autoptr (GError) error = NULL;

  move_to (fixture, key_store, passphrase, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (vault_get_key_store_name (fixture->vault), ==, key_store);
}

static void
assert_state (TestVault *fixture, OtrdVault state)
{
  g_assert_cmpstr (otrd_vault_to_string (vault_get_state (fixture->vault)), ==,
                   otrd_vault_to_string (state));
}

static void
wait_for_state (TestVault *fixture, OtrdVault state)
{
  while (vault_get_state (fixture->vault) != state)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_refused (gboolean done, GError **error, OtrdError code)
{
  g_assert_false (done);
  g_assert_error (*error, OTRD_ERROR, (int)code);
  g_clear_error (error);
}

/* Locking */

static void
test_after_a_lock_only_unlock_opens (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  lock_vault (fixture);
  assert_state (fixture, OTRD_VAULT_LOCKED);
  g_assert_false (test_vault_has_account (fixture, "a@x"));
  vault_open_async (fixture->vault, TRUE, test_keep_result, &result);
  assert_refused (vault_open_finish (fixture->vault, test_wait_for (&result), &error), &error,
                  OTRD_ERROR_LOCKED);
  g_signal_emit_by_name (fixture->store, "changed");
  g_assert_cmpuint (fixture->store->n_prompts, ==, 0);
  assert_state (fixture, OTRD_VAULT_LOCKED);
  test_vault_must_open (fixture);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
}

static void
test_the_vault_follows_its_key_store (TestVault *fixture, gconstpointer unused)
{
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_fingerprint (fixture, "c@x", OTHER_FPR, OTRD_TRUST_VERIFIED);
  fixture->store->outcome = VAULT_KEY_LOCKED;
  g_signal_emit_by_name (fixture->store, "locked");
  wait_for_state (fixture, OTRD_VAULT_LOCKED);
  g_assert_false (test_vault_has_account (fixture, "a@x"));
  fixture->store->outcome = VAULT_KEY_OK;
  g_signal_emit_by_name (fixture->store, "changed");
  wait_for_state (fixture, OTRD_VAULT_READY);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
  g_assert_cmpuint (fixture->store->n_prompts, ==, 0);
}

static void
test_a_key_store_that_appears_opens_what_was_unavailable (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  fixture->store->outcome = VAULT_KEY_UNAVAILABLE;
  assert_refused (test_vault_open (fixture, FALSE, &error), &error,
                  OTRD_ERROR_KEY_STORE_UNAVAILABLE);
  assert_state (fixture, OTRD_VAULT_UNAVAILABLE);
  fixture->store->outcome = VAULT_KEY_OK;
  g_signal_emit_by_name (fixture->store, "changed");
  wait_for_state (fixture, OTRD_VAULT_READY);
}

static void
test_nothing_is_tried_before_somebody_asks (TestVault *fixture, gconstpointer unused)
{
  g_signal_emit_by_name (fixture->store, "changed");
  assert_state (fixture, OTRD_VAULT_LOCKED);
  g_assert_cmpuint (fixture->store->n_gets, ==, 0);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_a_lock_while_it_is_being_opened_wins (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  vault_open_async (fixture->vault, TRUE, test_keep_result, &result);
  lock_vault (fixture);
  assert_refused (vault_open_finish (fixture->vault, test_wait_for (&result), &error), &error,
                  OTRD_ERROR_LOCKED);
  assert_state (fixture, OTRD_VAULT_LOCKED);
  g_assert_false (test_vault_has_account (fixture, "a@x"));
}

/* There is something to save, which takes the lock a while. */
static void
begin_lock (TestVault *fixture, GAsyncResult **locked)
{
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_fingerprint (fixture, "c@x", OTHER_FPR, OTRD_TRUST_VERIFIED);
  vault_lock_async (fixture->vault, test_keep_result, locked);
  assert_state (fixture, OTRD_VAULT_READY);
}

static void
test_an_unlock_while_it_is_being_locked_wins (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) locked = NULL;
  g_autoptr (VaultFingerprint) saved = NULL;
  g_autoptr (GError) error = NULL;

  begin_lock (fixture, &locked);
  g_assert_true (test_vault_open (fixture, FALSE, &error));
  g_assert_no_error (error);
  assert_state (fixture, OTRD_VAULT_READY);
  g_assert_true (vault_lock_finish (fixture->vault, test_wait_for (&locked), &error));
  assert_state (fixture, OTRD_VAULT_READY);
  g_assert_cmpuint (fixture->store->n_gets, ==, 3);
  saved = vault_lookup_fingerprint (fixture->vault, "xmpp", "a@x", "c@x", OTHER_FPR);
  g_assert_nonnull (saved);
}

static void
test_an_unlock_before_another_lock_says_that_it_is_locked (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) locked = NULL, unlocked = NULL, locked_again = NULL;
  g_autoptr (GError) error = NULL;

  begin_lock (fixture, &locked);
  vault_unlock_async (fixture->vault, NULL, FALSE, test_keep_result, &unlocked);
  vault_lock_async (fixture->vault, test_keep_result, &locked_again);
  assert_refused (vault_open_finish (fixture->vault, test_wait_for (&unlocked), &error), &error,
                  OTRD_ERROR_LOCKED);
  g_assert_true (vault_lock_finish (fixture->vault, test_wait_for (&locked), NULL));
  g_assert_true (vault_lock_finish (fixture->vault, test_wait_for (&locked_again), NULL));
  assert_state (fixture, OTRD_VAULT_LOCKED);
}

static void
test_two_locks_before_an_unlock_are_both_waited_for (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) locked = NULL, locked_again = NULL;

  begin_lock (fixture, &locked);
  vault_lock_async (fixture->vault, test_keep_result, &locked_again);
  test_vault_must_open (fixture);
  assert_state (fixture, OTRD_VAULT_READY);
  g_assert_true (vault_lock_finish (fixture->vault, test_wait_for (&locked), NULL));
  g_assert_true (vault_lock_finish (fixture->vault, test_wait_for (&locked_again), NULL));
  assert_state (fixture, OTRD_VAULT_READY);
}

/* It was the keyring that was locked: nothing opens it without that. */
static void
test_an_unlock_while_it_follows_the_key_store_asks_that (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_fingerprint (fixture, "c@x", OTHER_FPR, OTRD_TRUST_VERIFIED);
  fixture->store->outcome = VAULT_KEY_LOCKED;
  g_signal_emit_by_name (fixture->store, "locked");
  assert_refused (test_vault_open (fixture, FALSE, &error), &error, OTRD_ERROR_LOCKED);
  assert_state (fixture, OTRD_VAULT_LOCKED);
}

static void
test_a_key_store_that_is_locked_while_it_opens_is_followed_after (TestVault *fixture,
                                                                  gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;

  test_vault_fill_and_restart (fixture);
  vault_open_async (fixture->vault, FALSE, test_keep_result, &result);
  while (fixture->store->n_gets == 0)
    g_main_context_iteration (NULL, TRUE);
  fixture->store->outcome = VAULT_KEY_LOCKED;
  g_signal_emit_by_name (fixture->store, "locked");
  vault_open_finish (fixture->vault, test_wait_for (&result), NULL);
  wait_for_state (fixture, OTRD_VAULT_LOCKED);
  g_assert_false (test_vault_has_account (fixture, "a@x"));
}

static void
test_a_lock_while_the_key_store_is_away_is_a_lock (TestVault *fixture, gconstpointer outcome)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  fixture->store->outcome = GPOINTER_TO_INT (outcome);
  g_assert_false (test_vault_open (fixture, FALSE, NULL));
  lock_vault (fixture);
  assert_state (fixture, OTRD_VAULT_LOCKED);
  error = vault_new_state_error (fixture->vault, "do it");
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
  fixture->store->outcome = VAULT_KEY_OK;
  g_signal_emit_by_name (fixture->store, "changed");
  assert_state (fixture, OTRD_VAULT_LOCKED);
  test_vault_must_open (fixture);
  assert_state (fixture, OTRD_VAULT_READY);
}

/* What is looked after while the vault is open. */
static void
look_after_key (TestVault *fixture, const char *place, OtrdVault state)
{
  g_autoptr (GAsyncResult) result = NULL;

  vault_look_after_key_async (fixture->vault, test_keep_result, &result);
  vault_look_after_key_finish (fixture->vault, test_wait_for (&result));
  g_assert_cmpstr (vault_get_key_place (fixture->vault), ==, place);
  assert_state (fixture, state);
}

static void
test_a_key_that_was_lost_is_put_back (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (Secret) key = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  look_after_key (fixture, "kept", OTRD_VAULT_READY);
  key = g_steal_pointer (&fixture->store->key);
  look_after_key (fixture, "kept", OTRD_VAULT_READY);
  g_assert_true (secret_equal (key, fixture->store->key));
  g_assert_cmpuint (fixture->store->n_creates, ==, 1);
}

static void
wait_for_a_check (TestVault *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) checks = NULL;
  g_autoptr (GError) error = NULL;

  vault_check_async (fixture->vault, test_keep_result, &result);
  checks = vault_check_finish (fixture->vault, test_wait_for (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (checks->len, ==, 4);
}

static void
test_a_keyless_vault_is_checked_while_the_key_store_is_asked_again (TestVault *fixture,
                                                                    gconstpointer unused)
{
  g_autoptr (Secret) key = NULL;

  test_vault_fill_and_restart (fixture);
  key = g_steal_pointer (&fixture->store->key);
  g_assert_false (test_vault_open (fixture, FALSE, NULL));
  assert_state (fixture, OTRD_VAULT_KEYLESS);
  g_signal_emit_by_name (fixture->store, "changed");
  wait_for_a_check (fixture);
  assert_state (fixture, OTRD_VAULT_KEYLESS);
  g_assert_cmpstr (vault_get_key_place (fixture->vault), ==, "missing");
  fixture->store->key = g_steal_pointer (&key);
  g_signal_emit_by_name (fixture->store, "changed");
  wait_for_a_check (fixture);
  assert_state (fixture, OTRD_VAULT_READY);
  g_assert_cmpstr (vault_get_key_place (fixture->vault), ==, "kept");
}

/* Until it is: then the vault is locked no more than it can be opened again. */
static void
test_a_key_that_is_not_taken_back_is_not_let_go (TestVault *fixture, gconstpointer unused)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK); /* there is a warning */
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  g_clear_pointer (&fixture->store->key, secret_unref);
  fixture->store->refuses_keys = TRUE;
  look_after_key (fixture, "missing", OTRD_VAULT_READ_ONLY);
  g_assert_nonnull (vault_find_hindrance (fixture->vault));
  fixture->store->outcome = VAULT_KEY_LOCKED;
  g_signal_emit_by_name (fixture->store, "locked");
  look_after_key (fixture, "missing", OTRD_VAULT_READ_ONLY);
  fixture->store->outcome = VAULT_KEY_OK;
  fixture->store->refuses_keys = FALSE;
  g_signal_emit_by_name (fixture->store, "changed");
  wait_for_state (fixture, OTRD_VAULT_READY);
  g_assert_null (vault_find_hindrance (fixture->vault));
}

/* Read-only */

static void
limit_file_size (rlim_t size)
{
  struct rlimit limit;

  getrlimit (RLIMIT_FSIZE, &limit);
  limit.rlim_cur = size;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_changes_that_do_not_last_make_it_read_only (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  limit_file_size (0);
  test_vault_put_fingerprint (fixture, "c@x", OTHER_FPR, OTRD_TRUST_VERIFIED);
  assert_refused (test_vault_save (fixture, &error), &error, OTRD_ERROR_STORAGE_FAILED);
  assert_state (fixture, OTRD_VAULT_READ_ONLY);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
  assert_refused (test_vault_save (fixture, &error), &error, OTRD_ERROR_STORAGE_FAILED);
  limit_file_size (RLIM_INFINITY);
  test_vault_must_save (fixture);
  assert_state (fixture, OTRD_VAULT_READY);
}

/* The passphrase */

static void
test_a_passphrase_wraps_a_key (void)
{
  g_autoptr (Secret) key = secret_new_random (32);
  g_autoptr (Secret) right = new_secret ("correct horse"), wrong = new_secret ("correct horsf");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) wrapped = vault_passphrase_wrap (right, key, &error);
  g_autoptr (Secret) unwrapped = vault_passphrase_unwrap (wrapped, right, &error);

  g_assert_no_error (error);
  g_assert_true (secret_equal (key, unwrapped));
  g_assert_null (vault_passphrase_unwrap (wrapped, wrong, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
}

static void
assert_not_unwrapped (const guint8 *bytes, gsize length, OtrdError code)
{
  g_autoptr (GBytes) wrapped = g_bytes_new (bytes, length);
  g_autoptr (Secret) passphrase = new_secret ("p");
  g_autoptr (GError) error = NULL;

  g_assert_null (vault_passphrase_unwrap (wrapped, passphrase, &error));
  g_assert_error (error, OTRD_ERROR, (int)code);
}

static void
test_costs_that_make_no_sense_are_not_paid (void)
{
  g_autoptr (Secret) key = secret_new_random (32), passphrase = new_secret ("p");
  g_autoptr (GBytes) wrapped = vault_passphrase_wrap (passphrase, key, NULL);
  gsize length;
  const guint8 *good = g_bytes_get_data (wrapped, &length);
  g_autofree guint8 *bytes = g_memdup2 (good, length);

  memset (bytes + 4, 0xff, 4); /* 4 TiB of memory */
  assert_not_unwrapped (bytes, length, OTRD_ERROR_VAULT_DAMAGED);
  memcpy (bytes, good, length);
  memset (bytes + 2, 0xff, 2); /* 65535 passes */
  assert_not_unwrapped (bytes, length, OTRD_ERROR_VAULT_DAMAGED);
  memcpy (bytes, good, length);
  bytes[1] = 0; /* no lanes */
  assert_not_unwrapped (bytes, length, OTRD_ERROR_VAULT_DAMAGED);
  assert_not_unwrapped (good, length - 1, OTRD_ERROR_VAULT_DAMAGED);
  assert_not_unwrapped (good, 0, OTRD_ERROR_VAULT_DAMAGED);
  memcpy (bytes, good, length);
  bytes[0]++;
  assert_not_unwrapped (bytes, length, OTRD_ERROR_NOT_SUPPORTED);
}

static void
test_a_passphrase_opens_where_there_is_no_keyring (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->store->outcome = fixture->store->prompting_outcome = VAULT_KEY_UNAVAILABLE;
  test_vault_must_open (fixture);
  assert_state (fixture, OTRD_VAULT_NEW);
  must_move_to (fixture, "passphrase", "correct horse");
  assert_state (fixture, OTRD_VAULT_READY);
  test_vault_put_account (fixture, "a@x", PRIVATE_KEY);
  test_vault_must_save (fixture);
  g_assert_cmpuint (fixture->store->n_creates, ==, 0);
  test_vault_restart (fixture);

  assert_refused (test_vault_open (fixture, TRUE, &error), &error, OTRD_ERROR_LOCKED);
  assert_state (fixture, OTRD_VAULT_LOCKED);
  g_assert_cmpstr (vault_get_key_store_name (fixture->vault), ==, "passphrase");
  g_assert_cmpuint (fixture->store->n_gets, ==, 0);
  unlock_with (fixture, "correct horse", &error);
  g_assert_no_error (error);
  assert_state (fixture, OTRD_VAULT_READY);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
}

static void
test_wrong_passphrases_are_counted_and_slow (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  gint64 begun;

  test_vault_must_open (fixture);
  must_move_to (fixture, "passphrase", "correct horse");
  test_vault_restart (fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_clear_error (&error);
      g_assert_false (unlock_with (fixture, "wrong", &error));
      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
      assert_state (fixture, OTRD_VAULT_LOCKED);
    }
  g_assert_nonnull (strstr (error->message, "3 wrong passphrases"));
  begun = g_get_monotonic_time ();
  unlock_with (fixture, "correct horse", NULL);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, G_USEC_PER_SEC);
  assert_state (fixture, OTRD_VAULT_READY);
}

static void
test_passphrases_of_many_callers_are_tried_each (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (Secret) wrong = new_secret ("wrong"), right = new_secret ("right");
  g_autoptr (GAsyncResult) first = NULL, second = NULL, third = NULL;

  test_vault_must_open (fixture);
  must_move_to (fixture, "passphrase", "right");
  test_vault_restart (fixture);
  vault_unlock_async (fixture->vault, NULL, TRUE, test_keep_result, &first);
  vault_unlock_async (fixture->vault, wrong, FALSE, test_keep_result, &second);
  vault_unlock_async (fixture->vault, right, FALSE, test_keep_result, &third);
  g_assert_true (vault_open_finish (fixture->vault, test_wait_for (&third), NULL));
  g_assert_nonnull (first);
  g_assert_nonnull (second);
  g_assert_false (vault_open_finish (fixture->vault, second, NULL));
}

static void
test_a_passphrase_does_not_open_what_the_keyring_opens (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  assert_refused (unlock_with (fixture, "any", &error), &error, OTRD_ERROR_INVALID_ARGUMENT);
  test_vault_must_open (fixture);
}

/* Moving */

static void
test_a_vault_moves_to_a_passphrase_and_back (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  must_move_to (fixture, "passphrase", "correct horse");
  g_clear_pointer (&fixture->store->key, secret_unref);
  test_vault_restart (fixture);
  g_assert_true (unlock_with (fixture, "correct horse", &error));
  must_move_to (fixture, "memory", NULL);
  g_assert_nonnull (fixture->store->key);
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
  assert_refused (move_to (fixture, "passphrase", NULL, &error), &error,
                  OTRD_ERROR_INVALID_ARGUMENT);
  assert_refused (move_to (fixture, "attic", NULL, &error), &error, OTRD_ERROR_INVALID_ARGUMENT);
}

static void
test_a_replaced_passphrase_opens_nothing (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) before = NULL, previous = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  must_move_to (fixture, "passphrase", "old");
  before = test_folder_read (fixture->path, "keys");
  must_move_to (fixture, "passphrase", "new");
  previous = test_folder_read (fixture->path, "keys.previous");
  g_assert_false (g_bytes_equal (before, previous));
  test_vault_restart (fixture);
  g_assert_false (unlock_with (fixture, "old", NULL));
  g_assert_true (unlock_with (fixture, "new", NULL));
}

static void
test_a_move_that_cannot_be_written_leaves_it_where_it_was (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  limit_file_size (0);
  assert_refused (move_to (fixture, "passphrase", "any", &error), &error,
                  OTRD_ERROR_STORAGE_FAILED);
  g_assert_cmpstr (vault_get_key_store_name (fixture->vault), ==, "memory");
  limit_file_size (RLIM_INFINITY);
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
}

static void
keep_result_and_heal (GObject *source, GAsyncResult *result, gpointer kept)
{
  limit_file_size (RLIM_INFINITY);
  test_keep_result (source, result, kept);
}

static void
test_a_move_that_fails_takes_no_later_one_with_it (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (Secret) passphrase = new_secret ("another");
  g_autoptr (GAsyncResult) failed = NULL;
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  must_move_to (fixture, "passphrase", "the first");
  limit_file_size (0);
  vault_set_key_store_async (fixture->vault, "passphrase", passphrase, FALSE, keep_result_and_heal,
                             &failed);
  while (g_strcmp0 (vault_find_hindrance (fixture->vault), "a change is not saved") != 0)
    g_main_context_iteration (NULL, TRUE);
  must_move_to (fixture, "memory", NULL);
  assert_refused (vault_set_key_store_finish (fixture->vault, test_wait_for (&failed), &error),
                  &error, OTRD_ERROR_STORAGE_FAILED);
  g_clear_object (&failed);
  g_assert_cmpstr (vault_get_key_store_name (fixture->vault), ==, "memory");
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
}

/* A crash between the two files: keys say "passphrase", trust still "keyring". */
static void
test_an_interrupted_move_is_finished (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) trust = NULL, finished = NULL;
  gsize length;
  const guint8 *bytes;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  trust = test_folder_read (fixture->path, "trust");
  must_move_to (fixture, "passphrase", "correct horse");
  bytes = g_bytes_get_data (trust, &length);
  test_folder_write (fixture->path, "trust", bytes, length);
  test_vault_restart (fixture);
  g_assert_true (unlock_with (fixture, "correct horse", NULL));
  test_vault_must_save (fixture);
  finished = test_folder_read (fixture->path, "trust");
  g_assert_cmpuint (((const guint8 *)g_bytes_get_data (finished, NULL))[13], ==, 2);
}

static void
add (const char *name, void (*test) (TestVault *fixture, gconstpointer unused))
{
  g_autofree char *path = g_strconcat ("/states/", name, NULL);

  g_test_add (path, TestVault, NULL, test_vault_set_up, test, test_vault_tear_down);
}

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  signal (SIGXFSZ, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/states/a-passphrase-wraps-a-key", test_a_passphrase_wraps_a_key);
  g_test_add_func ("/states/costs-that-make-no-sense-are-not-paid",
                   test_costs_that_make_no_sense_are_not_paid);
  add ("after-a-lock-only-unlock-opens", test_after_a_lock_only_unlock_opens);
  add ("the-vault-follows-its-key-store", test_the_vault_follows_its_key_store);
  add ("a-key-store-that-appears-opens-what-was-unavailable",
       test_a_key_store_that_appears_opens_what_was_unavailable);
  add ("nothing-is-tried-before-somebody-asks", test_nothing_is_tried_before_somebody_asks);
  add ("a-lock-while-it-is-being-opened-wins", test_a_lock_while_it_is_being_opened_wins);
  add ("an-unlock-while-it-is-being-locked-wins", test_an_unlock_while_it_is_being_locked_wins);
  add ("an-unlock-before-another-lock-says-that-it-is-locked",
       test_an_unlock_before_another_lock_says_that_it_is_locked);
  add ("two-locks-before-an-unlock-are-both-waited-for",
       test_two_locks_before_an_unlock_are_both_waited_for);
  add ("an-unlock-while-it-follows-the-key-store-asks-that",
       test_an_unlock_while_it_follows_the_key_store_asks_that);
  add ("a-key-store-that-is-locked-while-it-opens-is-followed-after",
       test_a_key_store_that_is_locked_while_it_opens_is_followed_after);
  g_test_add ("/states/a-lock-while-unavailable-is-a-lock", TestVault,
              GINT_TO_POINTER (VAULT_KEY_UNAVAILABLE), test_vault_set_up,
              test_a_lock_while_the_key_store_is_away_is_a_lock, test_vault_tear_down);
  g_test_add ("/states/a-lock-while-keyless-is-a-lock", TestVault,
              GINT_TO_POINTER (VAULT_KEY_ABSENT), test_vault_set_up,
              test_a_lock_while_the_key_store_is_away_is_a_lock, test_vault_tear_down);
  add ("a-keyless-vault-is-checked-while-the-key-store-is-asked-again",
       test_a_keyless_vault_is_checked_while_the_key_store_is_asked_again);
  add ("a-key-that-was-lost-is-put-back", test_a_key_that_was_lost_is_put_back);
  add ("a-key-that-is-not-taken-back-is-not-let-go",
       test_a_key_that_is_not_taken_back_is_not_let_go);
  add ("changes-that-do-not-last-make-it-read-only",
       test_changes_that_do_not_last_make_it_read_only);
  add ("a-passphrase-opens-where-there-is-no-keyring",
       test_a_passphrase_opens_where_there_is_no_keyring);
  add ("wrong-passphrases-are-counted-and-slow", test_wrong_passphrases_are_counted_and_slow);
  add ("passphrases-of-many-callers-are-tried-each",
       test_passphrases_of_many_callers_are_tried_each);
  add ("a-passphrase-does-not-open-what-the-keyring-opens",
       test_a_passphrase_does_not_open_what_the_keyring_opens);
  add ("a-vault-moves-to-a-passphrase-and-back", test_a_vault_moves_to_a_passphrase_and_back);
  add ("a-replaced-passphrase-opens-nothing", test_a_replaced_passphrase_opens_nothing);
  add ("a-move-that-cannot-be-written-leaves-it-where-it-was",
       test_a_move_that_cannot_be_written_leaves_it_where_it_was);
  add ("a-move-that-fails-takes-no-later-one-with-it",
       test_a_move_that_fails_takes_no_later_one_with_it);
  add ("an-interrupted-move-is-finished", test_an_interrupted_move_is_finished);
  return g_test_run ();
}
