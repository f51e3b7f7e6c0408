/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.freedesktop.DBus.ObjectManager on /im/otrd1: which accounts and sessions
 * there are.
 */
#pragma once

#include <gio/gio.h>

#include "bus/export.h"

G_BEGIN_DECLS

typedef struct _BusObjectManager BusObjectManager;

/* Of @tree, which outlives it. */
BusObjectManager *bus_object_manager_new (BusTree *tree, GDBusConnection *connection);
void bus_object_manager_free (BusObjectManager *manager);

void bus_object_manager_announce (BusObjectManager *manager, BusExport *export);
void bus_object_manager_withdraw (BusObjectManager *manager, BusExport *export);

/* For who is being told of all objects: something of @export changes. */
void bus_object_manager_note (BusObjectManager *manager, BusExport *export);

G_END_DECLS
