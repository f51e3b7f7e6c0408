/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The short way to a key whose id is known: the items that have the id are read
 * at their paths, without loading what else they say. */

#pragma once

#include <libsecret/secret.h>

#include "secret/secret.h"

G_BEGIN_DECLS

/* @service: with an open session. @attributes: what the items must have. */
void vault_keyring_look_async (SecretService *service,
                               GHashTable *attributes,
                               const char *key_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/* NULL without an error: no item that is not locked has it. *@item: its path. */
Secret *vault_keyring_look_finish (GAsyncResult *result, char **item, GError **error);

G_END_DECLS
