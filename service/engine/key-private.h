/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a key is lent to libotr's user states; inside the engine only. */
#pragma once

#include <libotr/privkey.h>

#include "engine/key.h"

/* The names under which every context and key of ours is known to libotr, which never learns
 * whose they are. */
#define ENGINE_OTR_ACCOUNT "account"
#define ENGINE_OTR_PROTOCOL "otr"
#define ENGINE_OTR_CONTACT "contact"

/* Takes @private_key, whose numbers the caller has checked against each other. */
EngineKey *engine_key_new_from_sexp (gcry_sexp_t private_key, GError **error);

/* Valid while the key is; libotr only reads it. */
OtrlPrivKey *engine_key_lend (EngineKey *key);
