// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "inbox.h"
#include "link.h"
#include "wire.h"

G_BEGIN_DECLS

/* A wire's insides: wire.c handles what arrives, route.c decides on which link
 * the calls go. All of it is of the main context's thread. */

typedef enum
{
  /* Nothing has gone out in this epoch. */
  OTRD_WAY_OPEN,
  /* A direct connection is being asked for; calls are held. */
  OTRD_WAY_ASKING,
  OTRD_WAY_BUS,
  OTRD_WAY_DIRECT,
} OtrdWay;

struct _OtrdWire
{
  int references;
  GMainContext *context;
  OtrdInbox *inbox;
  GDBusConnection *connection;
  gulong closed_handler;
  const OtrdWireListener *listener;
  gpointer user_data;
  GSource *sweeper;
  guint64 last_order;

  /* That of the connection which the wire was made with, and one of our own. */
  OtrdLink *bus;
  OtrdLink *direct;

  /* Whose name is watched: the service's, or its door for sandboxes'. */
  const char *name;
  char *owner;
  guint epoch;
  GHashTable *paths; /* whose signals are wanted */

  OtrdWay way;
  gboolean direct_allowed;
  /* Of the attempt under way; its identity. */
  GCancellable *attempt;
  gint64 attempt_deadline;
  gboolean asks_by_name;
  /* Why the service itself would not. */
  GError *refusal;
  /* The service is to be told as new once the way is known. */
  gboolean renewing;
  /* How many direct connections of this owner have come to an end. */
  guint ends;
  GQueue held;     /* OtrdCall, until the way is known */
  GPtrArray *lost; /* OtrdCall, whose answers will not come */
  /* The owner has changed, but the old one may have more to say. */
  gboolean owner_waits;
  char *next_owner;
};

void otrd_wire_fail_call (OtrdWire *self, OtrdCall *call, GError *error);
void otrd_wire_start_sweeping (OtrdWire *self);
void otrd_wire_send_on (OtrdWire *self, OtrdLink *link, OtrdCall *call);

/* ---- route.c ---- */

/* Sends the call where calls go now, or holds it until that is known. */
void otrd_route_send (OtrdWire *self, OtrdCall *call);
/* The direct connection has closed, which is about to arrive. */
void otrd_route_hold (OtrdWire *self, OtrdCall *call);
/* NULL: there is no way now. */
OtrdLink *otrd_route_get_link (OtrdWire *self);
void otrd_route_watch_owner (OtrdWire *self);
void otrd_route_owner_changed (OtrdWire *self, const char *owner);
/* Takes the arrival's link and error. */
void otrd_route_opened (OtrdWire *self, OtrdArrival *arrival);
void otrd_route_closed (OtrdWire *self, OtrdLink *link);
void otrd_route_bus_gone (OtrdWire *self);
/* Gives up what takes too long. */
void otrd_route_check_patience (OtrdWire *self);
gboolean otrd_route_is_idle (OtrdWire *self);
void otrd_route_close (OtrdWire *self);

G_END_DECLS
