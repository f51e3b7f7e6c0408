/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/support/test-folder.h"

#include <ftw.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

char *
test_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("otrd-test-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

static int
remove_one (const char *path, const struct stat *status, int type, struct FTW *where)
{
  return g_remove (path);
}

void
test_folder_remove (char *path)
{
  nftw (path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  g_free (path);
}

GBytes *
test_folder_read (const char *path, const char *name)
{
  g_autofree char *file = g_build_filename (path, name, NULL);
  char *bytes;
  gsize length;

  if (!g_file_get_contents (file, &bytes, &length, NULL))
    return NULL;
  return g_bytes_new_take (bytes, length);
}

void
test_folder_write (const char *path, const char *name, gconstpointer bytes, gsize length)
{
  g_autofree char *file = g_build_filename (path, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, bytes, length, &error);
  g_assert_no_error (error);
}

gboolean
test_folder_contains (const char *path, gconstpointer bytes, gsize length)
{
  g_autoptr (GDir) names = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (names)) != NULL)
    {
      g_autoptr (GBytes) contents = test_folder_read (path, name);
      gsize size = 0;
      gconstpointer start = contents != NULL ? g_bytes_get_data (contents, &size) : NULL;
      if (start != NULL && memmem (start, size, bytes, length) != NULL)
        return TRUE;
    }
  return FALSE;
}
