/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the headers of the two files say of what opens them: changed by a bit, it is
 * found out; interrupted half way to something else, it is brought to an end, and what
 * opened the vault before opens nothing of it. */

#include <gio/gio.h>
#include <string.h>

#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/vault/cheap-passphrase.h"
#include "tests/vault/vault-fixture.h"

#define SEALED_BY_AT 13

static const char *const names[] = { "keys", "keys.previous", "trust", "trust.previous" };

static gboolean
unlock_with (TestVault *fixture, const char *passphrase, GError **error)
{
  g_autoptr (Secret) secret =
      passphrase != NULL ? secret_new (passphrase, strlen (passphrase)) : NULL;
  g_autoptr (GAsyncResult) result = NULL;

  vault_unlock_async (fixture->vault, secret, FALSE, test_keep_result, &result);
  return vault_open_finish (fixture->vault, test_wait_for (&result), error);
}

static void
must_unlock_with (TestVault *fixture, const char *passphrase)
{
  g_autoptr (GError) error = NULL;

  unlock_with (fixture, passphrase, &error);
  g_assert_no_error (error);
  g_assert_true (test_vault_has_account (fixture, "a@x"));
}

static void
must_move_to (TestVault *fixture, const char *key_store, const char *passphrase)
{
  g_autoptr (Secret) secret =
      passphrase != NULL ? secret_new (passphrase, strlen (passphrase)) : NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  vault_set_key_store_async (fixture->vault, key_store, secret, FALSE, test_keep_result, &result);
  vault_set_key_store_finish (fixture->vault, test_wait_for (&result), &error);
  g_assert_no_error (error);
}

static void
seal_again (TestVault *fixture, guint file, GBytes *wrapped)
{
  cheap_passphrase_seal (fixture->path, names[file],
                         file < 2 ? VAULT_CONTENTS_KEYS : VAULT_CONTENTS_TRUST, fixture->store->key,
                         wrapped);
}

static void
fill_both_generations (TestVault *fixture)
{
  test_vault_fill_and_restart (fixture);
  test_vault_must_open (fixture);
  test_vault_put_account (fixture, "c@x", NULL);
  test_vault_put_fingerprint (fixture, "c@x", FPR, OTRD_TRUST_VERIFIED);
  test_vault_must_save (fixture);
  test_vault_restart (fixture);
}

static void
fill_with_passphrase (TestVault *fixture, const char *passphrase)
{
  g_autoptr (GBytes) wrapped = NULL;

  fill_both_generations (fixture);
  wrapped = cheap_passphrase_wrap (passphrase, fixture->store->key);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    seal_again (fixture, i, wrapped);
}

static void
flip (TestVault *fixture, const char *name, gsize at, guint8 bits)
{
  g_autoptr (GBytes) bytes = test_folder_read (fixture->path, name);
  gsize length = g_bytes_get_size (bytes);
  g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (bytes, NULL), length);

  changed[at] ^= bits;
  test_folder_write (fixture->path, name, changed, length);
}

/* With this byte changed: damaged, even to the right passphrase, and nothing is touched. */
static void
assert_found_out (
    TestVault *fixture, const char *name, gsize at, guint8 bits, const char *passphrase)
{
  GBytes *before[G_N_ELEMENTS (names)];

  flip (fixture, name, at, bits);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    before[i] = test_folder_read (fixture->path, names[i]);
  g_assert_false (unlock_with (fixture, passphrase, NULL));
  if (vault_get_state (fixture->vault) != OTRD_VAULT_DAMAGED)
    g_error ("byte %" G_GSIZE_FORMAT " of %s, bits %02x: state %d", at, name, bits,
             vault_get_state (fixture->vault));
  test_vault_restart (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) after = test_folder_read (fixture->path, names[i]);

      g_assert_true (g_bytes_equal (before[i], after));
      g_bytes_unref (before[i]);
    }
  flip (fixture, name, at, bits);
}

static void
assert_each_byte_is_found_out (TestVault *fixture, const char *name, const char *passphrase)
{
  g_autoptr (GBytes) file = test_folder_read (fixture->path, name);
  const guint8 *start = g_bytes_get_data (file, NULL);
  gsize header_length = start[10] | start[11] << 8;

  for (gsize at = 0; at < header_length; at++)
    {
      assert_found_out (fixture, name, at, 0x01, passphrase);
      assert_found_out (fixture, name, at, 0x80, passphrase);
    }
  assert_found_out (fixture, name, SEALED_BY_AT, 0x03, passphrase); /* the other key store */
  must_unlock_with (fixture, passphrase);
}

static void
test_each_byte_with_a_passphrase (TestVault *fixture, gconstpointer name)
{
  fill_with_passphrase (fixture, "staple");
  assert_each_byte_is_found_out (fixture, name, "staple");
}

static void
test_each_byte_with_a_keyring (TestVault *fixture, gconstpointer name)
{
  fill_both_generations (fixture);
  assert_each_byte_is_found_out (fixture, name, NULL);
}

/* Nothing at all of a file is opened by this. */
static gboolean
has_parameters (TestVault *fixture, const char *name, GBytes *parameters)
{
  g_autoptr (GBytes) file = test_folder_read (fixture->path, name);

  return memmem (g_bytes_get_data (file, NULL), g_bytes_get_size (file),
                 g_bytes_get_data (parameters, NULL), g_bytes_get_size (parameters))
         != NULL;
}

static void
assert_in_no_generation (TestVault *fixture, GBytes *parameters)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_false (has_parameters (fixture, names[i], parameters));
}

/* The passphrase is changed from "old" to "new", and the service killed when @n_written
 * of the four files were there (keys.previous comes before keys). */
static void
interrupt_change (TestVault *fixture, guint n_written, GBytes **old, GBytes **new)
{
  static const guint order[] = { 1, 0, 3, 2 };

  fill_both_generations (fixture);
  *old = cheap_passphrase_wrap ("old", fixture->store->key);
  *new = cheap_passphrase_wrap ("new", fixture->store->key);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    seal_again (fixture, order[i], i < n_written ? *new : *old);
}

static void
assert_interrupted_change (TestVault *fixture, guint n_written, gboolean to_new)
{
  g_autoptr (GBytes) old = NULL, new = NULL;

  interrupt_change (fixture, n_written, &old, &new);
  must_unlock_with (fixture, to_new ? "new" : "old");
  test_vault_must_save (fixture);
  assert_in_no_generation (fixture, to_new ? old : new);
  test_vault_restart (fixture);
  g_assert_false (unlock_with (fixture, to_new ? "old" : "new", NULL));
  must_unlock_with (fixture, to_new ? "new" : "old");
}

static void
test_an_interrupted_change_leaves_no_old_passphrase (TestVault *fixture, gconstpointer n_written)
{
  assert_interrupted_change (fixture, GPOINTER_TO_UINT (n_written), TRUE);
}

static void
test_an_interrupted_change_can_be_taken_back (TestVault *fixture, gconstpointer n_written)
{
  assert_interrupted_change (fixture, GPOINTER_TO_UINT (n_written), FALSE);
}

/* The keyring has the key, keys and trust say so; the generation before does not. */
static void
test_an_interrupted_move_to_the_keyring_leaves_no_passphrase (TestVault *fixture,
                                                              gconstpointer n_left)
{
  static const guint order[] = { 3, 2, 1 };
  g_autoptr (GBytes) old = NULL;

  fill_both_generations (fixture);
  old = cheap_passphrase_wrap ("old", fixture->store->key);
  for (guint i = 0; i < GPOINTER_TO_UINT (n_left); i++)
    seal_again (fixture, order[i], old);
  test_vault_must_open (fixture);
  test_vault_must_save (fixture);
  g_assert_cmpstr (vault_get_key_store_name (fixture->vault), ==, "memory");
  assert_in_no_generation (fixture, old);
}

/* Where the keyring is gone meanwhile, the file that was not moved yet still opens. */
static void
test_an_interrupted_move_to_the_keyring_opens_with_the_passphrase (TestVault *fixture,
                                                                   gconstpointer unused)
{
  g_autoptr (GBytes) old = NULL;

  fill_both_generations (fixture);
  old = cheap_passphrase_wrap ("old", fixture->store->key);
  seal_again (fixture, 2, old);
  g_clear_pointer (&fixture->store->key, secret_unref);
  g_assert_false (unlock_with (fixture, "other", NULL));
  must_unlock_with (fixture, "old");
  g_assert_cmpstr (vault_get_key_store_name (fixture->vault), ==, "passphrase");
  test_vault_must_save (fixture);
  test_vault_restart (fixture);
  must_unlock_with (fixture, "old");
  must_move_to (fixture, "memory", NULL);
  assert_in_no_generation (fixture, old);
}

static void
add (const char *name, gconstpointer data, void (*test) (TestVault *fixture, gconstpointer data))
{
  g_autofree char *path = g_strconcat ("/headers/", name, NULL);

  g_test_add (path, TestVault, data, test_vault_set_up, test, test_vault_tear_down);
}

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  add ("each-byte-of-keys-with-a-passphrase", "keys", test_each_byte_with_a_passphrase);
  add ("each-byte-of-trust-with-a-passphrase", "trust", test_each_byte_with_a_passphrase);
  add ("each-byte-of-keys-with-a-keyring", "keys", test_each_byte_with_a_keyring);
  add ("each-byte-of-trust-with-a-keyring", "trust", test_each_byte_with_a_keyring);
  for (guint n = 1; n <= 4; n++)
    {
      g_autofree char *finished =
          g_strdup_printf ("a-change-interrupted-after-%u-leaves-no-old-passphrase", n);
      g_autofree char *undone =
          g_strdup_printf ("a-change-interrupted-after-%u-can-be-taken-back", n);
      g_autofree char *moved =
          g_strdup_printf ("a-move-to-the-keyring-that-leaves-%u-leaves-no-passphrase", n);

      if (n >= 2) /* before that the new one is nowhere that counts */
        add (finished, GUINT_TO_POINTER (n), test_an_interrupted_change_leaves_no_old_passphrase);
      if (n <= 3) /* after that the old one is nowhere that counts */
        add (undone, GUINT_TO_POINTER (n), test_an_interrupted_change_can_be_taken_back);
      if (n <= 3)
        add (moved, GUINT_TO_POINTER (n),
             test_an_interrupted_move_to_the_keyring_leaves_no_passphrase);
    }
  add ("a-move-to-the-keyring-interrupted-opens-with-the-passphrase", NULL,
       test_an_interrupted_move_to_the_keyring_opens_with_the_passphrase);
  return g_test_run ();
}
