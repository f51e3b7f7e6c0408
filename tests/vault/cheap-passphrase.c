/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/vault/cheap-passphrase.h"

#include <gcrypt.h>
#include <string.h>

#include "tests/support/test-folder.h"
#include "vault/cipher.h"

#define WRAPPED_LEN 84
#define SALT_AT 8
#define NONCE_AT 24
#define KEY_AT 36

/* A salt and a nonce of zeros will do: nobody guesses here. */
GBytes *
cheap_passphrase_wrap (const char *passphrase, Secret *key)
{
  const unsigned long costs[] = { VAULT_CIPHER_KEY_LEN, 1, 8, 1 };
  guint8 *bytes = g_malloc0 (WRAPPED_LEN);
  guint8 wrapping[VAULT_CIPHER_KEY_LEN];
  gcry_kdf_hd_t derivation;

  bytes[0] = bytes[1] = bytes[2] = 1;
  bytes[4] = 8;
  g_assert_cmpint (gcry_kdf_open (&derivation, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, costs,
                                  G_N_ELEMENTS (costs), passphrase, strlen (passphrase),
                                  bytes + SALT_AT, NONCE_AT - SALT_AT, NULL, 0, NULL, 0),
                   ==, 0);
  g_assert_cmpint (gcry_kdf_compute (derivation, NULL), ==, 0);
  g_assert_cmpint (gcry_kdf_final (derivation, sizeof wrapping, wrapping), ==, 0);
  gcry_kdf_close (derivation);
  g_assert_true (vault_cipher_seal (wrapping, bytes + NONCE_AT, bytes, NONCE_AT,
                                    secret_get (key, NULL), VAULT_KEY_LEN, bytes + KEY_AT, NULL));
  return g_bytes_new_take (bytes, WRAPPED_LEN);
}

void
cheap_passphrase_seal (
    const char *folder, const char *name, VaultContents contents, Secret *key, GBytes *wrapped)
{
  g_autoptr (GBytes) bytes = test_folder_read (folder, name);
  g_autoptr (Secret) payload = vault_sealed_unseal (bytes, contents, key, NULL);
  g_auto (VaultSealedHeader) header = { 0 };
  g_autoptr (GBytes) sealed = NULL;

  g_assert_true (vault_sealed_read_header (bytes, &header, NULL));
  header.sealed_by = VAULT_SEALED_BY_PASSPHRASE;
  g_clear_pointer (&header.parameters, g_bytes_unref);
  header.parameters = g_bytes_ref (wrapped);
  sealed = vault_sealed_seal (&header, key, payload, NULL);
  test_folder_write (folder, name, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
}
