/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bus says which process, a descriptor holds on to it, and its root says
 * which sandbox it is in.  A number of a process is used again: so the process
 * must still be there after it was looked at, and be the bus's still. */

#include "bus/identity.h"

#include <gio/gunixfdlist.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bus/sandbox.h"

/* One finding: the task's. */
typedef struct
{
  char *name;
  guint32 process;
  int pidfd;
  char *label; /* of the security module; NULL: the bus does not say */
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
  g_free (finding->label);
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
      bus_sandbox_look ("/proc", finding->process, finding->label, identity);
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
read_credentials (GTask *task, GAsyncResult *result, guint32 *process, int *pidfd, char **label)
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
  g_variant_lookup (credentials, "LinuxSecurityLabel", "^ay", label);
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
  g_autofree char *label = NULL;
  guint32 process = 0;
  int pidfd = -1;

  if (!read_credentials (task, result, &process, &pidfd, &label) || process != finding->process
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

  if (!read_credentials (task, result, &finding->process, &finding->pidfd, &finding->label))
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
