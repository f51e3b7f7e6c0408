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
#include "bus/roster.h"
#include "core/core.h"

G_BEGIN_DECLS

/* @identity, @program: of the one caller of a connection without a bus; NULL on a bus.  To a caller that is
 * sandboxed, the tree shows the sessions that it is attached to and nothing else. */
BusTree *bus_tree_new (BusRoster *roster,
                       GDBusConnection *connection,
                       BusDoor door,
                       const BusIdentity *identity,
                       BusProgram *program);

/* Takes everything off the connection; the callers detach. */
void bus_tree_close (BusTree *tree);
BusTree *bus_tree_ref (BusTree *tree);
void bus_tree_unref (BusTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusTree, bus_tree_unref)

Core *bus_tree_get_core (BusTree *tree);
GDBusConnection *bus_tree_get_connection (BusTree *tree);
BusCallers *bus_tree_get_callers (BusTree *tree);

BusRoster *bus_tree_get_roster (BusTree *tree);

/* @session has a caller that is attached to it: it is shown if it was not.  NULL: it has gone. */
BusExport *bus_tree_show_session (BusTree *tree, CoreSession *session);

/* Of the sandboxed program that all of it is for; NULL: it is for everybody. */
const char *bus_tree_get_only_application (BusTree *tree);

/* The accounts and sessions that it has: values are BusExport. */
void bus_tree_iter_init (BusTree *tree, GHashTableIter *iter);

/* The export of an object of core's, or of core itself; NULL: it is not there. */
BusExport *bus_tree_find (BusTree *tree, gpointer object);

/* A property has changed: told of before the next answer, or from the main loop. */
void bus_tree_note_changed (BusTree *tree, BusExport *export);
void bus_tree_flush (BusTree *tree);
/* An answer has been sent, with @results (nullable). */
void bus_tree_note_answered (BusTree *tree, GVariant *results);

G_END_DECLS
