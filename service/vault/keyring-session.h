/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A session with the keyring, and its being opened ahead: agreeing upon a secret
 * is what takes longest of getting a key. */

#pragma once

#include "vault/prompt-service.h"

G_BEGIN_DECLS

typedef struct _VaultKeyringSession VaultKeyringSession;

/* Begins to open one. It starts no keyring. */
VaultKeyringSession *vault_keyring_session_open_ahead (void);
void vault_keyring_session_free (VaultKeyringSession *session);

/* Takes @ahead (nullable): where it did not come to anything, another is opened. */
void vault_keyring_session_take_async (VaultKeyringSession *ahead,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
VaultPromptService *vault_keyring_session_take_finish (GAsyncResult *result, GError **error);

G_END_DECLS
