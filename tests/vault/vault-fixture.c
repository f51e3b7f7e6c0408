/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/vault/vault-fixture.h"

#include <string.h>

#include "tests/support/test-folder.h"

void
test_vault_set_up (TestVault *fixture, gconstpointer unused)
{
  fixture->parent = test_folder_new ();
  fixture->path = g_build_filename (fixture->parent, "otrd", NULL);
  fixture->store = memory_key_store_new ();
  fixture->vault = vault_new (fixture->path, VAULT_KEY_STORE (fixture->store));
}

void
test_vault_tear_down (TestVault *fixture, gconstpointer unused)
{
  g_clear_object (&fixture->vault);
  g_clear_object (&fixture->store);
  g_free (fixture->path);
  test_folder_remove (fixture->parent);
}

void
test_keep_result (GObject *source, GAsyncResult *result, gpointer kept)
{
  *(GAsyncResult **)kept = g_object_ref (result);
}

GAsyncResult *
test_wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  /* The worker lets go of its task, and of the vault with it, a moment later. */
  return *result;
}

gboolean
test_vault_open (TestVault *fixture, gboolean interactive, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  vault_unlock_async (fixture->vault, NULL, interactive, test_keep_result, &result);
  return vault_open_finish (fixture->vault, test_wait_for (&result), error);
}

gboolean
test_vault_save (TestVault *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  vault_save_async (fixture->vault, test_keep_result, &result);
  return vault_save_finish (fixture->vault, test_wait_for (&result), error);
}

void
test_vault_must_open (TestVault *fixture)
{
  g_autoptr (GError) error = NULL;

  test_vault_open (fixture, FALSE, &error);
  g_assert_no_error (error);
}

void
test_vault_must_save (TestVault *fixture)
{
  g_autoptr (GError) error = NULL;

  test_vault_save (fixture, &error);
  g_assert_no_error (error);
}

void
test_vault_restart (TestVault *fixture)
{
  gpointer gone = fixture->vault;

  g_object_add_weak_pointer (G_OBJECT (fixture->vault), &gone);
  g_clear_object (&fixture->vault);
  while (gone != NULL)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
  fixture->vault = vault_new (fixture->path, VAULT_KEY_STORE (fixture->store));
}

void
test_vault_put_account (TestVault *fixture, const char *name, const char *private_key)
{
  g_autoptr (VaultAccount) account = vault_account_new ("xmpp", name);
  g_autoptr (GError) error = NULL;

  if (private_key != NULL)
    account->private_key = secret_new (private_key, strlen (private_key));
  g_assert_true (vault_put_account (fixture->vault, account, &error));
  g_assert_no_error (error);
}

void
test_vault_put_fingerprint (TestVault *fixture,
                            const char *contact,
                            const char *text,
                            OtrdTrust trust)
{
  g_autoptr (VaultFingerprint) made = vault_fingerprint_new ("xmpp", "a@x", contact, text);
  g_autoptr (GError) error = NULL;

  made->trust = trust;
  g_assert_true (vault_put_fingerprint (fixture->vault, made, &error));
  g_assert_no_error (error);
}

gboolean
test_vault_has_account (TestVault *fixture, const char *name)
{
  g_autoptr (VaultAccount) account = vault_lookup_account (fixture->vault, "xmpp", name);

  return account != NULL;
}

void
test_vault_fill_and_restart (TestVault *fixture)
{
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "a@x", PRIVATE_KEY);
  test_vault_put_fingerprint (fixture, "b@x", FPR, OTRD_TRUST_VERIFIED);
  test_vault_must_save (fixture);
  test_vault_restart (fixture);
}
