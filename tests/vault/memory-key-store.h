/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A key store that does as it is told, and counts. */

#pragma once

#include "vault/key-store.h"

G_BEGIN_DECLS

#define TEST_TYPE_MEMORY_KEY_STORE (memory_key_store_get_type ())
G_DECLARE_FINAL_TYPE (MemoryKeyStore, memory_key_store, TEST, MEMORY_KEY_STORE, GObject)

struct _MemoryKeyStore
{
  GObject parent;
  Secret *key;                       /* the one it has; NULL: none */
  VaultKeyOutcome outcome;           /* of calls that may not prompt */
  VaultKeyOutcome prompting_outcome; /* of those that may */
  gboolean refuses_keys;             /* that it is to keep */
  guint n_gets, n_creates, n_prompts;
};

MemoryKeyStore *memory_key_store_new (void);

G_END_DECLS
