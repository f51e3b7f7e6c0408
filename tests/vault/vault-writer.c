/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A program to be killed: changes a vault at full speed, and says what is
 * acknowledged; or makes one change while the disk has a fault.
 *
 *     vault-writer stream FOLDER FIRST        numbers, one a line, when they are saved
 *     vault-writer fault FOLDER N KIND ERRNO  "saved" or "failed", the calls, and
 *                                             "saved" or "failed" once more without it
 *     vault-writer restore FOLDER N KIND ERRNO FILE  puts a backup back; "restored" or
 *                                             "failed", the calls, and as above
 *     vault-writer once FOLDER N KIND ERRNO WHAT  does one thing and ends at its answer:
 *                                             "saved" or "failed", and the calls. WHAT: save
 *                                             (2), first (2, and the opening before it), forget
 *                                             (20, in the place of a private key), passphrase
 *                                             or memory (the key store that it moves to)
 */

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/test-init.h"
#include "tests/vault/fault.h"
#include "tests/vault/numbered-vault.h"
#include "vault/backup.h"

static gboolean
save_number (Vault *vault, guint64 number)
{
  g_autoptr (GError) error = NULL;

  numbered_vault_put (vault, number);
  return numbered_vault_save (vault, &error);
}

static int
stream (Vault *vault, guint64 number)
{
  char line[32];

  for (;; number++)
    {
      if (!save_number (vault, number))
        return 1;
      g_snprintf (line, sizeof line, "%" G_GUINT64_FORMAT "\n", number);
      fputs (line, stdout);
      fflush (stdout);
    }
}

static int
meet_fault (Vault *vault, guint at, FaultKind kind, int code)
{
  gboolean first, second;
  guint count;

  fault_arm (kind, at, code);
  first = save_number (vault, 2);
  count = fault_disarm ();
  second = save_number (vault, 3);
  printf ("%s %u %s\n", first ? "saved" : "failed", count, second ? "saved" : "failed");
  return 0;
}

static int
restore (Vault *vault, guint at, FaultKind kind, int code, const char *path)
{
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) backup = NULL;
  gboolean first, second;
  gsize length;
  guint count;

  g_file_get_contents (path, &contents, &length, NULL);
  backup = g_bytes_new (contents, length);
  fault_arm (kind, at, code);
  first = numbered_vault_restore (vault, backup, NULL);
  count = fault_disarm ();
  second = save_number (vault, 3);
  printf ("%s %u %s\n", first ? "restored" : "failed", count, second ? "saved" : "failed");
  return 0;
}

/* Files that somebody has opened to others are closed first. */
static void
open_to_others (const char *folder)
{
  static const char *const names[] = { "keys", "trust", "trust.previous" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      (void)g_chmod (path, 0644);
    }
}

static gboolean
do_it (Vault *vault, const char *what)
{
  if (g_str_equal (what, "passphrase"))
    return numbered_vault_move (vault, what, NUMBERED_PASSPHRASE, NULL);
  if (g_str_equal (what, "memory"))
    return numbered_vault_move (vault, what, NULL, NULL);
  return save_number (vault, g_str_equal (what, "forget") ? 20 : 2);
}

static int
once (const char *folder, guint at, FaultKind kind, int code, const char *what)
{
  gboolean is_first = g_str_equal (what, "first");
  g_autoptr (GError) error = NULL;
  gboolean is_saved;
  Vault *vault;

  if (is_first)
    fault_arm (kind, at, code);
  vault = numbered_vault_try_open (
      folder, g_str_equal (what, "memory") ? NUMBERED_PASSPHRASE : NULL, &error);
  if (!is_first)
    {
      g_assert_no_error (error);
      open_to_others (folder);
      fault_arm (kind, at, code);
    }
  is_saved = vault != NULL && do_it (vault, what);
  printf ("%s %u\n", is_saved ? "saved" : "failed", fault_disarm ());
  fflush (stdout);
  _exit (0);
}

int
main (int argc, char **argv)
{
  g_autoptr (Vault) vault = NULL;

  test_init_without_engine (280);
  if (g_str_equal (argv[1], "once"))
    return once (argv[2], atoi (argv[3]), atoi (argv[4]), atoi (argv[5]), argv[6]);
  vault = numbered_vault_open (argv[2]);
  if (g_str_equal (argv[1], "stream"))
    return stream (vault, strtoull (argv[3], NULL, 10));
  if (g_str_equal (argv[1], "restore"))
    return restore (vault, atoi (argv[3]), atoi (argv[4]), atoi (argv[5]), argv[6]);
  return meet_fault (vault, atoi (argv[3]), atoi (argv[4]), atoi (argv[5]));
}
