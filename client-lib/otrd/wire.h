// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "call.h"

G_BEGIN_DECLS

/*
 * The way to the service and back. Everything that the service says (answers,
 * signals, that it comes and goes) goes through one inbox and is handled in the
 * order in which it was sent: by the main context of the wire, or by a call
 * that is waited for. GDBus keeps that order among callbacks only, not between
 * them and the answer of a blocking call, and OTR refuses lines out of order.
 */

typedef struct
{
  void (*signalled) (gpointer user_data, GDBusMessage *signal);
  /* It came, went, or must be treated as new. */
  void (*owner_changed) (gpointer user_data, gboolean present);
  /* Another connection is used. */
  void (*route_changed) (gpointer user_data);
} OtrdWireListener;

/* On a bus, a direct connection takes its place if it may and the service gives one. */
OtrdWire *otrd_wire_new (GDBusConnection *connection,
                         gboolean direct_allowed,
                         const OtrdWireListener *listener,
                         gpointer user_data);
OtrdWire *otrd_wire_ref (OtrdWire *self);
void otrd_wire_unref (OtrdWire *self);
void otrd_wire_close (OtrdWire *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtrdWire, otrd_wire_unref)

gboolean otrd_wire_is_present (OtrdWire *self);
/* No bus is between the service and us. */
gboolean otrd_wire_is_direct (OtrdWire *self);
/* The name of the bus behind which the service is. */
const char *otrd_wire_get_name (OtrdWire *self);
/* Rises whenever the service must be told anew who we are and what we want: another
 * process has the name, or a direct connection has ended. */
guint otrd_wire_get_epoch (OtrdWire *self);
guint64 otrd_wire_next_order (OtrdWire *self);

/* Takes a reference on the call until it is answered. */
void otrd_wire_send (OtrdWire *self, OtrdCall *call, OtrdCallAnswered answered);
/* Nobody is told what came of it. */
void otrd_wire_post (OtrdWire *self, OtrdCall *call);
/* Handles, in order, what must be handled until the call is settled. */
void otrd_wire_wait (OtrdWire *self, OtrdCall *call);
/* Honours the call's cancellable: it is settled, its answer ignored. */
void otrd_wire_watch_cancellable (OtrdWire *self, OtrdCall *call);
/* Calls later, in its turn, from the main context. */
void otrd_wire_later (OtrdWire *self,
                      void (*callback) (gpointer),
                      gpointer user_data,
                      GDestroyNotify destroy);

void otrd_wire_add_match (OtrdWire *self, const char *path);
void otrd_wire_remove_match (OtrdWire *self, const char *path);

G_END_DECLS
