/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bounds that the contract names: at each there is an error or an event, and what was there
 * before goes on. */
#include <string.h>
#include <unistd.h>

#include "core/owed.h"
#include "core/session-private.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

/* What im.otrd1.*.xml promises, not what limits.h says. */
#define SESSIONS 16384
#define ACCOUNTS 1024
#define OWED_EVENTS 1000
#define OWED_BYTES (48 * 1024 * 1024)
#define WAITING_LINES 32
#define WAITING_BYTES (4 * 1024 * 1024)
#define MIB (1024 * 1024)

static void
test_sessions (void)
{
  g_autoptr (Talk) talk = talk_new ();
  const CoreSessionOptions options = { .create = TRUE };
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i < SESSIONS; i++)
    {
      g_autofree char *contact = g_strdup_printf ("contact%u@example.org", i);

      g_assert_nonnull (
          core_account_open_session (talk->alice->account, contact, &options, &error));
      g_assert_no_error (error);
    }
  g_assert_null (
      core_account_open_session (talk->alice->account, "one.more@example.org", &options, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  g_clear_error (&error);
  g_assert_nonnull (
      core_account_open_session (talk->alice->account, "contact7@example.org", &options, &error));
  side_go_private (talk->alice);
}

static void
note_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_queue_push_tail (user_data, g_object_ref (result));
}

/* All asked for at once. */
static void
test_accounts (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  const CoreAccountOptions options = { .create = TRUE };
  GQueue results = G_QUEUE_INIT;
  guint opened = 0, refused = 0;

  for (guint i = 1; i < ACCOUNTS + 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("account%u@example.org", i);

      core_open_account (side->core, "xmpp", name, &options, note_result, &results);
    }
  while (opened + refused < ACCOUNTS + 9)
    {
      g_autoptr (GAsyncResult) result = g_queue_pop_head (&results);
      g_autoptr (CoreAccount) account = NULL;
      g_autoptr (GError) error = NULL;

      if (result == NULL)
        {
          g_main_context_iteration (NULL, TRUE);
          continue;
        }
      account = core_open_account_finish (side->core, result, &error);
      if (account == NULL)
        g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
      opened += account != NULL;
      refused += account == NULL;
    }
  g_assert_cmpuint (opened, ==, ACCOUNTS - 1);
  g_assert_cmpuint (refused, ==, 10);
  side_restart (side);
}

static void
test_owed_events (void)
{
  CoreOwed *owed = core_owed_new ();
  g_autoptr (EngineTurn) taken = engine_turn_new ();

  for (guint i = 0; i < OWED_EVENTS + 500; i++)
    {
      g_autoptr (EngineTurn) turn = engine_turn_new ();
      g_autofree char *name = g_strdup_printf ("event-%u", i);

      engine_turn_event (turn, g_intern_string (name), NULL);
      core_owed_add (owed, turn);
    }
  core_owed_take (owed, taken);
  g_assert_cmpuint (taken->events->len, ==, OWED_EVENTS);
  g_assert_cmpstr (((EngineEvent *)g_ptr_array_index (taken->events, 0))->name, ==, "event-500");
  g_assert_cmpstr (((EngineEvent *)g_ptr_array_index (taken->events, OWED_EVENTS - 1))->name, ==,
                   "event-1499");
  g_assert_true (core_owed_is_empty (owed));
  core_owed_free (owed);
}

/* The oldest go, and which of the user's texts went with them is told. */
static void
test_owed_bytes (void)
{
  CoreOwed *owed = core_owed_new ();
  g_autoptr (EngineTurn) taken = engine_turn_new ();
  g_autofree char *told = NULL;
  gsize bytes = 0;

  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (EngineTurn) turn = engine_turn_new ();
      char *line = g_strnfill (MIB, 'x');

      engine_transmission_add_id (engine_turn_transmit (turn, line, NULL, FALSE), 100 + i);
      core_owed_add (owed, turn);
    }
  core_owed_take (owed, taken);
  for (guint i = 0; i < taken->transmissions->len; i++)
    bytes += strlen (((EngineTransmission *)g_ptr_array_index (taken->transmissions, i))->line);
  g_assert_cmpuint (bytes, <=, OWED_BYTES);
  g_assert_cmpuint (bytes, >=, OWED_BYTES - 2 * MIB);
  g_assert_cmpuint (taken->events->len, ==, 60 - taken->transmissions->len);
  for (guint i = 0; i < taken->events->len; i++)
    {
      const EngineEvent *event = g_ptr_array_index (taken->events, i);
      g_autofree char *id = g_strdup_printf ("(uint64 %u, '')", 100 + i);

      g_clear_pointer (&told, g_free);
      told = g_variant_print (event->details, FALSE);
      g_assert_cmpstr (event->name, ==, "lost");
      g_assert_nonnull (strstr (told, id));
      g_assert_nonnull (strstr (told, "'limit'"));
    }
  core_owed_free (owed);
}

/* Queries by the hundred, while our key is locked away: a few wait and are told to, of the others
 * nothing is promised. */
static void
test_waiting_lines (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_lock (talk->bob);
  actor_start (talk->a);
  side_settle (talk->alice);
  g_assert_cmpuint (talk->bob->session->waiting->len, ==, 1);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *query = g_strdup_printf ("?OTRv3? %u", i);
      Answer *answer = actor_receive (talk->b, query);

      side_wait (talk->bob);
      g_assert_no_error (answer->error);
      g_assert_cmpint (answer->verdict, ==, ENGINE_VERDICT_PROTOCOL);
      g_assert_cmpint (answer_has_event (answer, "waiting {'reason': <'locked'>"), ==,
                       i + 1 < WAITING_LINES);
      g_assert_cmpuint (answer->n_lines, ==, 0);
    }
  g_assert_cmpuint (talk->bob->session->waiting->len, ==, WAITING_LINES);
  side_unlock (talk->bob);
  side_settle (talk->alice);
  clock_turn (11 * G_USEC_PER_SEC);
  side_settle (talk->alice);
  g_assert_cmpuint (talk->bob->session->waiting->len, ==, 0);
  side_go_private (talk->alice);
  actor_send (talk->a, "text 0", 1);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
}

static void
test_waiting_bytes (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autofree char *filler = g_strnfill (MIB, 'x');

  side_lock (talk->bob);
  actor_start (talk->a);
  side_settle (talk->alice);
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *query = g_strdup_printf ("?OTRv3? %u %s", i, filler);

      g_assert_no_error (actor_receive (talk->b, query)->error);
      side_wait (talk->bob);
    }
  g_assert_cmpuint (talk->bob->session->waiting_bytes, <=, WAITING_BYTES);
  g_assert_cmpuint (talk->bob->session->waiting->len, ==, 1 + 3);
  side_unlock (talk->bob);
  side_settle (talk->alice);
}

static void
test_sizes_too_small (void)
{
  g_autoptr (Talk) talk = talk_new ();

  for (guint size = 1; size < 200; size++)
    {
      const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = size };
      g_autoptr (GError) error = NULL;

      core_session_attach (talk->alice->session, talk->a->messenger, &small, &error);
      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
    }
  side_go_private (talk->alice);
}

static void
test_an_empty_text (void)
{
  g_autoptr (Talk) talk = talk_new ();

  g_assert_error (actor_send (talk->a, "", 1)->error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  side_go_private (talk->alice);
  g_assert_error (actor_send (talk->a, "", 2)->error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  actor_send (talk->a, " ", 3);
  side_settle (talk->alice);
  g_assert_cmpuint (talk->bob->texts->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, 0), ==, " ");
}

/* Presence may be wrong, and a goodbye to nobody costs nothing. */
static void
test_a_goodbye_to_who_is_offline (void)
{
  const CoreConfiguration offline = { .has_contact_online = TRUE, .contact_online = FALSE };
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (GError) error = NULL;

  side_go_private (talk->alice);
  core_session_attach (talk->alice->session, talk->a->messenger, &offline, &error);
  g_assert_no_error (error);
  actor_end (talk->a);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "finished");
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/bounds/sessions-are-so-many", test_sessions);
  g_test_add_func ("/core/bounds/accounts-are-so-many", test_accounts);
  g_test_add_func ("/core/bounds/of-owed-events-the-oldest-go", test_owed_events);
  g_test_add_func ("/core/bounds/of-owed-lines-the-oldest-go-and-it-is-told", test_owed_bytes);
  g_test_add_func ("/core/bounds/lines-that-wait-are-so-many", test_waiting_lines);
  g_test_add_func ("/core/bounds/lines-that-wait-are-so-long", test_waiting_bytes);
  g_test_add_func ("/core/bounds/sizes-too-small-are-refused", test_sizes_too_small);
  g_test_add_func ("/core/bounds/an-empty-text-is-refused", test_an_empty_text);
  g_test_add_func ("/core/bounds/a-goodbye-goes-to-who-is-said-to-be-offline",
                   test_a_goodbye_to_who_is_offline);
  return g_test_run ();
}
