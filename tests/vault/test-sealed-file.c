/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The sealed form: what is in comes out, and nothing in it can be touched. */

#include <string.h>

#include "introspection/otrd-error.h"
#include "tests/support/test-init.h"
#include "vault/sealed-file.h"

#define TEXT "what rests in the vault"

typedef struct
{
  Secret *key;
  VaultSealedHeader header;
  GBytes *file;
} Fixture;

static GBytes *
seal (Fixture *fixture)
{
  g_autoptr (Secret) payload = secret_new (TEXT, strlen (TEXT));
  g_autoptr (GError) error = NULL;
  GBytes *file = vault_sealed_seal (&fixture->header, fixture->key, payload, &error);

  g_assert_no_error (error);
  return file;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *id = NULL;

  fixture->key = secret_new_random (VAULT_KEY_LEN);
  fixture->header.contents = VAULT_CONTENTS_TRUST;
  fixture->header.sealed_by = VAULT_SEALED_BY_PASSPHRASE;
  fixture->header.parameters = g_bytes_new_static ("salt and cost", 13);
  fixture->header.generation = 7;
  id = vault_key_make_id (fixture->key);
  g_strlcpy (fixture->header.key_id, id, sizeof fixture->header.key_id);
  fixture->file = seal (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_bytes_unref (fixture->file);
  vault_sealed_header_clear (&fixture->header);
  secret_unref (fixture->key);
}

static void
assert_refused (GBytes *file, Secret *key, OtrdError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) payload = vault_sealed_unseal (file, VAULT_CONTENTS_TRUST, key, &error);

  g_assert_null (payload);
  g_assert_error (error, OTRD_ERROR, (int)code);
}

static void
test_what_was_sealed_comes_out (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_auto (VaultSealedHeader) header = { 0 };
  g_autoptr (Secret) payload = NULL;
  gsize length;

  g_assert_true (vault_sealed_read_header (fixture->file, &header, &error));
  g_assert_no_error (error);
  g_assert_cmpint (header.contents, ==, VAULT_CONTENTS_TRUST);
  g_assert_cmpint (header.sealed_by, ==, VAULT_SEALED_BY_PASSPHRASE);
  g_assert_true (g_bytes_equal (header.parameters, fixture->header.parameters));
  g_assert_cmpstr (header.key_id, ==, fixture->header.key_id);
  g_assert_cmpuint (header.generation, ==, 7);
  payload = vault_sealed_unseal (fixture->file, VAULT_CONTENTS_TRUST, fixture->key, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (secret_get (payload, &length), strlen (TEXT), TEXT, strlen (TEXT));
  g_assert_cmpuint (length, ==, strlen (TEXT));
}

static void
test_the_text_is_not_in_it (Fixture *fixture, gconstpointer unused)
{
  gsize length;
  gconstpointer bytes = g_bytes_get_data (fixture->file, &length);

  g_assert_null (memmem (bytes, length, "vault", 5));
  g_assert_null (memmem (bytes, length, secret_get (fixture->key, NULL), VAULT_KEY_LEN));
}

static void
test_no_two_are_alike (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) other = seal (fixture);

  g_assert_false (g_bytes_equal (fixture->file, other));
}

static void
test_any_flipped_bit_is_refused (Fixture *fixture, gconstpointer unused)
{
  gsize length = g_bytes_get_size (fixture->file);

  for (gsize bit = 0; bit < 8 * length; bit++)
    {
      guint8 *bytes = g_memdup2 (g_bytes_get_data (fixture->file, NULL), length);
      g_autoptr (GBytes) flipped = NULL;
      gsize at = bit / 8;

      bytes[at] ^= 1 << bit % 8;
      flipped = g_bytes_new_take (bytes, length);
      /* The version, made greater, is that of a newer program. */
      assert_refused (flipped, fixture->key,
                      (at == 8 && bytes[8] > VAULT_SEALED_FORMAT) || at == 9
                          ? OTRD_ERROR_NOT_SUPPORTED
                          : OTRD_ERROR_VAULT_DAMAGED);
    }
}

static void
test_any_truncation_is_refused (Fixture *fixture, gconstpointer unused)
{
  gsize length = g_bytes_get_size (fixture->file);

  for (gsize end = 0; end < length; end++)
    {
      /* a copy, so that memory checkers see a read beyond its end */
      g_autoptr (GBytes) cut = g_bytes_new (g_bytes_get_data (fixture->file, NULL), end);
      assert_refused (cut, fixture->key, OTRD_ERROR_VAULT_DAMAGED);
    }
}

static void
test_anything_appended_is_refused (Fixture *fixture, gconstpointer unused)
{
  gsize length = g_bytes_get_size (fixture->file);
  guint8 *bytes = g_malloc0 (length + 1);
  g_autoptr (GBytes) longer = NULL;

  memcpy (bytes, g_bytes_get_data (fixture->file, NULL), length);
  longer = g_bytes_new_take (bytes, length + 1);
  assert_refused (longer, fixture->key, OTRD_ERROR_VAULT_DAMAGED);
}

static void
test_the_header_of_another_generation_is_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) later = NULL, mixed = NULL;
  gsize length = g_bytes_get_size (fixture->file), head = 40 + 13 + 72;
  guint8 *bytes = g_malloc (length);

  fixture->header.generation = 8;
  later = seal (fixture);
  memcpy (bytes, g_bytes_get_data (fixture->file, NULL), length);
  memcpy (bytes, g_bytes_get_data (later, NULL), head);
  mixed = g_bytes_new_take (bytes, length);
  assert_refused (mixed, fixture->key, OTRD_ERROR_VAULT_DAMAGED);
}

static void
test_another_key_is_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Secret) other = secret_new_random (VAULT_KEY_LEN);

  assert_refused (fixture->file, other, OTRD_ERROR_VAULT_DAMAGED);
}

static void
test_a_file_in_the_place_of_another_is_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vault_sealed_unseal (fixture->file, VAULT_CONTENTS_KEYS, fixture->key, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/sealed-file/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  ADD ("what-was-sealed-comes-out", test_what_was_sealed_comes_out);
  ADD ("the-text-is-not-in-it", test_the_text_is_not_in_it);
  ADD ("no-two-are-alike", test_no_two_are_alike);
  ADD ("any-flipped-bit-is-refused", test_any_flipped_bit_is_refused);
  ADD ("any-truncation-is-refused", test_any_truncation_is_refused);
  ADD ("anything-appended-is-refused", test_anything_appended_is_refused);
  ADD ("the-header-of-another-generation-is-refused",
       test_the_header_of_another_generation_is_refused);
  ADD ("another-key-is-refused", test_another_key_is_refused);
  ADD ("a-file-in-the-place-of-another-is-refused", test_a_file_in_the_place_of_another_is_refused);
  return g_test_run ();
}
