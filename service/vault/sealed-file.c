/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sealing and unsealing. The parser takes nothing for granted: each length is
 * checked against what is there before anything is read. */

#include "vault/sealed-file.h"

#include <gcrypt.h>
#include <string.h>

#include "introspection/otrd-error.h"
#include "vault/cipher.h"

#define MAGIC_LEN 8
#define FIXED_LEN 40
#define NONCE_LEN VAULT_CIPHER_NONCE_LEN
#define DATA_KEY_LEN VAULT_CIPHER_KEY_LEN
#define TAG_LEN VAULT_CIPHER_TAG_LEN
#define WRAP_LEN (NONCE_LEN + DATA_KEY_LEN + TAG_LEN + NONCE_LEN)

static const guint8 magic[MAGIC_LEN] = { 0x89, 'O', 'T', 'R', 'D', '\r', '\n', 0x1a };

/* Where things lie in a file that was checked. */
typedef struct
{
  const guint8 *start;
  gsize header_length;
  gsize wrapped_at; /* what is before it is additional data of the wrapping */
  gsize sealed_length;
} Layout;

static guint16
read_16 (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8;
}

static void
write_16 (guint8 *bytes, guint16 number)
{
  bytes[0] = number & 0xff;
  bytes[1] = number >> 8;
}

static guint64
read_64 (const guint8 *bytes)
{
  guint64 number;

  memcpy (&number, bytes, sizeof number);
  return GUINT64_FROM_LE (number);
}

static void
write_64 (guint8 *bytes, guint64 number)
{
  number = GUINT64_TO_LE (number);
  memcpy (bytes, &number, sizeof number);
}

static gboolean
set_damaged (GError **error, const char *what)
{
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
               "Could not read the vault: %s; nothing was changed, restore a backup of the file",
               what);
  return FALSE;
}

static gboolean
check_layout (GBytes *file, Layout *layout, GError **error)
{
  gsize length, parameters;
  const guint8 *start = g_bytes_get_data (file, &length);

  if (length < FIXED_LEN || memcmp (start, magic, MAGIC_LEN) != 0)
    return set_damaged (error, "this is not a file of a vault");
  if (read_16 (start + 8) > VAULT_SEALED_FORMAT)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED,
                   "Could not read the vault: it was written by a newer otrd (format %u); "
                   "install that version",
                   read_16 (start + 8));
      return FALSE;
    }
  parameters = read_16 (start + 14);
  if (read_16 (start + 8) == 0 || parameters > VAULT_SEALED_PARAMETERS_MAX)
    return set_damaged (error, "its header makes no sense");
  layout->start = start;
  layout->wrapped_at = FIXED_LEN + parameters;
  layout->header_length = layout->wrapped_at + WRAP_LEN;
  if (read_16 (start + 10) != layout->header_length)
    return set_damaged (error, "its header makes no sense");
  if (length < layout->header_length + TAG_LEN)
    return set_damaged (error, "its end is missing");
  layout->sealed_length = length - layout->header_length - TAG_LEN;
  return TRUE;
}

static void
write_key_id (const guint8 *bytes, char *key_id)
{
  for (guint i = 0; i < VAULT_KEY_ID_LEN; i++)
    g_snprintf (key_id + 2 * i, 3, "%02x", bytes[i]);
}

static gboolean
read_key_id (const char *key_id, guint8 *bytes)
{
  if (strlen (key_id) != 2 * VAULT_KEY_ID_LEN)
    return FALSE;
  for (guint i = 0; i < VAULT_KEY_ID_LEN; i++)
    {
      int high = g_ascii_xdigit_value (key_id[2 * i]);
      int low = g_ascii_xdigit_value (key_id[2 * i + 1]);
      if (high < 0 || low < 0)
        return FALSE;
      bytes[i] = high << 4 | low;
    }
  return TRUE;
}

void
vault_sealed_header_clear (VaultSealedHeader *header)
{
  g_clear_pointer (&header->parameters, g_bytes_unref);
}

gboolean
vault_sealed_read_header (GBytes *file, VaultSealedHeader *header, GError **error)
{
  Layout layout;

  if (!check_layout (file, &layout, error))
    return FALSE;
  header->contents = layout.start[12];
  header->sealed_by = layout.start[13];
  header->generation = read_64 (layout.start + 32);
  write_key_id (layout.start + 16, header->key_id);
  header->parameters = NULL;
  if (layout.wrapped_at > FIXED_LEN)
    header->parameters = g_bytes_new_from_bytes (file, FIXED_LEN, layout.wrapped_at - FIXED_LEN);
  return TRUE;
}

/* All of the header that is known before the data key. */
static gboolean
write_header (const VaultSealedHeader *header, guint8 *start, gsize parameters, gsize header_length)
{
  memcpy (start, magic, MAGIC_LEN);
  write_16 (start + 8, VAULT_SEALED_FORMAT);
  write_16 (start + 10, header_length);
  start[12] = header->contents;
  start[13] = header->sealed_by;
  write_16 (start + 14, parameters);
  write_64 (start + 32, header->generation);
  if (parameters > 0)
    memcpy (start + FIXED_LEN, g_bytes_get_data (header->parameters, NULL), parameters);
  return read_key_id (header->key_id, start + 16);
}

GBytes *
vault_sealed_seal (const VaultSealedHeader *header,
                   Secret *vault_key,
                   Secret *payload,
                   GError **error)
{
  gsize parameters = header->parameters != NULL ? g_bytes_get_size (header->parameters) : 0;
  gsize wrapped_at = FIXED_LEN + parameters, header_length = wrapped_at + WRAP_LEN;
  gsize length;
  const guint8 *plain = secret_get (payload, &length);
  gsize file_length = header_length + length + TAG_LEN;
  g_autoptr (Secret) data_key = secret_new_random (DATA_KEY_LEN);
  g_autofree guint8 *file = g_malloc0 (file_length);
  guint8 *nonce = file + wrapped_at, *payload_nonce = file + header_length - NONCE_LEN;

  g_return_val_if_fail (parameters <= VAULT_SEALED_PARAMETERS_MAX, NULL);
  g_return_val_if_fail (secret_get_length (vault_key) == VAULT_KEY_LEN, NULL);

  if (!write_header (header, file, parameters, header_length))
    g_return_val_if_reached (NULL);
  gcry_randomize (nonce, NONCE_LEN, GCRY_STRONG_RANDOM);
  gcry_randomize (payload_nonce, NONCE_LEN, GCRY_STRONG_RANDOM);
  if (!vault_cipher_seal (secret_get (vault_key, NULL), nonce, file, wrapped_at,
                          secret_get (data_key, NULL), DATA_KEY_LEN, nonce + NONCE_LEN, error)
      || !vault_cipher_seal (secret_get (data_key, NULL), payload_nonce, file, header_length, plain,
                             length, file + header_length, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&file), file_length);
}

Secret *
vault_sealed_unseal (GBytes *file, VaultContents contents, Secret *vault_key, GError **error)
{
  Layout layout;
  const guint8 *nonce;
  guint8 *data_key_bytes, *plain;
  g_autoptr (Secret) data_key = NULL;
  g_autoptr (Secret) payload = NULL;

  g_return_val_if_fail (secret_get_length (vault_key) == VAULT_KEY_LEN, NULL);

  if (!check_layout (file, &layout, error))
    return NULL;
  nonce = layout.start + layout.wrapped_at;
  data_key = secret_new_to_fill (DATA_KEY_LEN, &data_key_bytes);
  payload = secret_new_to_fill (layout.sealed_length, &plain);
  if (!vault_cipher_unseal (secret_get (vault_key, NULL), nonce, layout.start, layout.wrapped_at,
                            nonce + NONCE_LEN, DATA_KEY_LEN, data_key_bytes)
      || !vault_cipher_unseal (data_key_bytes, layout.start + layout.header_length - NONCE_LEN,
                               layout.start, layout.header_length,
                               layout.start + layout.header_length, layout.sealed_length, plain))
    {
      set_damaged (error, "it was changed since it was written");
      return NULL;
    }
  if (layout.start[12] != contents)
    {
      set_damaged (error, "one of its files stands in the place of another");
      return NULL;
    }
  return g_steal_pointer (&payload);
}
