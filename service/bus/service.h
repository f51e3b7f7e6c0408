/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The service: core on the session bus, from owning the name to the last
 * goodbye.
 */
#pragma once

#include <gio/gio.h>

#include "core/core.h"

G_BEGIN_DECLS

/* How long messengers may take to fetch the goodbyes when the service ends. */
#define BUS_GOODBYE_SECONDS 3

typedef enum
{
  BUS_SERVICE_RUNNING,
  BUS_SERVICE_NAME_TAKEN, /* another process has im.otrd1 */
  BUS_SERVICE_CUT_OFF,    /* the bus has gone */
  BUS_SERVICE_ENDED,      /* after bus_service_shut_down () */
} BusServiceState;

typedef struct _BusService BusService;

/* Told once the service has im.otrd1, and when it ends. */
typedef void (*BusServiceChanged) (BusService *service, BusServiceState state, gpointer user_data);

/* Exports @core on @connection, then asks for the name. */
BusService *bus_service_new (Core *core,
                             GDBusConnection *connection,
                             BusServiceChanged changed,
                             gpointer user_data);
void bus_service_free (BusService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusService, bus_service_free)

/* Goodbyes to all contacts are owed; waits a little for the messengers to fetch them, then tells
 * BUS_SERVICE_ENDED.  More calls change nothing. */
void bus_service_shut_down (BusService *service);

G_END_DECLS
