/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Owns the names, holds the tree of the session bus, and sees to an end in
 * which nothing owed is left behind if it can be helped. */

#include "bus/service.h"

#include "bus/paths.h"
#include "bus/portal.h"
#include "bus/tree.h"

struct _BusService
{
  Core *core;
  GDBusConnection *connection;
  BusServiceChanged changed;
  gpointer changed_data;
  BusRoster *roster;
  BusTree *tree;
  GCancellable *portal_opening;
  BusPortal *portal;
  guint name;
  guint goodbye; /* the timer of the end; 0: not ending */
  guint ending;  /* looks from the main loop whether anything is owed */
  BusServiceState state;
};

static void
change_state (BusService *service, BusServiceState state)
{
  service->state = state;
  service->changed (service, state, service->changed_data);
}

/* The portal's own connection */

static void
portal_connection_is_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection =
      g_dbus_connection_new_for_address_finish (result, &error);
  BusService *service = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection == NULL)
    g_warning ("Sandboxed programs will not be answered: %s", error->message);
  else
    service->portal = bus_portal_new (service->roster, connection);
}

static void
open_portal_connection (BusService *service)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, NULL);

  service->portal_opening = g_cancellable_new ();
  if (address != NULL)
    g_dbus_connection_new_for_address (address,
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                           | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                       NULL, service->portal_opening, portal_connection_is_open,
                                       service);
}

/* The name */

static void
name_is_ours (GDBusConnection *connection, const char *name, gpointer user_data)
{
  BusService *service = user_data;

  if (service->portal_opening == NULL)
    open_portal_connection (service);
  change_state (service, BUS_SERVICE_RUNNING);
}

/* Without a connection: the bus has gone. */
static void
name_is_not_ours (GDBusConnection *connection, const char *name, gpointer user_data)
{
  gboolean is_cut_off = connection == NULL || g_dbus_connection_is_closed (connection);

  change_state (user_data, is_cut_off ? BUS_SERVICE_CUT_OFF : BUS_SERVICE_NAME_TAKEN);
}

/* The end */

static void
tell_the_end (BusService *service)
{
  g_clear_handle_id (&service->ending, g_source_remove);
  g_clear_handle_id (&service->goodbye, g_source_remove);
  change_state (service, BUS_SERVICE_ENDED);
}

static gboolean
messengers_took_too_long (gpointer user_data)
{
  BusService *service = user_data;

  g_message ("%u conversations end without a goodbye: their messengers did not fetch it",
             core_count_owing (service->core));
  service->goodbye = 0;
  tell_the_end (service);
  return G_SOURCE_REMOVE;
}

static gboolean
end_if_nothing_is_owed (gpointer user_data)
{
  BusService *service = user_data;

  service->ending = 0;
  if (core_count_owing (service->core) == 0)
    tell_the_end (service);
  return G_SOURCE_REMOVE;
}

/* Looks from the main loop: core is still in the midst of the call. */
static void
call_was_answered (gpointer user_data)
{
  BusService *service = user_data;

  if (service->goodbye != 0 && service->ending == 0)
    service->ending = g_idle_add (end_if_nothing_is_owed, service);
}

void
bus_service_shut_down (BusService *service)
{
  if (service->goodbye != 0 || service->state == BUS_SERVICE_ENDED)
    return;
  service->goodbye = g_timeout_add_seconds (BUS_GOODBYE_SECONDS, messengers_took_too_long, service);
  core_shut_down (service->core);
  call_was_answered (service);
}

BusService *
bus_service_new (Core *core,
                 GDBusConnection *connection,
                 BusServiceChanged changed,
                 gpointer user_data)
{
  BusService *service = g_new0 (BusService, 1);

  service->core = g_object_ref (core);
  service->connection = g_object_ref (connection);
  service->changed = changed;
  service->changed_data = user_data;
  service->roster = bus_roster_new (core, call_was_answered, service);
  service->tree = bus_tree_new (service->roster, connection, BUS_DOOR_BUS, NULL);
  service->name =
      g_bus_own_name_on_connection (connection, BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                    name_is_ours, name_is_not_ours, service, NULL);
  return service;
}

void
bus_service_free (BusService *service)
{
  bus_roster_close (service->roster);
  g_bus_unown_name (service->name);
  if (service->portal_opening != NULL)
    g_cancellable_cancel (service->portal_opening);
  g_clear_object (&service->portal_opening);
  g_clear_pointer (&service->portal, bus_portal_free);
  g_clear_handle_id (&service->goodbye, g_source_remove);
  g_clear_handle_id (&service->ending, g_source_remove);
  bus_tree_close (service->tree);
  bus_tree_unref (service->tree);
  bus_roster_unref (service->roster);
  g_object_unref (service->connection);
  g_object_unref (service->core);
  g_free (service);
}
