/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* GDBus's plain registration over tables: cheaper than generated skeletons on
 * the path of every message, and nothing is emitted that is not asked for. */

#include "bus/export.h"

#include "bus/call.h"
#include "bus/interfaces.h"
#include "bus/paths.h"
#include "bus/tree.h"

/* Properties: GDBus has looked up interface and property in the contract. */

static void
handle_get (BusCall *call, gpointer object, GVariant *arguments)
{
  BusExport *export = bus_tree_find (bus_call_get_tree (call), object);
  const BusProperty *property = export->interface->properties;
  g_autoptr (GVariant) value = NULL;
  const char *name;

  g_variant_get_child (arguments, 1, "&s", &name);
  while (property->name != NULL && !g_str_equal (property->name, name))
    property++;
  g_assert (property->name != NULL);
  value = g_variant_take_ref (property->get (export));
  bus_call_return (call, g_variant_new ("(v)", value));
}

static void
handle_get_all (BusCall *call, gpointer object, GVariant *arguments)
{
  BusExport *export = bus_tree_find (bus_call_get_tree (call), object);

  bus_call_return (call, g_variant_new ("(@a{sv})", bus_export_get_properties (export)));
}

static const BusMethod get = { "Get", handle_get };
static const BusMethod get_all = { "GetAll", handle_get_all };

/* Whoever may read a property may read it by its name. */
static void
take_properties_call (BusExport *export, const char *name, GDBusMethodInvocation *invocation)
{
  GVariant *arguments = g_dbus_method_invocation_get_parameters (invocation);
  const char *interface = bus_export_get_interface_name (export);
  const char *property;

  if (g_str_equal (name, "GetAll"))
    {
      bus_call_take (export->tree, export->object, &get_all, "org.freedesktop.DBus.Properties",
                     "GetAll", invocation);
      return;
    }
  g_variant_get_child (arguments, 1, "&s", &property);
  bus_call_take (export->tree, export->object, &get, interface, property, invocation);
}

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
  BusExport *export = user_data;
  const BusMethod *method = export->interface->methods;

  if (g_str_equal (interface, "org.freedesktop.DBus.Properties"))
    {
      take_properties_call (export, name, invocation);
      return;
    }
  while (method->name != NULL && !g_str_equal (method->name, name))
    method++;
  /* GDBus has looked it up in the contract already; a test walks the tables */
  g_assert (method->name != NULL);
  bus_call_take (export->tree, export->object, method, bus_export_get_interface_name (export),
                 method->name, invocation);
}

/* Without a getter, GDBus hands properties to the same function. */
static const GDBusInterfaceVTable vtable = { handle_call, NULL, NULL, { 0 } };

static void
source_has_changed (GObject *object, GParamSpec *spec, gpointer user_data)
{
  BusExport *export = user_data;
  const BusProperty *properties = export->interface->properties;
  guint32 before = export->changed;

  for (guint i = 0; properties[i].name != NULL; i++)
    if (g_strcmp0 (properties[i].source, spec->name) == 0)
      export->changed |= 1u << i;
  if (before == 0 && export->changed != 0)
    bus_tree_note_changed (export->tree, export);
}

BusExport *
bus_export_new (BusTree *tree,
                GDBusConnection *connection,
                const char *path,
                gpointer object,
                const BusInterface *interface)
{
  BusExport *export = g_new0 (BusExport, 1);

  export->tree = tree;
  export->object = g_object_ref (object);
  export->path = g_strdup (path);
  export->interface = interface;
  export->registration = g_dbus_connection_register_object (
      connection, path, interface->get_info (), &vtable, export, NULL, NULL);
  export->notified = g_signal_connect (object, "notify", G_CALLBACK (source_has_changed), export);
  if (export->registration == 0)
    g_clear_pointer (&export, bus_export_free);
  return export;
}

void
bus_export_free (BusExport *export)
{
  if (export->registration != 0)
    g_dbus_connection_unregister_object (bus_tree_get_connection (export->tree),
                                         export->registration);
  g_signal_handler_disconnect (export->object, export->notified);
  g_object_unref (export->object);
  g_free (export->path);
  g_free (export);
}

const char *
bus_export_get_interface_name (BusExport *export)
{
  return export->interface->get_info ()->name;
}

static GVariant *
read_properties (BusExport *export, guint32 which)
{
  const BusProperty *properties = export->interface->properties;
  GVariantBuilder values;

  g_variant_builder_init (&values, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; properties[i].name != NULL; i++)
    if (which & (1u << i))
      {
        g_autoptr (GVariant) value = g_variant_take_ref (properties[i].get (export));

        g_variant_builder_add (&values, "{sv}", properties[i].name, value);
      }
  return g_variant_builder_end (&values);
}

GVariant *
bus_export_get_properties (BusExport *export)
{
  return read_properties (export, G_MAXUINT32);
}

static void
tell (BusExport *export, GDBusConnection *connection, guint32 which)
{
  g_dbus_connection_emit_signal (
      connection, NULL, export->path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new ("(s@a{sv}as)", bus_export_get_interface_name (export),
                     read_properties (export, which), NULL),
      NULL);
}

void
bus_export_flush (BusExport *export, GDBusConnection *connection)
{
  guint32 changed = export->changed;

  export->changed = 0;
  if (changed != 0)
    tell (export, connection, changed);
}

GVariant *
bus_export_describe (BusExport *export)
{
  GVariantBuilder interfaces;

  g_variant_builder_init (&interfaces, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&interfaces, "{s@a{sv}}", bus_export_get_interface_name (export),
                         bus_export_get_properties (export));
  return g_variant_builder_end (&interfaces);
}

void
bus_export_tell_added (BusExport *export, GDBusConnection *connection)
{
  g_dbus_connection_emit_signal (
      connection, NULL, BUS_PATH_MANAGER, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
      g_variant_new ("(o@a{sa{sv}})", export->path, bus_export_describe (export)), NULL);
}

void
bus_export_tell_all (BusExport *export, GDBusConnection *connection)
{
  tell (export, connection, G_MAXUINT32);
}

void
bus_export_tell_removed (const char *path, gpointer object, GDBusConnection *connection)
{
  const BusInterface *interface =
      CORE_IS_SESSION (object) ? &bus_session_interface : &bus_account_interface;
  const char *interfaces[] = { interface->get_info ()->name, NULL };

  g_dbus_connection_emit_signal (connection, NULL, BUS_PATH_MANAGER,
                                 "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
                                 g_variant_new ("(o^as)", path, interfaces), NULL);
}
