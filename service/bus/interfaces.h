/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interfaces of the contract, as tables.
 */
#pragma once

#include "bus/export.h"

G_BEGIN_DECLS

/* The revision of the contract: of im.otrd1.Manager and im.otrd1.Portal. */
#define BUS_CONTRACT_VERSION 1

extern const BusInterface bus_manager_interface; /* of a Core */
extern const BusInterface bus_portal_interface;  /* of a Core */
extern const BusInterface bus_account_interface; /* of a CoreAccount */
extern const BusInterface bus_session_interface; /* of a CoreSession */

/* An object on @path, if there is one, has a handler that gets @message; from any thread. */
gboolean bus_interfaces_handle (const char *path, GDBusMessage *message);

G_END_DECLS
