// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb monitor: prints what the service says, a line a change, until it is
 * interrupted. It listens to the bus itself, so that nothing is left out. */

#include "columns.h"
#include "command.h"

#include <glib-unix.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define SERVICE "im.otrd1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

typedef struct
{
  gboolean json;
  GMainLoop *loop;
} Monitor;

static void
print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);

  puts (text);
  fflush (stdout);
}

static const char *
short_name (const char *interface)
{
  return g_str_has_prefix (interface, SERVICE ".") ? interface + strlen (SERVICE ".") : interface;
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
print_json_change (
    const char *path, const char *interface, const char *kind, const char *name, GVariant *value)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "path", path);
  add_string (builder, "interface", interface);
  add_string (builder, kind, name);
  json_builder_set_member_name (builder, g_str_equal (kind, "property") ? "value" : "arguments");
  json_builder_add_value (builder, json_gvariant_serialize (value));
  json_builder_end_object (builder);
  print_json (builder);
}

static void
print_property (
    Monitor *self, const char *path, const char *interface, const char *name, GVariant *value)
{
  g_autofree char *text = columns_describe_value (name, value);

  if (self->json)
    print_json_change (path, interface, "property", name, value);
  else
    printf ("%s %s.%s = %s\n", path, short_name (interface), name, text);
  fflush (stdout);
}

static void
print_properties (Monitor *self, const char *path, GVariant *parameters)
{
  g_autoptr (GVariantIter) iter = NULL;
  const char *interface, *name;
  GVariant *value;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  g_variant_get (parameters, "(&sa{sv}as)", &interface, &iter, NULL);
  while (g_variant_iter_next (iter, "{&sv}", &name, &value))
    {
      print_property (self, path, interface, name, value);
      g_variant_unref (value);
    }
}

static void
print_object (Monitor *self, const char *what, GVariant *parameters)
{
  g_autoptr (GVariant) path = g_variant_get_child_value (parameters, 0);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!g_variant_is_of_type (path, G_VARIANT_TYPE_OBJECT_PATH))
    return;
  if (!self->json)
    {
      printf ("%s %s\n", g_variant_get_string (path, NULL), what);
      fflush (stdout);
      return;
    }
  json_builder_begin_object (builder);
  add_string (builder, what, g_variant_get_string (path, NULL));
  json_builder_end_object (builder);
  print_json (builder);
}

static void
print_signal (
    Monitor *self, const char *path, const char *interface, const char *name, GVariant *parameters)
{
  GVariantIter iter;
  GVariant *argument;

  if (self->json)
    {
      print_json_change (path, interface, "signal", name, parameters);
      return;
    }
  printf ("%s %s.%s", path, short_name (interface), name);
  g_variant_iter_init (&iter, parameters);
  while ((argument = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autofree char *text = columns_describe_value (name, argument);

      printf (" %s", text);
      g_variant_unref (argument);
    }
  putchar ('\n');
  fflush (stdout);
}

static void
on_signal (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *name,
           GVariant *parameters,
           gpointer user_data)
{
  Monitor *self = user_data;

  if (g_str_equal (interface, PROPERTIES))
    print_properties (self, path, parameters);
  else if (g_str_equal (interface, OBJECT_MANAGER))
    print_object (self, g_str_equal (name, "InterfacesAdded") ? "added" : "removed", parameters);
  else
    print_signal (self, path, interface, name, parameters);
}

static void
print_presence (Monitor *self, gboolean there)
{
  if (self->json)
    printf ("{\"service\":%s}\n", there ? "true" : "false");
  else
    printf ("service %s\n", there ? "there" : "gone");
  fflush (stdout);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  print_presence (user_data, TRUE);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  print_presence (user_data, FALSE);
}

static gboolean
on_interrupted (gpointer user_data)
{
  Monitor *self = user_data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

gboolean
run_monitor (Command *command, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Monitor self = { .json = command_has (command, "json"), .loop = loop };
  GDBusConnection *connection = otrd_client_get_connection (command->client);
  guint subscription =
      g_dbus_connection_signal_subscribe (connection, SERVICE, NULL, NULL, NULL, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, on_signal, &self, NULL);
  guint watch = g_bus_watch_name_on_connection (connection, SERVICE, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                on_appeared, on_vanished, &self, NULL);
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupted, &self);
  guint terminate = g_unix_signal_add (SIGTERM, on_interrupted, &self);

  g_main_loop_run (loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_bus_unwatch_name (watch);
  g_dbus_connection_signal_unsubscribe (connection, subscription);
  return TRUE;
}
