/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which messages get through to our handlers: those that the bus library finds
 * nothing wrong with. */

#include "bus/interfaces.h"

#include <string.h>

#include "bus/paths.h"

static GDBusInterfaceInfo *
find_interface (const char *path)
{
  if (g_str_equal (path, BUS_PATH_MANAGER))
    return bus_manager_interface.get_info ();
  if (g_str_equal (path, BUS_PATH_PORTAL))
    return bus_portal_interface.get_info ();
  return strstr (path, "/session/") != NULL ? bus_session_interface.get_info ()
                                            : bus_account_interface.get_info ();
}

static gboolean
is_method (GDBusInterfaceInfo *interface, GDBusMessage *message)
{
  GDBusMethodInfo *method =
      g_dbus_interface_info_lookup_method (interface, g_dbus_message_get_member (message));
  g_autoptr (GString) signature = g_string_new (NULL);

  if (method == NULL)
    return FALSE;
  for (guint i = 0; method->in_args != NULL && method->in_args[i] != NULL; i++)
    g_string_append (signature, method->in_args[i]->signature);
  return g_str_equal (signature->str, g_dbus_message_get_signature (message));
}

static gboolean
is_property (GDBusInterfaceInfo *interface, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  const char *of;
  const char *name;

  if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(ss)")))
    return FALSE;
  g_variant_get (body, "(&s&s)", &of, &name);
  return g_str_equal (of, interface->name)
         && g_dbus_interface_info_lookup_property (interface, name) != NULL;
}

static gboolean
is_all_properties (GDBusInterfaceInfo *interface, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  const char *of;

  if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(s)")))
    return FALSE;
  g_variant_get (body, "(&s)", &of);
  return g_str_equal (of, interface->name);
}

gboolean
bus_interfaces_handle (const char *path, GDBusMessage *message)
{
  const char *wanted = g_dbus_message_get_interface (message);
  const char *member = g_dbus_message_get_member (message);
  GDBusInterfaceInfo *interface = find_interface (path);

  if (wanted == NULL)
    return FALSE;
  if (g_str_equal (wanted, interface->name))
    return is_method (interface, message);
  if (g_str_equal (wanted, "org.freedesktop.DBus.Properties"))
    return (g_str_equal (member, "Get") && is_property (interface, message))
           || (g_str_equal (member, "GetAll") && is_all_properties (interface, message));
  return g_str_equal (path, BUS_PATH_MANAGER)
         && g_str_equal (wanted, "org.freedesktop.DBus.ObjectManager")
         && g_str_equal (member, "GetManagedObjects")
         && *g_dbus_message_get_signature (message) == '\0';
}
