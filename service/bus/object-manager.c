/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface of the D-Bus specification, "org.freedesktop.DBus.ObjectManager".
 * GDBus's own server wants its skeletons; ours are tables. */

#include "bus/object-manager.h"

#include "bus/call.h"
#include "bus/paths.h"
#include "bus/tree.h"

struct _BusObjectManager
{
  BusTree *tree;
  GDBusConnection *connection;
  GDBusNodeInfo *node;
  guint registration;
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

/* a{sa{sv}} */
static GVariant *
describe (BusExport *export)
{
  GVariantBuilder interfaces;

  g_variant_builder_init (&interfaces, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&interfaces, "{s@a{sv}}", bus_export_get_interface_name (export),
                         bus_export_get_properties (export));
  return g_variant_builder_end (&interfaces);
}

static void
handle_get_managed_objects (BusCall *call, gpointer object, GVariant *arguments)
{
  BusTree *tree = bus_call_get_tree (call);
  GVariantBuilder objects;
  GHashTableIter iter;
  gpointer value;

  g_variant_builder_init (&objects, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  bus_tree_iter_init (tree, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      BusExport *export = value;

      g_variant_builder_add (&objects, "{o@a{sa{sv}}}", export->path, describe (export));
    }
  bus_call_return (call, g_variant_new ("(a{oa{sa{sv}}})", &objects));
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

static void
emit (BusObjectManager *manager, const char *name, GVariant *arguments)
{
  g_dbus_connection_emit_signal (manager->connection, NULL, BUS_PATH_MANAGER,
                                 "org.freedesktop.DBus.ObjectManager", name, arguments, NULL);
}

void
bus_object_manager_announce (BusObjectManager *manager, BusExport *export)
{
  emit (manager, "InterfacesAdded",
        g_variant_new ("(o@a{sa{sv}})", export->path, describe (export)));
}

void
bus_object_manager_withdraw (BusObjectManager *manager, BusExport *export)
{
  const char *interfaces[] = { bus_export_get_interface_name (export), NULL };

  emit (manager, "InterfacesRemoved", g_variant_new ("(o^as)", export->path, interfaces));
}

BusObjectManager *
bus_object_manager_new (BusTree *tree, GDBusConnection *connection)
{
  BusObjectManager *manager = g_new0 (BusObjectManager, 1);

  manager->tree = tree;
  manager->connection = g_object_ref (connection);
  manager->node = g_dbus_node_info_new_for_xml (introspection, NULL);
  manager->registration = g_dbus_connection_register_object (
      connection, BUS_PATH_MANAGER, manager->node->interfaces[0], &vtable, manager, NULL, NULL);
  return manager;
}

void
bus_object_manager_free (BusObjectManager *manager)
{
  g_dbus_connection_unregister_object (manager->connection, manager->registration);
  g_dbus_node_info_unref (manager->node);
  g_object_unref (manager->connection);
  g_free (manager);
}
