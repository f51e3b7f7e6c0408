/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A Flatpak has a file in its root.  A snap has a security label and control
 * groups with its name; either is enough, since a process may leave its groups,
 * and not every machine has labels. */

#include "bus/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SANDBOX_FILE ".flatpak-info"
#define SANDBOX_FILE_MAX (64 * 1024)
#define ENTRY_MAX (64 * 1024) /* of a label, or of the control groups; more is no answer */

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

/* Flatpak: a root may be a file system that never answers. */

/* Takes @application's place when the file names a sandbox. */
static BusSandbox
read_sandbox_file (int descriptor, char **application)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *name = NULL;
  g_autoptr (GMappedFile) mapped = NULL;
  struct stat status;

  if (fstat (descriptor, &status) != 0 || !S_ISREG (status.st_mode)
      || status.st_size > SANDBOX_FILE_MAX)
    return BUS_SANDBOX_UNKNOWN;
  mapped = g_mapped_file_new_from_fd (descriptor, FALSE, NULL);
  if (mapped == NULL
      || !g_key_file_load_from_data (file, g_mapped_file_get_contents (mapped),
                                     g_mapped_file_get_length (mapped), G_KEY_FILE_NONE, NULL))
    return BUS_SANDBOX_UNKNOWN;
  name = g_key_file_get_string (
      file, g_key_file_has_group (file, "Runtime") ? "Runtime" : "Application", "name", NULL);
  if (name == NULL || !g_application_id_is_valid (name))
    return BUS_SANDBOX_UNKNOWN;
  g_free (*application);
  *application = g_steal_pointer (&name);
  return BUS_SANDBOX_FLATPAK;
}

/* A root of FUSE shows nothing to others of the same user; a Flatpak's never is one. */
static gboolean
is_fuse (const char *path)
{
  struct statfs status;

  return statfs (path, &status) == 0 && status.f_type == FUSE_SUPER_MAGIC;
}

/* A root of FUSE shows nothing to others of the same user; a Flatpak's never is one. */
BusSandbox
bus_sandbox_judge_root (int problem, gboolean is_fuse)
{
  return problem == EACCES && is_fuse ? BUS_SANDBOX_NONE : BUS_SANDBOX_UNKNOWN;
}

static BusSandbox
look_for_flatpak (const char *entry, char **application)
{
  g_autofree char *path = g_build_filename (entry, "root", NULL);
  int root = open (path, O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
  BusSandbox sandbox;
  int descriptor;
  int problem;

  if (root < 0)
    {
      problem = errno;
      return bus_sandbox_judge_root (problem, is_fuse (path));
    }
  descriptor =
      openat (root, SANDBOX_FILE, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
  problem = errno;
  close (root);
  if (descriptor < 0)
    return problem == ENOENT ? BUS_SANDBOX_NONE : BUS_SANDBOX_UNKNOWN;
  sandbox = read_sandbox_file (descriptor, application);
  close (descriptor);
  return sandbox;
}

/* Snap */

static gboolean
begins_word (const char *text, const char *at)
{
  return at == text || at[-1] == '/' || at[-1] == ':';
}

/* Where the name begins in a label (snap.NAME.APP (enforce)) or in the paths of control groups
 * (.../snap.NAME.APP.ID.scope); NULL: neither is a snap's. */
static const char *
find_snap (const char *text)
{
  const char *at = text;

  while (at != NULL && (at = strstr (at, "snap.")) != NULL)
    {
      if (begins_word (text, at))
        return at + strlen ("snap.");
      at++;
    }
  return NULL;
}

/* It is in a snap, if only one without a name. */
static void
note_snap (BusIdentity *identity, const char *name)
{
  gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-_");

  if (identity->sandbox != BUS_SANDBOX_NONE)
    return;
  identity->sandbox = length > 0 ? BUS_SANDBOX_SNAP : BUS_SANDBOX_UNKNOWN;
  g_free (identity->application);
  identity->application = g_strdup_printf ("%s%.*s", length > 0 ? "snap:" : "", (int)length, name);
}

static void
look_for_snap (BusIdentity *identity, const char *text)
{
  const char *name = text != NULL ? find_snap (text) : NULL;

  if (name != NULL)
    note_snap (identity, name);
}

/* The last element of the path in the unified hierarchy, if it is a unit's. */
static char *
find_unit (const char *cgroups)
{
  const char *line = strstr (cgroups, "0::");
  g_autofree char *path = line != NULL ? g_strndup (line + 3, strcspn (line + 3, "\n")) : NULL;
  const char *last = path != NULL ? strrchr (path, '/') : NULL;

  if (last != NULL && (g_str_has_suffix (last, ".service") || g_str_has_suffix (last, ".scope"))
      && g_utf8_validate (last, -1, NULL))
    return g_strdup (last + 1);
  return g_strdup ("");
}

/* NULL: it cannot be read. Nobody wants to know why: GLib's reader looks for words for it in
 * the user's language, which takes longer than all the rest. */
static char *
read_entry (const char *entry, const char *name)
{
  g_autofree char *path = g_build_filename (entry, name, NULL);
  int descriptor = open (path, O_RDONLY | O_CLOEXEC);
  g_autofree char *text = g_malloc (ENTRY_MAX + 1);
  gsize length = 0;
  gssize got = descriptor >= 0 ? 1 : -1;

  while (got > 0 && length < ENTRY_MAX)
    {
      got = read (descriptor, text + length, ENTRY_MAX - length);
      length += MAX (got, 0);
    }
  if (descriptor >= 0)
    close (descriptor);
  text[length] = '\0';
  return got == 0 ? g_steal_pointer (&text) : NULL;
}

static void
read_cgroups (BusIdentity *identity, const char *entry)
{
  g_autofree char *cgroups = read_entry (entry, "cgroup");

  if (cgroups == NULL)
    {
      identity->sandbox = BUS_SANDBOX_UNKNOWN;
      return;
    }
  g_free (identity->unit);
  identity->unit = find_unit (cgroups);
  look_for_snap (identity, cgroups);
}

/* A bus that does not tell the label has not hidden it. */
static void
read_label (BusIdentity *identity, const char *entry)
{
  g_autofree char *label = read_entry (entry, "attr/current");

  if (label != NULL)
    look_for_snap (identity, label);
}

void
bus_sandbox_look (const char *proc, guint32 process, const char *label, BusIdentity *identity)
{
  g_autofree char *entry = g_strdup_printf ("%s/%u", proc, process);

  identity->sandbox = look_for_flatpak (entry, &identity->application);
  look_for_snap (identity, label);
  read_label (identity, entry);
  read_cgroups (identity, entry);
}
