/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Clients: who is connected, for people to look at (ListClients).
 *
 * A program may have thousands of sessions: they are listed a few at a time, and a long answer is
 * written in a thread, so that nobody else waits.
 */
#pragma once

#include "bus/call.h"

G_BEGIN_DECLS

/* Answers @call: a BusMethod's. */
void bus_clients_handle_list (BusCall *call, gpointer object, GVariant *arguments);

G_END_DECLS
