/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who calls: processes made of files, and a bus that says what a test tells it.
 * What is not known to be unsandboxed is sandboxed. */

#include <errno.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus/identity.h"
#include "bus/sandbox.h"
#include "tests/support/test-folder.h"

/* A process of files: 7 */

typedef struct
{
  char *proc;
  BusIdentity *identity;
} Process;

static void
write_file (Process *process, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (process->proc, "7", name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
process_set_up (Process *process, gconstpointer unused)
{
  g_autofree char *root = NULL;

  process->proc = g_dir_make_tmp ("otrd-proc-XXXXXX", NULL);
  process->identity = bus_identity_new_unknown ();
  root = g_build_filename (process->proc, "7", "root", NULL);
  g_mkdir_with_parents (root, 0700);
  write_file (process, "cgroup", "0::/user.slice/app.slice/app-chat.scope\n");
}

static void
process_tear_down (Process *process, gconstpointer unused)
{
  test_folder_remove (process->proc);
  bus_identity_free (process->identity);
}

static void
assert_is (Process *process, BusSandbox sandbox, const char *application)
{
  bus_sandbox_look (process->proc, 7, NULL, process->identity);
  g_assert_cmpint (process->identity->sandbox, ==, sandbox);
  g_assert_cmpstr (process->identity->application, ==, application);
}

static void
without_a_sandbox_there_is_none (Process *process, gconstpointer unused)
{
  assert_is (process, BUS_SANDBOX_NONE, "");
  g_assert_cmpstr (process->identity->unit, ==, "app-chat.scope");
}

static void
a_flatpak_says_which (Process *process, gconstpointer unused)
{
  write_file (process, "root/.flatpak-info", "[Application]\nname=org.example.Chat\n");
  assert_is (process, BUS_SANDBOX_FLATPAK, "org.example.Chat");
}

/* What an extension's or a runtime's own shell has. */
static void
a_runtime_says_which (Process *process, gconstpointer unused)
{
  write_file (process, "root/.flatpak-info", "[Runtime]\nname=org.example.Platform\n");
  assert_is (process, BUS_SANDBOX_FLATPAK, "org.example.Platform");
}

static void
a_flatpak_without_a_name_is_unknown (Process *process, gconstpointer unused)
{
  static const char *const texts[] = { "", "[Application]\n", "[Application]\nname=not-an-id\n",
                                       "[Instance]\nname=org.example.Chat\n", "no key file" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      write_file (process, "root/.flatpak-info", texts[i]);
      assert_is (process, BUS_SANDBOX_UNKNOWN, "");
    }
}

static void
a_file_that_is_too_long_is_unknown (Process *process, gconstpointer unused)
{
  g_autofree char *filling = g_strnfill (64 * 1024, '#');
  g_autofree char *text = g_strconcat ("[Application]\nname=org.example.Chat\n", filling, NULL);

  write_file (process, "root/.flatpak-info", text);
  assert_is (process, BUS_SANDBOX_UNKNOWN, "");
}

/* Nobody makes a program look unsandboxed by putting something else there. */
static void
what_is_no_file_is_unknown (Process *process, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (process->proc, "7", "root", ".flatpak-info", NULL);

  g_assert_cmpint (symlink ("/nowhere", path), ==, 0);
  assert_is (process, BUS_SANDBOX_UNKNOWN, "");
  g_unlink (path);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  assert_is (process, BUS_SANDBOX_UNKNOWN, "");
  g_rmdir (path);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_is (process, BUS_SANDBOX_UNKNOWN, "");
}

static void
an_unreadable_root_is_unknown (Process *process, gconstpointer unused)
{
  g_autofree char *root = g_build_filename (process->proc, "7", "root", NULL);

  g_rmdir (root);
  assert_is (process, BUS_SANDBOX_UNKNOWN, "");
  g_assert_cmpint (bus_sandbox_judge_root (EACCES, FALSE), ==, BUS_SANDBOX_UNKNOWN);
  g_assert_cmpint (bus_sandbox_judge_root (ENOENT, TRUE), ==, BUS_SANDBOX_UNKNOWN);
  /* what an AppImage's is to others */
  g_assert_cmpint (bus_sandbox_judge_root (EACCES, TRUE), ==, BUS_SANDBOX_NONE);
}

static void
unreadable_groups_are_unknown (Process *process, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (process->proc, "7", "cgroup", NULL);

  g_unlink (path);
  assert_is (process, BUS_SANDBOX_UNKNOWN, "");
}

static void
a_snap_is_told_by_its_groups (Process *process, gconstpointer unused)
{
  static const char *const groups[][2] = {
    { "0::/user.slice/app.slice/snap.chat.chat-1234.scope\n", "snap:chat" },
    { "1:name=systemd:/user.slice/snap.chat.app.0815.scope\n0::/user.slice\n", "snap:chat" },
    { "0::/system.slice/snap.chat_work.daemon.service\n", "snap:chat_work" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      write_file (process, "cgroup", groups[i][0]);
      assert_is (process, BUS_SANDBOX_SNAP, groups[i][1]);
    }
  write_file (process, "cgroup", "0::/user.slice/snap..scope\n");
  assert_is (process, BUS_SANDBOX_UNKNOWN, "");
}

/* One that D-Bus started is in no group of the snap's. */
static void
a_snap_is_told_by_its_label (Process *process, gconstpointer unused)
{
  write_file (process, "attr/current", "snap.chat.app (enforce)\n");
  assert_is (process, BUS_SANDBOX_SNAP, "snap:chat");
}

static void
another_label_is_none (Process *process, gconstpointer unused)
{
  write_file (process, "attr/current", "unconfined_mysnap.thing\n");
  write_file (process, "cgroup", "0::/user.slice/app-oversnap.x.scope\n");
  assert_is (process, BUS_SANDBOX_NONE, "");
}

/* A bus that says what it is told to: GetConnectionCredentials, once and once more. */

typedef struct
{
  GDBusConnection *bus;
  GDBusConnection *service;
  GDBusNodeInfo *node;
  guint n_asked;
  guint32 processes[2];
  guint32 user;
  const char *label; /* NULL: none */
  int pidfd;         /* -1: none */
  pid_t dies;        /* before the second answer; 0: nobody */
  BusIdentity *identity;
} Bus;

static const char introspection[] =
    "<node><interface name='org.freedesktop.DBus'><method name='GetConnectionCredentials'>"
    "<arg type='s' direction='in'/><arg type='a{sv}' direction='out'/></method></interface></node>";

static pid_t
start_process (void)
{
  pid_t process = fork ();

  if (process == 0)
    {
      pause ();
      _exit (0);
    }
  return process;
}

static void
end_process (pid_t process)
{
  kill (process, SIGKILL);
  waitpid (process, NULL, 0);
}

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
  Bus *bus = user_data;
  g_autoptr (GUnixFDList) descriptors = g_unix_fd_list_new ();
  guint at = MIN (bus->n_asked, 1);
  GVariantDict credentials;

  bus->n_asked++;
  if (at == 1 && bus->dies != 0)
    end_process (bus->dies);
  g_variant_dict_init (&credentials, NULL);
  g_variant_dict_insert (&credentials, "ProcessID", "u", bus->processes[at]);
  g_variant_dict_insert (&credentials, "UnixUserID", "u", bus->user);
  if (bus->label != NULL)
    g_variant_dict_insert (&credentials, "LinuxSecurityLabel", "^ay", bus->label);
  if (bus->pidfd >= 0)
    g_variant_dict_insert (&credentials, "ProcessFD", "h",
                           g_unix_fd_list_append (descriptors, bus->pidfd, NULL));
  g_dbus_method_invocation_return_value_with_unix_fd_list (
      invocation, g_variant_new ("(@a{sv})", g_variant_dict_end (&credentials)), descriptors);
}

static const GDBusInterfaceVTable vtable = { take_call, NULL, NULL, { 0 } };

static void
connection_is_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  *(GDBusConnection **)user_data = g_dbus_connection_new_finish (result, &error);
  g_assert_no_error (error);
}

static void
connect_end (int descriptor, GDBusConnection **connection, gboolean is_server)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (descriptor, NULL);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autofree char *guid = is_server ? g_dbus_generate_guid () : NULL;

  g_dbus_connection_new (G_IO_STREAM (stream), guid,
                         is_server ? G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER
                                   : G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                         NULL, NULL, connection_is_made, connection);
}

static void
bus_set_up (Bus *bus, gconstpointer unused)
{
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  connect_end (ends[0], &bus->bus, TRUE);
  connect_end (ends[1], &bus->service, FALSE);
  while (bus->bus == NULL || bus->service == NULL)
    g_main_context_iteration (NULL, TRUE);
  bus->node = g_dbus_node_info_new_for_xml (introspection, NULL);
  g_assert_cmpuint (g_dbus_connection_register_object (bus->bus, "/org/freedesktop/DBus",
                                                       bus->node->interfaces[0], &vtable, bus, NULL,
                                                       NULL),
                    >, 0);
  bus->processes[0] = bus->processes[1] = getpid ();
  bus->user = getuid ();
  bus->pidfd = -1;
}

static void
bus_tear_down (Bus *bus, gconstpointer unused)
{
  g_clear_pointer (&bus->identity, bus_identity_free);
  g_dbus_connection_close_sync (bus->service, NULL, NULL);
  g_object_unref (bus->service);
  g_object_unref (bus->bus);
  g_dbus_node_info_unref (bus->node);
}

static void
identity_is_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Bus *)user_data)->identity = bus_identity_find_finish (result);
}

static void
assert_found (Bus *bus, BusSandbox sandbox)
{
  bus_identity_find (bus->service, ":1.7", identity_is_found, bus);
  while (bus->identity == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (bus->identity->sandbox, ==, sandbox);
}

static void
a_program_of_the_user_is_known (Bus *bus, gconstpointer unused)
{
  assert_found (bus, BUS_SANDBOX_NONE);
  g_assert_cmpuint (bus->identity->process, ==, getpid ());
  g_assert_cmpuint (bus->n_asked, ==, 2);
}

static void
who_has_gone_is_unknown (Bus *bus, gconstpointer unused)
{
  pid_t process = start_process ();

  end_process (process);
  bus->processes[0] = bus->processes[1] = process;
  assert_found (bus, BUS_SANDBOX_UNKNOWN);
}

static void
who_goes_between_the_questions_is_unknown (Bus *bus, gconstpointer unused)
{
  bus->dies = start_process ();
  bus->processes[0] = bus->processes[1] = bus->dies;
  assert_found (bus, BUS_SANDBOX_UNKNOWN);
}

static void
who_is_another_the_second_time_is_unknown (Bus *bus, gconstpointer unused)
{
  bus->processes[1] = getppid ();
  assert_found (bus, BUS_SANDBOX_UNKNOWN);
}

/* The number was used again before the bus was asked; its descriptor knows. */
static void
a_descriptor_holds_on_to_the_process (Bus *bus, gconstpointer unused)
{
  pid_t process = start_process ();

  bus->pidfd = syscall (SYS_pidfd_open, process, 0);
  end_process (process);
  assert_found (bus, BUS_SANDBOX_UNKNOWN);
  close (bus->pidfd);
}

static void
another_user_s_is_unknown (Bus *bus, gconstpointer unused)
{
  bus->user = getuid () + 1;
  assert_found (bus, BUS_SANDBOX_UNKNOWN);
}

static void
the_bus_s_label_tells_a_snap (Bus *bus, gconstpointer unused)
{
  bus->label = "snap.chat.app (enforce)";
  assert_found (bus, BUS_SANDBOX_SNAP);
  g_assert_cmpstr (bus->identity->application, ==, "snap:chat");
}

static void
add_process_test (const char *name, void (*test) (Process *process, gconstpointer unused))
{
  g_test_add (name, Process, NULL, process_set_up, test, process_tear_down);
}

static void
add_bus_test (const char *name, void (*test) (Bus *bus, gconstpointer unused))
{
  g_test_add (name, Bus, NULL, bus_set_up, test, bus_tear_down);
}

int
main (int argc, char **argv)
{
  alarm (120);
  g_test_init (&argc, &argv, NULL);
  add_process_test ("/bus/identity/without-a-sandbox-there-is-none",
                    without_a_sandbox_there_is_none);
  add_process_test ("/bus/identity/a-flatpak-says-which", a_flatpak_says_which);
  add_process_test ("/bus/identity/a-runtime-says-which", a_runtime_says_which);
  add_process_test ("/bus/identity/a-flatpak-without-a-name-is-unknown",
                    a_flatpak_without_a_name_is_unknown);
  add_process_test ("/bus/identity/a-file-that-is-too-long-is-unknown",
                    a_file_that_is_too_long_is_unknown);
  add_process_test ("/bus/identity/what-is-no-file-is-unknown", what_is_no_file_is_unknown);
  add_process_test ("/bus/identity/an-unreadable-root-is-unknown", an_unreadable_root_is_unknown);
  add_process_test ("/bus/identity/unreadable-groups-are-unknown", unreadable_groups_are_unknown);
  add_process_test ("/bus/identity/a-snap-is-told-by-its-groups", a_snap_is_told_by_its_groups);
  add_process_test ("/bus/identity/a-snap-is-told-by-its-label", a_snap_is_told_by_its_label);
  add_process_test ("/bus/identity/another-label-is-none", another_label_is_none);
  add_bus_test ("/bus/identity/a-program-of-the-user-is-known", a_program_of_the_user_is_known);
  add_bus_test ("/bus/identity/who-has-gone-is-unknown", who_has_gone_is_unknown);
  add_bus_test ("/bus/identity/who-goes-between-the-questions-is-unknown",
                who_goes_between_the_questions_is_unknown);
  add_bus_test ("/bus/identity/who-is-another-the-second-time-is-unknown",
                who_is_another_the_second_time_is_unknown);
  add_bus_test ("/bus/identity/a-descriptor-holds-on-to-the-process",
                a_descriptor_holds_on_to_the_process);
  add_bus_test ("/bus/identity/another-user-s-is-unknown", another_user_s_is_unknown);
  add_bus_test ("/bus/identity/the-bus-s-label-tells-a-snap", the_bus_s_label_tells_a_snap);
  return g_test_run ();
}
