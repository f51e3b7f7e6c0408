/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A key store of the tests: one key, in memory, always open.
 */
#pragma once

#include "vault/key-store.h"

G_BEGIN_DECLS

#define MEMORY_TYPE_KEY_STORE (memory_key_store_get_type ())
G_DECLARE_FINAL_TYPE (MemoryKeyStore, memory_key_store, MEMORY, KEY_STORE, GObject)

VaultKeyStore *memory_key_store_new (void);

/* What it answers from now on: VAULT_KEY_OK, VAULT_KEY_LOCKED, ... */
void memory_key_store_set_outcome (VaultKeyStore *store, VaultKeyOutcome outcome);
/* Whether the last question allowed a prompt. */
gboolean memory_key_store_was_interactive (VaultKeyStore *store);

G_END_DECLS
