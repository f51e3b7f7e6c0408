// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Secrets in sealed memory files, and keys out of whatever the service gives:
 * nothing here touches a disk, and nothing waits. */

#include "descriptor.h"

#include "otrd-error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define KEY_LENGTH 32
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static gboolean
write_all (int fd, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      gssize written = write (fd, bytes, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return FALSE;
      bytes += written;
      length -= written;
    }
  return TRUE;
}

int
otrd_descriptor_hold (GBytes *secret, GError **error)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (secret, &length);
  int fd = memfd_create ("otrd", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd >= 0 && write_all (fd, bytes, length) && lseek (fd, 0, SEEK_SET) == 0
      && fcntl (fd, F_ADD_SEALS, SEALS) == 0)
    return fd;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED, "Could not hand the secret over in memory: %s",
               g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
wipe (gpointer key)
{
  explicit_bzero (key, KEY_LENGTH);
  g_free (key);
}

/* The service has written before it answered: what is not there now does not come. */
static gsize
read_some (int fd, guint8 *bytes, gsize room)
{
  gsize length = 0;
  int flags = fcntl (fd, F_GETFL);

  lseek (fd, 0, SEEK_SET);
  fcntl (fd, F_SETFL, flags | O_NONBLOCK);
  while (length < room)
    {
      gssize n = read (fd, bytes + length, room - length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      length += n;
    }
  return length;
}

GBytes *
otrd_descriptor_read_key (GUnixFDList *descriptors, int handle, GError **error)
{
  guint8 *key;
  gsize length;
  int fd;

  if (descriptors == NULL || handle >= g_unix_fd_list_get_length (descriptors))
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_FAILED,
                           "The service gave no descriptor for the key");
      return NULL;
    }
  fd = g_unix_fd_list_get (descriptors, handle, error);
  if (fd < 0)
    return NULL;
  key = g_malloc0 (KEY_LENGTH);
  length = read_some (fd, key, KEY_LENGTH);
  close (fd);
  if (length == KEY_LENGTH)
    return g_bytes_new_with_free_func (key, KEY_LENGTH, wipe, key);
  wipe (key);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED,
               "The service gave a key of %" G_GSIZE_FORMAT " bytes, not of %d", length,
               KEY_LENGTH);
  return NULL;
}
