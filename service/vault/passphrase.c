/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "vault/passphrase.h"

#include <gcrypt.h>
#include <string.h>

#include "introspection/otrd-error.h"
#include "vault/cipher.h"
#include "vault/key-store.h"

#define FORM 1
#define LANES 1
#define PASSES 3
#define MEMORY_KIB (64 * 1024)

/* What a changed file can make us spend. */
#define LANES_MOST 16
#define PASSES_MOST 64
#define MEMORY_KIB_MOST (1024 * 1024)

#define SALT_AT 8
#define SALT_LEN 16
#define NONCE_AT (SALT_AT + SALT_LEN)
#define KEY_AT (NONCE_AT + VAULT_CIPHER_NONCE_LEN)
#define WRAPPED_LEN (KEY_AT + VAULT_KEY_LEN + VAULT_CIPHER_TAG_LEN)

typedef struct
{
  guint lanes;
  guint passes;
  guint memory_kib;
  const guint8 *salt;
} Costs;

typedef gcry_kdf_hd_t Derivation;
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (Derivation, gcry_kdf_close, NULL)

static void
write_costs (guint8 *bytes)
{
  bytes[0] = FORM;
  bytes[1] = LANES;
  bytes[2] = PASSES;
  bytes[3] = 0;
  for (guint i = 0; i < 4; i++)
    bytes[4 + i] = MEMORY_KIB >> (8 * i) & 0xff;
}

static gboolean
read_costs (const guint8 *bytes, Costs *costs)
{
  costs->lanes = bytes[1];
  costs->passes = bytes[2] | bytes[3] << 8;
  costs->memory_kib = bytes[4] | bytes[5] << 8 | bytes[6] << 16 | (guint)bytes[7] << 24;
  costs->salt = bytes + SALT_AT;
  return costs->lanes >= 1 && costs->lanes <= LANES_MOST && costs->passes >= 1
         && costs->passes <= PASSES_MOST && costs->memory_kib >= 8 * costs->lanes
         && costs->memory_kib <= MEMORY_KIB_MOST;
}

static Secret *
derive_key (Secret *passphrase, const Costs *costs, GError **error)
{
  const unsigned long parameters[] = { VAULT_CIPHER_KEY_LEN, costs->passes, costs->memory_kib,
                                       costs->lanes };
  g_auto (Derivation) derivation = NULL;
  guint8 *bytes;
  g_autoptr (Secret) key = secret_new_to_fill (VAULT_CIPHER_KEY_LEN, &bytes);
  gcry_error_t failure =
      gcry_kdf_open (&derivation, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, parameters,
                     G_N_ELEMENTS (parameters), secret_get (passphrase, NULL),
                     secret_get_length (passphrase), costs->salt, SALT_LEN, NULL, 0, NULL, 0);

  if (failure == 0)
    failure = gcry_kdf_compute (derivation, NULL);
  if (failure == 0)
    failure = gcry_kdf_final (derivation, VAULT_CIPHER_KEY_LEN, bytes);
  if (failure == 0)
    return g_steal_pointer (&key);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED,
               "Could not make a key of the passphrase: %s; is there enough memory?",
               gcry_strerror (failure));
  return NULL;
}

GBytes *
vault_passphrase_wrap (Secret *passphrase, Secret *key, GError **error)
{
  g_autofree guint8 *bytes = g_malloc0 (WRAPPED_LEN);
  g_autoptr (Secret) wrapping = NULL;
  Costs costs;

  g_return_val_if_fail (secret_get_length (key) == VAULT_KEY_LEN, NULL);

  write_costs (bytes);
  gcry_randomize (bytes + SALT_AT, SALT_LEN, GCRY_STRONG_RANDOM);
  gcry_randomize (bytes + NONCE_AT, VAULT_CIPHER_NONCE_LEN, GCRY_STRONG_RANDOM);
  read_costs (bytes, &costs);
  wrapping = derive_key (passphrase, &costs, error);
  if (wrapping == NULL
      || !vault_cipher_seal (secret_get (wrapping, NULL), bytes + NONCE_AT, bytes, NONCE_AT,
                             secret_get (key, NULL), VAULT_KEY_LEN, bytes + KEY_AT, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), WRAPPED_LEN);
}

static gboolean
check_form (GBytes *wrapped, Costs *costs, GError **error)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (wrapped, &length);

  if (length > 0 && bytes[0] > FORM)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED,
                   "Could not unlock with the passphrase: a newer otrd set it; install that "
                   "version");
      return FALSE;
    }
  if (length == WRAPPED_LEN && bytes[0] == FORM && read_costs (bytes, costs))
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
               "Could not unlock with the passphrase: what the file says of it makes no sense; "
               "nothing was changed, restore a backup of the file");
  return FALSE;
}

Secret *
vault_passphrase_unwrap (GBytes *wrapped, Secret *passphrase, GError **error)
{
  Costs costs;
  const guint8 *bytes = g_bytes_get_data (wrapped, NULL);
  guint8 *key_bytes;
  g_autoptr (Secret) key = secret_new_to_fill (VAULT_KEY_LEN, &key_bytes);
  g_autoptr (Secret) wrapping = NULL;

  if (!check_form (wrapped, &costs, error))
    return NULL;
  wrapping = derive_key (passphrase, &costs, error);
  if (wrapping == NULL)
    return NULL;
  if (vault_cipher_unseal (secret_get (wrapping, NULL), bytes + NONCE_AT, bytes, NONCE_AT,
                           bytes + KEY_AT, VAULT_KEY_LEN, key_bytes))
    return g_steal_pointer (&key);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED,
               "Could not unlock: the passphrase is wrong; try again");
  return NULL;
}
