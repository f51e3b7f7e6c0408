/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bus says which process, a descriptor holds on to it, and its root says
 * which sandbox it is in.  A number of a process is used again: so the process
 * must still be there after it was looked at, and be the bus's still. */

#include "bus/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <linux/magic.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SANDBOX_FILE ".flatpak-info"
#define SANDBOX_FILE_MAX (64 * 1024)

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

/* One finding: the task's. */
typedef struct
{
  char *name;
  guint32 process;
  int pidfd;
  BusIdentity *identity;
} Finding;

static void
finding_free (gpointer item)
{
  Finding *finding = item;

  if (finding->pidfd >= 0)
    close (finding->pidfd);
  g_clear_pointer (&finding->identity, bus_identity_free);
  g_free (finding->name);
  g_free (finding);
}

BusIdentity *
bus_identity_new_unknown (void)
{
  BusIdentity *identity = g_new0 (BusIdentity, 1);

  identity->sandbox = BUS_SANDBOX_UNKNOWN;
  identity->application = g_strdup ("");
  identity->unit = g_strdup ("");
  return identity;
}

BusIdentity *
bus_identity_copy (const BusIdentity *identity)
{
  BusIdentity *copy = g_memdup2 (identity, sizeof *identity);

  copy->application = g_strdup (identity->application);
  copy->unit = g_strdup (identity->unit);
  return copy;
}

void
bus_identity_free (BusIdentity *identity)
{
  g_free (identity->application);
  g_free (identity->unit);
  g_free (identity);
}

const char *
bus_identity_get_sandbox (const BusIdentity *identity)
{
  static const char *const words[] = { NULL, "flatpak", "snap", "unknown" };

  return words[identity->sandbox];
}

/* The sandbox of a process, in a thread: a root may be a file system that never answers. */

/* Takes @application's place when the file names a sandbox. */
static BusSandbox
read_sandbox_file (int descriptor, char **application)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *name = NULL;
  g_autoptr (GMappedFile) mapped = NULL;
  struct stat status;

  if (fstat (descriptor, &status) != 0 || !S_ISREG (status.st_mode)
      || status.st_size > SANDBOX_FILE_MAX)
    return BUS_SANDBOX_UNKNOWN;
  mapped = g_mapped_file_new_from_fd (descriptor, FALSE, NULL);
  if (mapped == NULL
      || !g_key_file_load_from_data (file, g_mapped_file_get_contents (mapped),
                                     g_mapped_file_get_length (mapped), G_KEY_FILE_NONE, NULL))
    return BUS_SANDBOX_UNKNOWN;
  name = g_key_file_get_string (
      file, g_key_file_has_group (file, "Runtime") ? "Runtime" : "Application", "name", NULL);
  if (name == NULL || !g_application_id_is_valid (name))
    return BUS_SANDBOX_UNKNOWN;
  g_free (*application);
  *application = g_steal_pointer (&name);
  return BUS_SANDBOX_FLATPAK;
}

/* A root of FUSE shows nothing to others of the same user; a Flatpak's never is one. */
static gboolean
is_fuse (const char *path)
{
  struct statfs status;

  return statfs (path, &status) == 0 && status.f_type == FUSE_SUPER_MAGIC;
}

static BusSandbox
look_for_flatpak (guint32 process, char **application)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/root", process);
  int root = open (path, O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
  BusSandbox sandbox;
  int descriptor;
  int problem;

  if (root < 0)
    return errno == EACCES && is_fuse (path) ? BUS_SANDBOX_NONE : BUS_SANDBOX_UNKNOWN;
  descriptor =
      openat (root, SANDBOX_FILE, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
  problem = errno;
  close (root);
  if (descriptor < 0)
    return problem == ENOENT ? BUS_SANDBOX_NONE : BUS_SANDBOX_UNKNOWN;
  sandbox = read_sandbox_file (descriptor, application);
  close (descriptor);
  return sandbox;
}

/* The last element of the path in the unified hierarchy, if it is a unit's. */
static char *
find_unit (const char *cgroups)
{
  const char *line = strstr (cgroups, "0::");
  g_autofree char *path = line != NULL ? g_strndup (line + 3, strcspn (line + 3, "\n")) : NULL;
  const char *last = path != NULL ? strrchr (path, '/') : NULL;

  if (last != NULL && (g_str_has_suffix (last, ".service") || g_str_has_suffix (last, ".scope"))
      && g_utf8_validate (last, -1, NULL))
    return g_strdup (last + 1);
  return g_strdup ("");
}

/* The units of a snap are called snap.NAME.APP.ID.scope: NAME is its id. */
static char *
find_snap (const char *cgroups)
{
  const char *label = strstr (cgroups, "/snap.");
  gsize length = label != NULL ? strcspn (label + 6, ".\n/") : 0;

  return length > 0 ? g_strndup (label + 6, length) : NULL;
}

static void
read_cgroups (BusIdentity *identity, guint32 process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/cgroup", process);
  g_autofree char *cgroups = NULL;
  g_autofree char *snap = NULL;

  if (!g_file_get_contents (path, &cgroups, NULL, NULL))
    {
      identity->sandbox = BUS_SANDBOX_UNKNOWN;
      return;
    }
  g_free (identity->unit);
  identity->unit = find_unit (cgroups);
  snap = find_snap (cgroups);
  if (snap == NULL || identity->sandbox != BUS_SANDBOX_NONE)
    return;
  identity->sandbox = BUS_SANDBOX_SNAP;
  g_free (identity->application);
  identity->application = g_strconcat ("snap:", snap, NULL);
}

static gboolean
is_alive (int pidfd)
{
  struct pollfd process = { .fd = pidfd, .events = POLLIN };

  return poll (&process, 1, 0) == 0;
}

static void
look_at_process (GTask *task, gpointer source, gpointer item, GCancellable *cancellable)
{
  Finding *finding = item;
  BusIdentity *identity = bus_identity_new_unknown ();

  finding->identity = identity;
  identity->process = finding->process;
  if (finding->pidfd < 0)
    finding->pidfd = syscall (SYS_pidfd_open, finding->process, 0);
  if (finding->pidfd >= 0)
    {
      identity->sandbox = look_for_flatpak (finding->process, &identity->application);
      read_cgroups (identity, finding->process);
      if (!is_alive (finding->pidfd))
        identity->sandbox = BUS_SANDBOX_UNKNOWN;
    }
  g_task_return_boolean (task, TRUE);
}

/* The bus's side */

static void
ask_bus (GTask *task, GAsyncReadyCallback callback)
{
  Finding *finding = g_task_get_task_data (task);

  g_dbus_connection_call_with_unix_fd_list (
      g_task_get_source_object (task), "org.freedesktop.DBus", "/org/freedesktop/DBus",
      "org.freedesktop.DBus", "GetConnectionCredentials", g_variant_new ("(s)", finding->name),
      G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, callback, task);
}

/* FALSE: it has gone, or is another user's. */
static gboolean
read_credentials (GTask *task, GAsyncResult *result, guint32 *process, int *pidfd)
{
  g_autoptr (GUnixFDList) descriptors = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_with_unix_fd_list_finish (
      g_task_get_source_object (task), &descriptors, result, NULL);
  g_autoptr (GVariant) credentials = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  guint32 user;
  gint32 handle;

  if (credentials == NULL || !g_variant_lookup (credentials, "ProcessID", "u", process)
      || !g_variant_lookup (credentials, "UnixUserID", "u", &user) || user != getuid ())
    return FALSE;
  if (descriptors != NULL && g_variant_lookup (credentials, "ProcessFD", "h", &handle))
    *pidfd = g_unix_fd_list_get (descriptors, handle, NULL);
  return TRUE;
}

/* Twice the same answer, and the process between them never gone: it was that process. */
static void
bus_has_confirmed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Finding *finding = g_task_get_task_data (task);
  guint32 process = 0;
  int pidfd = -1;

  if (!read_credentials (task, result, &process, &pidfd) || process != finding->process
      || finding->pidfd < 0 || !is_alive (finding->pidfd))
    finding->identity->sandbox = BUS_SANDBOX_UNKNOWN;
  if (pidfd >= 0)
    close (pidfd);
  g_task_return_boolean (task, TRUE);
}

static void
process_was_looked_at (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ask_bus (user_data, bus_has_confirmed);
}

static void
bus_has_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Finding *finding = g_task_get_task_data (task);
  g_autoptr (GTask) looking = NULL;

  if (!read_credentials (task, result, &finding->process, &finding->pidfd))
    {
      finding->identity = bus_identity_new_unknown ();
      g_task_return_boolean (task, TRUE);
      return;
    }
  looking = g_task_new (source, NULL, process_was_looked_at, g_object_ref (task));
  g_task_set_task_data (looking, finding, NULL);
  g_task_run_in_thread (looking, look_at_process);
}

void
bus_identity_find (GDBusConnection *connection,
                   const char *name,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  GTask *task = g_task_new (connection, NULL, callback, user_data);
  Finding *finding = g_new0 (Finding, 1);

  finding->name = g_strdup (name);
  finding->pidfd = -1;
  g_task_set_task_data (task, finding, finding_free);
  ask_bus (task, bus_has_answered);
}

BusIdentity *
bus_identity_find_finish (GAsyncResult *result)
{
  Finding *finding = g_task_get_task_data (G_TASK (result));

  return g_steal_pointer (&finding->identity);
}
