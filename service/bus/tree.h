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
#include "bus/object-manager.h"
#include "bus/roster.h"
#include "core/core.h"

G_BEGIN_DECLS

/* Objects that are put up, or taken off, in one slice. */
#define BUS_FILL_OBJECTS 64

typedef void (*BusTreeFilled) (gpointer user_data);

/* @identity, @program: of the one caller of a connection without a bus; NULL on a bus.  To a caller
 * that is sandboxed, the tree shows the sessions that it is attached to and nothing else. */
BusTree *bus_tree_new (BusRoster *roster,
                       GDBusConnection *connection,
                       BusDoor door,
                       const BusIdentity *identity,
                       BusProgram *program);

/* All that core has is there, in slices; nobody is to be listened to before.  @filled is not called
 * when the tree is closed before. */
void bus_tree_fill (BusTree *tree, BusTreeFilled filled, gpointer user_data);

/* Takes everything off the connection; the callers detach. */
void bus_tree_close (BusTree *tree);
/* The same, and what takes time of it in slices; the connection has closed. */
void bus_tree_retire (BusTree *tree);
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

/* The accounts and sessions that it has: objects of core's. (transfer full) */
GPtrArray *bus_tree_list_objects (BusTree *tree);

/* NULL once it is closed. */
BusObjectManager *bus_tree_get_object_manager (BusTree *tree);

/* The export of an object of core's, or of core itself; NULL: it is not there. */
BusExport *bus_tree_find (BusTree *tree, gpointer object);

/* Some object is on @path. */
gboolean bus_tree_has_path (BusTree *tree, const char *path);

/* A property has changed: told of before the next answer, or from the main loop. */
void bus_tree_note_changed (BusTree *tree, BusExport *export);
void bus_tree_flush (BusTree *tree);
/* The calling thread, which may be any, has sent something, with a body of @size bytes (0: a small
 * one). */
void bus_tree_note_sent (BusTree *tree, gsize size);
/* A call was one too many: a direct connection whose program goes on nevertheless is cut. */
void bus_tree_note_refused (BusTree *tree);

G_END_DECLS
