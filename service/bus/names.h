/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Well-known names: asked for, and given back.
 *
 * What the bus had sent to a name before it was given back has arrived when
 * bus_names_release () has ended; nothing comes by that name any more.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void bus_names_request (GDBusConnection *connection,
                        const char *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* FALSE without an error: somebody else has it. */
gboolean
bus_names_request_finish (GDBusConnection *connection, GAsyncResult *result, GError **error);

void bus_names_release (GDBusConnection *connection,
                        const char *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
gboolean
bus_names_release_finish (GDBusConnection *connection, GAsyncResult *result, GError **error);

G_END_DECLS
