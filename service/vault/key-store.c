/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "vault/key-store.h"

#include <gcrypt.h>
#include <string.h>

G_DEFINE_INTERFACE (VaultKeyStore, vault_key_store, G_TYPE_OBJECT)

static void
vault_key_store_default_init (VaultKeyStoreInterface *interface)
{
  g_signal_new ("locked", VAULT_TYPE_KEY_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  g_signal_new ("changed", VAULT_TYPE_KEY_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

char *
vault_key_make_id (Secret *key)
{
  static const char label[] = "otrd vault key id";
  gsize length;
  const guint8 *bytes = secret_get (key, &length), *digest;
  gcry_md_hd_t hash;
  gcry_error_t failure;
  GString *id = g_string_sized_new (2 * VAULT_KEY_ID_LEN);

  failure = gcry_md_open (&hash, GCRY_MD_SHA256, GCRY_MD_FLAG_SECURE | GCRY_MD_FLAG_HMAC);
  if (failure == 0)
    failure = gcry_md_setkey (hash, bytes, length);
  if (failure != 0)
    g_error ("Could not hash with libgcrypt: %s", gcry_strerror (failure));
  gcry_md_write (hash, label, strlen (label));
  digest = gcry_md_read (hash, GCRY_MD_SHA256);
  for (guint i = 0; i < VAULT_KEY_ID_LEN; i++)
    g_string_append_printf (id, "%02x", digest[i]);
  gcry_md_close (hash);
  return g_string_free (id, FALSE);
}

const char *
vault_key_store_get_name (VaultKeyStore *store)
{
  return VAULT_KEY_STORE_GET_IFACE (store)->get_name (store);
}

void
vault_key_store_get_async (VaultKeyStore *store,
                           const char *key_id,
                           gboolean interactive,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  VAULT_KEY_STORE_GET_IFACE (store)->get_async (store, key_id, interactive, callback, user_data);
}

void
vault_key_store_create_async (VaultKeyStore *store,
                              gboolean interactive,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  VAULT_KEY_STORE_GET_IFACE (store)->create_async (store, interactive, callback, user_data);
}

void
vault_key_store_keep_async (VaultKeyStore *store,
                            Secret *key,
                            gboolean interactive,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  VAULT_KEY_STORE_GET_IFACE (store)->keep_async (store, key, interactive, callback, user_data);
}

VaultKeyOutcome
vault_key_store_finish (VaultKeyStore *store, GAsyncResult *result, Secret **key, GError **error)
{
  return VAULT_KEY_STORE_GET_IFACE (store)->finish (store, result, key, error);
}
