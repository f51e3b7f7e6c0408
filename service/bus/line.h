/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A line: the calls of one caller that cannot be run as they come, in their order.
 *
 * All wait until it is known who calls.  After that the call of a polite program is run at once,
 * that of a greedy one in its turn; and now and then one of a hasty program waits for a look at how
 * many come after it.
 */
#pragma once

#include "bus/pace.h"
#include "bus/program.h"
#include "bus/turns.h"

G_BEGIN_DECLS

typedef struct _BusLine BusLine;
/* Handles a call. */
typedef void (*BusLineReady) (gpointer call);

/* @turns, @pace: live as long as there is anything in the line.  Nothing runs before it is open. */
BusLine *bus_line_new (BusTurns *turns, BusPace *pace);
void bus_line_unref (BusLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusLine, bus_line_unref)

/* It is known that the caller is of @program. */
void bus_line_open (BusLine *line, BusProgram *program);

/* Runs @ready at once or later, always once. */
void bus_line_await (BusLine *line, gpointer call, BusLineReady ready);

/* One call of those that wait, in the turn of the line; whether there are more. */
gboolean bus_line_take_turn (BusLine *line);

/* Of a line that is open. */
BusProgram *bus_line_get_program (BusLine *line);

G_END_DECLS
