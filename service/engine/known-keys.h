/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is known of a contact's fingerprints: an immutable, counted list that
 * core hands to each call.
 */
#pragma once

#include <glib.h>

#include "engine/view.h"

G_BEGIN_DECLS

typedef struct _EngineKnownKeys EngineKnownKeys;

EngineKnownKeys *engine_known_keys_new (void);
EngineKnownKeys *engine_known_keys_ref (EngineKnownKeys *keys);
void engine_known_keys_unref (EngineKnownKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineKnownKeys, engine_known_keys_unref)

/* Only while it is being built. @fingerprint: 40 upper-case hex digits.  @was_used: a session was
 * private with it; one that was rejected before that says nothing of the contact's keys. */
void engine_known_keys_add (EngineKnownKeys *keys,
                            const char *fingerprint,
                            EngineTrust trust,
                            gboolean was_used);

/* ENGINE_TRUST_NONE: not among them. */
EngineTrust engine_known_keys_trust (EngineKnownKeys *keys, const char *fingerprint);
EngineKnown engine_known_keys_judge (EngineKnownKeys *keys, const char *fingerprint);

G_END_DECLS
