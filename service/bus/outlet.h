/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An outlet: what has been sent on a direct connection and not been taken by the
 * other end.
 *
 * A bus takes everything and ends a program that does not read.  Where there is
 * no bus between, a program that calls and never reads would fill our memory.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* With more than either waiting the connection is cut. */
#define BUS_OUTLET_MESSAGES_MAX 16384
#define BUS_OUTLET_BYTES_MAX (64 * 1024 * 1024)

typedef struct _BusOutlet BusOutlet;

BusOutlet *bus_outlet_new (GDBusConnection *connection);
void bus_outlet_free (BusOutlet *outlet);

/* The calling thread, which may be any, has just sent a message with a body of @size bytes (0: a
 * small one); or several small ones. */
void bus_outlet_note (BusOutlet *outlet, gsize size);

/* Cuts the connection at once; @why, "does not read", goes to the log. */
void bus_outlet_cut (BusOutlet *outlet, const char *why);

G_END_DECLS
