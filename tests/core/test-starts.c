/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fifty texts typed before the conversation is private: each arrives once and in order, however the
 * exchange comes about. */
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define TEXTS 50

static void
type_all (Actor *actor)
{
  for (guint i = 0; i < TEXTS; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);
      Answer *answer = actor_send (actor, text, i + 1);

      g_assert_cmpint (answer->verdict, ==, ENGINE_VERDICT_HELD);
    }
}

static void
make_lines_short (Side *side, Actor *actor)
{
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 200 };

  core_session_attach (side->session, actor->messenger, &small, NULL);
}

static void
let_time_pass (Talk *talk)
{
  side_settle (talk->alice);
  for (guint i = 0; i < 4; i++)
    {
      clock_turn (11 * G_USEC_PER_SEC);
      side_settle (talk->alice);
    }
}

static void
assert_all_read (Talk *talk, gboolean both)
{
  talk_assert_read (talk->bob, TEXTS);
  if (both)
    talk_assert_read (talk->alice, TEXTS);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
  g_assert_cmpuint (side_count_on_wire (talk->bob, "text "), ==, 0);
  g_assert_false (side_has_event (talk->alice, "lost"));
}

/* Both users start at the same moment, and both exchanges cross. */
static void
test_crossing (gconstpointer short_lines)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (Talk) talk = talk_new ();

      if (GPOINTER_TO_INT (short_lines))
        {
          make_lines_short (talk->alice, talk->a);
          make_lines_short (talk->bob, talk->b);
        }
      actor_start (talk->a);
      actor_start (talk->b);
      type_all (talk->a);
      type_all (talk->b);
      let_time_pass (talk);
      assert_all_read (talk, TRUE);
    }
}

static void
test_in_pieces (void)
{
  g_autoptr (Talk) talk = talk_new ();

  make_lines_short (talk->alice, talk->a);
  make_lines_short (talk->bob, talk->b);
  actor_start (talk->a);
  type_all (talk->a);
  let_time_pass (talk);
  assert_all_read (talk, FALSE);
  for (guint i = 0; i < talk->alice->wire->len; i++)
    g_assert_cmpuint (strlen (g_ptr_array_index (talk->alice->wire, i)), <=, 200);
}

/* Once and in order; some may have gone before the contact could read, and come again. */
static void
assert_read_or_resent (Talk *talk)
{
  g_assert_cmpuint (talk->bob->texts->len, ==, TEXTS);
  for (guint i = 0; i < TEXTS; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      g_assert_true (g_str_has_suffix (g_ptr_array_index (talk->bob->texts, i), text));
    }
}

/* A lost line of the exchange costs time, not texts. */
static void
test_one_line_is_lost (void)
{
  for (guint lost = 0; lost < 5; lost++)
    {
      g_autoptr (Talk) talk = talk_new ();

      side_set_policy (talk->alice, "always");
      type_all (talk->a);
      for (guint carried = 0; talk->alice->inbox.length + talk->bob->inbox.length > 0; carried++)
        {
          Side *side = talk->bob->inbox.length > 0 ? talk->bob : talk->alice;
          g_autofree char *line = g_queue_pop_head (&side->inbox);

          if (carried != lost)
            actor_receive (side == talk->bob ? talk->b : talk->a, line);
          side_wait (talk->alice);
          side_wait (talk->bob);
        }
      clock_turn (61 * G_USEC_PER_SEC);
      let_time_pass (talk);
      if (talk->bob->texts->len == 0)
        {
          /* The query itself was lost: nobody answers, and the next text asks again. */
          actor_start (talk->a);
          let_time_pass (talk);
        }
      assert_read_or_resent (talk);
    }
}

/* A megabyte in small pieces, owed to a messenger that comes for it later. */
static void
test_what_is_owed_is_whole (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autofree char *text = g_strnfill (1024 * 1024, 'x');

  make_lines_short (talk->alice, talk->a);
  actor_start (talk->a);
  actor_send (talk->a, text, 1);
  side_wait (talk->alice);
  talk->a->deaf = TRUE;
  side_settle (talk->alice);
  actor_leave (talk->a);
  side_attach (talk->alice, "pidgin");
  side_settle (talk->alice);
  g_assert_cmpuint (talk->bob->texts->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, 0), ==, text);
}

/* What grows on the wire is refused here, not at the far end. */
static void
test_markup_may_make_it_too_long (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  Answer *held, *sent;

  while (text->len < 1000 * 1024)
    g_string_append (text, "<b>&amp;</b>");
  actor_start (talk->a);
  held = actor_send (talk->a, text->str, 1);
  g_assert_error (held->error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  side_settle (talk->alice);
  sent = actor_send (talk->a, text->str, 2);
  side_settle (talk->alice);
  g_assert_error (sent->error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpuint (talk->bob->texts->len, ==, 0);
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/core/starts/fifty-texts-with-crossing-starts", GINT_TO_POINTER (FALSE),
                        test_crossing);
  g_test_add_data_func ("/core/starts/fifty-texts-with-crossing-starts-in-pieces",
                        GINT_TO_POINTER (TRUE), test_crossing);
  g_test_add_func ("/core/starts/fifty-texts-in-pieces", test_in_pieces);
  g_test_add_func ("/core/starts/a-lost-line-of-the-exchange-loses-no-text", test_one_line_is_lost);
  g_test_add_func ("/core/starts/what-is-owed-is-whole", test_what_is_owed_is_whole);
  g_test_add_func ("/core/starts/markup-may-make-a-text-too-long",
                   test_markup_may_make_it_too_long);
  return g_test_run ();
}
