/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* im.otrd1.Portal: there from the start, so that sandboxed programs get a clear
 * answer; what it opens is for a later version. */

#include "bus/portal.h"

#include "bus/interfaces.h"
#include "bus/paths.h"
#include "introspection/otrd-dbus.h"
#include "introspection/otrd-error.h"

struct _BusPortal
{
  GDBusConnection *connection;
  guint registration;
  guint name;
};

static void
handle_call (GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *name,
             GVariant *arguments,
             GDBusMethodInvocation *invocation,
             gpointer user_data)
{
  g_dbus_method_invocation_return_error (
      invocation, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED,
      "Cannot open a direct connection: this version of otrd (%s) does not have it yet",
      OTRD_VERSION);
}

static GVariant *
get_property (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GError **error,
              gpointer user_data)
{
  return g_variant_new_uint32 (BUS_CONTRACT_VERSION);
}

static const GDBusInterfaceVTable vtable = { handle_call, get_property, NULL, { 0 } };

BusPortal *
bus_portal_new (GDBusConnection *connection)
{
  BusPortal *portal = g_new0 (BusPortal, 1);

  portal->connection = g_object_ref (connection);
  portal->registration = g_dbus_connection_register_object (
      connection, BUS_PATH_PORTAL, otrd_dbus_portal_interface_info (), &vtable, portal, NULL, NULL);
  portal->name = g_bus_own_name_on_connection (
      connection, BUS_NAME_PORTAL, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, NULL, NULL, NULL, NULL);
  return portal;
}

void
bus_portal_free (BusPortal *portal)
{
  g_bus_unown_name (portal->name);
  g_dbus_connection_unregister_object (portal->connection, portal->registration);
  g_object_unref (portal->connection);
  g_free (portal);
}
