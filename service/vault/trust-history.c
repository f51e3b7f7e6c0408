/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The history of a fingerprint's trust, and its bytes. */

#include "vault/trust-history.h"

#include <string.h>

#define TIME_BYTES 8

/* A state as it lies in the bytes. */
typedef struct
{
  const char *trust;
  const char *method;
  const char *application;
  guint64 at; /* little-endian */
} StateBytes;

VaultTrustState *
vault_trust_state_new (OtrdTrust trust, const char *method, const char *application, guint64 at)
{
  VaultTrustState *state = g_new0 (VaultTrustState, 1);

  state->trust = trust;
  state->method = g_strdup (method);
  state->application = g_strdup (application);
  state->at = at;
  return state;
}

static void
trust_state_free (gpointer user_data)
{
  VaultTrustState *state = user_data;

  g_free (state->method);
  g_free (state->application);
  g_free (state);
}

GPtrArray *
vault_trust_history_new (void)
{
  return g_ptr_array_new_with_free_func (trust_state_free);
}

static VaultTrustState *
copy_state (const VaultTrustState *state)
{
  return vault_trust_state_new (state->trust, state->method, state->application, state->at);
}

GPtrArray *
vault_trust_history_copy (GPtrArray *history)
{
  GPtrArray *copy = vault_trust_history_new ();

  for (guint i = 0; i < history->len; i++)
    g_ptr_array_add (copy, copy_state (g_ptr_array_index (history, i)));
  return copy;
}

void
vault_trust_history_add (GPtrArray *history, VaultTrustState *state)
{
  if (history->len >= VAULT_TRUST_HISTORY_MAX)
    g_ptr_array_remove_range (history, 0, history->len - VAULT_TRUST_HISTORY_MAX + 1);
  g_ptr_array_add (history, state);
}

static void
append_text (GByteArray *bytes, const char *text)
{
  g_byte_array_append (bytes, (const guint8 *)text, strlen (text) + 1);
}

GByteArray *
vault_trust_history_to_bytes (GPtrArray *history)
{
  GByteArray *bytes;

  if (history->len == 0)
    return NULL;
  bytes = g_byte_array_new ();
  for (guint i = 0; i < history->len; i++)
    {
      const VaultTrustState *state = g_ptr_array_index (history, i);
      guint64 at = GUINT64_TO_LE (state->at);

      g_byte_array_append (bytes, (const guint8 *)&at, TIME_BYTES);
      append_text (bytes, otrd_trust_to_string (state->trust));
      append_text (bytes, state->method);
      append_text (bytes, state->application);
    }
  return bytes;
}

/* A text that ends within the bytes; NULL when it does not. */
static const char *
take_text (const guint8 *bytes, gsize length, gsize *at)
{
  const char *text = (const char *)bytes + *at;
  const guint8 *end = *at < length ? memchr (bytes + *at, '\0', length - *at) : NULL;

  if (end == NULL || !g_utf8_validate (text, -1, NULL))
    return NULL;
  *at = end - bytes + 1;
  return text;
}

static gboolean
take_state (const guint8 *bytes, gsize length, gsize *at, StateBytes *state)
{
  if (length - *at < TIME_BYTES)
    return FALSE;
  memcpy (&state->at, bytes + *at, TIME_BYTES);
  *at += TIME_BYTES;
  return (state->trust = take_text (bytes, length, at)) != NULL
         && (state->method = take_text (bytes, length, at)) != NULL
         && (state->application = take_text (bytes, length, at)) != NULL;
}

gboolean
vault_trust_history_check (const guint8 *bytes, gsize length)
{
  StateBytes state;
  gsize at = 0;

  while (at < length)
    if (!take_state (bytes, length, &at, &state))
      return FALSE;
  return TRUE;
}

GPtrArray *
vault_trust_history_parse (const guint8 *bytes, gsize length)
{
  g_autoptr (GPtrArray) history = vault_trust_history_new ();
  StateBytes state;
  gsize at = 0;

  while (at < length)
    {
      if (!take_state (bytes, length, &at, &state))
        return NULL;
      vault_trust_history_add (history, vault_trust_state_new (otrd_trust_from_string (state.trust),
                                                               state.method, state.application,
                                                               GUINT64_FROM_LE (state.at)));
    }
  return g_steal_pointer (&history);
}
