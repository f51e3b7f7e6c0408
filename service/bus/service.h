/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The service: core on the session bus, from owning the name to the last
 * goodbye.
 */
#pragma once

#include <gio/gio.h>

#include "bus/limits.h"
#include "core/core.h"

G_BEGIN_DECLS

/* How long messengers may take to fetch the goodbyes when the service ends. */
#define BUS_GOODBYE_SECONDS 3

typedef enum
{
  BUS_SERVICE_STARTING, /* not told */
  BUS_SERVICE_RUNNING,
  BUS_SERVICE_NAME_TAKEN, /* another process has both names */
  BUS_SERVICE_CUT_OFF,    /* the bus has gone */
  BUS_SERVICE_ENDED,      /* after bus_service_shut_down () or bus_service_retire () */
} BusServiceState;

typedef struct _BusService BusService;

/* Told once the service has im.otrd1, and when it ends. */
typedef void (*BusServiceChanged) (BusService *service, BusServiceState state, gpointer user_data);

/* Exports @core on @connection, looks at the vault, then asks for the name.  @limits (&bus_limits)
 * outlives it. */
BusService *bus_service_new (Core *core,
                             GDBusConnection *connection,
                             const BusLimits *limits,
                             BusServiceChanged changed,
                             gpointer user_data);
void bus_service_free (BusService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusService, bus_service_free)

/* Goodbyes to all contacts are owed; waits a little for the messengers to fetch them, then tells
 * BUS_SERVICE_ENDED.  More calls change nothing. */
void bus_service_shut_down (BusService *service);

/* Core says that nothing would be lost: gives the names back, sees whether that is still so when
 * all that was sent to them has come, and then tells BUS_SERVICE_ENDED.  Otherwise it has the names
 * again and goes on; whoever is to call next starts it anew, or is answered by it.  FALSE: it is
 * coming or going already. */
gboolean bus_service_retire (BusService *service);

G_END_DECLS
