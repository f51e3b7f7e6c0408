/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* When the service may end by itself, and each thing that forbids it. */
#include <string.h>
#include <unistd.h>

#include "../vault/memory-key-store.h"
#include "core/idleness.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define WHILE (300 * G_USEC_PER_SEC)

static void
count (gpointer user_data)
{
  ++*(guint *)user_data;
}

static void
assert_hindered (Side *side, const char *by)
{
  g_assert_cmpstr (core_find_hindrance (side->core), ==, by);
}

static void
spin_until_free (Side *side)
{
  while (core_find_hindrance (side->core) != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* An idle service with an account that has a key. */
static Side *
new_idle_side (const char *key)
{
  Side *side = side_new ("alice@example.org", "bob@example.org", key);

  core_account_open_session (side->account, "bob@example.org",
                             &(CoreSessionOptions){ .create = TRUE }, NULL);
  spin_until_free (side);
  return side;
}

static void
test_it_is_told_after_a_while (void)
{
  g_autoptr (Side) side = new_idle_side ("alice.key");
  guint n_told = 0;

  core_watch_idleness (side->core, WHILE, count, &n_told);
  clock_turn (WHILE - 1);
  g_assert_cmpuint (n_told, ==, 0);
  clock_turn (1);
  g_assert_cmpuint (n_told, ==, 1);
  clock_turn (WHILE);
  g_assert_cmpuint (n_told, ==, 2);
}

static void
test_the_while_begins_anew_with_each_call (void)
{
  g_autoptr (Side) side = new_idle_side ("alice.key");
  guint n_told = 0;

  core_watch_idleness (side->core, WHILE, count, &n_told);
  clock_turn (WHILE - 1);
  core_hold (side->core, CORE_HOLD_CALL);
  core_release (side->core, CORE_HOLD_CALL);
  clock_turn (WHILE - 1);
  g_assert_cmpuint (n_told, ==, 0);
  clock_turn (1);
  g_assert_cmpuint (n_told, ==, 1);
}

static void
test_calls_and_connections_forbid_it (void)
{
  g_autoptr (Side) side = new_idle_side ("alice.key");
  guint n_told = 0;

  core_watch_idleness (side->core, WHILE, count, &n_told);
  core_hold (side->core, CORE_HOLD_CONNECTION);
  assert_hindered (side, "a direct connection");
  core_hold (side->core, CORE_HOLD_CALL);
  core_hold (side->core, CORE_HOLD_CALL);
  assert_hindered (side, "a call");
  core_release (side->core, CORE_HOLD_CALL);
  assert_hindered (side, "a call");
  core_release (side->core, CORE_HOLD_CALL);
  g_assert_cmpuint (core_count_holds (side->core, CORE_HOLD_CALL), ==, 0);
  for (guint i = 0; i < 10; i++)
    clock_turn (WHILE);
  g_assert_cmpuint (n_told, ==, 0);
  core_release (side->core, CORE_HOLD_CONNECTION);
  clock_turn (WHILE);
  g_assert_cmpuint (n_told, ==, 1);
}

static void
test_an_attached_messenger_forbids_it (void)
{
  g_autoptr (Side) side = new_idle_side ("alice.key");
  Actor *actor = side_attach (side, "pidgin");

  assert_hindered (side, "a messenger is attached");
  actor_leave (actor);
  assert_hindered (side, NULL);
}

static void
test_a_private_session_forbids_it_for_ever (void)
{
  g_autoptr (Talk) talk = talk_new ();
  guint n_told = 0;

  side_go_private (talk->alice);
  actor_leave (talk->a);
  assert_hindered (talk->alice, "a private session");
  core_watch_idleness (talk->alice->core, WHILE, count, &n_told);
  clock_turn (WHILE);
  g_assert_cmpuint (n_told, ==, 0);
}

static void
test_a_finished_session_does_not (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  actor_end (talk->b);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "finished");
  actor_leave (talk->a);
  spin_until_free (talk->alice);
}

static void
test_a_key_exchange_forbids_it (void)
{
  g_autoptr (Talk) talk = talk_new ();

  talk->alice->peer = NULL;
  actor_start (talk->a);
  actor_leave (talk->a);
  side_wait (talk->alice);
  assert_hindered (talk->alice, "a key exchange");
  side_join (talk->alice, talk->bob);
}

static void
test_held_texts_forbid_it (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_set_policy (talk->alice, "always");
  talk->alice->peer = NULL;
  g_assert_cmpint (actor_send (talk->a, "text 0", 1)->verdict, ==, ENGINE_VERDICT_HELD);
  actor_leave (talk->a);
  side_wait (talk->alice);
  for (guint i = 0; i < 20; i++)
    {
      clock_turn (20 * G_USEC_PER_SEC);
      side_wait (talk->alice);
    }
  assert_hindered (talk->alice, "held texts");
  side_join (talk->alice, talk->bob);
}

/* A goodbye that its messenger has not fetched. */
static void
test_what_is_owed_forbids_it (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  talk->a->deaf = TRUE;
  core_shut_down (talk->alice->core);
  side_wait (talk->alice);
  actor_leave (talk->a);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "finished");
  assert_hindered (talk->alice, "something is owed");
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static void
test_a_key_being_made_forbids_it (void)
{
  g_autoptr (Side) side = new_idle_side (NULL);
  g_autoptr (GAsyncResult) result = NULL;

  core_account_generate_key (side->account, FALSE, FALSE, keep_result, &result);
  assert_hindered (side, "a key is being made");
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  spin_until_free (side);
}

static void
test_an_unsaved_change_forbids_it (void)
{
  g_autoptr (Side) side = new_idle_side ("alice.key");

  g_assert_true (vault_put_default_policy (side->vault, OTRD_POLICY_ALWAYS, NULL));
  assert_hindered (side, "a change is not saved");
  spin_until_free (side);
}

static void
test_the_users_lock_forbids_it (void)
{
  g_autoptr (Side) side = new_idle_side ("alice.key");

  core_lock (side->core, NULL, NULL);
  while (!g_str_equal (core_get_vault_state (side->core), "locked"))
    g_main_context_iteration (NULL, TRUE);
  assert_hindered (side, "the user has locked the vault");
  core_unlock (side->core, NULL, FALSE, NULL, NULL);
  assert_hindered (side, "the vault is being opened");
  spin_until_free (side);
  g_assert_cmpstr (core_get_vault_state (side->core), ==, "ready");
}

static void
test_the_keyrings_lock_does_not (void)
{
  g_autoptr (Side) side = new_idle_side ("alice.key");
  MemoryKeyStore *key_store = TEST_MEMORY_KEY_STORE (side->key_store);

  key_store->outcome = VAULT_KEY_LOCKED;
  g_signal_emit_by_name (key_store, "locked");
  while (!g_str_equal (core_get_vault_state (side->core), "locked"))
    g_main_context_iteration (NULL, TRUE);
  spin_until_free (side);
}

static void
test_a_passphrase_forbids_it_until_the_vault_is_locked (void)
{
  g_autoptr (Side) side = new_idle_side ("alice.key");
  g_autoptr (Secret) passphrase = secret_new ("open sesame", strlen ("open sesame"));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  core_set_key_store (side->core, "passphrase", passphrase, FALSE, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  core_set_key_store_finish (side->core, result, &error);
  g_assert_no_error (error);
  assert_hindered (side, "the vault was opened with a passphrase");
  core_lock (side->core, NULL, NULL);
  spin_until_free (side);
  g_assert_cmpstr (core_get_vault_state (side->core), ==, "locked");
}

int
main (int argc, char **argv)
{
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  g_test_add_func ("/core/idleness/it-is-told-after-a-while", test_it_is_told_after_a_while);
  g_test_add_func ("/core/idleness/the-while-begins-anew-with-each-call",
                   test_the_while_begins_anew_with_each_call);
  g_test_add_func ("/core/idleness/calls-and-connections-forbid-it",
                   test_calls_and_connections_forbid_it);
  g_test_add_func ("/core/idleness/an-attached-messenger-forbids-it",
                   test_an_attached_messenger_forbids_it);
  g_test_add_func ("/core/idleness/a-private-session-forbids-it-for-ever",
                   test_a_private_session_forbids_it_for_ever);
  g_test_add_func ("/core/idleness/a-finished-session-does-not", test_a_finished_session_does_not);
  g_test_add_func ("/core/idleness/a-key-exchange-forbids-it", test_a_key_exchange_forbids_it);
  g_test_add_func ("/core/idleness/held-texts-forbid-it", test_held_texts_forbid_it);
  g_test_add_func ("/core/idleness/what-is-owed-forbids-it", test_what_is_owed_forbids_it);
  g_test_add_func ("/core/idleness/a-key-being-made-forbids-it", test_a_key_being_made_forbids_it);
  g_test_add_func ("/core/idleness/an-unsaved-change-forbids-it",
                   test_an_unsaved_change_forbids_it);
  g_test_add_func ("/core/idleness/the-users-lock-forbids-it", test_the_users_lock_forbids_it);
  g_test_add_func ("/core/idleness/the-keyrings-lock-does-not", test_the_keyrings_lock_does_not);
  g_test_add_func ("/core/idleness/a-passphrase-forbids-it-until-the-vault-is-locked",
                   test_a_passphrase_forbids_it_until_the_vault_is_locked);
  return g_test_run ();
}
