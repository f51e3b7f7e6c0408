/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a private conversation ends and what of it outlives End, a crash, a restart and a lock. */
#include <string.h>
#include <unistd.h>

#include "core/session-private.h"
#include "engine/engine.h"
#include "core/account-private.h"
#include "core/limits.h"
#include "core/session-private.h"
#include "introspection/otrd-error.h"
#include "side.h"

/* Killed while private, locked since: nobody can know what the session was, so there is none. */
static void
test_no_session_begins_blind (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const CoreSessionOptions options = { .create = TRUE };
  g_autoptr (CoreSession) session = NULL;
  g_autoptr (GError) error = NULL;
  Actor *actor;

  side_go_private (talk->alice);
  side_set_policy (talk->alice, "manual");
  side_stop (talk->alice);
  side_start_alone (talk->alice);
  side_lock (talk->alice);
  session =
      core_account_open_session (talk->alice->account, talk->alice->contact, &options, &error);
  g_assert_null (session);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED);
  side_unlock (talk->alice);
  actor = side_attach (talk->alice, "pidgin");
  g_assert_cmpint (actor_send (actor, "text 0", 2)->verdict, ==, ENGINE_VERDICT_HELD);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  talk_assert_read (talk->bob, 1);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
}

/* A line that was on its way is not a wish of the user's to begin again. */
static void
test_a_late_line_after_end_begins_nothing (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  actor_send (talk->b, "crosses the goodbye", 1);
  actor_end (talk->a);
  side_settle (talk->alice);
  clock_turn (20 * G_USEC_PER_SEC);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "plaintext");
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "finished");
  actor_start (talk->b);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
}

static void
test_consent_is_still_wanted_after_a_crash (void)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  Actor *again;

  side_go_private (talk->alice);
  side_set_policy (talk->alice, "manual");
  actor_end (second);
  side_settle (talk->alice);
  actor_leave (talk->a);
  again = side_attach (talk->alice, "pidgin");
  g_assert_error (actor_send (again, "text 1", 1)->error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
  g_assert_cmpint (actor_send (second, "mine", 2)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  actor_end (again);
  side_settle (talk->alice);
  g_assert_cmpint (actor_send (again, "agreed", 3)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text 1"), ==, 0);
}

/* Neither that everybody has left nor the end of the service is an agreement. */
static void
test_consent_is_still_wanted_when_all_is_gone (gconstpointer restarted)
{
  g_autoptr (Talk) talk = talk_new ();
  Actor *second = side_attach (talk->alice, "dino");
  Actor *again;

  side_go_private (talk->alice);
  side_set_policy (talk->alice, "manual");
  actor_end (second);
  side_settle (talk->alice);
  if (GPOINTER_TO_INT (restarted))
    side_restart (talk->alice);
  else
    {
      actor_leave (talk->a);
      actor_leave (second);
    }
  again = side_attach (talk->alice, "pidgin");
  second = side_attach (talk->alice, "dino");
  g_assert_error (actor_send (again, "text 1", 1)->error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE);
  g_assert_cmpint (actor_send (second, "mine", 2)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text 1"), ==, 0);
  actor_end (again);
  side_settle (talk->alice);
  g_assert_cmpint (actor_send (again, "agreed", 3)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  side_restart (talk->alice);
  again = side_attach (talk->alice, "pidgin");
  g_assert_cmpint (actor_send (again, "as agreed", 4)->verdict, ==, ENGINE_VERDICT_PLAINTEXT);
  talk->a = again;
}

/* The contact's exchange waits for our key as long as the user needs to unlock. */
static void
test_an_exchange_waits_for_the_user (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_lock (talk->bob);
  actor_start (talk->a);
  actor_send (talk->a, "text 0", 1);
  side_settle (talk->alice);
  for (guint i = 0; i < 12; i++)
    {
      clock_turn (10 * G_USEC_PER_SEC);
      side_settle (talk->alice);
    }
  g_assert_false (side_has_event (talk->bob, "stalled"));
  side_unlock (talk->bob);
  side_settle (talk->alice);
  clock_turn (10 * G_USEC_PER_SEC);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "private");
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  actor_send (talk->a, "text 1", 2);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 2);
}

static void
wait_at_gate (gpointer gate)
{
  g_mutex_lock (gate);
  g_mutex_unlock (gate);
}

static void
is_through (gpointer gate)
{
}

/* The next dear call stays where it is, lent what was there when it began. */
static void
hold_workers (Side *side, GMutex *gate)
{
  g_mutex_lock (gate);
  for (guint i = 0; i < CORE_WORKERS; i++)
    core_workers_run (side->session->workers, wait_at_gate, is_through, gate);
}

static void
hand_over (Side *side, Actor *actor)
{
  g_autofree char *line = g_queue_pop_head (&side->inbox);

  g_assert_nonnull (line);
  actor_receive (actor, line);
}

/* The line that needs it was handed to the engine a moment before: whoever feeds what waits for
 * the key has been and gone when it is set aside. */
static void
test_a_key_that_comes_while_its_line_is_read_is_used (void)
{
  g_autoptr (Talk) talk = talk_new ();
  GMutex gate;

  g_mutex_init (&gate);
  side_lock (talk->bob);
  actor_start (talk->a);
  actor_send (talk->a, "text 0", 1);
  side_wait (talk->alice);
  hand_over (talk->bob, talk->b); /* the query */
  side_wait (talk->bob);
  hand_over (talk->alice, talk->a); /* the D-H Commit */
  side_wait (talk->alice);
  hold_workers (talk->bob, &gate);
  hand_over (talk->bob, talk->b); /* the D-H Key, to be answered with a signature */
  side_unlock (talk->bob);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (core_account_find_key_state (talk->bob->account), ==, "ready");
  g_assert_nonnull (talk->bob->session->running);
  g_mutex_unlock (&gate);
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->bob, "waiting"));
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "private");
  talk_assert_read (talk->bob, 1);
  g_mutex_clear (&gate);
}

/* The contact's otrd is killed and comes back: what either has said meanwhile arrives. */
static void
test_a_killed_contact_loses_nothing (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  actor_send (talk->a, "before", 1);
  side_settle (talk->alice);
  side_restart (talk->bob);
  actor_send (talk->a, "while it was away", 2);
  actor_send (talk->a, "and this", 3);
  talk->b = side_attach (talk->bob, "gajim");
  actor_send (talk->b, "back again", 1);
  side_settle (talk->alice);
  clock_turn (10 * G_USEC_PER_SEC);
  side_settle (talk->alice);
  g_assert_true (g_ptr_array_find_with_equal_func (talk->bob->texts, "[resent] while it was away",
                                                   g_str_equal, NULL));
  g_assert_true (
      g_ptr_array_find_with_equal_func (talk->bob->texts, "[resent] and this", g_str_equal, NULL));
  g_assert_true (
      g_ptr_array_find_with_equal_func (talk->alice->texts, "back again", g_str_equal, NULL));
  g_assert_cmpuint (side_count_on_wire (talk->alice, "it was away"), ==, 0);
  g_assert_cmpuint (side_count_on_wire (talk->bob, "back again"), ==, 0);
}

/* Whoever is in the middle can write a query: a contact that was seen with version 3 speaks it. */
static void
assert_version_2_refused (Side *side, Actor *actor)
{
  guint begun = side_count_on_wire (side, "?OTR:AAIC");

  actor_receive (actor, "?OTRv2?");
  side_wait (side);
  g_assert_cmpuint (side_count_on_wire (side, "?OTR:AAIC"), ==, begun);
  g_assert_true (side_has_event (side, "stalled"));
  g_ptr_array_set_size (side->events, 0);
}

static void
test_version_2_is_refused_after_version_3 (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  assert_version_2_refused (talk->alice, talk->a);
  actor_end (talk->a);
  side_settle (talk->alice);
  assert_version_2_refused (talk->alice, talk->a);
  side_restart (talk->alice);
  talk->a = side_attach (talk->alice, "pidgin");
  assert_version_2_refused (talk->alice, talk->a);
  side_go_private (talk->alice);
  actor_send (talk->a, "text 0", 1);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
}

/* The network loses them, the contact its session: what can go again does, the rest is told. */
static void
test_what_is_not_kept_is_told (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  talk->alice->peer = NULL;
  for (guint i = 1; i <= 300; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      g_assert_cmpint (actor_send (talk->a, text, i)->verdict, ==, ENGINE_VERDICT_PRIVATE);
    }
  side_restart (talk->bob);
  side_join (talk->alice, talk->bob);
  talk->b = side_attach (talk->bob, "gajim");
  side_go_private (talk->bob);
  g_assert_true (side_has_event (talk->alice, "(44, '')]>"));
  g_assert_true (side_has_event (talk->alice, "contact-lost-session"));
  g_assert_cmpuint (talk->bob->texts->len, ==, 256);
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, 0), ==, "[resent] text 45");
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, 255), ==, "[resent] text 300");
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/ends/no-session-begins-blind", test_no_session_begins_blind);
  g_test_add_func ("/core/ends/a-late-line-after-end-begins-nothing",
                   test_a_late_line_after_end_begins_nothing);
  g_test_add_func ("/core/ends/consent-is-still-wanted-after-a-crash",
                   test_consent_is_still_wanted_after_a_crash);
  g_test_add_data_func ("/core/ends/consent-is-still-wanted-when-all-is-gone/left",
                        GINT_TO_POINTER (FALSE), test_consent_is_still_wanted_when_all_is_gone);
  g_test_add_data_func ("/core/ends/consent-is-still-wanted-when-all-is-gone/restarted",
                        GINT_TO_POINTER (TRUE), test_consent_is_still_wanted_when_all_is_gone);
  g_test_add_func ("/core/ends/an-exchange-waits-for-the-user",
                   test_an_exchange_waits_for_the_user);
  g_test_add_func ("/core/ends/a-key-that-comes-while-its-line-is-read-is-used",
                   test_a_key_that_comes_while_its_line_is_read_is_used);
  g_test_add_func ("/core/ends/a-killed-contact-loses-nothing",
                   test_a_killed_contact_loses_nothing);
  g_test_add_func ("/core/ends/version-2-is-refused-after-version-3",
                   test_version_2_is_refused_after_version_3);
  g_test_add_func ("/core/ends/what-is-not-kept-is-told", test_what_is_not_kept_is_told);
  return g_test_run ();
}
