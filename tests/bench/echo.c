/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The yardstick for the bus: a service that does nothing.  Echo gives the text back; Shape gives
 * what Send gives for a text of 100 bytes, so that question and answer are of the same size.
 */
#include <gio/gio.h>

#define ARGUMENTS_IN                                                                               \
  "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='a{sv}' direction='in'/>"

static const char interface_xml[] =
    "<node><interface name='org.example.Echo'>"
    "<method name='Echo'>" ARGUMENTS_IN
    "<arg type='s' direction='out'/><arg type='a{sv}' direction='out'/></method>"
    "<method name='Shape'>" ARGUMENTS_IN
    "<arg type='s' direction='out'/><arg type='a{sv}' direction='out'/>"
    "<arg type='a(sa{sv})' direction='out'/><arg type='a(sa{sv})' direction='out'/></method>"
    "</interface></node>";

static GVariant *
make_shape (void)
{
  GVariantDict details, to;
  GVariantBuilder lines;
  g_autofree char *line = g_strnfill (473, 'A');
  g_autofree char *fingerprint = g_strnfill (40, 'A');

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "state", "s", "private");
  g_variant_dict_insert (&details, "trust", "s", "unverified");
  g_variant_dict_insert (&details, "fingerprint", "s", fingerprint);
  g_variant_dict_insert (&details, "instance", "u", 4711);
  g_variant_dict_init (&to, NULL);
  g_variant_dict_insert (&to, "clear", "b", FALSE);
  g_variant_builder_init (&lines, G_VARIANT_TYPE ("a(sa{sv})"));
  g_variant_builder_add (&lines, "(s@a{sv})", line, g_variant_dict_end (&to));
  return g_variant_new ("(s@a{sv}a(sa{sv})a(sa{sv}))", "private", g_variant_dict_end (&details),
                        &lines, NULL);
}

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  const char *text;

  if (g_str_equal (method, "Shape"))
    {
      g_dbus_method_invocation_return_value (invocation, make_shape ());
      return;
    }
  g_variant_get_child (parameters, 0, "&s", &text);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(sa{sv})", text, NULL));
}

static void
on_bus_acquired (GDBusConnection *connection, const char *name, gpointer user_data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, NULL);

  g_dbus_connection_register_object (connection, "/org/example/Echo", node->interfaces[0], &vtable,
                                     NULL, NULL, NULL);
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer loop)
{
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_bus_own_name (G_BUS_TYPE_SESSION, "org.example.Echo", G_BUS_NAME_OWNER_FLAGS_NONE,
                  on_bus_acquired, NULL, on_name_lost, loop, NULL);
  g_main_loop_run (loop);
  return 0;
}
