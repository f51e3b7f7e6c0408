/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The vault key as a keyring keeps it: 32 bytes in base64, because not every
 * keyring gives bytes back as they were. It is nowhere outside secret memory. */

#pragma once

#include <libsecret/secret.h>

#include "secret/secret.h"

G_BEGIN_DECLS

/* NULL when the value is not a key. */
Secret *vault_key_from_text (SecretValue *value);
SecretValue *vault_key_to_text (Secret *key);

G_END_DECLS
