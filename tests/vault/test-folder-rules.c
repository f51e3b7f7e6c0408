/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folder: who may see it, what is not touched, what replacing leaves. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "introspection/otrd-error.h"
#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "vault/folder.h"

typedef struct
{
  char *parent;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->parent = test_folder_new ();
  fixture->path = g_build_filename (fixture->parent, "share", "otrd", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_free (fixture->path);
  test_folder_remove (fixture->parent);
}

static VaultFolder *
open_folder (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  VaultFolder *folder = vault_folder_open (fixture->path, &error);

  g_assert_no_error (error);
  return folder;
}

static void
replace (VaultFolder *folder, const char *name, const char *text, gboolean forget)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  gboolean was_there;

  g_assert_true (vault_folder_replace (folder, name, bytes, forget, &was_there, &error));
  g_assert_no_error (error);
  g_assert_true (vault_folder_settle (folder, name, forget, &error));
}

static void
assert_text (Fixture *fixture, const char *name, const char *text)
{
  g_autoptr (GBytes) bytes = test_folder_read (fixture->path, name);
  gsize length;
  gconstpointer start;

  g_assert_nonnull (bytes);
  start = g_bytes_get_data (bytes, &length);
  g_assert_cmpmem (start, length, text, strlen (text));
}

static guint
mode_of (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->path, name, NULL);
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  return status.st_mode & 07777;
}

static void
test_only_the_user_can_look (Fixture *fixture, gconstpointer mask)
{
  g_autofree char *share = g_path_get_dirname (fixture->path);
  g_autoptr (VaultFolder) folder = NULL;
  mode_t old;

  g_assert_cmpint (g_mkdir_with_parents (share, 0700), ==, 0);
  old = umask (GPOINTER_TO_UINT (mask));
  folder = open_folder (fixture);
  replace (folder, "keys", "one", FALSE);
  replace (folder, "keys", "two", FALSE);
  umask (old);
  g_assert_cmphex (mode_of (fixture, "."), ==, 0700);
  g_assert_cmphex (mode_of (fixture, "keys"), ==, 0600);
  g_assert_cmphex (mode_of (fixture, "keys.previous"), ==, 0600);
}

static void
test_an_open_folder_is_closed_to_others (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultFolder) folder = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *keys = g_build_filename (fixture->path, "keys", NULL);

  g_mkdir_with_parents (fixture->path, 0755);
  test_folder_write (fixture->path, "keys", "text", 4);
  g_chmod (keys, 0644);
  g_chmod (fixture->path, 0755);
  folder = open_folder (fixture);
  g_assert_true (vault_folder_read (folder, "keys", &bytes, NULL));
  g_assert_cmphex (mode_of (fixture, "."), ==, 0700);
  g_assert_cmphex (mode_of (fixture, "keys"), ==, 0600);
}

static void
test_the_previous_generation_stays (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultFolder) folder = open_folder (fixture);

  replace (folder, "keys", "one", FALSE);
  g_assert_true (vault_folder_has (folder, "keys"));
  g_assert_false (vault_folder_has (folder, "trust"));
  replace (folder, "keys", "two", FALSE);
  replace (folder, "keys", "three", FALSE);
  assert_text (fixture, "keys", "three");
  assert_text (fixture, "keys.previous", "two");
}

static void
test_nothing_of_the_old_stays_when_it_is_forgotten (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultFolder) folder = open_folder (fixture);

  replace (folder, "keys", "the old key", FALSE);
  replace (folder, "keys", "the old key again", FALSE);
  replace (folder, "keys", "new", TRUE);
  assert_text (fixture, "keys", "new");
  g_assert_false (test_folder_contains (fixture->path, "old", 3));
}

static void
test_one_process_has_it (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultFolder) folder = open_folder (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (vault_folder_open (fixture->path, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_BUSY);
  g_clear_pointer (&folder, vault_folder_close);
  folder = open_folder (fixture);
}

static void
test_a_link_in_its_place_is_refused (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *elsewhere = g_build_filename (fixture->parent, "elsewhere", NULL);
  g_autofree char *share = g_path_get_dirname (fixture->path);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (elsewhere, 0700);
  g_mkdir_with_parents (share, 0700);
  g_assert_cmpint (symlink (elsewhere, fixture->path), ==, 0);
  g_assert_null (vault_folder_open (fixture->path, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
}

static void
test_a_link_in_a_files_place_is_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultFolder) folder = open_folder (fixture);
  g_autofree char *target = g_build_filename (fixture->parent, "target", NULL);
  g_autofree char *keys = g_build_filename (fixture->path, "keys", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("new", 3);
  g_autoptr (GBytes) read = NULL;
  g_autoptr (GError) error = NULL;
  gboolean was_there;

  test_folder_write (fixture->parent, "target", "theirs", 6);
  g_assert_cmpint (symlink (target, keys), ==, 0);
  g_assert_false (vault_folder_read (folder, "keys", &read, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
  g_clear_error (&error);
  g_assert_false (vault_folder_replace (folder, "keys", bytes, FALSE, &was_there, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
  g_assert_true (g_file_test (keys, G_FILE_TEST_IS_SYMLINK));
}

static void
test_a_pipe_in_a_files_place_does_not_block (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultFolder) folder = open_folder (fixture);
  g_autofree char *keys = g_build_filename (fixture->path, "keys", NULL);
  g_autoptr (GBytes) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (keys, 0600), ==, 0);
  g_assert_false (vault_folder_read (folder, "keys", &read, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
}

static void
test_the_folder_of_another_user_is_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  /* Only root can give a folder away; everybody else finds root's. */
  if (geteuid () == 0)
    {
      g_mkdir_with_parents (fixture->path, 0700);
      g_assert_cmpint (chown (fixture->path, 65534, 65534), ==, 0);
      g_assert_null (vault_folder_open (fixture->path, &error));
    }
  else
    g_assert_null (vault_folder_open ("/usr", &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
}

static void
test_what_a_crash_left_is_removed (Fixture *fixture, gconstpointer unused)
{
  const char *const stale[] = { "keys.Ab12Cd", "trust.ZZZZZZ", "keys.previous.a1b2c3",
                                "trust.previous.NEWEST" };
  const char *const kept[] = { "keys", "keys.previous", "notes.Ab12Cd", "keys.backup" };
  g_autoptr (VaultFolder) folder = NULL;

  g_mkdir_with_parents (fixture->path, 0700);
  for (guint i = 0; i < 4; i++)
    {
      test_folder_write (fixture->path, stale[i], "x", 1);
      test_folder_write (fixture->path, kept[i], "x", 1);
    }
  folder = open_folder (fixture);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GBytes) gone = test_folder_read (fixture->path, stale[i]);
      g_autoptr (GBytes) there = test_folder_read (fixture->path, kept[i]);
      g_assert_null (gone);
      g_assert_nonnull (there);
    }
}

static void
test_a_replaced_folder_is_not_written_to (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultFolder) folder = open_folder (fixture);
  g_autofree char *moved = g_build_filename (fixture->parent, "moved", NULL);
  g_autofree char *keys = g_build_filename (fixture->path, "keys", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("new", 3);
  g_autoptr (GError) error = NULL;
  gboolean was_there;

  g_assert_cmpint (g_rename (fixture->path, moved), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  g_assert_false (vault_folder_replace (folder, "keys", bytes, FALSE, &was_there, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
  g_assert_false (g_file_test (keys, G_FILE_TEST_EXISTS));
}

static void
test_a_file_that_may_not_grow_leaves_the_old_one (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VaultFolder) folder = open_folder (fixture);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (100000), 100000);
  g_autoptr (GError) error = NULL;
  gboolean was_there;
  struct rlimit old, small;

  replace (folder, "keys", "one", FALSE);
  getrlimit (RLIMIT_FSIZE, &old);
  small = (struct rlimit){ 4096, old.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &small);
  g_assert_false (vault_folder_replace (folder, "keys", bytes, FALSE, &was_there, &error));
  setrlimit (RLIMIT_FSIZE, &old);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
  assert_text (fixture, "keys", "one");
  replace (folder, "keys", "two", FALSE);
  assert_text (fixture, "keys", "two");
}

#define ADD_WITH(name, umask, function)                                                            \
  g_test_add ("/folder/" name, Fixture, GUINT_TO_POINTER (umask), set_up, function, tear_down)
#define ADD(name, function) ADD_WITH (name, 0, function)

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  ADD_WITH ("only-the-user-can-look-under-an-open-umask", 0, test_only_the_user_can_look);
  ADD_WITH ("only-the-user-can-look-under-a-closed-umask", 0277, test_only_the_user_can_look);
  ADD ("an-open-folder-is-closed-to-others", test_an_open_folder_is_closed_to_others);
  ADD ("the-previous-generation-stays", test_the_previous_generation_stays);
  ADD ("nothing-of-the-old-stays-when-it-is-forgotten",
       test_nothing_of_the_old_stays_when_it_is_forgotten);
  ADD ("one-process-has-it", test_one_process_has_it);
  ADD ("a-link-in-its-place-is-refused", test_a_link_in_its_place_is_refused);
  ADD ("a-link-in-a-files-place-is-refused", test_a_link_in_a_files_place_is_refused);
  ADD ("a-pipe-in-a-files-place-does-not-block", test_a_pipe_in_a_files_place_does_not_block);
  ADD ("the-folder-of-another-user-is-refused", test_the_folder_of_another_user_is_refused);
  ADD ("what-a-crash-left-is-removed", test_what_a_crash_left_is_removed);
  ADD ("a-replaced-folder-is-not-written-to", test_a_replaced_folder_is_not_written_to);
  ADD ("a-file-that-may-not-grow-leaves-the-old-one",
       test_a_file_that_may_not_grow_leaves_the_old_one);
  return g_test_run ();
}
