/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "vault/key-text.h"

#include "vault/key-store.h"

#define TEXT_LEN (4 * ((VAULT_KEY_LEN + 2) / 3))

Secret *
vault_key_from_text (SecretValue *value)
{
  gsize length;
  const char *text = secret_value_get (value, &length);
  guint8 *bytes;
  g_autoptr (Secret) decoded = secret_new_to_fill (TEXT_LEN, &bytes);
  int state = 0;
  guint save = 0;

  if (length != TEXT_LEN
      || g_base64_decode_step (text, length, bytes, &state, &save) != VAULT_KEY_LEN)
    return NULL;
  return secret_new (bytes, VAULT_KEY_LEN);
}

SecretValue *
vault_key_to_text (Secret *key)
{
  gsize length;
  const guint8 *bytes = secret_get (key, &length);
  guint8 *text;
  g_autoptr (Secret) encoded = secret_new_to_fill (TEXT_LEN + 8, &text);
  int state = 0, save = 0;
  gsize n = g_base64_encode_step (bytes, length, FALSE, (char *)text, &state, &save);

  n += g_base64_encode_close (FALSE, (char *)text + n, &state, &save);
  return secret_value_new ((const char *)text, n, "text/plain");
}
