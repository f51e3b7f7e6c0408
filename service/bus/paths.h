/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Paths: where objects live, which do, and who may know.
 *
 * A call to an object that is not there is answered NotFound, an error of the
 * contract, instead of the bus library's UnknownMethod.  Whoever has not been
 * admitted learns nothing from either.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BUS_NAME "im.otrd1"
#define BUS_PATH_MANAGER "/im/otrd1"
#define BUS_PATH_ACCOUNTS BUS_PATH_MANAGER "/account/"
#define BUS_NAME_PORTAL "im.otrd1.Portal"
#define BUS_PATH_PORTAL "/im/otrd1/portal"

char *bus_path_of_account (const char *protocol, const char *name);
char *bus_path_of_session (const char *account_path, const char *contact);

/* The paths of accounts and sessions that exist on one connection. */
typedef struct _BusPaths BusPaths;

/* Gets, in the main context, each message that no handler of ours would see and whose sender is
 * not admitted; it is to be answered. */
typedef void (*BusStrayed) (GDBusMessage *message, gpointer user_data);

/* @root: the one object that is always there.  On a connection without a bus all are admitted,
 * unless @is_narrow. */
BusPaths *bus_paths_new (GDBusConnection *connection,
                         const char *root,
                         gboolean is_narrow,
                         BusStrayed strayed,
                         gpointer user_data);
void bus_paths_free (BusPaths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusPaths, bus_paths_free)

void bus_paths_add (BusPaths *paths, const char *path);
void bus_paths_remove (BusPaths *paths, const char *path);

gboolean bus_paths_has (BusPaths *paths, const char *path);

/* By the unique name. */
void bus_paths_admit (BusPaths *paths, const char *name);
void bus_paths_dismiss (BusPaths *paths, const char *name);

G_END_DECLS
