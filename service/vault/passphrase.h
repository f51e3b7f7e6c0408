/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A vault key wrapped by a passphrase, for machines without a keyring and for
 * backups. What it is wrapped with stands in the bytes: Argon2id and its costs,
 * which may rise in a later version without making old vaults unreadable.
 *
 *     0  form, 8 bits: 1
 *     1  lanes, 8 bits; 2 passes, 16 bits; 4 memory in KiB, 32 bits
 *     8  salt, 16 bytes
 *    24  nonce (12), wrapped key (32) and tag (16); all before it is bound to it
 *
 * Both calls take a large part of a second, on purpose: call them on a worker. */

#pragma once

#include <gio/gio.h>

#include "secret/secret.h"

G_BEGIN_DECLS

#define VAULT_PASSPHRASE_MOST 1024

GBytes *vault_passphrase_wrap (Secret *passphrase, Secret *key, GError **error);

/* Errors: Locked (the passphrase is wrong), VaultDamaged, NotSupported (wrapped
 * by a newer version). */
Secret *vault_passphrase_unwrap (GBytes *wrapped, Secret *passphrase, GError **error);

G_END_DECLS
