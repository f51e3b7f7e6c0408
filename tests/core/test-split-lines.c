/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines that a transport has cut are joined, and nothing else is. */
#include <string.h>
#include <unistd.h>

#include "core/split-lines.h"

/* A Data Message of zeros, 400 bytes and more. */
static char *
new_message (void)
{
  guint8 body[400] = { 0, 3, 3, 0, 0, 1, 1, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1 };
  const gsize key_at = 20, key_length = 192, counter_at = key_at + 4 + key_length;
  const gsize text_length = sizeof body - counter_at - 8 - 4 - 20 - 4;
  g_autofree char *code = NULL;

  body[key_at + 3] = key_length;
  body[counter_at + 8 + 2] = text_length >> 8;
  body[counter_at + 8 + 3] = text_length & 255;
  code = g_base64_encode (body, sizeof body);
  return g_strdup_printf ("?OTR:%s.", code);
}

static CoreSplit
take (CoreSplitLines *lines, const char *messenger, const char *piece, char **whole)
{
  return core_split_lines_take (lines, messenger, NULL, piece, 0, whole);
}

static void
test_pieces_are_joined (void)
{
  g_autoptr (CoreSplitLines) lines = core_split_lines_new ();
  g_autofree char *message = new_message ();
  g_autofree char *first = g_strndup (message, 200);
  g_autofree char *second = g_strndup (message + 200, 150);
  g_autofree char *whole = NULL;
  g_autofree char *again = NULL;

  g_assert_cmpint (take (lines, "a", first, &whole), ==, CORE_SPLIT_WAITS);
  g_assert_cmpint (take (lines, "a", second, &whole), ==, CORE_SPLIT_WAITS);
  /* another messenger's pieces are its own */
  g_assert_cmpint (take (lines, "b", message + 350, &whole), ==, CORE_SPLIT_NOT);
  g_assert_cmpint (take (lines, "b", first, &whole), ==, CORE_SPLIT_WAITS);
  g_assert_cmpint (take (lines, "a", message + 350, &whole), ==, CORE_SPLIT_WHOLE);
  g_assert_cmpstr (whole, ==, message);
  g_assert_cmpint (take (lines, "b", second, &again), ==, CORE_SPLIT_WAITS);
  g_assert_cmpint (take (lines, "b", message + 350, &again), ==, CORE_SPLIT_WHOLE);
  g_assert_cmpstr (again, ==, message);
}

static void
test_other_words_are_left_alone (void)
{
  static const char *const words[] = { "ok", "ok.", "see you later.", "?OTRv3?", "?OTR Error: no" };
  g_autoptr (CoreSplitLines) lines = core_split_lines_new ();
  g_autofree char *message = new_message ();
  g_autofree char *first = g_strndup (message, 200);
  char *whole = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_assert_cmpint (take (lines, "a", words[i], &whole), ==, CORE_SPLIT_NOT);
      g_assert_cmpint (take (lines, "a", first, &whole), ==, CORE_SPLIT_WAITS);
      g_assert_cmpint (take (lines, "a", words[i], &whole), ==, CORE_SPLIT_NOT);
      g_assert_null (whole);
    }
  g_assert_cmpint (take (lines, "c", message, &whole), ==, CORE_SPLIT_NOT);
  g_assert_cmpint (take (lines, "c", "?OTR:AAMD", &whole), ==, CORE_SPLIT_NOT);
}

static void
test_the_rest_may_not_take_long (void)
{
  g_autoptr (CoreSplitLines) lines = core_split_lines_new ();
  g_autofree char *message = new_message ();
  g_autofree char *first = g_strndup (message, 200);
  char *whole = NULL;

  take (lines, "a", first, &whole);
  g_assert_cmpint (
      core_split_lines_take (lines, "a", NULL, message + 200, CORE_SPLIT_PATIENCE + 1, &whole), ==,
      CORE_SPLIT_NOT);
}

static void
test_hostile_pieces_are_bounded (void)
{
  g_autoptr (CoreSplitLines) lines = core_split_lines_new ();
  g_autofree char *piece = g_strnfill (64 * 1024, 'A');
  g_autofree char *first = g_strconcat ("?OTR:", piece, NULL);
  char *whole = NULL;
  guint waits = 0;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *from = g_strdup_printf ("address %u", i);

      core_split_lines_take (lines, "a", from, first, 0, &whole);
    }
  g_assert_cmpint (core_split_lines_take (lines, "a", "address 0", piece, 0, &whole), ==,
                   CORE_SPLIT_NOT);
  while (core_split_lines_take (lines, "a", "address 99", piece, 0, &whole) == CORE_SPLIT_WAITS)
    g_assert_cmpuint (waits++, <, 24);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  g_test_add_func ("/core/split-lines/pieces-are-joined", test_pieces_are_joined);
  g_test_add_func ("/core/split-lines/other-words-are-left-alone", test_other_words_are_left_alone);
  g_test_add_func ("/core/split-lines/the-rest-may-not-take-long", test_the_rest_may_not_take_long);
  g_test_add_func ("/core/split-lines/hostile-pieces-are-bounded", test_hostile_pieces_are_bounded);
  return g_test_run ();
}
