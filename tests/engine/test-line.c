/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading lines: what they are, and that nothing hostile gets further. */
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "engine/assembler.h"
#include "engine/line.h"

typedef struct
{
  const char *text;
  EngineLineType type;
} Reading;

static void
test_types (void)
{
  static const Reading readings[] = {
    { "hello", ENGINE_LINE_TEXT },
    { "", ENGINE_LINE_TEXT },
    { "?OTR is a protocol", ENGINE_LINE_TEXT },
    { "?OTR?", ENGINE_LINE_QUERY },
    { "?OTRv23? words", ENGINE_LINE_QUERY },
    { "?OTR?v2?", ENGINE_LINE_QUERY },
    { "?OTR Error: it failed", ENGINE_LINE_ERROR },
    { "?OTR:===.", ENGINE_LINE_MALFORMED },
    { "?OTR:AAMD", ENGINE_LINE_MALFORMED },
    { "?OTR:AAMD.", ENGINE_LINE_MALFORMED },
    { "?OTR:AAEK.", ENGINE_LINE_MALFORMED },
    { "?OTR:.", ENGINE_LINE_MALFORMED },
    { "?OTR|1234|5678,1,2,abc,", ENGINE_LINE_FRAGMENT },
    { "?OTR|00001234|00005678,00001,00002,abc,", ENGINE_LINE_FRAGMENT },
    { "?OTR,1,2,abc,", ENGINE_LINE_FRAGMENT },
    { "?OTR,0,2,abc,", ENGINE_LINE_MALFORMED },
    { "?OTR,3,2,abc,", ENGINE_LINE_MALFORMED },
    { "?OTR,1,2,,", ENGINE_LINE_MALFORMED },
    { "?OTR,1,99999,a,", ENGINE_LINE_MALFORMED },
    { "?OTR|ff|5678,1,2,abc,", ENGINE_LINE_MALFORMED },
    { "?OTR|-1|5678,1,2,abc,", ENGINE_LINE_MALFORMED },
    { "?OTR|1111111112345|5678,1,2,abc,", ENGINE_LINE_MALFORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    {
      g_autoptr (EngineLine) line = engine_line_read (readings[i].text);

      if (line->type != readings[i].type)
        g_error ("\"%s\" was read as %d", readings[i].text, line->type);
    }
}

static void
test_offer (void)
{
  g_autofree char *offer = engine_line_new_offer ("good morning", TRUE, TRUE);
  g_autoptr (EngineLine) line = engine_line_read (offer);

  g_assert_cmpint (line->type, ==, ENGINE_LINE_OFFER);
  g_assert_cmpstr (line->text, ==, "good morning");
  g_assert_true (line->offers_v2);
  g_assert_true (line->offers_v3);
}

static void
test_query (void)
{
  for (guint bits = 1; bits < 4; bits++)
    {
      g_autofree char *query = engine_line_new_query (bits & 1, bits & 2);
      g_autoptr (EngineLine) line = engine_line_read (query);

      g_assert_cmpuint (strlen (query), <, 100);
      g_assert_null (strchr (query, '<'));
      g_assert_cmpint (line->type, ==, ENGINE_LINE_QUERY);
      g_assert_cmpint (line->offers_v2, ==, (bits & 1) != 0);
      g_assert_cmpint (line->offers_v3, ==, (bits & 2) != 0);
    }
}

static void
test_error_for_an_instance (void)
{
  g_autofree char *error = engine_line_new_error ("cannot be read", 3, 0x1234, 0x5678);
  g_autoptr (EngineLine) piece = engine_line_read (error);
  g_autoptr (EngineAssembler) assembler = engine_assembler_new ();
  g_autofree char *whole = engine_assembler_add (assembler, "one", piece);

  g_assert_cmpuint (strlen (error), <, 100);
  g_assert_cmpstr (whole, ==, "?OTR Error: cannot be read");
}

static void
test_cutting (void)
{
  g_autofree char *line = g_strnfill (5000, 'x');

  for (guint version = 2; version <= 3; version++)
    for (gsize max = ENGINE_LINE_MIN_SIZE; max < 6000; max += 37)
      {
        g_autoptr (GPtrArray) pieces = engine_line_cut (line, max, version, 0x1234, 0x5678);
        g_autoptr (EngineAssembler) assembler = engine_assembler_new ();
        g_autofree char *whole = NULL;

        for (guint i = 0; i < pieces->len && pieces->len > 1; i++)
          {
            g_autoptr (EngineLine) piece = engine_line_read (g_ptr_array_index (pieces, i));

            g_assert_cmpuint (strlen (g_ptr_array_index (pieces, i)), <=, max);
            g_assert_null (whole);
            whole = engine_assembler_add (assembler, "one", piece);
          }
        g_assert_cmpstr (pieces->len > 1 ? whole : g_ptr_array_index (pieces, 0), ==, line);
      }
}

static char *
add (EngineAssembler *assembler, const char *messenger, const char *text)
{
  g_autoptr (EngineLine) piece = engine_line_read (text);

  return engine_assembler_add (assembler, messenger, piece);
}

static void
test_interleaved_messengers (void)
{
  g_autoptr (EngineAssembler) assembler = engine_assembler_new ();
  g_autofree char *one = NULL, *two = NULL, *other = NULL;

  g_assert_null (add (assembler, "one", "?OTR|1234|5678,1,2,abc,"));
  g_assert_null (add (assembler, "two", "?OTR|1234|5678,1,2,abc,"));
  g_assert_null (add (assembler, "one", "?OTR|4321|5678,1,2,uvw,"));
  one = add (assembler, "one", "?OTR|1234|5678,2,2,def,");
  two = add (assembler, "two", "?OTR|1234|5678,2,2,def,");
  other = add (assembler, "one", "?OTR|4321|5678,2,2,xyz,");
  g_assert_cmpstr (one, ==, "abcdef");
  g_assert_cmpstr (two, ==, "abcdef");
  g_assert_cmpstr (other, ==, "uvwxyz");
}

static void
test_broken_sequences (void)
{
  g_autoptr (EngineAssembler) assembler = engine_assembler_new ();

  g_assert_null (add (assembler, "one", "?OTR,2,3,b,"));
  g_assert_null (add (assembler, "one", "?OTR,3,3,c,"));
  g_assert_null (add (assembler, "one", "?OTR,1,3,a,"));
  g_assert_null (add (assembler, "one", "?OTR,3,3,c,"));
  g_assert_null (add (assembler, "one", "?OTR,2,3,b,"));
  g_assert_null (add (assembler, "one", "?OTR,1,3,a,"));
  g_assert_null (add (assembler, "one", "?OTR,2,4,b,"));
  g_assert_null (add (assembler, "one", "?OTR,3,3,c,"));
}

/* What is promised, not what the header says. */
#define OPEN 32
#define LINE_BYTES (3 * 512 * 1024)
#define ALL_BYTES (2 * LINE_BYTES)

static gsize
heap (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* 5000 spoofed senders: libotr keeps them all. */
static void
test_hostile_pieces (void)
{
  g_autoptr (EngineAssembler) assembler = engine_assembler_new ();
  g_autofree char *oldest = NULL;
  gsize before = heap ();

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *piece = g_strdup_printf ("?OTR|%08x|5678,1,2,abc,", 0x1000 + i);

      g_assert_null (add (assembler, "one", piece));
    }
  g_assert_cmpuint (heap (), <, before + 64 * 1024);
  oldest = g_strdup_printf ("?OTR|%08x|5678,2,2,def,", 0x1000 + 5000 - OPEN - 1);
  g_assert_null (add (assembler, "one", oldest));
  for (guint i = 5000 - OPEN; i < 5000; i++)
    {
      g_autofree char *piece = g_strdup_printf ("?OTR|%08x|5678,2,2,def,", 0x1000 + i);
      g_autofree char *whole = add (assembler, "one", piece);

      g_assert_cmpstr (whole, ==, "abcdef");
    }
}

/* 90 MB that never end: libotr keeps them all. */
static void
test_a_message_without_an_end (void)
{
  g_autoptr (EngineAssembler) assembler = engine_assembler_new ();
  g_autofree char *filler = g_strnfill (60000, 'x');
  g_autofree char *whole = NULL;
  gsize before = heap ();

  for (guint i = 1; i <= 1500; i++)
    {
      g_autofree char *piece = g_strdup_printf ("?OTR|1234|5678,%u,1500,%s,", i, filler);

      /* the last one would end it */
      g_assert_null (add (assembler, "one", piece));
      g_assert_cmpuint (heap (), <, before + 2 * ALL_BYTES);
    }
  g_assert_cmpuint (heap (), <, before + LINE_BYTES);
  g_assert_null (add (assembler, "one", "?OTR|1234|5678,1,2,abc,"));
  whole = add (assembler, "one", "?OTR|1234|5678,2,2,def,");
  g_assert_cmpstr (whole, ==, "abcdef");
}

static void
test_a_whole_line_is_no_longer_than_a_line (void)
{
  g_autoptr (EngineAssembler) assembler = engine_assembler_new ();
  g_autofree char *half = g_strnfill (LINE_BYTES / 2, 'x');
  g_autofree char *first = g_strdup_printf ("?OTR|1234|5678,1,2,%s,", half);
  g_autofree char *second = g_strdup_printf ("?OTR|1234|5678,2,2,%s,", half);
  g_autofree char *too_long = g_strdup_printf ("?OTR|1234|5678,2,2,%sx,", half);
  g_autofree char *whole = NULL;

  g_assert_null (add (assembler, "one", first));
  whole = add (assembler, "one", second);
  g_assert_cmpuint (strlen (whole), ==, LINE_BYTES);
  g_assert_null (add (assembler, "one", first));
  g_assert_null (add (assembler, "one", too_long));
}

/* Each of them may be long, all of them together not: the oldest goes. */
static void
test_bytes_of_all (void)
{
  g_autoptr (EngineAssembler) assembler = engine_assembler_new ();
  const gsize length = LINE_BYTES - 16;
  g_autofree char *filler = g_strnfill (length, 'x');
  gsize before = heap ();

  for (guint i = 0; i < OPEN; i++)
    {
      g_autofree char *piece = g_strdup_printf ("?OTR|%08x|5678,1,2,%s,", 0x1000 + i, filler);

      g_assert_null (add (assembler, "one", piece));
    }
  g_assert_cmpuint (heap (), <, before + 2 * ALL_BYTES);
  for (guint i = 0; i < OPEN; i++)
    {
      g_autofree char *piece = g_strdup_printf ("?OTR|%08x|5678,2,2,end,", 0x1000 + i);
      g_autofree char *whole = add (assembler, "one", piece);

      if (i < OPEN - ALL_BYTES / length)
        g_assert_null (whole);
      else
        g_assert_cmpuint (strlen (whole), ==, length + 3);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);

  g_test_add_func ("/line/each-line-is-read-as-what-it-is", test_types);
  g_test_add_func ("/line/an-offer-is-taken-out-of-the-text", test_offer);
  g_test_add_func ("/line/a-query-is-short-and-without-markup", test_query);
  g_test_add_func ("/line/an-error-for-an-instance-is-one-piece", test_error_for_an_instance);
  g_test_add_func ("/line/pieces-fit-and-make-the-line-again", test_cutting);
  g_test_add_func ("/assembler/messengers-and-senders-do-not-mix", test_interleaved_messengers);
  g_test_add_func ("/assembler/a-broken-sequence-gives-nothing", test_broken_sequences);
  g_test_add_func ("/assembler/hostile-pieces-are-bounded", test_hostile_pieces);
  g_test_add_func ("/assembler/a-message-without-an-end-is-bounded", test_a_message_without_an_end);
  g_test_add_func ("/assembler/a-whole-line-is-no-longer-than-a-line",
                   test_a_whole_line_is_no_longer_than_a_line);
  g_test_add_func ("/assembler/bytes-of-all-are-bounded", test_bytes_of_all);
  return g_test_run ();
}
