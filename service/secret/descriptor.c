/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pipes and sockets are read as they become readable, by calls that cannot
 * wait; files, which are always readable and may yet be slow, by a worker. */

#include "secret/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "introspection/otrd-error.h"

typedef struct
{
  int fd;
  gboolean is_socket;
  Secret *buffer; /* ours alone until it is handed out: one byte more than the limit */
  guint8 *bytes;
  gsize limit;
  gsize length;
  guint readable_source;
  guint deadline;
} Reading;

static void
reading_free (gpointer memory)
{
  Reading *reading = memory;

  g_clear_handle_id (&reading->readable_source, g_source_remove);
  g_clear_handle_id (&reading->deadline, g_source_remove);
  if (reading->fd >= 0)
    close (reading->fd);
  g_clear_pointer (&reading->buffer, secret_unref);
  g_free (reading);
}

/* The descriptor's flags are shared with the caller, who could make it wait
 * again: a pipe is opened anew for us. */
static gboolean
reopen_pipe (Reading *reading)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", reading->fd);
  int own = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

  if (own < 0)
    return FALSE;
  close (reading->fd);
  reading->fd = own;
  return TRUE;
}

static gssize
read_some (Reading *reading)
{
  guint8 *target = reading->bytes + reading->length;
  gsize room = reading->limit + 1 - reading->length;

  return reading->is_socket ? recv (reading->fd, target, room, MSG_DONTWAIT)
                            : read (reading->fd, target, room);
}

/* TRUE when it is over: *@error is set, or it is all there. */
static gboolean
read_on (Reading *reading, GError **error)
{
  gssize got;

  while ((got = read_some (reading)) > 0)
    {
      reading->length += got;
      if (reading->length <= reading->limit)
        continue;
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Could not read the secret: it is longer than %" G_GSIZE_FORMAT " bytes",
                   reading->limit);
      return TRUE;
    }
  if (got == 0)
    return TRUE;
  if (errno == EAGAIN || errno == EINTR)
    return FALSE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "Could not read the secret from the descriptor: %s", g_strerror (errno));
  return TRUE;
}

static void
end_reading (GTask *task, GError *error)
{
  Reading *reading = g_task_get_task_data (task);

  reading->readable_source = 0;
  g_clear_handle_id (&reading->deadline, g_source_remove);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, secret_new (reading->bytes, reading->length),
                           (GDestroyNotify)secret_unref);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (!read_on (g_task_get_task_data (task), &error))
    return G_SOURCE_CONTINUE;
  end_reading (task, error);
  return G_SOURCE_REMOVE;
}

static gboolean
on_deadline (gpointer user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  guint source = reading->readable_source;

  reading->deadline = 0;
  end_reading (task,
               g_error_new (OTRD_ERROR, OTRD_ERROR_FAILED,
                            "Could not read the secret: its end did not come; close the pipe"));
  g_source_remove (source); /* the last to hold the task */
  return G_SOURCE_REMOVE;
}

static void
read_file (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Reading *reading = task_data;
  GError *error = NULL;

  while (!read_on (reading, &error))
    ;
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, secret_new (reading->bytes, reading->length),
                           (GDestroyNotify)secret_unref);
}

static void
begin_reading (GTask *task, guint timeout_ms)
{
  Reading *reading = g_task_get_task_data (task);

  reading->deadline = g_timeout_add (timeout_ms, on_deadline, task);
  reading->readable_source =
      g_unix_fd_add_full (G_PRIORITY_DEFAULT, reading->fd, G_IO_IN | G_IO_HUP | G_IO_ERR,
                          on_readable, g_object_ref (task), g_object_unref);
}

void
secret_read_async (
    int fd, gsize limit, guint timeout_ms, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);
  struct stat status;
  gboolean is_known = fstat (fd, &status) == 0;

  reading->fd = fd;
  reading->limit = limit;
  reading->buffer = secret_new_to_fill (limit + 1, &reading->bytes);
  reading->is_socket = is_known && S_ISSOCK (status.st_mode);
  g_task_set_task_data (task, reading, reading_free);
  if (is_known && S_ISREG (status.st_mode))
    g_task_run_in_thread (task, read_file);
  else if (reading->is_socket || (is_known && S_ISFIFO (status.st_mode) && reopen_pipe (reading)))
    begin_reading (task, timeout_ms);
  else
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                             "Could not read the secret: the descriptor is not the readable end "
                             "of a pipe, a socket or a file");
}

Secret *
secret_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
