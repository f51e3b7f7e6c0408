/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pipes and memory files of callers; nothing of a secret stays in plain heap. */

#include "bus/descriptors.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "introspection/otrd-error.h"

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

/* What most have room in: locked memory is dear. */
#define FIRST_CAPACITY (64 * 1024)

/* One reading: the buffer is a Secret itself, which grows, to one byte more than the limit. */
typedef struct
{
  GInputStream *stream;
  GCancellable *cancellable;
  guint timeout;
  Secret *buffer;
  guint8 *bytes;
  gsize capacity;
  gsize limit;
  gsize length;
} Reading;

static void
reading_free (Reading *reading)
{
  g_clear_handle_id (&reading->timeout, g_source_remove);
  g_object_unref (reading->stream);
  g_object_unref (reading->cancellable);
  secret_unref (reading->buffer);
  g_free (reading);
}

static gboolean
caller_took_too_long (gpointer user_data)
{
  Reading *reading = user_data;

  reading->timeout = 0;
  g_cancellable_cancel (reading->cancellable);
  return G_SOURCE_REMOVE;
}

static void
return_secret (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);

  if (reading->length == 0)
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                             "Cannot read the secret: the file descriptor has nothing in it");
  else
    g_task_return_pointer (task, secret_new (reading->bytes, reading->length),
                           (GDestroyNotify)secret_unref);
}

static void read_more (GTask *task);

static void
some_was_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (length < 0)
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                             "Cannot read the secret: the file descriptor cannot be read to its "
                             "end; write the secret and close the other end");
  else if (length == 0)
    return_secret (task);
  else if ((reading->length += length) > reading->limit)
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                             "Cannot read the secret: it is longer than %" G_GSIZE_FORMAT " bytes",
                             reading->limit);
  else
    read_more (g_steal_pointer (&task));
}

static void
make_room (Reading *reading, gsize capacity)
{
  g_autoptr (Secret) old = reading->buffer;
  const guint8 *bytes = reading->bytes;

  reading->capacity = MIN (capacity, reading->limit + 1);
  reading->buffer = secret_new_to_fill (reading->capacity, &reading->bytes);
  if (reading->length > 0)
    memcpy (reading->bytes, bytes, reading->length);
}

static void
read_more (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);

  if (reading->length == reading->capacity)
    make_room (reading, 2 * reading->capacity);
  g_input_stream_read_async (reading->stream, reading->bytes + reading->length,
                             reading->capacity - reading->length, G_PRIORITY_DEFAULT,
                             reading->cancellable, some_was_read, task);
}

void
bus_descriptor_read_async (int descriptor,
                           gsize limit,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  /* who filled a memory file has left its offset at the end; a pipe has none */
  lseek (descriptor, 0, SEEK_SET);
  reading->stream = g_unix_input_stream_new (descriptor, TRUE);
  reading->cancellable = g_cancellable_new ();
  reading->timeout =
      g_timeout_add_seconds (BUS_DESCRIPTOR_TIMEOUT_SECONDS, caller_took_too_long, reading);
  reading->limit = limit;
  make_room (reading, FIRST_CAPACITY);
  g_task_set_task_data (task, reading, (GDestroyNotify)reading_free);
  read_more (task);
}

Secret *
bus_descriptor_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
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
