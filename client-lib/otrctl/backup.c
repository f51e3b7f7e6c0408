// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verbs vault backup and vault restore. The backup is written to a file
 * without a name, or with another, and takes its place only when it is whole and
 * on the disk; a link in that place is not followed. */

#include "command.h"
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
set_errno (GError **error, OtrdError code, const char *path, const char *attempted)
{
  int saved = errno;

  g_set_error (error, OTRD_ERROR, (int)code, "%s: %s failed: %s", path, attempted,
               g_strerror (saved));
  return FALSE;
}

static GBytes *
read_passphrase_from (Command *command, GError **error)
{
  const char *text = arguments_get_value (command->arguments, "passphrase-fd");
  guint64 descriptor = STDIN_FILENO;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &descriptor, NULL))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "“%s” is no descriptor", text);
      return NULL;
    }
  return tty_read_secret_from ((int)descriptor, error);
}

static gboolean
comes_from_elsewhere (Command *command)
{
  return command_has (command, "passphrase-stdin") || command_has (command, "passphrase-fd");
}

/* On a terminal twice: a slip would cost the backup. */
static GBytes *
read_new_passphrase (Command *command, GError **error)
{
  g_autoptr (GBytes) first = NULL, second = NULL;

  if (comes_from_elsewhere (command))
    return read_passphrase_from (command, error);
  first = tty_read_secret ("Passphrase of the backup: ", error);
  if (first == NULL)
    return NULL;
  second = tty_read_secret ("Again: ", error);
  if (second == NULL)
    return NULL;
  if (g_bytes_get_size (first) > 0 && g_bytes_equal (first, second))
    return g_steal_pointer (&first);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "The backup was not made: the two passphrases %s",
               g_bytes_get_size (first) > 0 ? "differ" : "are empty");
  return NULL;
}

static gboolean
check_target (Command *command, const char *path, GError **error)
{
  struct stat status;

  if (lstat (path, &status) != 0)
    return errno == ENOENT || set_errno (error, OTRD_ERROR_STORAGE_FAILED, path, "looking at it");
  if (!S_ISREG (status.st_mode))
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_EXISTS,
                 "%s is a link or no ordinary file; the backup was not made", path);
  else if (!command_has (command, "force"))
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_EXISTS,
                 "%s is there already; give another name, or --force", path);
  else
    return TRUE;
  return FALSE;
}

static gboolean
sync_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int descriptor = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean is_synced = descriptor >= 0 && (fsync (descriptor) == 0 || errno == EINVAL);

  if (!is_synced)
    set_errno (error, OTRD_ERROR_STORAGE_FAILED, folder, "writing the folder");
  if (descriptor >= 0)
    close (descriptor);
  return is_synced;
}

/* Without --force a name that has come up meanwhile is not replaced either. */
static gboolean
put_in_place (Command *command, const char *temporary, const char *path, GError **error)
{
  int failed = command_has (command, "force") ? rename (temporary, path) : link (temporary, path);

  if (failed && errno == EPERM && !command_has (command, "force"))
    failed = rename (temporary, path);
  if (failed)
    return set_errno (error, OTRD_ERROR_STORAGE_FAILED, path, "giving the backup its name");
  return sync_folder (path, error);
}

gboolean
run_vault_backup (Command *command, GError **error)
{
  const char *path = command_get_word (command, 0);
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  g_autoptr (GBytes) passphrase = NULL;
  gboolean is_made;
  int descriptor;

  if (!check_target (command, path, error))
    return FALSE;
  passphrase = read_new_passphrase (command, error);
  if (passphrase == NULL)
    return FALSE;
  descriptor = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return set_errno (error, OTRD_ERROR_STORAGE_FAILED, path, "making the file");
  is_made =
      otrd_client_backup_vault_sync (command->client, descriptor, passphrase, NULL, NULL, error);
  if (is_made && fsync (descriptor) != 0)
    is_made = set_errno (error, OTRD_ERROR_STORAGE_FAILED, path, "writing the file");
  close (descriptor);
  is_made = is_made && put_in_place (command, temporary, path, error);
  (void)g_unlink (temporary);
  return is_made;
}

static GVariant *
make_options (Command *command)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "merge", "b", command_has (command, "merge"));
  g_variant_dict_insert (&options, "replace", "b", command_has (command, "replace"));
  return g_variant_dict_end (&options);
}

gboolean
run_vault_restore (Command *command, GError **error)
{
  const char *path = command_get_word (command, 0);
  g_autoptr (GBytes) passphrase = NULL;
  int descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  gboolean is_restored;

  if (descriptor < 0)
    return set_errno (error, OTRD_ERROR_NOT_FOUND, path, "opening it");
  passphrase = comes_from_elsewhere (command)
                   ? read_passphrase_from (command, error)
                   : tty_read_secret ("Passphrase of the backup: ", error);
  is_restored = passphrase != NULL
                && otrd_client_restore_vault_sync (command->client, descriptor, passphrase,
                                                   make_options (command), NULL, error);
  close (descriptor);
  return is_restored;
}
