// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verbs vault backup and vault restore. The backup is written to a file
 * without a name, or with another, and takes its place only when it is whole and
 * on the disk; a link in that place is not followed. */

#include "columns.h"
#include "command.h"
#include "passphrase.h"
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
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

static GBytes *
read_new_passphrase (Command *command, GError **error)
{
  return comes_from_elsewhere (command)
             ? read_passphrase_from (command, error)
             : passphrase_ask_new ("the backup", "The backup was not made", error);
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
  g_variant_dict_insert (&options, "previous", "b", command_has (command, "previous"));
  g_variant_dict_insert (&options, "force", "b", command_has (command, "force"));
  return g_variant_dict_end (&options);
}

/* What is damaged is shown to the person before they are asked. */
static gboolean
confirm_going_back (Command *command, GError **error)
{
  static const char *const keys[] = { "name", "sound", "generation", "problem", NULL };
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) files = NULL;
  gboolean yes = FALSE;

  if (command_has (command, "yes"))
    return TRUE;
  report = otrd_client_check_vault_sync (command->client, NULL, NULL, error);
  if (report == NULL)
    return FALSE;
  files = g_variant_lookup_value (report, "files", G_VARIANT_TYPE ("aa{sv}"));
  if (files != NULL)
    columns_print (files, keys, FALSE, FALSE);
  fflush (stdout);
  if (!tty_ask_yes ("Go back to the previous generation? What was changed since is lost.", &yes,
                    error))
    return FALSE;
  if (!yes)
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED, "Nothing was changed");
  return yes;
}

/* The contract has a descriptor here, which is not looked at. */
static gboolean
go_back (Command *command, GError **error)
{
  int descriptor;
  gboolean is_done;

  if (command_get_word (command, 0) != NULL || comes_from_elsewhere (command))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "The previous generation is beside the vault: no file, and no passphrase");
      return FALSE;
    }
  if (!confirm_going_back (command, error))
    return FALSE;
  descriptor = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  is_done = otrd_client_restore_vault_sync (command->client, descriptor, NULL,
                                            make_options (command), NULL, error);
  close (descriptor);
  return is_done;
}

static gboolean
restore_file (Command *command, const char *path, GError **error)
{
  g_autoptr (GBytes) passphrase = NULL;
  int descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  gboolean is_restored;

  if (descriptor < 0)
    return set_errno (error, OTRD_ERROR_NOT_FOUND, path, "opening it");
  passphrase = comes_from_elsewhere (command) ? read_passphrase_from (command, error)
                                              : passphrase_ask ("the backup", error);
  is_restored = passphrase != NULL
                && otrd_client_restore_vault_sync (command->client, descriptor, passphrase,
                                                   make_options (command), NULL, error);
  close (descriptor);
  return is_restored;
}

gboolean
run_vault_restore (Command *command, GError **error)
{
  const char *path = command_get_word (command, 0);

  if (command_has (command, "previous"))
    return go_back (command, error);
  if (path != NULL)
    return restore_file (command, path, error);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "Which backup? Give its file, or --previous for the generation before");
  return FALSE;
}
