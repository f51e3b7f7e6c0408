/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The service is killed at any moment, and the disk fails at any call: the
 * vault opens, with all that was acknowledged, and the next save works. */

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/vault/fault.h"
#include "tests/vault/numbered-vault.h"

#define ROUNDS 500
#define RESTORE_CALLS_MOST 150
#define CALLS_MOST 60 /* of one save; there are about twenty */

static const char *writer;

static GSubprocess *
start_writer (const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *child = g_subprocess_newv (
      arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);

  g_assert_no_error (error);
  return child;
}

/* Lets it work for a random number of changes and a random while, then kills it
 * and reads to the end what it had said. The number of the last change. */
static guint64
run_and_kill (const char *folder, guint64 first)
{
  g_autofree char *from = g_strdup_printf ("%" G_GUINT64_FORMAT, first);
  g_autoptr (GSubprocess) child =
      start_writer ((const char *const[]){ writer, "stream", folder, from, NULL });
  g_autoptr (GDataInputStream) said =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  guint n_lines = g_random_int_range (0, 8);
  guint64 last = first - 1;
  char *line;

  for (guint i = 0; i < n_lines; i++)
    {
      line = g_data_input_stream_read_line (said, NULL, NULL, NULL);
      g_assert_nonnull (line);
      last = g_ascii_strtoull (line, NULL, 10);
      g_free (line);
    }
  g_usleep (g_random_int_range (0, n_lines == 0 ? 20000 : 3000));
  g_subprocess_force_exit (child);
  while ((line = g_data_input_stream_read_line (said, NULL, NULL, NULL)) != NULL)
    {
      last = g_ascii_strtoull (line, NULL, 10);
      g_free (line);
    }
  g_subprocess_wait (child, NULL, NULL);
  return last;
}

/* All up to @last are there, in their contacts' latest; returns the highest there is. */
static guint64
check_all_there (const char *folder, guint64 last)
{
  Vault *vault = numbered_vault_open (folder);
  guint64 highest = last;

  for (guint64 i = 0; i < NUMBERED_CONTACTS; i++)
    {
      guint64 held = numbered_vault_get (vault, i);
      highest = MAX (highest, held);
    }
  g_assert_cmpuint (highest, <=, last + 1); /* one may have been saved and not said */
  for (guint64 i = last; i > 0 && i + NUMBERED_CONTACTS > last; i--)
    g_assert_cmpuint (numbered_vault_get (vault, i % NUMBERED_CONTACTS), >=, i);
  numbered_vault_close (vault);
  return highest;
}

static void
test_no_acknowledged_change_is_lost_by_kills (void)
{
  char *parent = test_folder_new ();
  g_autofree char *folder = g_build_filename (parent, "otrd", NULL);
  guint64 last = 0;
  guint n_good;

  for (n_good = 0; n_good < ROUNDS; n_good++)
    {
      last = run_and_kill (folder, last + 1);
      last = check_all_there (folder, last);
    }
  g_test_message ("%u of %u; %" G_GUINT64_FORMAT " changes", n_good, ROUNDS, last);
  g_assert_cmpuint (last, >, ROUNDS);
  test_folder_remove (parent);
}

/* What the writer said; "" when it was killed. */
static char *
write_with_fault (const char *folder, FaultKind kind, guint at, int code)
{
  g_autofree char *at_text = g_strdup_printf ("%u", at);
  g_autofree char *kind_text = g_strdup_printf ("%d", kind);
  g_autofree char *code_text = g_strdup_printf ("%d", code);
  g_autoptr (GSubprocess) child = start_writer (
      (const char *const[]){ writer, "fault", folder, at_text, kind_text, code_text, NULL });
  char *said = NULL;

  g_subprocess_communicate_utf8 (child, NULL, NULL, &said, NULL, NULL);
  return said;
}

static char *
make_vault (const char *parent)
{
  char *folder = g_build_filename (parent, "otrd", NULL);
  Vault *vault = numbered_vault_open (folder);

  numbered_vault_put (vault, 1);
  numbered_vault_put (vault, 10); /* a private key, too */
  g_assert_true (numbered_vault_save (vault, NULL));
  numbered_vault_close (vault);
  return folder;
}

static guint64
read_number (const char *folder, guint64 contact)
{
  Vault *vault = numbered_vault_open (folder);
  guint64 number = numbered_vault_get (vault, contact);

  g_assert_cmpint (vault_get_state (vault), ==, OTRD_VAULT_READY);
  g_assert_cmpuint (numbered_vault_get (vault, 1), ==, 1);
  numbered_vault_close (vault);
  return number;
}

static gboolean
kill_at (guint at, FaultKind kind)
{
  char *parent = test_folder_new ();
  g_autofree char *folder = make_vault (parent);
  g_autofree char *said = write_with_fault (folder, kind, at, 0);
  guint64 held = read_number (folder, 2);

  g_assert_true (held == 0 || held == 2);
  test_folder_remove (parent);
  return said[0] == '\0';
}

static void
test_a_kill_at_any_call_leaves_the_old_or_the_new (gconstpointer kind)
{
  guint at = 1;

  while (at < CALLS_MOST && kill_at (at, GPOINTER_TO_INT (kind)))
    at++;
  g_test_message ("%u calls", at - 1);
  g_assert_cmpuint (at, >, 8);
  g_assert_cmpuint (at, <, CALLS_MOST);
}

/* A vault of 1, 2 and 10, and a backup of one of 1 and 4. */
static char *
make_backup (const char *parent)
{
  g_autofree char *folder = g_build_filename (parent, "other", NULL);
  char *path = g_build_filename (parent, "backup", NULL);
  Vault *vault = numbered_vault_open (folder);
  g_autoptr (GBytes) backup = NULL;

  numbered_vault_put (vault, 1);
  numbered_vault_put (vault, 4);
  g_assert_true (numbered_vault_save (vault, NULL));
  backup = numbered_vault_backup (vault);
  g_assert_true (
      g_file_set_contents (path, g_bytes_get_data (backup, NULL), g_bytes_get_size (backup), NULL));
  numbered_vault_close (vault);
  return path;
}

static char *
restore_with_fault (const char *folder, const char *backup, FaultKind kind, guint at)
{
  g_autofree char *at_text = g_strdup_printf ("%u", at);
  g_autofree char *kind_text = g_strdup_printf ("%d", kind);
  g_autofree char *code_text = g_strdup_printf ("%d", ENOSPC);
  g_autoptr (GSubprocess) child = start_writer ((const char *const[]){
      writer, "restore", folder, at_text, kind_text, code_text, backup, NULL });
  char *said = NULL;

  g_subprocess_communicate_utf8 (child, NULL, NULL, &said, NULL, NULL);
  return said;
}

/* All of the old or all of the backup; whether it is the backup. */
static gboolean
is_restored (const char *folder)
{
  Vault *vault = numbered_vault_open (folder);
  guint64 old = numbered_vault_get (vault, 10 % NUMBERED_CONTACTS);
  guint64 restored = numbered_vault_get (vault, 4);

  g_assert_cmpint (vault_get_state (vault), ==, OTRD_VAULT_READY);
  g_assert_cmpuint (numbered_vault_get (vault, 1), ==, 1);
  g_assert_true ((old == 10) != (restored == 4));
  numbered_vault_close (vault);
  return restored == 4;
}

/* Whether there was such a call. */
static gboolean
kill_restore_at (const char *backup, guint at, guint *n_restored)
{
  char *parent = test_folder_new ();
  g_autofree char *folder = make_vault (parent);
  g_autofree char *said = restore_with_fault (folder, backup, FAULT_KILL_BEFORE, at);

  *n_restored += is_restored (folder);
  test_folder_remove (parent);
  return said[0] == '\0';
}

static void
test_a_restore_that_is_killed_is_done_whole_or_not_at_all (void)
{
  char *parent = test_folder_new ();
  g_autofree char *backup = make_backup (parent);
  guint at = 1, n_restored = 0;

  while (at < RESTORE_CALLS_MOST && kill_restore_at (backup, at, &n_restored))
    at++;
  g_test_message ("%u calls, after %u of them it was restored", at - 1, n_restored);
  g_assert_cmpuint (at, >, 20);
  g_assert_cmpuint (at, <, RESTORE_CALLS_MOST);
  g_assert_cmpuint (n_restored, >, 5);
  g_assert_cmpuint (n_restored, <, at);
  test_folder_remove (parent);
}

static void
test_a_restore_meets_a_full_disk (void)
{
  char *parent = test_folder_new ();
  g_autofree char *backup = make_backup (parent);
  guint n_failed = 0;

  for (guint at = 1; at < 14; at++)
    {
      char *other = test_folder_new ();
      g_autofree char *folder = make_vault (other);
      g_autofree char *said = restore_with_fault (folder, backup, FAULT_ERROR, at);
      char first[16] = "", second[16] = "";
      guint count = 0;

      g_assert_cmpint (sscanf (said, "%15s %u %15s", first, &count, second), ==, 3);
      g_assert_cmpstr (second, ==, "saved");
      g_assert_cmpint (is_restored (folder), ==, g_str_equal (first, "restored"));
      n_failed += g_str_equal (first, "failed");
      test_folder_remove (other);
    }
  g_assert_cmpuint (n_failed, >, 3);
  test_folder_remove (parent);
}

static void
add_tests_of_restoring (void)
{
  g_test_add_func ("/crash/a-restore-that-is-killed-is-done-whole-or-not-at-all",
                   test_a_restore_that_is_killed_is_done_whole_or_not_at_all);
  g_test_add_func ("/crash/a-restore-that-meets-a-full-disk-says-so-and-changes-nothing",
                   test_a_restore_meets_a_full_disk);
}

static void
add_tests_of_saving (void)
{
  g_test_add_func ("/crash/no-acknowledged-change-is-lost-by-kills",
                   test_no_acknowledged_change_is_lost_by_kills);
  g_test_add_data_func ("/crash/a-kill-before-any-call-leaves-the-old-or-the-new",
                        GINT_TO_POINTER (FAULT_KILL_BEFORE),
                        test_a_kill_at_any_call_leaves_the_old_or_the_new);
  g_test_add_data_func ("/crash/a-kill-after-any-call-leaves-the-old-or-the-new",
                        GINT_TO_POINTER (FAULT_KILL_AFTER),
                        test_a_kill_at_any_call_leaves_the_old_or_the_new);
}

/* With the argument "restoring": only that, which takes its time. */
int
main (int argc, char **argv)
{
  test_init_without_engine (590);
  g_test_init (&argc, &argv, NULL);
  writer = g_getenv ("VAULT_WRITER");
  g_assert_nonnull (writer);
  if (argc > 1 && g_str_equal (argv[1], "restoring"))
    add_tests_of_restoring ();
  else
    add_tests_of_saving ();
  return g_test_run ();
}
