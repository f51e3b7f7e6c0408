/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key store of a desktop: the vault key as text in the Secret Service
 * (gnome-keyring, KWallet, KeePassXC), added, never replaced. */

#pragma once

#include "vault/key-store.h"

G_BEGIN_DECLS

#define VAULT_TYPE_SECRET_SERVICE_STORE (vault_secret_service_store_get_type ())
G_DECLARE_FINAL_TYPE (
    VaultSecretServiceStore, vault_secret_service_store, VAULT, SECRET_SERVICE_STORE, GObject)

/* @timeout_ms: how long the service may take for what needs no prompt; 0: 10 seconds. */
VaultKeyStore *vault_secret_service_store_new (guint timeout_ms);

G_END_DECLS
