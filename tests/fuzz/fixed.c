/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A xorshift generator under libgcrypt's names, which the dynamic linker finds first. */
#include "fixed.h"

#include <gcrypt.h>
#include <stdint.h>

static uint64_t state = 1;

void
fixed_restart (void)
{
  state = 0x9e3779b97f4a7c15;
}

void
gcry_randomize (void *bytes, size_t length, enum gcry_random_level level)
{
  for (size_t i = 0; i < length; i++)
    {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      ((uint8_t *)bytes)[i] = (uint8_t)(state >> 32);
    }
}

void *
gcry_random_bytes (size_t length, enum gcry_random_level level)
{
  void *bytes = gcry_xmalloc (length);

  gcry_randomize (bytes, length, level);
  return bytes;
}

void *
gcry_random_bytes_secure (size_t length, enum gcry_random_level level)
{
  void *bytes = gcry_xmalloc_secure (length);

  gcry_randomize (bytes, length, level);
  return bytes;
}
