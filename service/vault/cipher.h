/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one cipher of the vault, AES-256-GCM-SIV: a key, a nonce, and what is
 * sealed together with additional bytes that stay readable. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VAULT_CIPHER_KEY_LEN 32
#define VAULT_CIPHER_NONCE_LEN 12
#define VAULT_CIPHER_TAG_LEN 16

/* @sealed_and_tag has room for @length bytes and the tag. */
gboolean vault_cipher_seal (const guint8 *key,
                            const guint8 *nonce,
                            const guint8 *additional,
                            gsize additional_length,
                            const guint8 *plain,
                            gsize length,
                            guint8 *sealed_and_tag,
                            GError **error);

/* FALSE when anything is not as it was sealed. */
gboolean vault_cipher_unseal (const guint8 *key,
                              const guint8 *nonce,
                              const guint8 *additional,
                              gsize additional_length,
                              const guint8 *sealed_and_tag,
                              gsize length,
                              guint8 *plain);

G_END_DECLS
