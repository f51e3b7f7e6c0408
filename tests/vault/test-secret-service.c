/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The Secret Service store with a real gnome-keyring: open, locked, emptied,
 * restarted, gone. */

#include <signal.h>
#include <string.h>

#include "introspection/otrd-error.h"
#include "tests/support/test-bus.h"
#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/support/test-keyring.h"
#include "vault/secret-service-store.h"
#include "vault/vault.h"

#define OBJECT_ATTRIBUTE "otrd-object"
#define OBJECT "vault-key"

typedef struct
{
  GSubprocess *keyring; /* NULL: none is running */
  VaultKeyStore *store;
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->keyring = test_keyring_start (TRUE);
  fixture->store = vault_secret_service_store_new (0);
  fixture->folder = test_folder_new ();
}

static void
stop_keyring (Fixture *fixture)
{
  test_keyring_stop (g_steal_pointer (&fixture->keyring));
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  if (fixture->keyring != NULL)
    stop_keyring (fixture);
  test_keyring_forget ();
  g_object_unref (fixture->store);
  test_folder_remove (fixture->folder);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer kept)
{
  *(GAsyncResult **)kept = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static VaultKeyOutcome
finish (Fixture *fixture, GAsyncResult **result, Secret **key)
{
  g_autoptr (Secret) found = NULL;
  g_autoptr (GError) error = NULL;
  VaultKeyOutcome outcome =
      vault_key_store_finish (fixture->store, wait_for (result), &found, &error);

  g_assert_true ((found != NULL) == (outcome == VAULT_KEY_OK));
  g_assert_true ((error == NULL) == (outcome == VAULT_KEY_OK));
  if (key != NULL)
    *key = g_steal_pointer (&found);
  return outcome;
}

static VaultKeyOutcome
get (Fixture *fixture, const char *id, gboolean interactive, Secret **key)
{
  g_autoptr (GAsyncResult) result = NULL;

  vault_key_store_get_async (fixture->store, id, interactive, keep_result, &result);
  return finish (fixture, &result, key);
}

static VaultKeyOutcome
create (Fixture *fixture, gboolean interactive, Secret **key)
{
  g_autoptr (GAsyncResult) result = NULL;

  vault_key_store_create_async (fixture->store, interactive, keep_result, &result);
  return finish (fixture, &result, key);
}

static guint
count_items (void)
{
  g_auto (GStrv) items = test_keyring_find (OBJECT_ATTRIBUTE, OBJECT);

  return g_strv_length (items);
}

static void
test_what_was_made_is_found_again (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Secret) made = NULL, found = NULL, any = NULL;
  g_autofree char *id = NULL;

  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_ABSENT);
  g_assert_cmpint (create (fixture, FALSE, &made), ==, VAULT_KEY_OK);
  g_assert_cmpuint (secret_get_length (made), ==, VAULT_KEY_LEN);
  id = vault_key_make_id (made);
  g_assert_cmpint (get (fixture, id, FALSE, &found), ==, VAULT_KEY_OK);
  g_assert_cmpint (get (fixture, NULL, FALSE, &any), ==, VAULT_KEY_OK);
  g_assert_true (secret_equal (made, found));
  g_assert_true (secret_equal (made, any));
  g_assert_cmpint (get (fixture, "00112233445566778899aabbccddeeff", FALSE, NULL), ==,
                   VAULT_KEY_ABSENT);
}

static void
test_a_second_one_is_not_made (Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpint (create (fixture, FALSE, NULL), ==, VAULT_KEY_OK);
  g_assert_cmpint (create (fixture, FALSE, NULL), ==, VAULT_KEY_DUPLICATE);
  g_assert_cmpuint (count_items (), ==, 1);
}

static void
test_a_locked_keyring_is_locked_not_empty (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Secret) made = NULL;
  g_autofree char *id = NULL;

  g_assert_cmpint (create (fixture, FALSE, &made), ==, VAULT_KEY_OK);
  id = vault_key_make_id (made);
  test_keyring_lock ();
  g_assert_cmpint (get (fixture, id, FALSE, NULL), ==, VAULT_KEY_LOCKED);
  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_LOCKED);
  g_assert_cmpint (create (fixture, FALSE, NULL), ==, VAULT_KEY_LOCKED);
  g_assert_cmpuint (count_items (), ==, 1);
}

static void
test_a_locked_keyring_that_never_had_it_is_locked (Fixture *fixture, gconstpointer unused)
{
  test_keyring_lock ();
  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_LOCKED);
  g_assert_cmpint (create (fixture, FALSE, NULL), ==, VAULT_KEY_LOCKED);
}

static void
test_a_prompt_that_cannot_be_shown_is_dismissed (Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpint (create (fixture, FALSE, NULL), ==, VAULT_KEY_OK);
  test_keyring_lock ();
  g_assert_cmpint (get (fixture, NULL, TRUE, NULL), ==, VAULT_KEY_DISMISSED);
  g_assert_cmpint (create (fixture, TRUE, NULL), ==, VAULT_KEY_DISMISSED);
}

static void
test_without_any_keyring_none_is_made_unasked (Fixture *fixture, gconstpointer unused)
{
  stop_keyring (fixture);
  test_keyring_forget ();
  fixture->keyring = test_keyring_start (FALSE);
  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_ABSENT);
  g_assert_cmpint (create (fixture, FALSE, NULL), ==, VAULT_KEY_LOCKED);
}

static void
test_it_survives_the_keyrings_restart (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Secret) made = NULL, found = NULL;

  g_assert_cmpint (create (fixture, FALSE, &made), ==, VAULT_KEY_OK);
  stop_keyring (fixture);
  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_UNAVAILABLE);
  fixture->keyring = test_keyring_start (FALSE);
  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_LOCKED);
  stop_keyring (fixture);
  fixture->keyring = test_keyring_start (TRUE);
  g_assert_cmpint (get (fixture, NULL, FALSE, &found), ==, VAULT_KEY_OK);
  g_assert_true (secret_equal (made, found));
}

static void
test_a_keyring_that_does_not_answer_is_given_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultKeyStore) patient = fixture->store;

  fixture->store = vault_secret_service_store_new (300);
  g_subprocess_send_signal (fixture->keyring, SIGSTOP);
  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_TIMEOUT);
  g_subprocess_send_signal (fixture->keyring, SIGCONT);
  g_object_unref (fixture->store);
  fixture->store = g_object_ref (patient);
  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_ABSENT);
}

static void
test_a_changed_value_is_not_the_key (Fixture *fixture, gconstpointer text)
{
  g_autoptr (Secret) made = NULL;
  g_autofree char *id = NULL;
  g_auto (GStrv) items = NULL;

  g_assert_cmpint (create (fixture, FALSE, &made), ==, VAULT_KEY_OK);
  id = vault_key_make_id (made);
  items = test_keyring_find (OBJECT_ATTRIBUTE, OBJECT);
  test_keyring_change (items[0], text);
  g_assert_cmpint (get (fixture, id, FALSE, NULL), ==, VAULT_KEY_ABSENT);
  g_assert_cmpint (get (fixture, NULL, FALSE, NULL), ==, VAULT_KEY_ABSENT);
  g_assert_cmpint (create (fixture, FALSE, NULL), ==, VAULT_KEY_DUPLICATE);
}

/* The whole vault on it. */

static void
open_vault (Vault *vault, OtrdVault state)
{
  g_autoptr (GAsyncResult) result = NULL;

  vault_open_async (vault, FALSE, keep_result, &result);
  vault_open_finish (vault, wait_for (&result), NULL);
  g_assert_cmpint (vault_get_state (vault), ==, state);
}

static void
save_fingerprint (Vault *vault, const char *contact)
{
  g_autoptr (VaultFingerprint) fingerprint =
      vault_fingerprint_new ("xmpp", "a@x", contact, "0123456789ABCDEF0123456789ABCDEF01234567");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  vault_put_fingerprint (vault, fingerprint, &error);
  g_assert_no_error (error);
  vault_save_async (vault, keep_result, &result);
  vault_save_finish (vault, wait_for (&result), &error);
  g_assert_no_error (error);
}

/* As if the service began again. */
static void
restart_vault (Fixture *fixture, Vault **vault)
{
  gpointer gone = *vault;

  if (*vault != NULL)
    g_object_add_weak_pointer (G_OBJECT (*vault), &gone);
  g_clear_object (vault);
  while (gone != NULL)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
  *vault = vault_new (fixture->folder, fixture->store);
}

static void
test_a_vault_opens_with_the_keyrings_key_and_no_other (Fixture *fixture, gconstpointer unused)
{
  Vault *vault = NULL;
  g_auto (GStrv) items = NULL;

  restart_vault (fixture, &vault);
  open_vault (vault, OTRD_VAULT_NEW);
  save_fingerprint (vault, "b@x");
  restart_vault (fixture, &vault);
  open_vault (vault, OTRD_VAULT_READY);
  g_assert_cmpuint (count_items (), ==, 1);
  test_keyring_lock ();
  restart_vault (fixture, &vault);
  open_vault (vault, OTRD_VAULT_LOCKED);
  stop_keyring (fixture);
  open_vault (vault, OTRD_VAULT_UNAVAILABLE);
  fixture->keyring = test_keyring_start (TRUE);
  open_vault (vault, OTRD_VAULT_READY);
  save_fingerprint (vault, "c@x");
  items = test_keyring_find (OBJECT_ATTRIBUTE, OBJECT);
  test_keyring_delete (items[0]);
  restart_vault (fixture, &vault);
  open_vault (vault, OTRD_VAULT_KEYLESS);
  g_assert_cmpuint (count_items (), ==, 0);
  g_object_unref (vault);
}

static void
test_the_vault_key_is_nowhere_in_the_folder (Fixture *fixture, gconstpointer unused)
{
  Vault *vault = vault_new (fixture->folder, fixture->store);
  g_autoptr (Secret) key = NULL;
  g_autofree char *base64 = NULL;

  open_vault (vault, OTRD_VAULT_NEW);
  save_fingerprint (vault, "b@x");
  g_assert_cmpint (get (fixture, NULL, FALSE, &key), ==, VAULT_KEY_OK);
  base64 = g_base64_encode (secret_get (key, NULL), VAULT_KEY_LEN);
  g_assert_false (test_folder_contains (fixture->folder, base64, 20));
  g_assert_false (test_folder_contains (fixture->folder, secret_get (key, NULL), 16));
  g_object_unref (vault);
}

#define ADD_WITH(name, value, function)                                                            \
  g_test_add ("/secret-service/" name, Fixture, value, set_up, function, tear_down)
#define ADD(name, function) ADD_WITH (name, NULL, function)

int
main (int argc, char **argv)
{
  TestBus *bus;
  int status;

  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  bus = test_bus_start ();
  ADD ("what-was-made-is-found-again", test_what_was_made_is_found_again);
  ADD ("a-second-one-is-not-made", test_a_second_one_is_not_made);
  ADD ("a-locked-keyring-is-locked-not-empty", test_a_locked_keyring_is_locked_not_empty);
  ADD ("a-locked-keyring-that-never-had-it-is-locked",
       test_a_locked_keyring_that_never_had_it_is_locked);
  ADD ("a-prompt-that-cannot-be-shown-is-dismissed",
       test_a_prompt_that_cannot_be_shown_is_dismissed);
  ADD ("without-any-keyring-none-is-made-unasked", test_without_any_keyring_none_is_made_unasked);
  ADD ("it-survives-the-keyrings-restart", test_it_survives_the_keyrings_restart);
  ADD ("a-keyring-that-does-not-answer-is-given-up",
       test_a_keyring_that_does_not_answer_is_given_up);
  ADD_WITH ("a-key-of-another-id-is-not-the-key",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", test_a_changed_value_is_not_the_key);
  ADD_WITH ("a-value-that-is-no-key-is-not-the-key", "xyz", test_a_changed_value_is_not_the_key);
  ADD_WITH ("a-value-of-strange-letters-is-not-the-key",
            "????????????????????????????????????????????", test_a_changed_value_is_not_the_key);
  ADD ("a-vault-opens-with-the-keyrings-key-and-no-other",
       test_a_vault_opens_with_the_keyrings_key_and_no_other);
  ADD ("the-vault-key-is-nowhere-in-the-folder", test_the_vault_key_is_nowhere_in_the_folder);
  status = g_test_run ();
  test_bus_stop (bus);
  return status;
}
