/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The trust that a fingerprint had before, and how it came by it: a bounded
 * list of states, the oldest first. It goes with the record. */

#pragma once

#include <glib.h>

#include "introspection/otrd-enums.h"

G_BEGIN_DECLS

/* More than that, and the oldest go. */
#define VAULT_TRUST_HISTORY_MAX 16

typedef struct
{
  OtrdTrust trust;
  char *method;      /* "" */
  char *application; /* that set it; "" */
  guint64 at;        /* when it began; 0: unknown */
} VaultTrustState;

VaultTrustState *
vault_trust_state_new (OtrdTrust trust, const char *method, const char *application, guint64 at);

/* (element-type VaultTrustState) */
GPtrArray *vault_trust_history_new (void);
GPtrArray *vault_trust_history_copy (GPtrArray *history);
/* Takes @state; the oldest goes when there are too many. */
void vault_trust_history_add (GPtrArray *history, VaultTrustState *state);

/* As it rests: of each state the time in 64 bits, little-endian, and three texts that end in NUL
 * (the contract's word of the trust, method, application). NULL: there is none. */
GByteArray *vault_trust_history_to_bytes (GPtrArray *history);
/* NULL: it makes no sense. */
/* Whether they can be parsed. */
gboolean vault_trust_history_check (const guint8 *bytes, gsize length);
GPtrArray *vault_trust_history_parse (const guint8 *bytes, gsize length);

G_END_DECLS
