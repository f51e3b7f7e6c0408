// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "call.h"

G_BEGIN_DECLS

/*
 * The inbox: what has arrived and waits to be handled, from all connections and
 * threads, in the order in which it came. The main context empties it, or a call
 * that is waited for takes from it what concerns it.
 */
typedef struct _OtrdInbox OtrdInbox;
typedef struct _OtrdLink OtrdLink;

typedef enum
{
  OTRD_ARRIVAL_ANSWER,
  OTRD_ARRIVAL_SIGNAL,
  OTRD_ARRIVAL_OWNER,
  OTRD_ARRIVAL_CANCELLED,
  OTRD_ARRIVAL_LATER,
  /* A direct connection speaks (link), or does not (error). */
  OTRD_ARRIVAL_OPENED,
  OTRD_ARRIVAL_CLOSED,
} OtrdArrivalKind;

typedef struct
{
  OtrdArrivalKind kind;
  OtrdLink *link;
  OtrdCall *call;
  GDBusMessage *message;
  GError *error;
  /* Which attempt to open a link it is about. */
  GCancellable *attempt;
  void (*callback) (gpointer);
  gpointer user_data;
  GDestroyNotify destroy;
} OtrdArrival;

OtrdArrival *otrd_arrival_new (OtrdArrivalKind kind);
void otrd_arrival_free (OtrdArrival *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtrdArrival, otrd_arrival_free)

/* The handler takes the arrival. */
typedef void (*OtrdInboxHandler) (gpointer user_data, OtrdArrival *arrival);
typedef gboolean (*OtrdInboxChoice) (const OtrdArrival *arrival, const OtrdCall *call);

OtrdInbox *otrd_inbox_new (GMainContext *context, OtrdInboxHandler handler, gpointer user_data);
OtrdInbox *otrd_inbox_ref (OtrdInbox *self);
void otrd_inbox_unref (OtrdInbox *self);
/* The main context empties it no more. */
void otrd_inbox_close (OtrdInbox *self);

/* From any thread. Takes the arrival. */
void otrd_inbox_push (OtrdInbox *self, OtrdArrival *arrival);
/* The first that is chosen for the call; NULL: none within a second. */
OtrdArrival *otrd_inbox_await (OtrdInbox *self, OtrdInboxChoice choice, const OtrdCall *call);

G_END_DECLS
