/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* In place of libgcrypt's: passphrases cost as good as nothing, whatever is written that they cost.
 * What they do cost is for the tests of the whole service. */

#include <dlfcn.h>
#include <gcrypt.h>

typedef gcry_error_t (*Open) (gcry_kdf_hd_t *,
                              int,
                              int,
                              const unsigned long *,
                              unsigned int,
                              const void *,
                              size_t,
                              const void *,
                              size_t,
                              const void *,
                              size_t,
                              const void *,
                              size_t);

gcry_error_t
gcry_kdf_open (gcry_kdf_hd_t *derivation,
               int algorithm,
               int variant,
               const unsigned long *parameters,
               unsigned int n_parameters,
               const void *passphrase,
               size_t passphrase_length,
               const void *salt,
               size_t salt_length,
               const void *key,
               size_t key_length,
               const void *context,
               size_t context_length)
{
  Open real = (Open)dlsym (RTLD_NEXT, "gcry_kdf_open");
  /* length, passes, KiB, lanes */
  const unsigned long cheap[] = { parameters[0], 1, 8, 1 };

  return real (derivation, algorithm, variant, cheap, sizeof cheap / sizeof *cheap, passphrase,
               passphrase_length, salt, salt_length, key, key_length, context, context_length);
}
