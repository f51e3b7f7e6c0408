/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A queue: the calls of one caller that cannot be run as they come, in their order.
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

typedef struct _BusQueue BusQueue;
/* Handles a call. */
typedef void (*BusQueueReady) (gpointer call);

/* @turns, @pace: live as long as there is anything in the queue.  Nothing runs before it is open.
 */
BusQueue *bus_queue_new (BusTurns *turns, BusPace *pace);
void bus_queue_unref (BusQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusQueue, bus_queue_unref)

/* It is known that the caller is of @program. */
void bus_queue_open (BusQueue *queue, BusProgram *program);

/* Runs @ready at once or later, always once. */
void bus_queue_await (BusQueue *queue, gpointer call, BusQueueReady ready);

/* One call of those that wait, in the turn of the queue; whether there are more. */
gboolean bus_queue_take_turn (BusQueue *queue);

/* Of a queue that is open. */
BusProgram *bus_queue_get_program (BusQueue *queue);

G_END_DECLS
