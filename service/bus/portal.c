/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* im.otrd1.Portal: opens direct connections, and tells nothing else to anybody. */

#include "bus/portal.h"

#include "bus/interfaces.h"
#include "bus/paths.h"
#include "bus/tree.h"
#include "introspection/otrd-dbus.h"

struct _BusPortal
{
  GDBusConnection *connection;
  BusTree *tree;
};

void
bus_portal_handle_open_direct_connection (BusCall *call, gpointer object, GVariant *arguments)
{
  GError *error = NULL;
  g_autofree char *guid = NULL;
  int peer = bus_caller_open_direct (bus_call_get_bus_caller (call), &guid, &error);

  if (peer < 0)
    bus_call_fail (call, error);
  else
    bus_call_return_with_descriptor (call, g_variant_new_parsed ("(@h 0, {'guid': <%s>})", guid),
                                     peer);
}

static GVariant *
get_version (BusExport *export)
{
  return g_variant_new_uint32 (BUS_CONTRACT_VERSION);
}

static const BusProperty properties[] = {
  { "Version", NULL, get_version },
  { NULL },
};

static const BusMethod methods[] = {
  { "OpenDirectConnection", bus_portal_handle_open_direct_connection },
  { NULL },
};

const BusInterface bus_portal_interface = { otrd_dbus_portal_interface_info, properties, methods };

BusPortal *
bus_portal_new (BusRoster *roster, GDBusConnection *connection)
{
  BusPortal *portal = g_new0 (BusPortal, 1);

  portal->connection = g_object_ref (connection);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  portal->tree = bus_tree_new (roster, connection, BUS_DOOR_PORTAL, NULL, NULL);
  return portal;
}

GDBusConnection *
bus_portal_get_connection (BusPortal *portal)
{
  return portal->connection;
}

/* The last answers go out first. */
void
bus_portal_free (BusPortal *portal)
{
  g_dbus_connection_flush_sync (portal->connection, NULL, NULL);
  bus_tree_close (portal->tree);
  bus_tree_unref (portal->tree);
  g_object_unref (portal->connection);
  g_free (portal);
}
