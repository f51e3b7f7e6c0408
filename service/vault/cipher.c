/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "vault/cipher.h"

#include <gcrypt.h>

#include "introspection/otrd-error.h"

typedef gcry_cipher_hd_t Cipher;
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (Cipher, gcry_cipher_close, NULL)

/* The payload's cipher, or the wrapping's, ready for the bytes. */
static gcry_error_t
open_cipher (Cipher *cipher,
             const guint8 *key,
             const guint8 *nonce,
             const guint8 *tag,
             const guint8 *additional,
             gsize additional_length)
{
  gcry_error_t failure =
      gcry_cipher_open (cipher, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM_SIV, GCRY_CIPHER_SECURE);

  if (failure == 0)
    failure = gcry_cipher_setkey (*cipher, key, VAULT_CIPHER_KEY_LEN);
  if (failure == 0)
    failure = gcry_cipher_setiv (*cipher, nonce, VAULT_CIPHER_NONCE_LEN);
  if (failure == 0)
    failure = gcry_cipher_authenticate (*cipher, additional, additional_length);
  /* After the additional data: libgcrypt 1.10 finds the tag wrong otherwise. */
  if (failure == 0 && tag != NULL)
    failure = gcry_cipher_set_decryption_tag (*cipher, (void *)tag, VAULT_CIPHER_TAG_LEN);
  return failure;
}

gboolean
vault_cipher_seal (const guint8 *key,
                   const guint8 *nonce,
                   const guint8 *additional,
                   gsize additional_length,
                   const guint8 *plain,
                   gsize length,
                   guint8 *sealed_and_tag,
                   GError **error)
{
  g_auto (Cipher) cipher = NULL;
  gcry_error_t failure;

  failure = open_cipher (&cipher, key, nonce, NULL, additional, additional_length);
  if (failure == 0)
    failure = gcry_cipher_encrypt (cipher, sealed_and_tag, length, plain, length);
  if (failure == 0)
    failure = gcry_cipher_gettag (cipher, sealed_and_tag + length, VAULT_CIPHER_TAG_LEN);
  if (failure == 0)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED, "Could not seal the vault: %s",
               gcry_strerror (failure));
  return FALSE;
}

gboolean
vault_cipher_unseal (const guint8 *key,
                     const guint8 *nonce,
                     const guint8 *additional,
                     gsize additional_length,
                     const guint8 *sealed_and_tag,
                     gsize length,
                     guint8 *plain)
{
  g_auto (Cipher) cipher = NULL;
  gcry_error_t failure;

  failure =
      open_cipher (&cipher, key, nonce, sealed_and_tag + length, additional, additional_length);
  if (failure == 0)
    failure = gcry_cipher_decrypt (cipher, plain, length, sealed_and_tag, length);
  return failure == 0;
}
