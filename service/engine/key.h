/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An account's OTR key: immutable, counted, its private part in locked memory
 * and wiped with the last reference.
 *
 * It never passes through libotr's key files, which leave it in unwiped heap.
 * A public half can be had from it, which is enough to verify and to be
 * verified, but not for a key exchange.
 */
#pragma once

#include <glib.h>

#include "engine/view.h"
#include "secret/secret.h"

G_BEGIN_DECLS

typedef struct _EngineKey EngineKey;

/* Makes a DSA-1024 key as OTR demands (protocol v3, "Public keys"); takes 13 to 350 ms of
 * CPU: call it on a worker thread. */
EngineKey *engine_key_generate (GError **error);

/* Reads what engine_key_to_secret () wrote; checks the numbers against each other. */
EngineKey *engine_key_new_from_secret (Secret *bytes, GError **error);
Secret *engine_key_to_secret (EngineKey *key);

EngineKey *engine_key_ref (EngineKey *key);
void engine_key_unref (EngineKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineKey, engine_key_unref)

/* A key that knows only the public numbers; the private part is not kept alive by it. */
EngineKey *engine_key_public_half (EngineKey *key);
gboolean engine_key_is_private (EngineKey *key);

/* 40 upper-case hexadecimal digits. */
const char *engine_key_get_fingerprint (EngineKey *key);

/* A new instance tag (protocol v3, "Instance Tags"): random, at least 0x100. */
guint32 engine_key_new_instance_tag (void);

G_END_DECLS
