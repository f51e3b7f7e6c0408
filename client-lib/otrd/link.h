// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "call.h"
#include "inbox.h"

G_BEGIN_DECLS

/*
 * A link: one connection, to the bus or to the service itself, with the calls
 * that are under way on it. What comes in on it goes into the inbox.
 */

#define OTRD_BUS_NAME "im.otrd1"
#define OTRD_PORTAL_NAME "im.otrd1.Portal"
#define OTRD_BUS_DRIVER "org.freedesktop.DBus"

/* Of a connection that is the application's. */
OtrdLink *otrd_link_new (GDBusConnection *connection, OtrdInbox *inbox);
OtrdLink *otrd_link_ref (OtrdLink *self);
void otrd_link_unref (OtrdLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtrdLink, otrd_link_unref)

/* Speaks D-Bus on a socket that the service gave us, in a thread of its own: OPENED
 * arrives, with the attempt, and CLOSED when the link is at its end, also
 * while the application waits for a call. */
void otrd_link_open (GSocket *socket, OtrdInbox *inbox, GCancellable *attempt);

/* The socket whose descriptor came with a reply. */
GSocket *otrd_link_take_socket (GUnixFDList *fds, int handle, GError **error);

/* A bus is behind it. */
gboolean otrd_link_has_bus (OtrdLink *self);
gboolean otrd_link_is_closed (OtrdLink *self);

/* Takes a reference on the call until it is answered. */
gboolean otrd_link_send (OtrdLink *self, GDBusMessage *message, OtrdCall *call, GError **error);
void otrd_link_post (OtrdLink *self, GDBusMessage *message);

gboolean otrd_link_has_calls (OtrdLink *self);
/* Calls whose deadline was before, in order; all of them when the link is closed. */
GPtrArray *otrd_link_steal_calls (OtrdLink *self, gint64 deadline);

/* Nothing goes out any more; what the other end has said still comes in, and
 * then it ends. */
void otrd_link_finish (OtrdLink *self);
/* Nothing comes in any more; a connection of our own is closed. */
void otrd_link_close (OtrdLink *self);
/* The same, when what was posted has gone out. */
void otrd_link_leave (OtrdLink *self);

G_END_DECLS
