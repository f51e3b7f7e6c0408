/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keys: made, written, read again, refused when wrong, halved. */
#include <string.h>
#include <unistd.h>

#include "engine/key-file.h"
#include "introspection/otrd-error.h"
#include "pair.h"

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EngineKey) key = engine_key_generate (&error);
  g_autoptr (Secret) bytes = engine_key_to_secret (key);
  g_autoptr (EngineKey) again = engine_key_new_from_secret (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (engine_key_get_fingerprint (key), ==, engine_key_get_fingerprint (again));
  g_assert_cmpuint (strlen (engine_key_get_fingerprint (key)), ==, ENGINE_FINGERPRINT_LEN);
  g_assert_cmpuint (strspn (engine_key_get_fingerprint (key), "0123456789ABCDEF"), ==,
                    ENGINE_FINGERPRINT_LEN);
}

static void
test_damaged (void)
{
  g_autoptr (EngineKey) key = fixture_key ("alice.key");
  g_autoptr (Secret) bytes = engine_key_to_secret (key);
  gsize length;
  const guint8 *original = secret_get (bytes, &length);

  for (gsize at = 0; at < length; at += 7)
    {
      g_autofree guint8 *copy = g_memdup2 (original, length);
      g_autoptr (Secret) damaged = NULL;
      g_autoptr (EngineKey) read = NULL;
      g_autoptr (GError) error = NULL;

      copy[at] ^= 0x40;
      damaged = secret_new (copy, length);
      read = engine_key_new_from_secret (damaged, &error);
      if (read == NULL)
        g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FAILED);
      else
        g_assert_cmpstr (engine_key_get_fingerprint (read), !=, engine_key_get_fingerprint (key));
    }
}

static void
test_cut_short (void)
{
  g_autoptr (EngineKey) key = fixture_key ("alice.key");
  g_autoptr (Secret) bytes = engine_key_to_secret (key);
  gsize length;
  const guint8 *original = secret_get (bytes, &length);

  for (gsize cut = 0; cut < length; cut += 11)
    {
      g_autoptr (Secret) damaged = secret_new (original, cut);
      g_autoptr (GError) error = NULL;

      g_assert_null (engine_key_new_from_secret (damaged, &error));
      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FAILED);
    }
}

static void
test_half (void)
{
  g_autoptr (EngineKey) key = fixture_key ("alice.key");
  g_autoptr (EngineKey) half = engine_key_public_half (key);

  g_assert_true (engine_key_is_private (key));
  g_assert_false (engine_key_is_private (half));
  g_assert_cmpstr (engine_key_get_fingerprint (half), ==, engine_key_get_fingerprint (key));
}

/* The fingerprint is of the key that signs, whatever public half a file puts beside it. */
static void
test_another_public_half (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "fixtures", "pidgin",
                                            "otr.private_key", NULL);
  g_autofree char *text = NULL;
  g_autoptr (Secret) good = NULL, bent = NULL;
  g_autoptr (GPtrArray) good_keys = NULL, bent_keys = NULL;
  g_autoptr (GError) error = NULL;
  char *digit;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  good = secret_new (text, length);
  digit = strstr (text, "(y #") + 40;
  *digit = *digit == '1' ? '2' : '1';
  bent = secret_new (text, length);
  good_keys = engine_key_file_read (good, &error);
  g_assert_no_error (error);
  bent_keys = engine_key_file_read (bent, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (good_keys->len, ==, bent_keys->len);
  g_assert_nonnull (((EngineFileKey *)g_ptr_array_index (good_keys, 0))->key);
  g_assert_null (((EngineFileKey *)g_ptr_array_index (bent_keys, 0))->key);
  g_assert_nonnull (((EngineFileKey *)g_ptr_array_index (bent_keys, 1))->key);
}

static void
test_tags (void)
{
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (engine_key_new_instance_tag (), >=, 0x100);
}

int
main (int argc, char **argv)
{
  g_autoptr (Pair) initialised = NULL;

  g_test_init (&argc, &argv, NULL);
  alarm (280);
  initialised = pair_new ("alice.key", "bob.key");

  g_test_add_func ("/key/is-the-same-after-writing-and-reading", test_round_trip);
  g_test_add_func ("/key/a-damaged-one-is-refused-or-another", test_damaged);
  g_test_add_func ("/key/one-cut-short-is-refused", test_cut_short);
  g_test_add_func ("/key/the-public-half-is-not-private", test_half);
  g_test_add_func ("/key/one-with-another-public-half-is-refused", test_another_public_half);
  g_test_add_func ("/key/instance-tags-are-valid", test_tags);
  return g_test_run ();
}
