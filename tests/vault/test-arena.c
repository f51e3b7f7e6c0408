/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The arena and what stands on it: Secret and libgcrypt's allocation. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "secret/arena.h"
#include "secret/secret.h"
#include "tests/support/test-init.h"

static void
test_blocks_are_aligned_and_apart (void)
{
  guint8 *blocks[600];

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      blocks[i] = arena_alloc (i * 7);
      g_assert_cmpuint ((guintptr)blocks[i] % 16, ==, 0);
      g_assert_true (arena_contains (blocks[i]));
      memset (blocks[i], i, i * 7);
    }
  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      for (guint j = 0; j < i * 7; j++)
        g_assert_cmpuint (blocks[i][j], ==, (guint8)i);
      arena_free (blocks[i]);
    }
}

static void
test_every_size_class_holds_what_it_promises (void)
{
  for (gsize size = 1; size < (gsize)1 << 22; size += 1 + size / 9)
    {
      guint8 *block = arena_alloc (size);
      g_assert_nonnull (block);
      memset (block, 0xaa, size);
      block = arena_realloc (block, size + size / 2);
      memset (block + size, 0xbb, size / 2);
      for (gsize i = 0; i < size; i++)
        g_assert_cmpuint (block[i], ==, 0xaa);
      arena_free (block);
    }
}

static void
test_a_freed_block_is_wiped (void)
{
  const gsize sizes[] = { 24, 100, 1000, 40000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint8 *block = arena_alloc (sizes[i]);
      memset (block, 0x5a, sizes[i]);
      arena_free (block); /* the page stays real: it can be looked at */
      for (gsize j = 0; j < sizes[i]; j++)
        g_assert_cmpuint (block[j], ==, 0);
    }
}

static void
test_a_shrunk_block_is_wiped_behind (void)
{
  guint8 *block = arena_alloc (400);

  memset (block, 0x5a, 400);
  g_assert_true (arena_realloc (block, 100) == block);
  for (gsize j = 100; j < 400; j++)
    g_assert_cmpuint (block[j], ==, 0);
  arena_free (block);
}

static void
test_all_is_counted_and_comes_back (void)
{
  ArenaUsage before, between, after;
  gpointer block;

  arena_free (arena_alloc (1 << 20));
  arena_get_usage (&before);
  block = arena_alloc (1 << 20);
  arena_get_usage (&between);
  arena_free (block);
  arena_get_usage (&after);
  g_assert_cmpuint (between.used, >=, before.used + (1 << 20));
  g_assert_cmpuint (between.locked + between.unlocked, >, before.locked + before.unlocked);
  g_assert_cmpuint (after.used, ==, before.used);
  g_assert_cmpuint (after.locked + after.unlocked, ==, before.locked + before.unlocked);
}

static void
test_it_goes_on_when_no_more_may_be_locked (void)
{
  struct rlimit old, none;
  ArenaUsage before, after;
  gpointer block;

  if (g_test_subprocess ())
    {
      /* Whoever has CAP_IPC_LOCK is not limited: then everything is locked. */
      getrlimit (RLIMIT_MEMLOCK, &old);
      none = (struct rlimit){ 0, old.rlim_max };
      setrlimit (RLIMIT_MEMLOCK, &none);
      arena_get_usage (&before);
      block = arena_alloc (1 << 20);
      g_assert_nonnull (block);
      memset (block, 1, 1 << 20);
      arena_get_usage (&after);
      g_assert_cmpuint (after.locked + after.unlocked, >=,
                        before.locked + before.unlocked + (1 << 20));
      arena_free (block);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static gpointer
churn (gpointer seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (seed));
  guint8 *blocks[64] = { NULL };
  guint32 sizes[64] = { 0 };

  for (guint round = 0; round < 20000; round++)
    {
      guint i = g_rand_int_range (rand, 0, 64);
      if (blocks[i] != NULL)
        {
          g_assert_cmpuint (blocks[i][0], ==, (guint8)i);
          g_assert_cmpuint (blocks[i][sizes[i] - 1], ==, (guint8)i);
        }
      arena_free (blocks[i]);
      sizes[i] = g_rand_int_range (rand, 1, 5000);
      blocks[i] = arena_alloc (sizes[i]);
      memset (blocks[i], i, sizes[i]);
    }
  for (guint i = 0; i < 64; i++)
    arena_free (blocks[i]);
  return NULL;
}

static void
test_threads_do_not_disturb_each_other (void)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("churn", churn, GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_a_secret_keeps_its_bytes_and_length (void)
{
  g_autoptr (Secret) secret = secret_new ("a\0b", 3);
  g_autoptr (Secret) same = secret_new ("a\0b", 3);
  g_autoptr (Secret) other = secret_new ("a\0c", 3);
  g_autoptr (Secret) random = secret_new_random (32);
  gsize length;

  g_assert_cmpmem (secret_get (secret, &length), 4, "a\0b", 4);
  g_assert_cmpuint (length, ==, 3);
  g_assert_true (arena_contains (secret_get (secret, NULL)));
  g_assert_true (secret_equal (secret, same));
  g_assert_false (secret_equal (secret, other));
  g_assert_false (secret_equal (secret, random));
}

static void
test_a_secret_goes_with_its_last_reference (void)
{
  Secret *secret = secret_new ("tell nobody about this", 22);
  const guint8 *bytes = secret_get (secret, NULL);

  secret_unref (secret_ref (secret));
  g_assert_cmpmem (bytes, 22, "tell nobody about this", 22);
  secret_unref (secret);
  for (guint i = 0; i < 22; i++)
    g_assert_cmpuint (bytes[i], ==, 0);
}

static void
test_libgcrypt_keeps_secrets_in_the_arena (void)
{
  guint8 *secure = gcry_malloc_secure (100);
  guint8 *plain = gcry_malloc (100);

  g_assert_true (arena_contains (secure));
  g_assert_false (arena_contains (plain));
  g_assert_true (gcry_is_secure (secure));
  g_assert_false (gcry_is_secure (plain));
  g_assert_false (gcry_is_secure (&secure));
  memset (secure, 7, 100);
  secure = gcry_realloc (secure, 100000);
  g_assert_true (arena_contains (secure));
  g_assert_cmpuint (secure[99], ==, 7);
  plain = gcry_realloc (plain, 100000);
  gcry_free (secure);
  gcry_free (plain);
}

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arena/blocks-are-aligned-and-apart", test_blocks_are_aligned_and_apart);
  g_test_add_func ("/arena/every-size-class-holds-what-it-promises",
                   test_every_size_class_holds_what_it_promises);
  g_test_add_func ("/arena/a-freed-block-is-wiped", test_a_freed_block_is_wiped);
  g_test_add_func ("/arena/a-shrunk-block-is-wiped-behind", test_a_shrunk_block_is_wiped_behind);
  g_test_add_func ("/arena/all-is-counted-and-comes-back", test_all_is_counted_and_comes_back);
  g_test_add_func ("/arena/it-goes-on-when-no-more-may-be-locked",
                   test_it_goes_on_when_no_more_may_be_locked);
  g_test_add_func ("/arena/threads-do-not-disturb-each-other",
                   test_threads_do_not_disturb_each_other);
  g_test_add_func ("/secret/it-keeps-its-bytes-and-length",
                   test_a_secret_keeps_its_bytes_and_length);
  g_test_add_func ("/secret/it-goes-with-its-last-reference",
                   test_a_secret_goes_with_its_last_reference);
  g_test_add_func ("/secret/libgcrypt-keeps-secrets-in-the-arena",
                   test_libgcrypt_keeps_secrets_in_the_arena);
  return g_test_run ();
}
