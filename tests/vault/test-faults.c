/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The disk fails at each call of a save, one after the other: "saved" is said if and
 * only if the new state is on the disk, else the old one is, whole; and then a healthy
 * disk takes the next save. So for a save, the very first one, one that must leave
 * nothing of what was before, and a move to another key store in both directions. */

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/vault/cheap-passphrase.h"
#include "tests/vault/fault.h"
#include "tests/vault/numbered-vault.h"

#define CALLS_MOST 150

typedef struct
{
  const char *what; /* as vault-writer calls it */
  void (*prepare) (const char *folder);
  /* Whether the new state is there: all of it, or else all of the old. */
  gboolean (*is_done) (const char *folder);
  guint calls_least;
} Case;

typedef struct
{
  const Case *of;
  int code;
} Run;

static const char *writer;

/* What the writer said. */
static char *
write_with_fault (const char *mode, const char *folder, guint at, int code, const char *what)
{
  g_autofree char *at_text = g_strdup_printf ("%u", at);
  g_autofree char *kind_text = g_strdup_printf ("%d", FAULT_ERROR);
  g_autofree char *code_text = g_strdup_printf ("%d", code);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, writer, mode, folder, at_text,
                        kind_text, code_text, what, NULL);
  char *said = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (child, NULL, NULL, &said, NULL, NULL);
  return said;
}

/* Two generations, with the private key 10. */
static void
prepare (const char *folder)
{
  Vault *vault = numbered_vault_open (folder);

  numbered_vault_put (vault, 1);
  numbered_vault_put (vault, 10);
  g_assert_true (numbered_vault_save (vault, NULL));
  numbered_vault_put (vault, 4);
  g_assert_true (numbered_vault_save (vault, NULL));
  numbered_vault_close (vault);
}

static void
prepare_nothing (const char *folder)
{
}

static void
prepare_with_passphrase (const char *folder)
{
  g_autoptr (Secret) key = numbered_vault_new_key ();
  g_autoptr (GBytes) wrapped = cheap_passphrase_wrap (NUMBERED_PASSPHRASE, key);

  prepare (folder);
  cheap_passphrase_seal (folder, "keys", VAULT_CONTENTS_KEYS, key, wrapped);
  cheap_passphrase_seal (folder, "trust", VAULT_CONTENTS_TRUST, key, wrapped);
  cheap_passphrase_seal (folder, "trust.previous", VAULT_CONTENTS_TRUST, key, wrapped);
}

static void
assert_old_is_there (Vault *vault)
{
  g_assert_cmpint (vault_get_state (vault), ==, OTRD_VAULT_READY);
  g_assert_cmpuint (numbered_vault_get (vault, 1), ==, 1);
  g_assert_cmpuint (numbered_vault_get (vault, 4), ==, 4);
}

static gboolean
has_two (const char *folder)
{
  Vault *vault = numbered_vault_open (folder);
  guint64 number = numbered_vault_get (vault, 2);

  assert_old_is_there (vault);
  g_assert_cmpuint (numbered_vault_get_key (vault), ==, 10);
  numbered_vault_close (vault);
  g_assert_true (number == 0 || number == 2);
  return number == 2;
}

static gboolean
has_first (const char *folder)
{
  Vault *vault = numbered_vault_open (folder);
  guint64 number = numbered_vault_get (vault, 2);

  g_assert_cmpint (vault_get_state (vault), ==, number == 2 ? OTRD_VAULT_READY : OTRD_VAULT_NEW);
  numbered_vault_close (vault);
  return number == 2;
}

static gboolean
remains (const char *folder, const char *name, VaultContents contents, guint64 number)
{
  g_autoptr (GBytes) file = test_folder_read (folder, name);
  g_autoptr (Secret) key = numbered_vault_new_key ();
  g_autoptr (Secret) payload =
      file != NULL ? vault_sealed_unseal (file, contents, key, NULL) : NULL;

  g_assert_true (file == NULL || payload != NULL);
  return payload != NULL
         && memmem (secret_get (payload, NULL), secret_get_length (payload), &number,
                    sizeof number);
}

/* The private key and the number, or neither; and then nothing of the key before. */
static gboolean
has_replaced_key (const char *folder)
{
  Vault *vault = numbered_vault_open (folder);
  guint64 key = numbered_vault_get_key (vault);
  guint64 number = numbered_vault_get (vault, 20 % NUMBERED_CONTACTS);

  assert_old_is_there (vault);
  numbered_vault_close (vault);
  g_assert_cmpint (key == 20, ==, number == 20);
  g_assert_true (key == 10 || key == 20);
  g_assert_cmpint (remains (folder, "keys", VAULT_CONTENTS_KEYS, 10), ==, key == 10);
  if (key == 20)
    g_assert_false (remains (folder, "keys.previous", VAULT_CONTENTS_KEYS, 10));
  return key == 20;
}

static gboolean
is_by_passphrase (const char *folder, const char *name)
{
  g_autoptr (GBytes) file = test_folder_read (folder, name);
  g_auto (VaultSealedHeader) header = { 0 };

  if (file == NULL)
    return FALSE;
  g_assert_true (vault_sealed_read_header (file, &header, NULL));
  return header.sealed_by == VAULT_SEALED_BY_PASSPHRASE;
}

static gboolean
is_moved (const char *folder, gboolean to_passphrase)
{
  gboolean by_passphrase = is_by_passphrase (folder, "keys");
  Vault *vault;

  g_assert_cmpint (by_passphrase, ==, is_by_passphrase (folder, "trust"));
  vault = numbered_vault_try_open (folder, by_passphrase ? NUMBERED_PASSPHRASE : NULL, NULL);
  g_assert_nonnull (vault);
  assert_old_is_there (vault);
  g_assert_cmpuint (numbered_vault_get_key (vault), ==, 10);
  numbered_vault_close (vault);
  return by_passphrase == to_passphrase;
}

static gboolean
is_moved_to_passphrase (const char *folder)
{
  return is_moved (folder, TRUE);
}

static gboolean
is_moved_to_key_store (const char *folder)
{
  gboolean is_done = is_moved (folder, FALSE);

  if (is_done)
    g_assert_false (is_by_passphrase (folder, "trust.previous")
                    || is_by_passphrase (folder, "keys.previous"));
  return is_done;
}

static void
assert_takes_the_next_save (const char *folder)
{
  const char *passphrase = is_by_passphrase (folder, "keys") ? NUMBERED_PASSPHRASE : NULL;
  Vault *vault = numbered_vault_try_open (folder, passphrase, NULL);

  numbered_vault_put (vault, 3);
  g_assert_true (numbered_vault_save (vault, NULL));
  numbered_vault_close (vault);
  vault = numbered_vault_try_open (folder, passphrase, NULL);
  g_assert_cmpuint (numbered_vault_get (vault, 3), ==, 3);
  numbered_vault_close (vault);
}

/* Whether there was such a call. */
static gboolean
fail_at (const Run *run, guint at, guint *n_failed)
{
  char *parent = test_folder_new ();
  g_autofree char *folder = g_build_filename (parent, "share", "otrd", NULL);
  g_autofree char *said = NULL;
  char answer[16] = "";
  guint count = 0;
  gboolean is_done;

  run->of->prepare (folder);
  said = write_with_fault ("once", folder, at, run->code, run->of->what);
  g_assert_cmpint (sscanf (said, "%15s %u", answer, &count), ==, 2);
  is_done = run->of->is_done (folder);
  if (g_str_equal (answer, "saved") != is_done)
    g_error ("call %u: said %s, but the %s state is there", at, answer, is_done ? "new" : "old");
  *n_failed += !is_done;
  if (count >= at)
    assert_takes_the_next_save (folder);
  test_folder_remove (parent);
  return count >= at;
}

static void
test_what_is_said_is_what_is_there (gconstpointer data)
{
  const Run *run = data;
  guint at = 1, n_failed = 0;

  while (at < CALLS_MOST && fail_at (run, at, &n_failed))
    at++;
  g_test_message ("%u calls, %u of them fail it", at - 1, n_failed);
  g_assert_cmpuint (at, >, run->of->calls_least);
  g_assert_cmpuint (at, <, CALLS_MOST);
  g_assert_cmpuint (n_failed, >, run->of->calls_least / 2);
}

/* In the same process, which still has what could not be saved. */
static gboolean
go_on_after (guint at, int code)
{
  char *parent = test_folder_new ();
  g_autofree char *folder = g_build_filename (parent, "otrd", NULL);
  g_autofree char *said = NULL;
  char first[16] = "", second[16] = "";
  guint count = 0;
  Vault *vault;

  prepare (folder);
  said = write_with_fault ("fault", folder, at, code, NULL);
  g_assert_cmpint (sscanf (said, "%15s %u %15s", first, &count, second), ==, 3);
  g_assert_cmpstr (second, ==, "saved");
  g_assert_true (has_two (folder));
  vault = numbered_vault_open (folder);
  g_assert_cmpuint (numbered_vault_get (vault, 3), ==, 3);
  numbered_vault_close (vault);
  test_folder_remove (parent);
  return count >= at;
}

static void
test_the_same_process_saves_both_with_the_next (gconstpointer code)
{
  guint at = 1;

  while (at < CALLS_MOST && go_on_after (at, GPOINTER_TO_INT (code)))
    at++;
  g_assert_cmpuint (at, >, 8);
  g_assert_cmpuint (at, <, CALLS_MOST);
}

static void
add_error (const char *name, int code)
{
  static const Case cases[] = {
    { "save", prepare, has_two, 15 },
    { "first", prepare_nothing, has_first, 40 },
    { "forget", prepare, has_replaced_key, 30 },
    { "passphrase", prepare, is_moved_to_passphrase, 30 },
    { "memory", prepare_with_passphrase, is_moved_to_key_store, 30 },
  };
  g_autofree char *after = g_strdup_printf ("/faults/%s/the-next-save-has-both", name);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/faults/%s/%s-says-what-is-there", name, cases[i].what);
      Run *run = g_new0 (Run, 1);

      run->of = &cases[i];
      run->code = code;
      g_test_add_data_func_full (path, run, test_what_is_said_is_what_is_there, g_free);
    }
  g_test_add_data_func (after, GINT_TO_POINTER (code),
                        test_the_same_process_saves_both_with_the_next);
}

/* One argument: the error, of which there is a program each. */
int
main (int argc, char **argv)
{
  test_init_without_engine (590);
  g_test_init (&argc, &argv, NULL);
  writer = g_getenv ("VAULT_WRITER");
  g_assert_nonnull (writer);
  if (argc < 2 || g_str_equal (argv[1], "ENOSPC"))
    add_error ("ENOSPC", ENOSPC);
  if (argc < 2 || g_str_equal (argv[1], "EIO"))
    add_error ("EIO", EIO);
  if (argc < 2 || g_str_equal (argv[1], "EROFS"))
    add_error ("EROFS", EROFS);
  return g_test_run ();
}
