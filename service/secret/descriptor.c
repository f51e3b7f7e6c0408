/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pipes and sockets are read as they become readable, by calls that cannot
 * wait; files, which are always readable and may yet be slow, by a worker. */

#include "secret/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "introspection/otrd-error.h"

/* What most have room in: locked memory is dear. */
#define FIRST_CAPACITY (64 * 1024)

typedef enum
{
  KIND_FILE,
  KIND_PIPE,
  KIND_SOCKET,
  KIND_OTHER,
} Kind;

typedef struct
{
  int fd;
  Kind kind;
  Secret *buffer; /* ours alone; grows to one byte more than the limit */
  guint8 *bytes;
  gsize capacity;
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

static Kind
find_kind (int fd)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return KIND_OTHER;
  if (S_ISREG (status.st_mode))
    return KIND_FILE;
  if (S_ISFIFO (status.st_mode))
    return KIND_PIPE;
  return S_ISSOCK (status.st_mode) ? KIND_SOCKET : KIND_OTHER;
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

static void
make_room (Reading *reading)
{
  g_autoptr (Secret) old = reading->buffer;
  const guint8 *bytes = reading->bytes;

  reading->capacity = MIN (MAX (2 * reading->capacity, FIRST_CAPACITY), reading->limit + 1);
  reading->buffer = secret_new_to_fill (reading->capacity, &reading->bytes);
  if (reading->length > 0)
    memcpy (reading->bytes, bytes, reading->length);
}

/* A file is read from its beginning, wherever who filled it has left its offset. */
static gssize
read_some (Reading *reading)
{
  guint8 *target;
  gsize room;

  if (reading->length == reading->capacity)
    make_room (reading);
  target = reading->bytes + reading->length;
  room = reading->capacity - reading->length;
  if (reading->kind == KIND_SOCKET)
    return recv (reading->fd, target, room, MSG_DONTWAIT);
  if (reading->kind == KIND_PIPE)
    return read (reading->fd, target, room);
  return pread (reading->fd, target, room, reading->length);
}

/* TRUE when it is over: *@error is set, or it is all there. */
static gboolean
read_on (Reading *reading, GError **error)
{
  gssize got = read_some (reading);

  if (got == 0)
    return TRUE;
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return FALSE;
  if (got < 0)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Cannot read the file descriptor: %s", g_strerror (errno));
      return TRUE;
    }
  reading->length += got;
  if (reading->length <= reading->limit)
    return FALSE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
               "Cannot read the file descriptor: there are more than %" G_GSIZE_FORMAT " bytes",
               reading->limit);
  return TRUE;
}

/* Takes @error. */
static void
end_reading (GTask *task, GError *error)
{
  Reading *reading = g_task_get_task_data (task);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, secret_new (reading->bytes, reading->length),
                           (GDestroyNotify)secret_unref);
}

static void
read_file (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  while (!read_on (task_data, &error))
    ;
  end_reading (task, error);
}

/* A piece each time: what is written as fast as it is read holds nobody else up. */
static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;

  if (!read_on (reading, &error))
    return G_SOURCE_CONTINUE;
  reading->readable_source = 0;
  g_clear_handle_id (&reading->deadline, g_source_remove);
  end_reading (task, error);
  return G_SOURCE_REMOVE;
}

static gboolean
on_deadline (gpointer user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  guint source = reading->readable_source;

  reading->readable_source = reading->deadline = 0;
  end_reading (task, g_error_new (OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                                  "Cannot read the file descriptor: its end did not come in time; "
                                  "write all, and close the other end"));
  g_source_remove (source); /* the last to hold the task */
  return G_SOURCE_REMOVE;
}

static void
wait_until_readable (GTask *task, guint timeout_ms)
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

  reading->fd = fd;
  reading->kind = find_kind (fd);
  reading->limit = limit;
  g_task_set_task_data (task, reading, reading_free);
  if (reading->kind == KIND_FILE)
    g_task_run_in_thread (task, read_file);
  else if (reading->kind == KIND_SOCKET || (reading->kind == KIND_PIPE && reopen_pipe (reading)))
    wait_until_readable (task, timeout_ms);
  else
    end_reading (task, g_error_new (OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                                    "Cannot read the file descriptor: it is not the readable end "
                                    "of a pipe, a socket or a file"));
}

Secret *
secret_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
