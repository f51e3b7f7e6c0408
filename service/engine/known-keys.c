/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Known keys: a short list, judged by walking it. */
#include "engine/known-keys.h"

typedef struct
{
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1];
  EngineTrust trust;
  gboolean was_used;
} KnownKey;

struct _EngineKnownKeys
{
  gatomicrefcount count;
  GArray *keys;
};

EngineKnownKeys *
engine_known_keys_new (void)
{
  EngineKnownKeys *keys = g_new0 (EngineKnownKeys, 1);

  g_atomic_ref_count_init (&keys->count);
  keys->keys = g_array_new (FALSE, FALSE, sizeof (KnownKey));
  return keys;
}

EngineKnownKeys *
engine_known_keys_ref (EngineKnownKeys *keys)
{
  g_atomic_ref_count_inc (&keys->count);
  return keys;
}

void
engine_known_keys_unref (EngineKnownKeys *keys)
{
  if (!g_atomic_ref_count_dec (&keys->count))
    return;
  g_array_unref (keys->keys);
  g_free (keys);
}

void
engine_known_keys_add (EngineKnownKeys *keys,
                       const char *fingerprint,
                       EngineTrust trust,
                       gboolean was_used)
{
  KnownKey key = { .trust = trust, .was_used = was_used };

  g_strlcpy (key.fingerprint, fingerprint, sizeof key.fingerprint);
  g_array_append_val (keys->keys, key);
}

EngineTrust
engine_known_keys_trust (EngineKnownKeys *keys, const char *fingerprint)
{
  for (guint i = 0; i < keys->keys->len; i++)
    {
      const KnownKey *key = &g_array_index (keys->keys, KnownKey, i);

      if (g_str_equal (key->fingerprint, fingerprint))
        return key->trust;
    }
  return ENGINE_TRUST_NONE;
}

EngineKnown
engine_known_keys_judge (EngineKnownKeys *keys, const char *fingerprint)
{
  EngineTrust trust = engine_known_keys_trust (keys, fingerprint);
  EngineKnown verdict = ENGINE_KNOWN_FIRST_SEEN;

  if (trust == ENGINE_TRUST_REJECTED)
    return ENGINE_KNOWN_REJECTED;
  if (trust != ENGINE_TRUST_NONE)
    return ENGINE_KNOWN_KNOWN;

  for (guint i = 0; i < keys->keys->len; i++)
    {
      const KnownKey *key = &g_array_index (keys->keys, KnownKey, i);

      if (key->trust == ENGINE_TRUST_VERIFIED)
        return ENGINE_KNOWN_CHANGED_FROM_VERIFIED;
      if (key->trust == ENGINE_TRUST_UNVERIFIED || key->was_used)
        verdict = ENGINE_KNOWN_CHANGED;
    }
  return verdict;
}
