/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Puts fragmented lines together again, one assembly per messenger, sender and
 * receiver tag, within a bound of bytes: libotr mixes up interleaved ones and
 * never gives up memory (protocol v3, "Fragmentation").
 */
#pragma once

#include <glib.h>

#include "engine/line.h"

G_BEGIN_DECLS

/* Bytes held in one session's assembler, and assemblies at once; the oldest goes first. */
#define ENGINE_ASSEMBLER_MAX_BYTES (2 * ENGINE_LINE_MAX)
#define ENGINE_ASSEMBLER_MAX_OPEN 32

typedef struct _EngineAssembler EngineAssembler;

EngineAssembler *engine_assembler_new (void);
void engine_assembler_free (EngineAssembler *assembler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EngineAssembler, engine_assembler_free)

/* Adds a piece that @messenger (any stable name of the caller) handed in.
 * Returns: (transfer full) (nullable): the whole line, when this piece ended it. */
char *
engine_assembler_add (EngineAssembler *assembler, const char *messenger, const EngineLine *piece);
/* Drops what a messenger that went away has left. */
void engine_assembler_forget (EngineAssembler *assembler, const char *messenger);

G_END_DECLS
