/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pipes and memory files of callers; nothing of a secret stays in plain heap. */

#include "bus/descriptors.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <limits.h>
#include <unistd.h>

#include "introspection/otrd-error.h"
#include "secret/descriptor.h"

int
bus_descriptor_take (GDBusMethodInvocation *invocation, gint32 handle, GError **error)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (invocation);
  GUnixFDList *list = g_dbus_message_get_unix_fd_list (message);
  int descriptor = -1;

  if (list != NULL && handle >= 0 && handle < g_unix_fd_list_get_length (list))
    descriptor = g_unix_fd_list_get (list, handle, NULL);
  if (descriptor == -1)
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                 "Cannot use the handle: no file descriptor came with it");
  return descriptor;
}

void
bus_descriptor_read_async (int descriptor,
                           gsize limit,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  secret_read_async (descriptor, limit, BUS_DESCRIPTOR_TIMEOUT_MS, callback, user_data);
}

Secret *
bus_descriptor_read_finish (GAsyncResult *result, GError **error)
{
  return secret_read_finish (result, error);
}

Secret *
bus_descriptor_read_secret_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (Secret) secret = secret_read_finish (result, error);

  if (secret == NULL || secret_get_length (secret) > 0)
    return g_steal_pointer (&secret);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "Cannot take the secret: the file descriptor has nothing in it");
  return NULL;
}

int
bus_descriptor_from_secret (Secret *secret, GError **error)
{
  int ends[2];
  gsize length;
  const guint8 *bytes = secret_get (secret, &length);
  gssize written;

  /* within PIPE_BUF the write neither blocks nor comes back short */
  g_return_val_if_fail (length <= PIPE_BUF, -1);
  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return -1;
  written = write (ends[1], bytes, length);
  close (ends[1]);
  if (written == (gssize)length)
    return ends[0];
  close (ends[0]);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED, "Cannot hand out the key: a pipe failed");
  return -1;
}
