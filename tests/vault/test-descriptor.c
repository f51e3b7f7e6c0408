/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Secrets behind descriptors, from callers who mean well and who do not. */

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "introspection/otrd-error.h"
#include "secret/descriptor.h"
#include "tests/support/test-init.h"

#define LIMIT 100
#define LONG_MS 30000

static void
keep_result (GObject *source, GAsyncResult *result, gpointer kept)
{
  *(GAsyncResult **)kept = g_object_ref (result);
}

static Secret *
finish (GAsyncResult **result, GError **error)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return secret_read_finish (*result, error);
}

static Secret *
read_up_to (gsize limit, int fd, guint timeout_ms, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  secret_read_async (fd, limit, timeout_ms, keep_result, &result);
  return finish (&result, error);
}

static Secret *
read_from (int fd, guint timeout_ms, GError **error)
{
  return read_up_to (LIMIT, fd, timeout_ms, error);
}

static void
write_bytes (int fd, const char *bytes, gsize length)
{
  g_assert_cmpint (write (fd, bytes, length), ==, length);
}

static void
assert_secret (Secret *secret, const char *bytes, gsize length)
{
  g_assert_nonnull (secret);
  g_assert_cmpmem (secret_get (secret, NULL), secret_get_length (secret), bytes, length);
}

static void
test_a_pipe_is_read_to_its_end (void)
{
  int ends[2];
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (Secret) secret = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  write_bytes (ends[1], "one ", 4);
  secret_read_async (ends[0], LIMIT, LONG_MS, keep_result, &result);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (result);
  write_bytes (ends[1], "t\0wo", 4);
  close (ends[1]);
  secret = finish (&result, &error);
  g_assert_no_error (error);
  assert_secret (secret, "one t\0wo", 8);
}

static void
test_a_socket_is_read_to_its_end (void)
{
  int ends[2];
  g_autoptr (Secret) secret = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  write_bytes (ends[1], "text", 4);
  close (ends[1]);
  secret = read_from (ends[0], LONG_MS, NULL);
  assert_secret (secret, "text", 4);
}

/* A memory file as callers leave it: with its offset at the end. */
static int
open_memory_file (const char *bytes, gsize length)
{
  int fd = memfd_create ("secret", MFD_CLOEXEC);

  write_bytes (fd, bytes, length);
  return fd;
}

static void
test_a_file_is_read_from_its_beginning_to_its_end (void)
{
  g_autoptr (Secret) secret = read_from (open_memory_file ("text", 4), LONG_MS, NULL);

  assert_secret (secret, "text", 4);
}

static void
test_an_empty_file_is_an_empty_secret (void)
{
  g_autoptr (Secret) secret = read_from (open_memory_file ("", 0), LONG_MS, NULL);

  assert_secret (secret, "", 0);
}

static void
test_as_much_as_allowed_is_read_and_not_more (void)
{
  const gsize limits[] = { 1, LIMIT, 64 * 1024, 300 * 1024 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *text = g_strnfill (limits[i] + 1, 'x');
      g_autoptr (Secret) secret = NULL;
      g_autoptr (GError) error = NULL;

      secret = read_up_to (limits[i], open_memory_file (text, limits[i]), LONG_MS, NULL);
      assert_secret (secret, text, limits[i]);
      g_assert_null (
          read_up_to (limits[i], open_memory_file (text, limits[i] + 1), LONG_MS, &error));
      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
    }
}

static void
test_a_pipe_that_never_ends_is_given_up (void)
{
  int ends[2];
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  write_bytes (ends[1], "text", 4);
  g_assert_null (read_from (ends[0], 50, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  close (ends[1]);
}

static void
test_what_cannot_be_read_is_refused (void)
{
  const char *const paths[] = { "/dev/zero", "/", "/dev/null" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (read_from (open (paths[i], O_RDONLY | O_CLOEXEC), LONG_MS, &error));
      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/descriptor/a-pipe-is-read-to-its-end", test_a_pipe_is_read_to_its_end);
  g_test_add_func ("/descriptor/a-socket-is-read-to-its-end", test_a_socket_is_read_to_its_end);
  g_test_add_func ("/descriptor/a-file-is-read-from-its-beginning-to-its-end",
                   test_a_file_is_read_from_its_beginning_to_its_end);
  g_test_add_func ("/descriptor/an-empty-file-is-an-empty-secret",
                   test_an_empty_file_is_an_empty_secret);
  g_test_add_func ("/descriptor/as-much-as-allowed-is-read-and-not-more",
                   test_as_much_as_allowed_is_read_and_not_more);
  g_test_add_func ("/descriptor/a-pipe-that-never-ends-is-given-up",
                   test_a_pipe_that_never_ends_is_given_up);
  g_test_add_func ("/descriptor/what-cannot-be-read-is-refused",
                   test_what_cannot_be_read_is_refused);
  return g_test_run ();
}
