/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/vault/numbered-vault.h"

#include <string.h>

#include "tests/vault/memory-key-store.h"
#include "vault/backup.h"

#define FPR "0123456789ABCDEF0123456789ABCDEF01234567"
#define KEY "thirty-two bytes of a known key."

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

static Secret *
new_passphrase (const char *passphrase)
{
  return passphrase != NULL ? secret_new (passphrase, strlen (passphrase)) : NULL;
}

Secret *
numbered_vault_new_key (void)
{
  return secret_new (KEY, VAULT_KEY_LEN);
}

Vault *
numbered_vault_try_open (const char *folder, const char *passphrase, GError **error)
{
  g_autoptr (MemoryKeyStore) store = memory_key_store_new ();
  g_autoptr (Secret) secret = new_passphrase (passphrase);
  g_autoptr (GAsyncResult) result = NULL;
  Vault *vault;

  store->key = numbered_vault_new_key ();
  vault = vault_new (folder, VAULT_KEY_STORE (store));
  vault_unlock_async (vault, secret, FALSE, keep_result, &result);
  if (vault_open_finish (vault, wait_for (&result), error))
    return vault;
  g_clear_object (&result); /* it holds the vault */
  numbered_vault_close (vault);
  return NULL;
}

Vault *
numbered_vault_open (const char *folder)
{
  g_autoptr (GError) error = NULL;
  Vault *vault = numbered_vault_try_open (folder, NULL, &error);

  if (vault == NULL)
    g_error ("The vault does not open: %s", error->message);
  return vault;
}

gboolean
numbered_vault_move (Vault *vault, const char *key_store, const char *passphrase, GError **error)
{
  g_autoptr (Secret) secret = new_passphrase (passphrase);
  g_autoptr (GAsyncResult) result = NULL;

  vault_set_key_store_async (vault, key_store, secret, FALSE, keep_result, &result);
  return vault_set_key_store_finish (vault, wait_for (&result), error);
}

guint64
numbered_vault_get_key (Vault *vault)
{
  g_autoptr (VaultAccount) account = vault_lookup_account (vault, "xmpp", "a@x");
  guint64 number = 0;

  if (account != NULL && account->private_key != NULL)
    memcpy (&number, secret_get (account->private_key, NULL), sizeof number);
  return number;
}

/* A worker may hold it a moment longer. */
void
numbered_vault_close (Vault *vault)
{
  gpointer gone = vault;

  g_object_add_weak_pointer (G_OBJECT (vault), &gone);
  g_object_unref (vault);
  while (gone != NULL)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
}

static void
put_private_key (Vault *vault, guint64 number)
{
  g_autoptr (VaultAccount) account = vault_account_new ("xmpp", "a@x");

  account->private_key = secret_new (&number, sizeof number);
  vault_put_account (vault, account, NULL);
}

void
numbered_vault_put (Vault *vault, guint64 number)
{
  g_autofree char *contact =
      g_strdup_printf ("%" G_GUINT64_FORMAT "@x", number % NUMBERED_CONTACTS);
  g_autoptr (VaultFingerprint) fingerprint = vault_fingerprint_new ("xmpp", "a@x", contact, FPR);

  fingerprint->trust = OTRD_TRUST_VERIFIED;
  fingerprint->last_seen = number;
  if (number % 10 == 0)
    put_private_key (vault, number);
  vault_put_fingerprint (vault, fingerprint, NULL);
}

gboolean
numbered_vault_save (Vault *vault, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  vault_save_async (vault, keep_result, &result);
  return vault_save_finish (vault, wait_for (&result), error);
}

guint64
numbered_vault_get (Vault *vault, guint64 contact)
{
  g_autofree char *name = g_strdup_printf ("%" G_GUINT64_FORMAT "@x", contact);
  g_autoptr (VaultFingerprint) fingerprint =
      vault_lookup_fingerprint (vault, "xmpp", "a@x", name, FPR);

  return fingerprint != NULL ? fingerprint->last_seen : 0;
}

GBytes *
numbered_vault_backup (Vault *vault)
{
  g_autoptr (Secret) passphrase = secret_new (KEY, strlen (KEY));
  g_autoptr (GAsyncResult) result = NULL;

  vault_backup_async (vault, passphrase, keep_result, &result);
  return vault_backup_finish (vault, wait_for (&result), NULL);
}

gboolean
numbered_vault_restore (Vault *vault, GBytes *backup, GError **error)
{
  g_autoptr (Secret) passphrase = secret_new (KEY, strlen (KEY));
  g_autoptr (GAsyncResult) result = NULL;

  vault_restore_async (vault, backup, passphrase, VAULT_RESTORE_REPLACE, FALSE, keep_result,
                       &result);
  return vault_restore_finish (vault, wait_for (&result), error);
}
