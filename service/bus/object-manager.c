/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface of the D-Bus specification, "org.freedesktop.DBus.ObjectManager".
 * GDBus's own server wants its skeletons; ours are tables. */

#include "bus/object-manager.h"

#include "bus/call.h"
#include "bus/listing.h"
#include "bus/paths.h"
#include "bus/tree.h"
#include "introspection/otrd-error.h"

struct _BusObjectManager
{
  BusTree *tree;
  GDBusConnection *connection;
  GDBusNodeInfo *node;
  guint registration;
  BusListing *listing; /* NULL: none is being made */
  GPtrArray *waiting;  /* of BusCall, for the next */
};

static const char introspection[] =
    "<node><interface name='org.freedesktop.DBus.ObjectManager'>"
    "<method name='GetManagedObjects'>"
    "<arg type='a{oa{sa{sv}}}' name='objects' direction='out'/></method>"
    "<signal name='InterfacesAdded'><arg type='o' name='object'/>"
    "<arg type='a{sa{sv}}' name='interfaces'/></signal>"
    "<signal name='InterfacesRemoved'><arg type='o' name='object'/>"
    "<arg type='as' name='interfaces'/></signal>"
    "</interface></node>";

static void listing_is_over (gpointer user_data);

/* Calls that one listing answers: who does not read is cut off between two. */
#define LISTING_CALLS 4

static void
hurry_for (BusObjectManager *manager, BusCall *call)
{
  if (manager->listing != NULL && bus_caller_get_greedy (bus_call_get_bus_caller (call)) == NULL)
    bus_listing_hurry (manager->listing);
}

static void
list_some (BusObjectManager *manager)
{
  GPtrArray *calls = g_ptr_array_new ();

  while (calls->len < LISTING_CALLS && manager->waiting->len > 0)
    g_ptr_array_add (calls, g_ptr_array_steal_index (manager->waiting, 0));
  manager->listing = bus_listing_new (manager->tree, calls, listing_is_over, manager);
  for (guint i = 0; i < manager->waiting->len; i++)
    hurry_for (manager, manager->waiting->pdata[i]);
}

/* Those that come while one is made are answered together by the next, a few at a time. */
static void
list_all (BusObjectManager *manager)
{
  while (manager->listing == NULL && manager->waiting->len > 0)
    list_some (manager);
}

static void
listing_is_over (gpointer user_data)
{
  BusObjectManager *manager = user_data;

  manager->listing = NULL;
  list_all (manager);
}

static void
handle_get_managed_objects (BusCall *call, gpointer object, GVariant *arguments)
{
  BusObjectManager *manager = bus_tree_get_object_manager (bus_call_get_tree (call));

  g_ptr_array_add (manager->waiting, call);
  hurry_for (manager, call);
  list_all (manager);
}

void
bus_object_manager_note (BusObjectManager *manager, BusExport *export)
{
  if (manager->listing != NULL)
    bus_listing_note (manager->listing, export);
}

static const BusMethod get_managed_objects = { "GetManagedObjects", handle_get_managed_objects };

static void
take_call (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *name,
           GVariant *arguments,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  BusObjectManager *manager = user_data;

  bus_call_take (manager->tree, bus_tree_get_core (manager->tree), &get_managed_objects,
                 "org.freedesktop.DBus.ObjectManager", get_managed_objects.name, invocation);
}

static const GDBusInterfaceVTable vtable = { take_call, NULL, NULL, { 0 } };

void
bus_object_manager_announce (BusObjectManager *manager, BusExport *export)
{
  bus_object_manager_note (manager, export);
  bus_export_tell_added (export, manager->connection);
}

void
bus_object_manager_withdraw (BusObjectManager *manager, BusExport *export)
{
  bus_object_manager_note (manager, export);
  bus_export_tell_removed (export->path, export->object, manager->connection);
}

BusObjectManager *
bus_object_manager_new (BusTree *tree, GDBusConnection *connection)
{
  BusObjectManager *manager = g_new0 (BusObjectManager, 1);

  manager->tree = tree;
  manager->connection = g_object_ref (connection);
  manager->waiting = g_ptr_array_new ();
  manager->node = g_dbus_node_info_new_for_xml (introspection, NULL);
  manager->registration = g_dbus_connection_register_object (
      connection, BUS_PATH_MANAGER, manager->node->interfaces[0], &vtable, manager, NULL, NULL);
  return manager;
}

void
bus_object_manager_free (BusObjectManager *manager)
{
  if (manager->listing != NULL)
    bus_listing_abandon (manager->listing);
  for (guint i = 0; i < manager->waiting->len; i++)
    bus_call_refuse (manager->waiting->pdata[i], OTRD_ERROR_NOT_FOUND,
                     "Cannot list the objects: the connection is being closed");
  g_ptr_array_unref (manager->waiting);
  g_dbus_connection_unregister_object (manager->connection, manager->registration);
  g_dbus_node_info_unref (manager->node);
  g_object_unref (manager->connection);
  g_free (manager);
}
