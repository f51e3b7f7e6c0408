/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The portal: the door for sandboxed programs, on a bus connection of its own,
 * so that who may talk to im.otrd1.Portal may not talk to im.otrd1.
 */
#pragma once

#include <gio/gio.h>

#include "bus/call.h"
#include "bus/roster.h"

G_BEGIN_DECLS

typedef struct _BusPortal BusPortal;

/* Exports the portal on @connection; its name is asked for by the service. */
BusPortal *bus_portal_new (BusRoster *roster, GDBusConnection *connection);
void bus_portal_free (BusPortal *portal);
GDBusConnection *bus_portal_get_connection (BusPortal *portal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusPortal, bus_portal_free)

/* OpenDirectConnection, the Manager's and the Portal's. */
void bus_portal_handle_open_direct_connection (BusCall *call, gpointer object, GVariant *arguments);

G_END_DECLS
