/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The form of a file of the vault: a header that anybody may read, and one
 * payload sealed under it. Bytes in, bytes out; no files, no key stores.
 *
 * All numbers are little-endian.
 *
 *     0  magic, 8 bytes
 *     8  format version, 16 bits
 *    10  length of the header, 16 bits
 *    12  contents, 8 bits; 13 key store, 8 bits
 *    14  length of the key store's parameters, 16 bits
 *    16  id of the vault key, 16 bytes
 *    32  generation, 64 bits
 *    40  the key store's parameters
 *        nonce (12), wrapped data key (32) and tag (16)
 *        nonce of the payload (12); here the header ends
 *        the payload, and its tag (16)
 *
 * AES-256-GCM-SIV throughout (it forgives a nonce that comes twice, as after a
 * virtual machine was set back). The vault key wraps a data key that is new
 * for each file; what precedes the wrapped key is additional data of it, and
 * the whole header is of the payload. */

#pragma once

#include <gio/gio.h>

#include "secret/secret.h"
#include "vault/key-store.h"

G_BEGIN_DECLS

#define VAULT_SEALED_FORMAT 1
#define VAULT_SEALED_PARAMETERS_MAX 4096
/* So much of the start of a file has its whole header. */
#define VAULT_SEALED_START (VAULT_SEALED_PARAMETERS_MAX + 256)

typedef enum
{
  VAULT_CONTENTS_KEYS = 1,
  VAULT_CONTENTS_TRUST = 2,
  VAULT_CONTENTS_BACKUP = 3,   /* both, without instance tags */
  VAULT_CONTENTS_RESTORED = 4, /* both, a backup on its way back */
} VaultContents;

typedef enum
{
  VAULT_SEALED_BY_SECRET_SERVICE = 1,
  VAULT_SEALED_BY_PASSPHRASE = 2,
} VaultSealedBy;

typedef struct
{
  VaultContents contents;
  VaultSealedBy sealed_by;
  GBytes *parameters; /* the key store's; NULL: none */
  char key_id[2 * VAULT_KEY_ID_LEN + 1];
  guint64 generation;
} VaultSealedHeader;

void vault_sealed_header_clear (VaultSealedHeader *header);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VaultSealedHeader, vault_sealed_header_clear)

/* Reads what anybody can; proves nothing. Errors: VaultDamaged, and
 * NotSupported for a format newer than ours. */
gboolean vault_sealed_read_header (GBytes *file, VaultSealedHeader *header, GError **error);

GBytes *vault_sealed_seal (const VaultSealedHeader *header,
                           Secret *vault_key,
                           Secret *payload,
                           GError **error);

/* Proves header and payload. @contents: what it must be. */
Secret *
vault_sealed_unseal (GBytes *file, VaultContents contents, Secret *vault_key, GError **error);

G_END_DECLS
