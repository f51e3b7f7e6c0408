/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The vault over a key store that does as it is told: what it opens, what it
 * refuses, what it leaves alone, what lasts. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/vault/vault-fixture.h"
#include "vault/sealed-file.h"

static void
assert_refused (TestVault *fixture, OtrdVault state, OtrdError code)
{
  g_autoptr (GBytes) keys = test_folder_read (fixture->path, "keys");
  g_autoptr (GBytes) trust = test_folder_read (fixture->path, "trust");
  g_autoptr (GBytes) keys_after = NULL, trust_after = NULL;
  g_autoptr (VaultAccount) account = vault_account_new ("xmpp", "new@x");
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (test_vault_open (fixture, FALSE, &error));
  g_assert_error (error, OTRD_ERROR, (int)code);
  g_assert_cmpint (vault_get_state (fixture->vault), ==, state);
  g_clear_error (&error);
  g_assert_false (vault_put_account (fixture->vault, account, &error));
  g_assert_error (error, OTRD_ERROR, (int)code);
  accounts = vault_list_accounts (fixture->vault);
  g_assert_cmpuint (accounts->len, ==, 0);
  test_vault_must_save (fixture);
  keys_after = test_folder_read (fixture->path, "keys");
  trust_after = test_folder_read (fixture->path, "trust");
  g_assert_true (keys == keys_after || g_bytes_equal (keys, keys_after));
  g_assert_true (trust == trust_after || g_bytes_equal (trust, trust_after));
}

static void
assert_filled (TestVault *fixture)
{
  g_autoptr (VaultAccount) account = vault_lookup_account (fixture->vault, "xmpp", "a@x");
  g_autoptr (VaultFingerprint) fingerprint =
      vault_lookup_fingerprint (fixture->vault, "xmpp", "a@x", "b@x", FPR);

  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_READY);
  g_assert_nonnull (account);
  g_assert_cmpmem (secret_get (account->private_key, NULL),
                   secret_get_length (account->private_key), PRIVATE_KEY, strlen (PRIVATE_KEY));
  g_assert_nonnull (fingerprint);
  g_assert_cmpint (fingerprint->trust, ==, OTRD_TRUST_VERIFIED);
}

static void
test_a_new_vault_writes_nothing_before_the_first_change (TestVault *fixture, gconstpointer unused)
{
  test_vault_must_open (fixture);
  test_vault_must_save (fixture);
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_NEW);
  g_assert_cmpuint (fixture->store->n_gets + fixture->store->n_creates, ==, 0);
  g_assert_null (test_folder_read (fixture->path, "keys"));
  g_assert_null (test_folder_read (fixture->path, "trust"));
}

static void
test_what_was_saved_is_there_after_a_restart (TestVault *fixture, gconstpointer unused)
{
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  assert_filled (fixture);
  g_assert_cmpuint (fixture->store->n_creates, ==, 1);
}

static void
test_a_change_is_saved_even_when_nobody_waits (TestVault *fixture, gconstpointer unused)
{
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "a@x", NULL);
  while (vault_get_state (fixture->vault) == OTRD_VAULT_NEW)
    g_main_context_iteration (NULL, TRUE);
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_READY);
}

static void
test_many_who_wait_share_writes (TestVault *fixture, gconstpointer unused)
{
  GAsyncResult *results[100] = { NULL };
  g_autoptr (GBytes) trust = NULL;
  g_auto (VaultSealedHeader) header = { 0 };

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *contact = g_strdup_printf ("%u@x", i);
      test_vault_put_fingerprint (fixture, contact, FPR, OTRD_TRUST_UNVERIFIED);
      vault_save_async (fixture->vault, test_keep_result, &results[i]);
    }
  for (guint i = 0; i < 100; i++)
    {
      g_assert_true (vault_save_finish (fixture->vault, test_wait_for (&results[i]), NULL));
      g_object_unref (results[i]);
    }
  trust = test_folder_read (fixture->path, "trust");
  g_assert_true (vault_sealed_read_header (trust, &header, NULL));
  g_assert_cmpuint (header.generation, <=, 3);
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *contact = g_strdup_printf ("%u@x", i);
      g_autoptr (VaultFingerprint) read =
          vault_lookup_fingerprint (fixture->vault, "xmpp", "a@x", contact, FPR);
      g_assert_nonnull (read);
    }
}

static void
test_what_changes_nothing_is_not_written (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) before = NULL, after = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  before = test_folder_read (fixture->path, "trust");
  test_vault_put_fingerprint (fixture, "b@x", FPR, OTRD_TRUST_VERIFIED);
  test_vault_must_save (fixture);
  after = test_folder_read (fixture->path, "trust");
  g_assert_true (g_bytes_equal (before, after));
}

static void
test_a_locked_keyring_leaves_it_locked (TestVault *fixture, gconstpointer unused)
{
  test_vault_fill_and_restart (fixture);
  fixture->store->outcome = VAULT_KEY_LOCKED;
  assert_refused (fixture, OTRD_VAULT_LOCKED, OTRD_ERROR_LOCKED);
  fixture->store->outcome = VAULT_KEY_OK;
  test_vault_must_open (fixture);
  assert_filled (fixture);
}

static void
test_a_dismissed_prompt_is_an_answer (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  fixture->store->outcome = VAULT_KEY_LOCKED;
  fixture->store->prompting_outcome = VAULT_KEY_DISMISSED;
  g_assert_false (test_vault_open (fixture, TRUE, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_DISMISSED);
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_LOCKED);
  g_clear_error (&error);
  error = vault_new_state_error (fixture->vault, "try");
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
  g_assert_cmpuint (fixture->store->n_prompts, ==, 1);
}

static void
test_a_hundred_who_open_cause_one_prompt (TestVault *fixture, gconstpointer unused)
{
  GAsyncResult *results[100] = { NULL };

  test_vault_fill_and_restart (fixture);
  fixture->store->outcome = VAULT_KEY_LOCKED;
  for (guint i = 0; i < 100; i++)
    vault_open_async (fixture->vault, i % 2 == 1, test_keep_result, &results[i]);
  for (guint i = 0; i < 100; i++)
    {
      gboolean is_open = vault_open_finish (fixture->vault, test_wait_for (&results[i]), NULL);
      g_assert_cmpint (is_open, ==, i % 2 == 1);
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (fixture->store->n_prompts, ==, 1);
  assert_filled (fixture);
}

static void
test_one_who_may_prompt_is_not_answered_by_an_attempt_that_may_not (TestVault *fixture,
                                                                    gconstpointer unused)
{
  g_autoptr (GAsyncResult) quiet = NULL, loud = NULL;
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  fixture->store->outcome = VAULT_KEY_LOCKED;
  vault_open_async (fixture->vault, FALSE, test_keep_result, &quiet);
  vault_open_async (fixture->vault, TRUE, test_keep_result, &loud);
  g_assert_false (vault_open_finish (fixture->vault, test_wait_for (&quiet), &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
  g_assert_true (vault_open_finish (fixture->vault, test_wait_for (&loud), NULL));
  assert_filled (fixture);
}

static void
test_one_who_may_not_prompt_does_not_wait_for_a_prompt (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) loud = NULL, quiet = NULL;
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  fixture->store->outcome = VAULT_KEY_LOCKED;
  vault_open_async (fixture->vault, TRUE, test_keep_result, &loud);
  vault_open_async (fixture->vault, FALSE, test_keep_result, &quiet);
  g_assert_false (vault_open_finish (fixture->vault, test_wait_for (&quiet), &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
  g_assert_null (loud);
  g_assert_true (vault_open_finish (fixture->vault, test_wait_for (&loud), NULL));
}

static void
test_a_missing_key_makes_it_keyless_and_nothing_new (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (Secret) key = NULL;

  test_vault_fill_and_restart (fixture);
  key = g_steal_pointer (&fixture->store->key);
  assert_refused (fixture, OTRD_VAULT_KEYLESS, OTRD_ERROR_KEY_STORE_UNAVAILABLE);
  g_assert_cmpuint (fixture->store->n_creates, ==, 1);
  fixture->store->key = g_steal_pointer (&key);
  test_vault_must_open (fixture);
  assert_filled (fixture);
}

static void
test_no_key_store_makes_it_unavailable (TestVault *fixture, gconstpointer unused)
{
  const VaultKeyOutcome outcomes[] = { VAULT_KEY_UNAVAILABLE, VAULT_KEY_TIMEOUT, VAULT_KEY_VANISHED,
                                       VAULT_KEY_FAILED };

  test_vault_fill_and_restart (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      fixture->store->outcome = outcomes[i];
      assert_refused (fixture, OTRD_VAULT_UNAVAILABLE, OTRD_ERROR_KEY_STORE_UNAVAILABLE);
    }
}

static void
damage (TestVault *fixture, const char *name, gsize at)
{
  g_autoptr (GBytes) bytes = test_folder_read (fixture->path, name);
  gsize length = g_bytes_get_size (bytes);
  g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (bytes, NULL), length);

  changed[MIN (at, length - 1)] ^= 1;
  test_folder_write (fixture->path, name, changed, length);
}

static void
test_a_damaged_file_is_refused_and_left (TestVault *fixture, gconstpointer name)
{
  const gsize places[] = { 0, 12, 32, 60, G_MAXSIZE };

  test_vault_fill_and_restart (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      damage (fixture, name, places[i]);
      assert_refused (fixture, OTRD_VAULT_DAMAGED, OTRD_ERROR_VAULT_DAMAGED);
      damage (fixture, name, places[i]);
    }
  test_vault_must_open (fixture);
  assert_filled (fixture);
}

static void
test_an_empty_file_is_refused_and_left (TestVault *fixture, gconstpointer name)
{
  test_vault_fill_and_restart (fixture);
  test_folder_write (fixture->path, name, "", 0);
  assert_refused (fixture, OTRD_VAULT_DAMAGED, OTRD_ERROR_VAULT_DAMAGED);
}

static void
test_a_missing_file_is_not_an_empty_one (TestVault *fixture, gconstpointer name)
{
  g_autofree char *file = g_build_filename (fixture->path, name, NULL);

  test_vault_fill_and_restart (fixture);
  g_assert_cmpint (g_unlink (file), ==, 0);
  assert_refused (fixture, OTRD_VAULT_DAMAGED, OTRD_ERROR_VAULT_DAMAGED);
  g_assert_cmpuint (fixture->store->n_creates, ==, 1);
}

static void
test_a_first_save_that_was_cut_short_is_a_beginning (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (Secret) payload = secret_new ("\x01", 1);
  g_autoptr (GBytes) file = NULL;
  VaultSealedHeader header = { .contents = VAULT_CONTENTS_TRUST,
                               .sealed_by = VAULT_SEALED_BY_SECRET_SERVICE };
  g_autofree char *id = NULL;

  fixture->store->key = secret_new_random (VAULT_KEY_LEN);
  id = vault_key_make_id (fixture->store->key);
  g_strlcpy (header.key_id, id, sizeof header.key_id);
  file = vault_sealed_seal (&header, fixture->store->key, payload, NULL);
  g_mkdir (fixture->path, 0700);
  test_folder_write (fixture->path, "trust", g_bytes_get_data (file, NULL),
                     g_bytes_get_size (file));
  test_vault_must_open (fixture);
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  assert_filled (fixture);
}

static void
test_a_newer_file_is_refused_and_left (TestVault *fixture, gconstpointer unused)
{
  test_vault_fill_and_restart (fixture);
  damage (fixture, "keys", 9);
  assert_refused (fixture, OTRD_VAULT_DAMAGED, OTRD_ERROR_NOT_SUPPORTED);
}

static void
test_a_file_of_another_vault_is_refused (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (Secret) key = NULL;
  g_autoptr (GBytes) trust = NULL;
  g_autofree char *moved = g_build_filename (fixture->parent, "moved", NULL);

  test_vault_fill_and_restart (fixture);
  trust = test_folder_read (fixture->path, "trust");
  key = g_steal_pointer (&fixture->store->key);
  g_assert_cmpint (g_rename (fixture->path, moved), ==, 0);
  test_vault_fill_and_restart (fixture);
  test_folder_write (fixture->path, "trust", g_bytes_get_data (trust, NULL),
                     g_bytes_get_size (trust));
  assert_refused (fixture, OTRD_VAULT_DAMAGED, OTRD_ERROR_VAULT_DAMAGED);
}

static void
test_a_key_that_is_there_is_used_for_a_new_vault (TestVault *fixture, gconstpointer unused)
{
  fixture->store->key = secret_new_random (VAULT_KEY_LEN);
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  assert_filled (fixture);
  g_assert_cmpuint (fixture->store->n_creates, ==, 0);
}

static void
test_a_new_vault_that_cannot_have_a_key_says_so (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->store->outcome = VAULT_KEY_LOCKED;
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "a@x", PRIVATE_KEY);
  test_vault_put_fingerprint (fixture, "b@x", FPR, OTRD_TRUST_VERIFIED);
  g_assert_false (test_vault_save (fixture, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_NEW);
  g_clear_error (&error);
  g_assert_true (test_vault_open (fixture, TRUE, &error));
  g_assert_no_error (error);
  test_vault_must_save (fixture);
  test_vault_restart (fixture);
  fixture->store->outcome = VAULT_KEY_OK;
  test_vault_must_open (fixture);
  assert_filled (fixture);
}

static void
test_a_second_service_on_the_folder_is_refused (TestVault *fixture, gconstpointer unused)
{
  TestVault second = *fixture;
  g_autoptr (GError) error = NULL;

  test_vault_must_open (fixture);
  second.vault = vault_new (fixture->path, VAULT_KEY_STORE (fixture->store));
  g_assert_false (test_vault_open (&second, FALSE, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_BUSY);
  g_assert_cmpint (vault_get_state (second.vault), ==, OTRD_VAULT_UNAVAILABLE);
  g_object_unref (second.vault);
}

static void
test_the_private_key_is_nowhere_in_the_folder (TestVault *fixture, gconstpointer unused)
{
  g_autofree char *base64 = g_base64_encode ((const guint8 *)PRIVATE_KEY, strlen (PRIVATE_KEY));
  GString *hex = g_string_new (NULL);
  /* Too long to be found in sealed bytes by chance. */
  const char *contact = "somebody@example.org";

  for (const char *c = PRIVATE_KEY; *c != '\0'; c++)
    g_string_append_printf (hex, "%02x", *c);
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "a@x", PRIVATE_KEY);
  test_vault_put_fingerprint (fixture, contact, FPR, OTRD_TRUST_VERIFIED);
  test_vault_must_save (fixture);
  g_assert_false (test_folder_contains (fixture->path, PRIVATE_KEY, 16));
  g_assert_false (test_folder_contains (fixture->path, base64, 16));
  g_assert_false (test_folder_contains (fixture->path, hex->str, 16));
  g_assert_false (test_folder_contains (fixture->path, contact, strlen (contact)));
  g_string_free (hex, TRUE);
}

/* All that can be unsealed of a file, and its previous one. */
static gboolean
remains_in (TestVault *fixture, const char *name, VaultContents contents, const char *text)
{
  g_autofree char *previous = g_strconcat (name, ".previous", NULL);
  const char *const names[] = { name, previous };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) file = test_folder_read (fixture->path, names[i]);
      g_autoptr (Secret) payload = NULL;
      if (file != NULL)
        payload = vault_sealed_unseal (file, contents, fixture->store->key, NULL);
      if (payload != NULL
          && memmem (secret_get (payload, NULL), secret_get_length (payload), text, strlen (text)))
        return TRUE;
    }
  return FALSE;
}

static void
test_a_replaced_private_key_is_in_no_generation (TestVault *fixture, gconstpointer unused)
{
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "c@x", NULL);
  test_vault_must_save (fixture);
  g_assert_true (remains_in (fixture, "keys", VAULT_CONTENTS_KEYS, PRIVATE_KEY));
  test_vault_put_account (fixture, "a@x", "another");
  test_vault_must_save (fixture);
  g_assert_false (remains_in (fixture, "keys", VAULT_CONTENTS_KEYS, PRIVATE_KEY));
}

static void
test_a_removed_account_is_in_no_generation (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  g_assert_true (vault_remove_account (fixture->vault, "xmpp", "a@x", &error));
  test_vault_must_save (fixture);
  g_assert_false (remains_in (fixture, "keys", VAULT_CONTENTS_KEYS, "a@x"));
  g_assert_false (remains_in (fixture, "trust", VAULT_CONTENTS_TRUST, "a@x"));
  g_assert_false (test_vault_has_account (fixture, "a@x"));
  g_assert_false (vault_remove_account (fixture->vault, "xmpp", "a@x", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND);
}

static void
test_a_rejection_is_in_every_generation (TestVault *fixture, gconstpointer unused)
{
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_fingerprint (fixture, "b@x", FPR, OTRD_TRUST_REJECTED);
  test_vault_must_save (fixture);
  g_assert_false (remains_in (fixture, "trust", VAULT_CONTENTS_TRUST, "verified"));
}

static void
test_a_save_that_fails_says_so_and_the_next_one_works (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *large = g_strnfill (60000, 'k');
  struct rlimit old, small;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  getrlimit (RLIMIT_FSIZE, &old);
  small = (struct rlimit){ 4096, old.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &small);
  test_vault_put_account (fixture, "large@x", large);
  g_assert_false (test_vault_save (fixture, &error));
  setrlimit (RLIMIT_FSIZE, &old);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
  g_assert_true (test_vault_has_account (fixture, "large@x"));
  test_vault_must_save (fixture);
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  assert_filled (fixture);
  g_assert_true (test_vault_has_account (fixture, "large@x"));
}

static guint n_told; /* changes that nobody waits for, and that are not saved */

static GLogWriterOutput
note_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && strstr (fields[i].value, "nobody waits") != NULL)
      n_told++;
  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
test_a_failure_that_nobody_waits_for_is_told (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->store->outcome = VAULT_KEY_UNAVAILABLE;
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "a@x", NULL);
  while (n_told == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (test_vault_save (fixture, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_KEY_STORE_UNAVAILABLE);
  g_assert_cmpuint (n_told, ==, 1);
}

static void
test_locking_forgets_and_keeps (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (VaultFingerprint) read = NULL;

  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_fingerprint (fixture, "c@x", OTHER_FPR, OTRD_TRUST_UNVERIFIED);
  vault_lock_async (fixture->vault, test_keep_result, &result);
  g_assert_true (vault_lock_finish (fixture->vault, test_wait_for (&result), NULL));
  g_assert_cmpint (vault_get_state (fixture->vault), ==, OTRD_VAULT_LOCKED);
  g_assert_false (test_vault_has_account (fixture, "a@x"));
  test_vault_must_open (fixture);
  assert_filled (fixture);
  read = vault_lookup_fingerprint (fixture->vault, "xmpp", "a@x", "c@x", OTHER_FPR);
  g_assert_nonnull (read);
}

static void
test_policies_wishes_and_latches_last (TestVault *fixture, gconstpointer unused)
{
  g_autoptr (VaultLatch) latch = vault_latch_new ("xmpp", "a@x", "b@x");
  g_autoptr (VaultLatch) read = NULL;
  VaultAutoLock auto_lock = { .with_screen = TRUE, .when_idle = 600 };

  test_vault_must_open (fixture);
  g_assert_cmpint (vault_get_default_policy (fixture->vault), ==, OTRD_POLICY_OPPORTUNISTIC);
  latch->since = 42;
  g_assert_true (vault_put_auto_lock (fixture->vault, auto_lock, NULL));
  g_assert_true (vault_put_default_policy (fixture->vault, OTRD_POLICY_MANUAL, NULL));
  g_assert_true (vault_put_policy (fixture->vault, "xmpp", "a@x", "b@x", OTRD_POLICY_NEVER, NULL));
  g_assert_true (vault_put_policy (fixture->vault, "xmpp", "a@x", "c@x", OTRD_POLICY_ALWAYS, NULL));
  g_assert_true (
      vault_put_policy (fixture->vault, "xmpp", "a@x", "c@x", OTRD_POLICY_INHERIT, NULL));
  g_assert_true (vault_put_latch (fixture->vault, latch, NULL));
  test_vault_must_save (fixture);
  test_vault_restart (fixture);
  test_vault_must_open (fixture);
  g_assert_cmpint (vault_get_default_policy (fixture->vault), ==, OTRD_POLICY_MANUAL);
  g_assert_true (vault_get_auto_lock (fixture->vault).with_screen);
  g_assert_cmpuint (vault_get_auto_lock (fixture->vault).when_idle, ==, 600);
  g_assert_cmpint (vault_get_policy (fixture->vault, "xmpp", "a@x", "b@x"), ==, OTRD_POLICY_NEVER);
  g_assert_cmpint (vault_get_policy (fixture->vault, "xmpp", "a@x", "c@x"), ==,
                   OTRD_POLICY_INHERIT);
  read = vault_lookup_latch (fixture->vault, "xmpp", "a@x", "b@x");
  g_assert_cmpuint (read->since, ==, 42);
  g_assert_true (vault_remove_latch (fixture->vault, "xmpp", "a@x", "b@x", NULL));
  g_assert_true (vault_remove_latch (fixture->vault, "xmpp", "a@x", "b@x", NULL));
  g_assert_null (vault_lookup_latch (fixture->vault, "xmpp", "a@x", "b@x"));
}

static guint
count_pages (TestVault *fixture, VaultFilter *filter, guint *total)
{
  g_autofree char *next = NULL;
  guint pages = 0;

  *total = 0;
  do
    {
      g_autofree char *after = g_steal_pointer (&next);
      g_autoptr (GPtrArray) page = NULL;
      filter->after = after;
      page = vault_list_fingerprints (fixture->vault, "xmpp", "a@x", filter, &next);
      *total += page->len;
      pages++;
    }
  while (next[0] != '\0');
  return pages;
}

static void
test_fingerprints_are_listed_in_pages_and_by_filter (TestVault *fixture, gconstpointer unused)
{
  VaultFilter filter = { .limit = 10 };
  guint total;

  test_vault_must_open (fixture);
  for (guint i = 0; i < 25; i++)
    {
      g_autofree char *contact = g_strdup_printf ("%u@x", i);
      test_vault_put_fingerprint (fixture, contact, FPR, OTRD_TRUST_UNVERIFIED);
      test_vault_put_fingerprint (fixture, contact, OTHER_FPR,
                                  i < 5 ? OTRD_TRUST_VERIFIED : OTRD_TRUST_UNVERIFIED);
    }
  g_assert_cmpuint (count_pages (fixture, &filter, &total), ==, 5);
  g_assert_cmpuint (total, ==, 50);
  filter = (VaultFilter){ .limit = 7, .contact = "3@x" };
  g_assert_cmpuint (count_pages (fixture, &filter, &total), ==, 1);
  g_assert_cmpuint (total, ==, 2);
  filter = (VaultFilter){ .limit = 2, .trust = OTRD_TRUST_VERIFIED };
  g_assert_cmpuint (count_pages (fixture, &filter, &total), ==, 3);
  g_assert_cmpuint (total, ==, 5);
  filter = (VaultFilter){ .fingerprint = FPR };
  g_assert_cmpuint (count_pages (fixture, &filter, &total), ==, 1);
  g_assert_cmpuint (total, ==, 25);
  filter = (VaultFilter){ .contact = "nobody@x" };
  g_assert_cmpuint (count_pages (fixture, &filter, &total), ==, 1);
  g_assert_cmpuint (total, ==, 0);
}

#define ADD_WITH(name, value, function)                                                            \
  g_test_add ("/vault/" name, TestVault, value, test_vault_set_up, function, test_vault_tear_down)
#define ADD(name, function) ADD_WITH (name, NULL, function)

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (note_message, NULL, NULL);
  ADD ("a-new-one-writes-nothing-before-the-first-change",
       test_a_new_vault_writes_nothing_before_the_first_change);
  ADD ("what-was-saved-is-there-after-a-test_vault_restart",
       test_what_was_saved_is_there_after_a_restart);
  ADD ("a-change-is-saved-even-when-nobody-waits", test_a_change_is_saved_even_when_nobody_waits);
  ADD ("many-who-wait-share-writes", test_many_who_wait_share_writes);
  ADD ("what-changes-nothing-is-not-written", test_what_changes_nothing_is_not_written);
  ADD ("a-locked-keyring-leaves-it-locked", test_a_locked_keyring_leaves_it_locked);
  ADD ("a-dismissed-prompt-is-an-answer", test_a_dismissed_prompt_is_an_answer);
  ADD ("a-hundred-who-open-cause-one-prompt", test_a_hundred_who_open_cause_one_prompt);
  ADD ("one-who-may-prompt-is-not-answered-by-an-attempt-that-may-not",
       test_one_who_may_prompt_is_not_answered_by_an_attempt_that_may_not);
  ADD ("one-who-may-not-prompt-does-not-wait-for-a-prompt",
       test_one_who_may_not_prompt_does_not_wait_for_a_prompt);
  ADD ("a-missing-key-makes-it-keyless-and-nothing-new",
       test_a_missing_key_makes_it_keyless_and_nothing_new);
  ADD ("no-key-store-makes-it-unavailable", test_no_key_store_makes_it_unavailable);
  ADD_WITH ("damaged-keys-are-refused-and-left", "keys", test_a_damaged_file_is_refused_and_left);
  ADD_WITH ("damaged-trust-is-refused-and-left", "trust", test_a_damaged_file_is_refused_and_left);
  ADD_WITH ("empty-keys-are-refused-and-left", "keys", test_an_empty_file_is_refused_and_left);
  ADD_WITH ("empty-trust-is-refused-and-left", "trust", test_an_empty_file_is_refused_and_left);
  ADD_WITH ("missing-keys-are-not-empty-ones", "keys", test_a_missing_file_is_not_an_empty_one);
  ADD_WITH ("missing-trust-is-not-an-empty-one", "trust", test_a_missing_file_is_not_an_empty_one);
  ADD ("a-first-save-that-was-cut-short-is-a-beginning",
       test_a_first_save_that_was_cut_short_is_a_beginning);
  ADD ("a-newer-file-is-refused-and-left", test_a_newer_file_is_refused_and_left);
  ADD ("a-file-of-another-one-is-refused", test_a_file_of_another_vault_is_refused);
  ADD ("a-key-that-is-there-is-used-for-a-new-one",
       test_a_key_that_is_there_is_used_for_a_new_vault);
  ADD ("a-new-one-that-cannot-have-a-key-says-so", test_a_new_vault_that_cannot_have_a_key_says_so);
  ADD ("a-second-service-on-the-folder-is-refused", test_a_second_service_on_the_folder_is_refused);
  ADD ("the-private-key-is-nowhere-in-the-folder", test_the_private_key_is_nowhere_in_the_folder);
  ADD ("a-replaced-private-key-is-in-no-generation",
       test_a_replaced_private_key_is_in_no_generation);
  ADD ("a-removed-account-is-in-no-generation", test_a_removed_account_is_in_no_generation);
  ADD ("a-rejection-is-in-every-generation", test_a_rejection_is_in_every_generation);
  ADD ("a-save-that-fails-says-so-and-the-next-one-works",
       test_a_save_that_fails_says_so_and_the_next_one_works);
  ADD ("a-failure-that-nobody-waits-for-is-told", test_a_failure_that_nobody_waits_for_is_told);
  ADD ("locking-forgets-and-keeps", test_locking_forgets_and_keeps);
  ADD ("policies-wishes-and-latches-last", test_policies_wishes_and_latches_last);
  ADD ("fingerprints-are-listed-in-pages-and-by-filter",
       test_fingerprints_are_listed_in_pages_and_by_filter);
  return g_test_run ();
}
