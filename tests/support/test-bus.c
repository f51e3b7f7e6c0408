/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/support/test-bus.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "tests/support/test-folder.h"

static const char configuration[] =
    "<!DOCTYPE busconfig PUBLIC '-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN'"
    " 'http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd'>"
    "<busconfig><type>session</type><keep_umask/><listen>unix:path=%s/bus</listen>"
    "<auth>EXTERNAL</auth><policy context='default'><allow send_destination='*'/>"
    "<allow receive_sender='*'/><allow own='*'/></policy></busconfig>";

static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

GSubprocess *
test_bus_spawn (const char *const *arguments, const char *input)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                 | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GOutputStream *pipe;
  GSubprocess *child;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  child = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  pipe = g_subprocess_get_stdin_pipe (child);
  if (input != NULL)
    g_output_stream_write_all (pipe, input, strlen (input), NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (pipe, NULL, NULL);
  return child;
}

void
test_bus_end (GSubprocess *child)
{
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, NULL);
  g_object_unref (child);
}

static void
set_folder (TestBus *bus, const char *variable, const char *name)
{
  g_autofree char *path = g_build_filename (bus->folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  g_setenv (variable, path, TRUE);
}

static void
set_environment (TestBus *bus)
{
  static const char *const unwanted[] = { "DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL",
                                          "SSH_AUTH_SOCK", "SECRET_BACKEND" };
  g_autofree char *address = g_strdup_printf ("unix:path=%s/bus", bus->folder);

  set_folder (bus, "HOME", "home");
  set_folder (bus, "XDG_RUNTIME_DIR", "runtime");
  set_folder (bus, "XDG_DATA_HOME", "data");
  set_folder (bus, "XDG_CONFIG_HOME", "config");
  set_folder (bus, "XDG_CACHE_HOME", "cache");
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (unwanted); i++)
    g_unsetenv (unwanted[i]);
}

static GDBusConnection *
connect_to_daemon (void)
{
  GDBusConnection *connection;

  while ((connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL)) == NULL)
    g_thread_yield ();
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  return connection;
}

TestBus *
test_bus_start (void)
{
  TestBus *bus = g_new0 (TestBus, 1);
  g_autofree char *text = NULL, *file = NULL, *option = NULL;

  bus->folder = test_folder_new ();
  set_environment (bus);
  text = g_strdup_printf (configuration, bus->folder);
  test_folder_write (bus->folder, "bus.conf", text, strlen (text));
  file = g_build_filename (bus->folder, "bus.conf", NULL);
  option = g_strdup_printf ("--config-file=%s", file);
  bus->daemon = test_bus_spawn (
      (const char *const[]){ "dbus-daemon", "--nofork", "--nopidfile", option, NULL }, NULL);
  bus->connection = connect_to_daemon ();
  return bus;
}

void
test_bus_stop (TestBus *bus)
{
  g_object_unref (bus->connection);
  test_bus_end (bus->daemon);
  test_folder_remove (bus->folder);
  g_free (bus);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer is_owned)
{
  *(int *)is_owned = TRUE;
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer is_owned)
{
  *(int *)is_owned = FALSE;
}

void
test_bus_wait_for_name (const char *name, gboolean owned)
{
  int is_owned = -1;
  guint watch = g_bus_watch_name (G_BUS_TYPE_SESSION, name, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                  on_appeared, on_vanished, &is_owned, NULL);

  while (is_owned != owned)
    g_main_context_iteration (NULL, TRUE);
  g_bus_unwatch_name (watch);
}
