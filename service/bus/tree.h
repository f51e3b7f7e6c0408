/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tree: core's objects on one connection, as the contract lays them out.
 *
 * Accounts and sessions appear and go with core's own, and are announced by
 * org.freedesktop.DBus.ObjectManager.  Several connections may have a tree of
 * the same core.
 */
#pragma once

#include <gio/gio.h>

#include "bus/callers.h"
#include "bus/export.h"
#include "core/core.h"

G_BEGIN_DECLS

/* @answered (nullable) is told after each answered call. */
typedef void (*BusAnswered) (gpointer user_data);

BusTree *
bus_tree_new (Core *core, GDBusConnection *connection, BusAnswered answered, gpointer user_data);

/* Takes everything off the connection; the callers detach. */
void bus_tree_close (BusTree *tree);
BusTree *bus_tree_ref (BusTree *tree);
void bus_tree_unref (BusTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusTree, bus_tree_unref)

Core *bus_tree_get_core (BusTree *tree);
GDBusConnection *bus_tree_get_connection (BusTree *tree);
BusCallers *bus_tree_get_callers (BusTree *tree);

/* The export of an object of core's; NULL: it has gone. */
BusExport *bus_tree_find (BusTree *tree, gpointer object);

/* A property has changed: told of before the next answer, or from the main loop. */
void bus_tree_note_changed (BusTree *tree, BusExport *export);
void bus_tree_flush (BusTree *tree);
void bus_tree_note_answered (BusTree *tree);

G_END_DECLS
