/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/whole-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "introspection/otrd-error.h"

/* For as long as the other end of a pipe may do nothing. */
#define PATIENCE_MS 10000
#define PIECE_LEN 65536

typedef struct
{
  int descriptor;
  gsize limit;
  GBytes *bytes;
} Transfer;

static void
transfer_free (gpointer memory)
{
  Transfer *transfer = memory;

  close (transfer->descriptor);
  g_clear_pointer (&transfer->bytes, g_bytes_unref);
  g_free (transfer);
}

static gboolean
set_errno (GError **error, const char *attempted)
{
  int code = errno;

  g_set_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED, "Could not %s the backup's file: %s",
               attempted, g_strerror (code));
  return FALSE;
}

static gboolean
wait_for (int descriptor, short events)
{
  struct pollfd wanted = { descriptor, events, 0 };
  int n;

  do
    n = poll (&wanted, 1, PATIENCE_MS);
  while (n < 0 && errno == EINTR);
  if (n == 0)
    errno = ETIMEDOUT;
  return n > 0;
}

/* Some bytes; 0 at the end, -1 on error. */
static gssize
read_piece (int descriptor, guint8 *piece)
{
  gssize n;

  do
    {
      if (!wait_for (descriptor, POLLIN))
        return -1;
      n = read (descriptor, piece, PIECE_LEN);
    }
  while (n < 0 && (errno == EINTR || errno == EAGAIN));
  return n;
}

static void
read_on_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Transfer *transfer = task_data;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autofree guint8 *piece = g_malloc (PIECE_LEN);
  GError *error = NULL;
  gssize n;

  /* who has just written it has left its offset at the end; a pipe has none */
  lseek (transfer->descriptor, 0, SEEK_SET);
  while ((n = read_piece (transfer->descriptor, piece)) > 0 && all->len <= transfer->limit)
    g_byte_array_append (all, piece, n);
  if (n < 0)
    set_errno (&error, "read");
  else if (all->len > transfer->limit)
    g_set_error (&error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                 "Could not read the backup's file: it is too large to be one");
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&all)),
                           (GDestroyNotify)g_bytes_unref);
}

void
bus_whole_file_read_async (int descriptor,
                           gsize limit,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->descriptor = descriptor;
  transfer->limit = limit;
  g_task_set_task_data (task, transfer, transfer_free);
  g_task_run_in_thread (task, read_on_worker);
}

GBytes *
bus_whole_file_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* A piece no longer than PIPE_BUF never blocks once there is room for it. */
static gboolean
write_all (int descriptor, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n;

      if (!wait_for (descriptor, POLLOUT))
        return FALSE;
      n = write (descriptor, bytes, MIN (length, PIPE_BUF));
      if (n < 0 && errno != EINTR && errno != EAGAIN)
        return FALSE;
      bytes += MAX (n, 0);
      length -= MAX (n, 0);
    }
  return fsync (descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

static void
write_on_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Transfer *transfer = task_data;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (transfer->bytes, &length);
  GError *error = NULL;

  if (write_all (transfer->descriptor, bytes, length))
    g_task_return_boolean (task, TRUE);
  else
    {
      set_errno (&error, "write");
      g_task_return_error (task, error);
    }
}

void
bus_whole_file_write_async (int descriptor,
                            GBytes *bytes,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->descriptor = descriptor;
  transfer->bytes = g_bytes_ref (bytes);
  g_task_set_task_data (task, transfer, transfer_free);
  g_task_run_in_thread (task, write_on_worker);
}

gboolean
bus_whole_file_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
is_open_for (int descriptor, int mode)
{
  int flags = fcntl (descriptor, F_GETFL);
  int access = flags & O_ACCMODE;

  return flags >= 0 && (flags & O_PATH) == 0 && (access == mode || access == O_RDWR);
}

gboolean
bus_whole_file_is_readable (int descriptor)
{
  return is_open_for (descriptor, O_RDONLY);
}

gboolean
bus_whole_file_is_writable (int descriptor)
{
  return is_open_for (descriptor, O_WRONLY);
}
