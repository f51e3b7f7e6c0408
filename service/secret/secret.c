/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A Secret is one arena block: count, length, bytes, NUL. */

#include "secret/secret.h"

#include <gcrypt.h>
#include <string.h>

#include "secret/arena.h"

struct _Secret
{
  gatomicrefcount count;
  gsize length;
  guint8 bytes[];
};

Secret *
secret_new_to_fill (gsize length, guint8 **bytes)
{
  Secret *secret;

  if (length > G_MAXSIZE / 2)
    g_error ("A secret of %" G_GSIZE_FORMAT " bytes is too large", length);
  secret = arena_alloc (sizeof (Secret) + length + 1);
  if (secret == NULL)
    g_error ("Could not allocate %" G_GSIZE_FORMAT " bytes for a secret", length);
  g_atomic_ref_count_init (&secret->count);
  secret->length = length;
  memset (secret->bytes, 0, length + 1);
  *bytes = secret->bytes;
  return secret;
}

Secret *
secret_new (gconstpointer bytes, gsize length)
{
  guint8 *target;
  Secret *secret = secret_new_to_fill (length, &target);

  if (length > 0)
    memcpy (target, bytes, length);
  return secret;
}

Secret *
secret_new_random (gsize length)
{
  guint8 *target;
  Secret *secret = secret_new_to_fill (length, &target);

  gcry_randomize (target, length, GCRY_VERY_STRONG_RANDOM);
  return secret;
}

Secret *
secret_ref (Secret *secret)
{
  g_return_val_if_fail (secret != NULL, NULL);

  g_atomic_ref_count_inc (&secret->count);
  return secret;
}

void
secret_unref (Secret *secret)
{
  g_return_if_fail (secret != NULL);

  if (g_atomic_ref_count_dec (&secret->count))
    arena_free (secret);
}

const guint8 *
secret_get (const Secret *secret, gsize *length)
{
  g_return_val_if_fail (secret != NULL, NULL);

  if (length != NULL)
    *length = secret->length;
  return secret->bytes;
}

gsize
secret_get_length (const Secret *secret)
{
  g_return_val_if_fail (secret != NULL, 0);

  return secret->length;
}

gboolean
secret_equal (const Secret *secret, const Secret *other)
{
  guint8 difference = 0;

  g_return_val_if_fail (secret != NULL && other != NULL, FALSE);

  if (secret->length != other->length)
    return FALSE;
  for (gsize i = 0; i < secret->length; i++)
    difference |= secret->bytes[i] ^ other->bytes[i];
  return difference == 0;
}
