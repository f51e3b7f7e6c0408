/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is owed to a messenger that does not come: events are dropped in the end, but never which
 * texts came back. */
#include <string.h>
#include <unistd.h>

#include "core/limits.h"
#include "core/owed.h"

static GVariant *
make_lost (guint64 id, const char *text, const char *reason)
{
  GVariant *message = g_variant_new ("(ts)", id, text);
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "messages", g_variant_new_array (NULL, &message, 1));
  g_variant_dict_insert (&details, "reason", "s", reason);
  return g_variant_dict_end (&details);
}

static void
add_event (CoreOwed *owed, const char *name, GVariant *details)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  engine_turn_event (turn, name, details);
  core_owed_add (owed, turn);
}

/* Each once, in the order in which they came back for their reason; how many had their words. */
static guint
check_messages (EngineTurn *turn, const char *reason, guint count)
{
  guint64 expected = 1;
  guint with_words = 0;

  for (guint i = 0; i < turn->events->len; i++)
    {
      const EngineEvent *event = g_ptr_array_index (turn->events, i);
      g_autoptr (GVariant) messages = NULL;
      const char *word = "", *text;
      GVariantIter iter;
      guint64 id;

      if (!g_str_equal (event->name, "lost")
          || !g_variant_lookup (event->details, "reason", "&s", &word)
          || !g_str_equal (word, reason))
        continue;
      messages = g_variant_lookup_value (event->details, "messages", G_VARIANT_TYPE ("a(ts)"));
      g_variant_iter_init (&iter, messages);
      while (g_variant_iter_next (&iter, "(t&s)", &id, &text))
        {
          g_assert_cmpuint (id, ==, expected++);
          with_words += *text != '\0';
        }
    }
  g_assert_cmpuint (expected, ==, count + 1);
  return with_words;
}

static void
test_other_events_go_first (void)
{
  CoreOwed *owed = core_owed_new ();
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  for (guint i = 1; i <= 10; i++)
    add_event (owed, "lost", make_lost (i, "words", "ended"));
  for (guint i = 0; i < 5 * CORE_OWED_MAX_EVENTS; i++)
    add_event (owed, "stalled", NULL);
  core_owed_take (owed, turn);
  g_assert_cmpuint (check_messages (turn, "ended", 10), ==, 10);
  g_assert_cmpuint (turn->events->len, <=, CORE_OWED_MAX_EVENTS);
  core_owed_free (owed);
}

static void
test_all_ids_of_lost_texts_stay (void)
{
  const guint count = 3 * CORE_OWED_MAX_EVENTS;
  CoreOwed *owed = core_owed_new ();
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  for (guint i = 1; i <= count; i++)
    {
      add_event (owed, "lost", make_lost (i, "words", "ended"));
      add_event (owed, "lost", make_lost (i, "", "contact-lost-session"));
    }
  g_assert_true (core_owed_is_for_somebody (owed));
  core_owed_take (owed, turn);
  g_assert_false (core_owed_is_for_somebody (owed));
  g_assert_cmpuint (turn->events->len, <=, CORE_OWED_MAX_EVENTS);
  g_assert_cmpuint (check_messages (turn, "ended", count), ==, count);
  g_assert_cmpuint (check_messages (turn, "contact-lost-session", count), ==, 0);
  core_owed_free (owed);
}

/* The ids stay, and the words that came last. */
static void
test_the_words_of_lost_texts_are_bounded (void)
{
  const guint count = 2 * CORE_OWED_MAX_BYTES / CORE_TEXT_MAX;
  g_autofree char *words = g_strnfill (CORE_TEXT_MAX, 'x');
  CoreOwed *owed = core_owed_new ();
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  for (guint i = 1; i <= count; i++)
    add_event (owed, "lost", make_lost (i, words, "ended"));
  core_owed_take (owed, turn);
  g_assert_cmpuint (check_messages (turn, "ended", count), <=, CORE_OWED_MAX_BYTES / CORE_TEXT_MAX);
  core_owed_free (owed);
}

/* An event about lines that had to go is one more. */
static void
test_texts_in_dropped_lines_are_told (void)
{
  CoreOwed *owed = core_owed_new ();
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  for (guint i = 0; i < CORE_OWED_MAX_EVENTS; i++)
    add_event (owed, "stalled", NULL);
  for (guint i = 1; i <= 50; i++)
    {
      g_autoptr (EngineTurn) line = engine_turn_new ();

      engine_transmission_add_id (
          engine_turn_transmit (line, g_strnfill (CORE_TEXT_MAX, 'x'), NULL, FALSE), i);
      core_owed_add (owed, line);
    }
  core_owed_take (owed, turn);
  check_messages (turn, "limit", 50 - turn->transmissions->len);
  g_assert_cmpuint (turn->transmissions->len, <, 50);
  core_owed_free (owed);
}

int
main (int argc, char **argv)
{
  alarm (120);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/owed/other-events-go-before-lost-texts", test_other_events_go_first);
  g_test_add_func ("/core/owed/all-ids-of-lost-texts-stay", test_all_ids_of_lost_texts_stay);
  g_test_add_func ("/core/owed/the-words-of-lost-texts-are-bounded",
                   test_the_words_of_lost_texts_are_bounded);
  g_test_add_func ("/core/owed/texts-in-dropped-lines-are-told",
                   test_texts_in_dropped_lines_are_told);
  return g_test_run ();
}
