/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A program: what it has under way, and what it may.
 *
 * A bus name and the direct connections that it opened are one program; all
 * callers of one sandboxed application are one, whatever names they come by.
 */
#pragma once

#include "bus/haste.h"
#include "bus/limits.h"
#include "core/messenger.h"

G_BEGIN_DECLS

typedef struct _BusProgram BusProgram;

/* @limits outlives it. */
BusProgram *bus_program_new (const BusLimits *limits);
/* The one in @programs (application -> BusProgram, which do not own it), made if need be.
 * (transfer full) */
BusProgram *
bus_program_find (GHashTable *programs, const char *application, const BusLimits *limits);
BusProgram *bus_program_ref (BusProgram *program);
void bus_program_unref (BusProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusProgram, bus_program_unref)

/* Calls; LIMIT_EXCEEDED. */
gboolean bus_program_begin_call (BusProgram *program, gsize size, GError **error);
void bus_program_end_call (BusProgram *program, gsize size);
/* FALSE: it goes on calling however often it is refused. */
gboolean bus_program_heeds_refusals (BusProgram *program);
/* It has more calls pending than a polite one. */
gboolean bus_program_is_greedy (BusProgram *program);
/* (transfer none) */
BusHaste *bus_program_get_haste (BusProgram *program);
/* What a caller had pending before it was known whose it is. */
void bus_program_take_over (BusProgram *program, BusProgram *from);

/* Its callers. */
void bus_program_add_messenger (BusProgram *program, CoreMessenger *messenger);
void bus_program_remove_messenger (BusProgram *program, CoreMessenger *messenger);
/* LIMIT_EXCEEDED: a sandboxed application that has too many callers. */
gboolean bus_program_check_names (BusProgram *program, GError **error);
gboolean bus_program_check_sessions (BusProgram *program, GError **error);

/* Direct connections: opened, spoken on, closed.  LIMIT_EXCEEDED. */
gboolean bus_program_open_direct (BusProgram *program, GError **error);
void bus_program_end_silence (BusProgram *program);
void bus_program_close_direct (BusProgram *program);

G_END_DECLS
