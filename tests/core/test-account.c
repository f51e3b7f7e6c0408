/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Accounts: found under any name, their key made once, trust and policies that last. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../vault/memory-key-store.h"
#include "core/grants.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define SOMEBODY "0123456789ABCDEF0123456789ABCDEF01234567"

static void
note_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static GAsyncResult *
await (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static CoreAccount *
open_account (Side *side, const char *protocol, const char *name, gboolean create, GError **error)
{
  const CoreAccountOptions options = { .create = create };
  g_autoptr (GAsyncResult) result = NULL;

  core_open_account (side->core, protocol, name, &options, note_result, &result);
  return core_open_account_finish (side->core, await (&result), error);
}

static char *
generate (CoreAccount *account, gboolean replace, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  core_account_generate_key (account, replace, FALSE, note_result, &result);
  return core_account_generate_key_finish (account, await (&result), error);
}

static gboolean
set_trust (Side *side, const char *fingerprint, const char *trust, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  core_account_set_trust (side->account, side->contact, fingerprint, trust, "test", note_result,
                          &result);
  return core_account_change_finish (side->account, await (&result), error);
}

static gboolean
forget (Side *side, const char *fingerprint, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  core_account_forget (side->account, side->contact, fingerprint, note_result, &result);
  return core_account_change_finish (side->account, await (&result), error);
}

static gboolean
set_policy (Side *side, const char *contact, const char *policy, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  core_account_set_policy (side->account, contact, policy, note_result, &result);
  return core_account_change_finish (side->account, await (&result), error);
}

static guint
count_fingerprints (Side *side)
{
  const CoreFingerprintFilter filter = { 0 };
  g_autofree char *next = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) records =
      core_account_list_fingerprints (side->account, &filter, &next, &error);

  g_assert_no_error (error);
  return (guint)g_variant_n_children (records);
}

static void
test_all_spellings_meet (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (CoreAccount) other = NULL;
  g_autoptr (GError) error = NULL;

  other = open_account (side, "xmpp", "Alice@Example.org/Home", TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (other == side->account);
}

static void
test_an_unknown_account_is_not_found (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (open_account (side, "xmpp", "carol@example.org", FALSE, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (open_account (side, "xmpp", "ca\nrol@example.org", TRUE, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
}

static void
test_an_account_outlives_the_service (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = generate (side->account, FALSE, &error);
  g_autoptr (CoreAccount) found = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (fingerprint), ==, 40);
  side_restart (side);
  found = open_account (side, "xmpp", "alice@example.org", FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (core_account_get_fingerprint (found), ==, fingerprint);
  g_assert_cmpstr (core_account_get_key_state (found), ==, "ready");
}

static void
test_callers_share_a_key (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autofree char *one = NULL;
  g_autofree char *other = NULL;

  core_account_generate_key (side->account, FALSE, FALSE, note_result, &first);
  core_account_generate_key (side->account, FALSE, FALSE, note_result, &second);
  g_assert_cmpstr (core_account_get_key_state (side->account), ==, "generating");
  one = core_account_generate_key_finish (side->account, await (&first), NULL);
  other = core_account_generate_key_finish (side->account, await (&second), NULL);
  g_assert_nonnull (one);
  g_assert_cmpstr (one, ==, other);
}

static void
test_a_key_is_not_replaced_unasked (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autofree char *before = g_strdup (core_account_get_fingerprint (side->account));
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (generate (side->account, FALSE, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_EXISTS);
  g_clear_error (&error);
  after = generate (side->account, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (before, !=, after);
  g_assert_cmpstr (core_account_get_fingerprint (side->account), ==, after);
}

static void
test_trust_in_any_spelling_lasts (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (
      set_trust (side, "01234567 89abcdef 01234567 89abcdef 01234567", "verified", &error));
  g_assert_no_error (error);
  side_restart (side);
  g_assert_cmpuint (count_fingerprints (side), ==, 1);
  g_assert_true (forget (side, SOMEBODY, &error));
  g_assert_cmpuint (count_fingerprints (side), ==, 0);
  g_assert_false (forget (side, SOMEBODY, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND);
}

static void
test_bad_trust_is_refused (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (set_trust (side, "0123", "verified", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (set_trust (side, SOMEBODY, "none", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (count_fingerprints (side), ==, 0);
}

static void
test_fingerprints_are_counted (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 256; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%040X", i);

      g_assert_true (set_trust (side, fingerprint, "unverified", &error));
    }
  g_assert_false (set_trust (side, SOMEBODY, "verified", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
}

static void
test_a_fingerprint_in_use_stays (void)
{
  g_autoptr (Side) alice = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (Side) bob = side_new ("bob@example.org", "alice@example.org", "bob.key");
  g_autoptr (GError) error = NULL;

  side_join (alice, bob);
  side_attach (alice, "pidgin");
  side_attach (bob, "dino");
  side_go_private (alice);
  g_assert_false (forget (alice, core_session_get_fingerprint (alice->session), &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_IN_USE);
  alice->peer = bob->peer = NULL;
}

static void
assert_policy (Side *side, const char *contact, const char *policy, const char *origin)
{
  const char *now, *from;
  g_autoptr (GError) error = NULL;

  core_account_resolve_policy (side->account, contact, &now, &from, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (now, ==, policy);
  g_assert_cmpstr (from, ==, origin);
}

static void
count_change (
    CoreAccount *account, const char *contact, const char *policy, const char *origin, guint *count)
{
  *count += 1;
}

static void
test_policies_are_inherited (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint changes = 0;

  g_signal_connect (side->account, "policy-changed", G_CALLBACK (count_change), &changes);
  assert_policy (side, "bob@example.org", "opportunistic", "default");
  core_set_default_policy (side->core, "manual", note_result, &result);
  core_set_default_policy_finish (side->core, await (&result), &error);
  g_clear_object (&result);
  g_assert_no_error (error);
  assert_policy (side, "bob@example.org", "manual", "default");
  set_policy (side, "", "always", NULL);
  assert_policy (side, "bob@example.org", "always", "account");
  g_assert_cmpstr (core_account_get_policy (side->account), ==, "always");
  set_policy (side, "Bob@example.org/Work", "never", NULL);
  set_policy (side, "bob@example.org", "never", NULL);
  assert_policy (side, "bob@example.org", "never", "contact");
  assert_policy (side, "", "always", "account");
  g_assert_cmpuint (changes, ==, 2);
  side_restart (side);
  assert_policy (side, "bob@example.org", "never", "contact");
  set_policy (side, "bob@example.org", "", NULL);
  assert_policy (side, "bob@example.org", "always", "account");
  g_assert_false (set_policy (side, "", "sometimes", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
}

static void
set_default_policy (Side *side, const char *policy)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  core_set_default_policy (side->core, policy, note_result, &result);
  core_set_default_policy_finish (side->core, await (&result), &error);
  g_assert_no_error (error);
}

/* A user who looks must not read that texts may go in the clear. */
static void
test_locking_does_not_change_the_default_that_is_shown (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (core_get_default_policy (side->core), ==, "opportunistic");
  set_default_policy (side, "always");
  core_lock (side->core, note_result, &result);
  core_lock_finish (side->core, await (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (core_get_default_policy (side->core), ==, "always");
  g_assert_cmpstr (core_session_get_policy (side->session), ==, "always");
}

static gboolean
remove_account (Side *side, const char *confirm, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  core_account_remove (side->account, confirm, note_result, &result);
  return core_account_change_finish (side->account, await (&result), error);
}

static void
test_removing_needs_the_name (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GError) error = NULL;
  Actor *actor = side_attach (side, "pidgin");

  g_assert_false (remove_account (side, "", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_true (remove_account (side, "alice@example.org", &error));
  g_assert_no_error (error);
  accounts = core_list_accounts (side->core);
  g_assert_cmpuint (accounts->len, ==, 0);
  g_assert_error (actor_send (actor, "hello", 1)->error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND);
}

static void
set_grant (Side *side, const char *grant)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  core_set_grant (side->core, "org.example.Chat", "xmpp", "alice@example.org", grant, note_result,
                  &result);
  core_grant_finish (side->core, await (&result), &error);
  g_assert_no_error (error);
}

static guint
count_grants (Side *side)
{
  g_autoptr (GVariant) grants = g_variant_ref_sink (core_list_grants (side->core, NULL));

  return g_variant_n_children (grants);
}

/* Who makes an account of that name anew is asked again. */
static void
test_removing_ends_its_grants (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (GError) error = NULL;

  set_grant (side, "allow");
  g_assert_cmpuint (count_grants (side), ==, 1);
  g_assert_true (remove_account (side, "alice@example.org", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_grants (side), ==, 0);
}

/* As a full disk does. */
static gboolean
remove_without_space (Side *side, GError **error)
{
  struct rlimit before, none;
  gboolean removed;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  none = before;
  none.rlim_cur = 0;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  removed = remove_account (side, "alice@example.org", error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  return removed;
}

static void
test_a_failed_removal_loses_nothing (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (GError) error = NULL;

  set_grant (side, "allow");
  g_assert_true (set_policy (side, "bob@example.org", "never", NULL));
  g_assert_false (remove_without_space (side, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
  assert_policy (side, "bob@example.org", "never", "contact");
  g_assert_cmpuint (count_grants (side), ==, 1);
  side_restart (side);
  assert_policy (side, "bob@example.org", "never", "contact");
  g_assert_cmpuint (count_grants (side), ==, 1);
}

static void
test_a_locked_vault_is_said (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (GError) error = NULL;
  MemoryKeyStore *key_store = TEST_MEMORY_KEY_STORE (side->key_store);

  side_stop (side);
  key_store->outcome = VAULT_KEY_LOCKED;
  side->vault = vault_new (side->folder, side->key_store);
  side->core = core_new (side->vault, core_clock_get_system ());
  do
    {
      g_clear_error (&error);
      g_assert_null (open_account (side, "xmpp", "alice@example.org", TRUE, &error));
    }
  while (g_error_matches (error, OTRD_ERROR, OTRD_ERROR_BUSY));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
  g_assert_cmpstr (core_get_vault_state (side->core), ==, "locked");
  g_clear_object (&side->core);
  g_clear_object (&side->vault);
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/all-spellings-meet", test_all_spellings_meet);
  g_test_add_func ("/core/account/an-unknown-one-is-not-found",
                   test_an_unknown_account_is_not_found);
  g_test_add_func ("/core/account/it-outlives-the-service", test_an_account_outlives_the_service);
  g_test_add_func ("/core/account/callers-share-the-key-being-made", test_callers_share_a_key);
  g_test_add_func ("/core/account/a-key-is-not-replaced-unasked",
                   test_a_key_is_not_replaced_unasked);
  g_test_add_func ("/core/account/trust-in-any-spelling-lasts", test_trust_in_any_spelling_lasts);
  g_test_add_func ("/core/account/bad-trust-is-refused", test_bad_trust_is_refused);
  g_test_add_func ("/core/account/fingerprints-of-a-contact-are-bounded",
                   test_fingerprints_are_counted);
  g_test_add_func ("/core/account/a-fingerprint-in-use-stays", test_a_fingerprint_in_use_stays);
  g_test_add_func ("/core/account/policies-are-inherited", test_policies_are_inherited);
  g_test_add_func ("/core/account/locking-does-not-change-the-default-that-is-shown",
                   test_locking_does_not_change_the_default_that_is_shown);
  g_test_add_func ("/core/account/removing-needs-the-name", test_removing_needs_the_name);
  g_test_add_func ("/core/account/removing-ends-its-grants", test_removing_ends_its_grants);
  g_test_add_func ("/core/account/a-failed-removal-loses-nothing",
                   test_a_failed_removal_loses_nothing);
  g_test_add_func ("/core/account/a-locked-vault-is-said", test_a_locked_vault_is_said);
  return g_test_run ();
}
