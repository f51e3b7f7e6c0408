/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading and replacing files, with suspicion. */

#include "vault/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "introspection/otrd-error.h"

#define LOCK_NAME "lock"
/* Both look like GLib's temporary files. */
#define LINK_SUFFIX ".NEWEST"
#define BEFORE_SUFFIX ".BEFORE" /* what a replacement that is not settled would bring back */
#define ASIDES_MAX 100
#define SIZE_MAX_READ ((gsize)256 * 1024 * 1024)

struct _VaultFolder
{
  char *path;
  int folder_fd;
  int lock_fd;
  gboolean is_read_only;
};

static gboolean
set_failed (GError **error, OtrdError code, const char *path, const char *why)
{
  g_set_error (error, OTRD_ERROR, code, "Could not use the vault in %s: %s", path, why);
  return FALSE;
}

static gboolean
set_errno (GError **error, const char *path, const char *attempted)
{
  int code = errno;
  g_autofree char *why = g_strdup_printf ("%s failed: %s", attempted, g_strerror (code));

  return set_failed (error, OTRD_ERROR_STORAGE_FAILED, path, why);
}

static gboolean
check_owner (const struct stat *status, const char *path, GError **error)
{
  if (status->st_uid == geteuid ())
    return TRUE;
  return set_failed (error, OTRD_ERROR_STORAGE_FAILED, path,
                     "it belongs to another user; move it away");
}

/* A name in a folder lasts when that folder is on the disk. */
static gboolean
sync_folder_at (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean is_synced = fd >= 0 && fsync (fd) == 0;

  if (!is_synced)
    set_errno (error, path, "writing the folder");
  if (fd >= 0)
    close (fd);
  return is_synced;
}

/* With those above it that are missing; what is there already is left as it is. */
static gboolean
make_folder (const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  gboolean is_made = g_mkdir (path, 0700) == 0;

  if (!is_made && errno == ENOENT && !g_str_equal (parent, path))
    {
      if (!make_folder (parent, error))
        return FALSE;
      is_made = g_mkdir (path, 0700) == 0;
    }
  if (!is_made)
    return errno == EEXIST || set_errno (error, path, "making the folder");
  if (sync_folder_at (parent, error))
    return TRUE;
  (void)g_rmdir (path); /* the next time it is made again, and written */
  return FALSE;
}

static gboolean
open_folder (VaultFolder *folder, GError **error)
{
  struct stat status;

  if (!make_folder (folder->path, error))
    return FALSE;
  folder->folder_fd = open (folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder->folder_fd < 0 && (errno == ELOOP || errno == ENOTDIR))
    return set_failed (error, OTRD_ERROR_STORAGE_FAILED, folder->path,
                       "it is a link, or not a folder; move it away");
  if (folder->folder_fd < 0 || fstat (folder->folder_fd, &status) != 0)
    return set_errno (error, folder->path, "opening the folder");
  if (!check_owner (&status, folder->path, error))
    return FALSE;
  if ((status.st_mode & 07777) != 0700 && fchmod (folder->folder_fd, 0700) != 0 && errno != EROFS)
    return set_errno (error, folder->path, "closing the folder to others");
  return TRUE;
}

/* Where nothing can be written, the lock file is opened for reading, or the
 * folder itself stands in for it. */
static void
open_lock_read_only (VaultFolder *folder)
{
  folder->is_read_only = TRUE;
  folder->lock_fd =
      openat (folder->folder_fd, LOCK_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (folder->lock_fd < 0 && errno == ENOENT)
    folder->lock_fd = openat (folder->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static gboolean
take_lock (VaultFolder *folder, GError **error)
{
  folder->lock_fd = openat (folder->folder_fd, LOCK_NAME,
                            O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (folder->lock_fd < 0 && (errno == EROFS || errno == EACCES))
    open_lock_read_only (folder);
  if (folder->lock_fd < 0)
    return set_errno (error, folder->path, "opening its lock file");
  if (flock (folder->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (errno != EWOULDBLOCK)
    return set_errno (error, folder->path, "locking");
  return set_failed (error, OTRD_ERROR_BUSY, folder->path,
                     "another otrd of yours is using it; end that one");
}

/* Six random letters and digits, as GLib's temporary files end. A word in small
 * letters ("backup") is somebody's own. */
static gboolean
is_random_suffix (const char *suffix)
{
  gboolean is_word = TRUE;

  if (strlen (suffix) != strlen (LINK_SUFFIX))
    return FALSE;
  for (const char *c = suffix + 1; *c != '\0'; c++)
    {
      if (!g_ascii_isalnum (*c))
        return FALSE;
      is_word &= g_ascii_islower (*c);
    }
  return !is_word;
}

/* NAME.XXXXXX or NAME.previous.XXXXXX, as a crash leaves them behind. */
static gboolean
is_stale (const char *name)
{
  static const char *const ours[] = {
    "keys", "trust", "restored", "keys" VAULT_PREVIOUS_SUFFIX, "trust" VAULT_PREVIOUS_SUFFIX, NULL
  };
  const char *suffix = strrchr (name, '.');
  g_autofree char *stem = suffix != NULL ? g_strndup (name, suffix - name) : NULL;

  return suffix != NULL && is_random_suffix (suffix) && g_strv_contains (ours, stem);
}

static void
remove_stale (VaultFolder *folder)
{
  g_autoptr (GDir) names = g_dir_open (folder->path, 0, NULL);
  const char *name;

  while (names != NULL && (name = g_dir_read_name (names)) != NULL)
    if (is_stale (name))
      (void)unlinkat (folder->folder_fd, name, 0);
}

VaultFolder *
vault_folder_open (const char *path, GError **error)
{
  g_autoptr (VaultFolder) folder = g_new0 (VaultFolder, 1);

  folder->path = g_strdup (path);
  folder->folder_fd = folder->lock_fd = -1;
  if (!open_folder (folder, error) || !take_lock (folder, error))
    return NULL;
  remove_stale (folder);
  return g_steal_pointer (&folder);
}

gboolean
vault_folder_is_read_only (VaultFolder *folder)
{
  return folder->is_read_only;
}

void
vault_folder_was_written (VaultFolder *folder)
{
  folder->is_read_only = FALSE;
}

void
vault_folder_close (VaultFolder *folder)
{
  if (folder->lock_fd >= 0)
    close (folder->lock_fd);
  if (folder->folder_fd >= 0)
    close (folder->folder_fd);
  g_free (folder->path);
  g_free (folder);
}

/* An ordinary file of ours, which it then closes to others. */
static gboolean
check_file (VaultFolder *folder, int fd, const char *name, struct stat *status, GError **error)
{
  g_autofree char *path = g_build_filename (folder->path, name, NULL);

  if (fstat (fd, status) != 0)
    return set_errno (error, path, "reading");
  if (!S_ISREG (status->st_mode))
    return set_failed (error, OTRD_ERROR_STORAGE_FAILED, path,
                       "it is not an ordinary file; move it away");
  if (!check_owner (status, path, error))
    return FALSE;
  if ((gsize)status->st_size > SIZE_MAX_READ)
    return set_failed (error, OTRD_ERROR_VAULT_DAMAGED, path, "it is too large to be ours");
  if ((status->st_mode & 07777) != 0600 && fchmod (fd, 0600) != 0)
    return set_errno (error, path, "closing the file to others");
  return TRUE;
}

static int
open_file (VaultFolder *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder->path, name, NULL);
  int fd = openat (folder->folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0 && errno == ELOOP)
    set_failed (error, OTRD_ERROR_STORAGE_FAILED, path, "it is a link; move it away");
  else if (fd < 0 && errno != ENOENT)
    set_errno (error, path, "opening");
  return fd;
}

static gboolean
read_all (int fd, guint8 *target, gsize size)
{
  while (size > 0)
    {
      gssize got = read (fd, target, size);
      if (got < 0 && errno == EINTR)
        continue;
      if (got == 0)
        errno = EIO;
      if (got <= 0)
        return FALSE;
      target += got;
      size -= got;
    }
  return TRUE;
}

gboolean
vault_folder_read (VaultFolder *folder, const char *name, GBytes **bytes, GError **error)
{
  return vault_folder_read_start (folder, name, G_MAXSIZE, bytes, error);
}

gboolean
vault_folder_read_start (
    VaultFolder *folder, const char *name, gsize most, GBytes **bytes, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree guint8 *contents = NULL;
  struct stat status;
  int fd = open_file (folder, name, &failure);
  gsize length = 0;
  gboolean is_good;

  *bytes = NULL;
  if (fd < 0)
    {
      if (failure == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  is_good = check_file (folder, fd, name, &status, error);
  if (is_good)
    {
      length = MIN ((gsize)status.st_size, most);
      contents = g_malloc (length + 1);
      is_good = read_all (fd, contents, length) || set_errno (error, name, "reading");
    }
  close (fd);
  if (is_good)
    *bytes = g_bytes_new_take (g_steal_pointer (&contents), length);
  return is_good;
}

gboolean
vault_folder_has (VaultFolder *folder, const char *name)
{
  g_autofree char *previous = g_strconcat (name, VAULT_PREVIOUS_SUFFIX, NULL);
  struct stat status;

  return fstatat (folder->folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0
         || fstatat (folder->folder_fd, previous, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Somebody may have moved the folder away, or put another in its place. */
static gboolean
check_folder_is_there (VaultFolder *folder, GError **error)
{
  struct stat held, there;

  if (fstat (folder->folder_fd, &held) != 0 || lstat (folder->path, &there) != 0)
    return set_errno (error, folder->path, "finding the folder");
  if (held.st_dev == there.st_dev && held.st_ino == there.st_ino)
    return TRUE;
  return set_failed (error, OTRD_ERROR_STORAGE_FAILED, folder->path,
                     "the folder was replaced; end otrd, it starts again by itself");
}

static gboolean
check_target (VaultFolder *folder, const char *name, GError **error)
{
  g_autoptr (GError) failure = NULL;
  struct stat status;
  int fd = open_file (folder, name, &failure);
  gboolean is_good;

  if (fd < 0 && failure == NULL)
    return TRUE;
  if (fd < 0)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  is_good = check_file (folder, fd, name, &status, error);
  close (fd);
  return is_good;
}

static gboolean
write_file (VaultFolder *folder, const char *name, GBytes *bytes, GError **error)
{
  g_autofree char *path = g_build_filename (folder->path, name, NULL);
  g_autoptr (GError) failure = NULL;
  gsize length;
  const char *contents = g_bytes_get_data (bytes, &length);

  if (!g_file_set_contents_full (path, contents, length,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &failure))
    return set_failed (error, OTRD_ERROR_STORAGE_FAILED, path, failure->message);
  /* An odd umask may have taken away what the user needs. */
  if (fchmodat (folder->folder_fd, name, 0600, 0) != 0)
    return set_errno (error, path, "opening the file to its owner");
  /* GLib does this too, and keeps to itself whether it could. */
  return fsync (folder->folder_fd) == 0 || set_errno (error, path, "writing the folder");
}

/* Another name for a file, in the place of what had it; where there are no such
 * names, a copy. Whether the file is there is left to the caller. */
static gboolean
give_name (VaultFolder *folder, const char *name, const char *other, GError **error)
{
  g_autofree char *link = g_strconcat (other, LINK_SUFFIX, NULL);
  g_autoptr (GBytes) bytes = NULL;

  (void)unlinkat (folder->folder_fd, link, 0);
  if (linkat (folder->folder_fd, name, folder->folder_fd, link, 0) == 0)
    {
      if (renameat (folder->folder_fd, link, folder->folder_fd, other) == 0)
        return TRUE;
      (void)unlinkat (folder->folder_fd, link, 0);
    }
  else if (errno == ENOENT)
    return TRUE;
  if (!vault_folder_read (folder, name, &bytes, error))
    return FALSE;
  return bytes == NULL || write_file (folder, other, bytes, error);
}

gboolean
vault_folder_take_back (VaultFolder *folder, const char *name, gboolean was_there, GError **error)
{
  const char *const suffixes[] = { "", VAULT_PREVIOUS_SUFFIX };
  g_autofree char *before = g_strconcat (name, BEFORE_SUFFIX, NULL);
  gboolean is_back = TRUE;

  if (was_there)
    is_back = renameat (folder->folder_fd, before, folder->folder_fd, name) == 0;
  for (guint i = 0; !was_there && is_back && i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *made = g_strconcat (name, suffixes[i], NULL);

      is_back = unlinkat (folder->folder_fd, made, 0) == 0 || errno == ENOENT;
    }
  if (!is_back || fsync (folder->folder_fd) != 0)
    return set_errno (error, folder->path, "bringing back the file before");
  return vault_folder_settle (folder, name, FALSE, NULL);
}

/* Tried twice: when the other file of a save is settled, this one cannot be taken back alone. */
gboolean
vault_folder_settle (VaultFolder *folder, const char *name, gboolean surely, GError **error)
{
  g_autofree char *before = g_strconcat (name, BEFORE_SUFFIX, NULL);

  for (guint tries = 0; tries < 2; tries++)
    if (unlinkat (folder->folder_fd, before, 0) == 0 || errno == ENOENT || !surely)
      return TRUE;
  return set_errno (error, folder->path, "removing what was there before");
}

/* What makes way comes first: if it fails, nothing has changed that counts. */
static gboolean
make_way (
    VaultFolder *folder, const char *name, GBytes *bytes, gboolean forget_previous, GError **error)
{
  g_autofree char *previous = g_strconcat (name, VAULT_PREVIOUS_SUFFIX, NULL);
  g_autofree char *before = g_strconcat (name, BEFORE_SUFFIX, NULL);

  if (!check_target (folder, name, error) || !check_target (folder, previous, error))
    return FALSE;
  (void)unlinkat (folder->folder_fd, before, 0);
  return give_name (folder, name, before, error)
         && (forget_previous ? write_file (folder, previous, bytes, error)
                             : give_name (folder, name, previous, error));
}

gboolean
vault_folder_replace (VaultFolder *folder,
                      const char *name,
                      GBytes *bytes,
                      gboolean forget_previous,
                      gboolean *was_there,
                      GError **error)
{
  struct stat status;

  if (!check_folder_is_there (folder, error)
      || !make_way (folder, name, bytes, forget_previous, error))
    return FALSE;
  *was_there = fstatat (folder->folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (!*was_there && errno != ENOENT)
    return set_errno (error, folder->path, "looking at its files");
  if (write_file (folder, name, bytes, error))
    return TRUE;
  vault_folder_take_back (folder, name, *was_there, NULL);
  return FALSE;
}

gboolean
vault_folder_write (VaultFolder *folder, const char *name, GBytes *bytes, GError **error)
{
  return check_folder_is_there (folder, error) && check_target (folder, name, error)
         && write_file (folder, name, bytes, error);
}

gboolean
vault_folder_remove (VaultFolder *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder->path, name, NULL);

  if (unlinkat (folder->folder_fd, name, 0) != 0 && errno != ENOENT)
    return set_errno (error, path, "removing the file");
  return fsync (folder->folder_fd) == 0 || set_errno (error, path, "writing the folder");
}

/* The first N that is free; where there are no second names, a copy. */
static gboolean
set_one_aside (VaultFolder *folder, const char *name, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  for (guint n = 1; n <= ASIDES_MAX; n++)
    {
      g_autofree char *aside = g_strdup_printf ("%s.aside-%u", name, n);
      struct stat status;

      if (linkat (folder->folder_fd, name, folder->folder_fd, aside, 0) == 0 || errno == ENOENT)
        return TRUE;
      if (errno == EEXIST || fstatat (folder->folder_fd, aside, &status, AT_SYMLINK_NOFOLLOW) == 0)
        continue;
      return vault_folder_read (folder, name, &bytes, error)
             && (bytes == NULL || write_file (folder, aside, bytes, error));
    }
  return set_failed (error, OTRD_ERROR_LIMIT_EXCEEDED, folder->path,
                     "too many files were set aside; move them away");
}

gboolean
vault_folder_set_aside (VaultFolder *folder, GError **error)
{
  static const char *const names[] = { "keys", "keys" VAULT_PREVIOUS_SUFFIX, "trust",
                                       "trust" VAULT_PREVIOUS_SUFFIX };

  if (!check_folder_is_there (folder, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!set_one_aside (folder, names[i], error))
      return FALSE;
  return TRUE;
}

gboolean
vault_folder_go_back (VaultFolder *folder, const char *name, GError **error)
{
  g_autofree char *previous = g_strconcat (name, VAULT_PREVIOUS_SUFFIX, NULL);

  if (!check_folder_is_there (folder, error) || !check_target (folder, previous, error)
      || !set_one_aside (folder, name, error) || !give_name (folder, previous, name, error))
    return FALSE;
  return fsync (folder->folder_fd) == 0 || set_errno (error, folder->path, "writing the folder");
}
