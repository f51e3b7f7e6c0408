/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long a program on the bus may take that is well: so many answers of the bus
 * itself, one after the other, with a pause before each. It is half a second,
 * and more where the machine is busy and all are slow.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BusPatience BusPatience;

/* Calls @over once, unless it is freed before. */
BusPatience *bus_patience_new (GDBusConnection *connection,
                               void (*over) (gpointer user_data),
                               gpointer user_data);
void bus_patience_free (BusPatience *patience);

G_END_DECLS
