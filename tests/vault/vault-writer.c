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
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int
main (int argc, char **argv)
{
  g_autoptr (Vault) vault = NULL;

  test_init_without_engine (280);
  vault = numbered_vault_open (argv[2]);
  if (g_str_equal (argv[1], "stream"))
    return stream (vault, strtoull (argv[3], NULL, 10));
  if (g_str_equal (argv[1], "restore"))
    return restore (vault, atoi (argv[3]), atoi (argv[4]), atoi (argv[5]), argv[6]);
  return meet_fault (vault, atoi (argv[3]), atoi (argv[4]), atoi (argv[5]));
}
