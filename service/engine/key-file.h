/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The private-key file of libotr's users (Pidgin, Finch, irssi, profanity, mcabber, ...): read,
 * never written, and never by libotr's own reader, which leaves the keys in unwiped heap.
 *
 * An S-expression: (privkeys (account (name N) (protocol P) (private-key (dsa ...))) ...).
 */
#pragma once

#include "engine/key.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;     /* as the file has it, repaired to UTF-8; NULL: it has none */
  char *protocol; /* likewise */
  EngineKey *key; /* NULL: its numbers do not belong together */
} EngineFileKey;

void engine_file_key_free (EngineFileKey *file_key);

/* (transfer full) (element-type EngineFileKey): one for each account of the file, in its order.
 * NULL and VAULT_DAMAGED: it is no such file, or an empty one, which libotr takes for "no keys". */
GPtrArray *engine_key_file_read (Secret *bytes, GError **error);

G_END_DECLS
