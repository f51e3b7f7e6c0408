/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key: an S-expression in locked memory and an OtrlPrivKey filled by hand. */
#include "engine/key.h"

#include <gcrypt.h>
#include <string.h>

#include "engine/key-private.h"
#include "introspection/otrd-error.h"

#define KEY_BITS 1024
#define SUBGROUP_BITS 160
#define FINGERPRINT_BYTES 20
#define LOWEST_INSTANCE_TAG 0x100

struct _EngineKey
{
  gatomicrefcount count;
  OtrlPrivKey otr;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1];
};

static gboolean
fail (GError **error, const char *attempt, gcry_error_t code)
{
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED, "%s: %s", attempt, gcry_strerror (code));
  return FALSE;
}

static void
add_number (GByteArray *bytes, gcry_mpi_t number)
{
  guint8 buffer[KEY_BITS / 8 + 8];
  gsize length = 0;
  guint32 be;

  if (gcry_mpi_print (GCRYMPI_FMT_USG, buffer, sizeof buffer, &length, number) != 0)
    length = 0;
  be = GUINT32_TO_BE ((guint32)length);
  g_byte_array_append (bytes, (const guint8 *)&be, sizeof be);
  g_byte_array_append (bytes, buffer, length);
}

/* Protocol v3, "Public keys": p, q, g, y; the fingerprint is the SHA-1 of them without the type. */
static gboolean
read_public_numbers (EngineKey *key, GError **error)
{
  gcry_mpi_t number[4] = { NULL, NULL, NULL, NULL };
  gcry_error_t code = gcry_sexp_extract_param (key->otr.privkey, "dsa", "pqgy", &number[0],
                                               &number[1], &number[2], &number[3], NULL);
  GByteArray *bytes;
  guint8 digest[FINGERPRINT_BYTES];

  if (code != 0)
    return fail (error, "Reading an OTR key", code);
  bytes = g_byte_array_new ();
  for (guint i = 0; i < G_N_ELEMENTS (number); i++)
    add_number (bytes, number[i]);
  code =
      gcry_mpi_get_nbits (number[0]) == KEY_BITS && gcry_mpi_get_nbits (number[1]) == SUBGROUP_BITS
          ? 0
          : gcry_error (GPG_ERR_BAD_SECKEY);
  for (guint i = 0; i < G_N_ELEMENTS (number); i++)
    gcry_mpi_release (number[i]);

  key->otr.pubkey_datalen = bytes->len;
  key->otr.pubkey_data = g_byte_array_free (bytes, FALSE);
  if (code != 0)
    return fail (error, "Reading an OTR key", code);
  gcry_md_hash_buffer (GCRY_MD_SHA1, digest, key->otr.pubkey_data, key->otr.pubkey_datalen);
  for (guint i = 0; i < FINGERPRINT_BYTES; i++)
    g_snprintf (key->fingerprint + 2 * i, 3, "%02X", digest[i]);
  return TRUE;
}

static EngineKey *
key_new (void)
{
  EngineKey *key = g_new0 (EngineKey, 1);

  g_atomic_ref_count_init (&key->count);
  key->otr.accountname = (char *)ENGINE_OTR_ACCOUNT;
  key->otr.protocol = (char *)ENGINE_OTR_PROTOCOL;
  key->otr.pubkey_type = OTRL_PUBKEY_TYPE_DSA;
  return key;
}

/* What libgcrypt finds in a list it copies to ordinary memory, wherever the list is.
 * Takes the one and gives the other, in locked memory; NULL when there is none left. */
static gcry_sexp_t
move_to_locked_memory (gcry_sexp_t list)
{
  gsize length = gcry_sexp_sprint (list, GCRYSEXP_FMT_CANON, NULL, 0);
  void *buffer = gcry_malloc_secure (length);
  gcry_sexp_t moved = NULL;

  if (buffer != NULL)
    {
      length = gcry_sexp_sprint (list, GCRYSEXP_FMT_CANON, buffer, length);
      gcry_sexp_new (&moved, buffer, length, 0);
      explicit_bzero (buffer, length);
    }
  gcry_free (buffer);
  gcry_sexp_release (list);
  return moved;
}

EngineKey *
engine_key_new_from_sexp (gcry_sexp_t private_key, GError **error)
{
  g_autoptr (EngineKey) key = key_new ();

  if (!gcry_is_secure (private_key))
    private_key = move_to_locked_memory (private_key);
  if (private_key == NULL)
    {
      fail (error, "Keeping an OTR key in locked memory", gcry_error (GPG_ERR_ENOMEM));
      return NULL;
    }
  key->otr.privkey = private_key;
  if (!read_public_numbers (key, error))
    return NULL;
  return g_steal_pointer (&key);
}

EngineKey *
engine_key_generate (GError **error)
{
  gcry_sexp_t parameters = NULL, pair = NULL, private_key;
  gcry_error_t code = gcry_sexp_new (&parameters, "(genkey (dsa (nbits 4:1024)))", 0, 1);

  if (code == 0)
    code = gcry_pk_genkey (&pair, parameters);
  gcry_sexp_release (parameters);
  if (code != 0)
    {
      fail (error, "Making an OTR key", code);
      return NULL;
    }

  private_key = gcry_sexp_find_token (pair, "private-key", 0);
  gcry_sexp_release (pair);
  if (private_key == NULL)
    {
      fail (error, "Making an OTR key", gcry_error (GPG_ERR_NO_SECKEY));
      return NULL;
    }
  return engine_key_new_from_sexp (private_key, error);
}

EngineKey *
engine_key_new_from_secret (Secret *bytes, GError **error)
{
  gsize length;
  const guint8 *buffer = secret_get (bytes, &length);
  gcry_sexp_t private_key = NULL;
  gcry_error_t code = gcry_sexp_new (&private_key, buffer, length, 0);

  if (code == 0)
    code = gcry_pk_testkey (private_key);
  if (code != 0)
    {
      gcry_sexp_release (private_key);
      fail (error, "Reading an OTR key", code);
      return NULL;
    }
  return engine_key_new_from_sexp (private_key, error);
}

Secret *
engine_key_to_secret (EngineKey *key)
{
  gsize length;
  void *buffer;
  Secret *secret;

  g_return_val_if_fail (engine_key_is_private (key), NULL);

  length = gcry_sexp_sprint (key->otr.privkey, GCRYSEXP_FMT_CANON, NULL, 0);
  buffer = gcry_xmalloc_secure (length);
  length = gcry_sexp_sprint (key->otr.privkey, GCRYSEXP_FMT_CANON, buffer, length);
  secret = secret_new (buffer, length);
  explicit_bzero (buffer, length);
  gcry_free (buffer);
  return secret;
}

EngineKey *
engine_key_ref (EngineKey *key)
{
  g_atomic_ref_count_inc (&key->count);
  return key;
}

void
engine_key_unref (EngineKey *key)
{
  if (!g_atomic_ref_count_dec (&key->count))
    return;
  gcry_sexp_release (key->otr.privkey);
  g_free (key->otr.pubkey_data);
  g_free (key);
}

EngineKey *
engine_key_public_half (EngineKey *key)
{
  EngineKey *half = key_new ();

  half->otr.pubkey_data = g_memdup2 (key->otr.pubkey_data, key->otr.pubkey_datalen);
  half->otr.pubkey_datalen = key->otr.pubkey_datalen;
  g_strlcpy (half->fingerprint, key->fingerprint, sizeof half->fingerprint);
  return half;
}

gboolean
engine_key_is_private (EngineKey *key)
{
  return key->otr.privkey != NULL;
}

const char *
engine_key_get_fingerprint (EngineKey *key)
{
  return key->fingerprint;
}

OtrlPrivKey *
engine_key_lend (EngineKey *key)
{
  return &key->otr;
}

guint32
engine_key_new_instance_tag (void)
{
  guint32 tag;

  do
    gcry_randomize (&tag, sizeof tag, GCRY_STRONG_RANDOM);
  while (tag < LOWEST_INSTANCE_TAG);
  return tag;
}
