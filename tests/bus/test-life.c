/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the name to the last goodbye. */

#include <string.h>

#include "core/idleness.h"
#include "fixture.h"
#include "memory-key-store.h"

static void
second_has_changed (BusService *service, BusServiceState state, gpointer user_data)
{
  *(BusServiceState *)user_data = state;
}

static void
a_second_service_is_told_that_the_name_is_taken (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (fixture->home, "other", NULL);
  g_autoptr (Vault) vault = vault_new (folder, fixture->key_store);
  g_autoptr (Core) core = core_new (vault, core_clock_get_system ());
  BusServiceState state = BUS_SERVICE_RUNNING;
  BusService *service =
      bus_service_new (core, fixture->second, &bus_limits, second_has_changed, &state);
  g_autofree char *word = NULL;

  fixture_wait_until (state == BUS_SERVICE_NAME_TAKEN);
  bus_service_free (service);
  word = fixture_get_word (fixture->first, MANAGER, "Manager", "Vault");
}

static void
the_end_waits_for_goodbyes_to_be_fetched (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autoptr (GVariant) goodbye = NULL;
  g_autoptr (GVariant) other = NULL;
  g_autoptr (GVariant) lines = NULL;

  fixture_make_private (fixture->first, &alice, &bob);
  bus_service_shut_down (fixture->service);
  goodbye = fixture_must_call (fixture->first, alice, "Session", "Collect",
                               g_variant_new ("(a{sv})", NULL));
  lines = g_variant_get_child_value (goodbye, 0);
  g_assert_cmpuint (g_variant_n_children (lines), ==, 1);
  g_assert_cmpint (fixture->state, ==, BUS_SERVICE_RUNNING);
  other = fixture_must_call (fixture->first, bob, "Session", "Collect",
                             g_variant_new ("(a{sv})", NULL));
  fixture_wait_until (fixture->state == BUS_SERVICE_ENDED);
}

static void
the_end_gives_held_texts_back (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autoptr (GVariant) started = fixture_must_call (fixture->first, alice, "Session", "Start",
                                                    g_variant_new ("(a{sv})", NULL));
  g_autoptr (GVariant) held = NULL, news = NULL;
  g_autofree char *printed = NULL;

  held = fixture_must_call (fixture->first, alice, "Session", "Send",
                            g_variant_new_parsed ("('hello', '', {'id': <uint64 7>})"));
  bus_service_shut_down (fixture->service);
  news = fixture_must_call (fixture->first, alice, "Session", "Collect",
                            g_variant_new ("(a{sv})", NULL));
  printed = g_variant_print (news, FALSE);
  g_assert_nonnull (strstr (printed, "[(uint64 7, 'hello')]"));
  g_assert_nonnull (strstr (printed, "'service-ended'"));
  fixture_wait_until (fixture->state == BUS_SERVICE_ENDED);
}

static void
the_end_without_sessions_is_at_once (Fixture *fixture, gconstpointer unused)
{
  bus_service_shut_down (fixture->service);
  bus_service_shut_down (fixture->service);
  fixture_wait_until (fixture->state == BUS_SERVICE_ENDED);
}

static void
an_idle_service_retires (Fixture *fixture, gconstpointer unused)
{
  fixture_stop_service (fixture);
  fixture_start_service (fixture);
  fixture_wait_until (core_find_hindrance (fixture->core) == NULL);
  fixture_wait_until (bus_service_retire (fixture->service));
  fixture_wait_until (fixture->state == BUS_SERVICE_ENDED);
}

static void
name_is_there (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  ++*(guint *)user_data;
}

/* Who has come just before is not left behind. */
static void
somebody_who_came_keeps_the_service (Fixture *fixture, gconstpointer unused)
{
  guint n_seen = 0;
  guint watch =
      g_bus_watch_name_on_connection (fixture->second, "im.otrd1", G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      name_is_there, NULL, &n_seen, NULL);
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *state = NULL;

  fixture_wait_until (n_seen == 1);
  fixture_wait_until (bus_service_retire (fixture->service));
  fixture_wait_until (n_seen == 2);
  g_assert_cmpint (fixture->state, ==, BUS_SERVICE_RUNNING);
  state = fixture_get_word (fixture->first, session, "Session", "State");
  g_assert_cmpstr (state, ==, "plaintext");
  g_bus_unwatch_name (watch);
}

static void
a_bus_that_goes_is_noticed (Fixture *fixture, gconstpointer unused)
{
  g_dbus_connection_close_sync (fixture->server, NULL, NULL);
  fixture_wait_until (fixture->state == BUS_SERVICE_CUT_OFF);
}

static void
accounts_are_there_again_after_a_restart (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *account = g_strndup (session, strstr (session, "/session/") - session);
  g_autoptr (GVariant) made = fixture_must_call (fixture->first, account, "Account", "GenerateKey",
                                                 g_variant_new ("(a{sv})", NULL));
  g_autofree char *before = fixture_get_word (fixture->first, account, "Account", "Fingerprint");
  g_autofree char *after = NULL;

  g_assert_cmpuint (strlen (before), ==, 40);
  fixture_stop_service (fixture);
  fixture_start_service (fixture);
  after = fixture_get_word (fixture->first, account, "Account", "Fingerprint");
  g_assert_cmpstr (after, ==, before);
}

static void
a_vault_is_locked_when_lock_has_answered (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autoptr (GVariant) locked = fixture_must_call (fixture->first, MANAGER, "Manager", "Lock",
                                                   g_variant_new ("(a{sv})", NULL));
  g_autofree char *vault = fixture_get_word (fixture->first, MANAGER, "Manager", "Vault");
  g_autoptr (GVariant) unlocked = fixture_must_call (fixture->first, MANAGER, "Manager", "Unlock",
                                                     g_variant_new ("(a{sv})", NULL));
  g_autofree char *again = fixture_get_word (fixture->first, MANAGER, "Manager", "Vault");

  g_assert_cmpstr (vault, ==, "locked");
  g_assert_cmpstr (again, ==, "ready");
}

static void
unlock_is_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GDBusMessage) reply =
      g_dbus_connection_send_message_with_reply_finish (G_DBUS_CONNECTION (source), result, NULL);

  *(gboolean *)user_data = TRUE;
}

static void
unlock_interactively (GDBusConnection *caller)
{
  g_autoptr (GDBusMessage) message =
      g_dbus_message_new_method_call ("im.otrd1", MANAGER, "im.otrd1.Manager", "Unlock");
  gboolean answered = FALSE;

  g_dbus_message_set_body (message, g_variant_new ("(a{sv})", NULL));
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
  g_dbus_connection_send_message_with_reply (caller, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                             G_MAXINT, NULL, NULL, unlock_is_answered, &answered);
  fixture_wait_until (answered);
}

/* The flag of the call, and nothing else, allows a prompt. */
static void
only_a_call_with_the_flag_allows_a_prompt (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autoptr (GVariant) locked = fixture_must_call (fixture->first, MANAGER, "Manager", "Lock",
                                                   g_variant_new ("(a{sv})", NULL));

  memory_key_store_set_outcome (fixture->key_store, VAULT_KEY_LOCKED);
  fixture_must_fail (fixture->first, MANAGER, "Manager", "Unlock", g_variant_new ("(a{sv})", NULL),
                     OTRD_ERROR_LOCKED);
  g_assert_false (memory_key_store_was_interactive (fixture->key_store));
  unlock_interactively (fixture->first);
  g_assert_true (memory_key_store_was_interactive (fixture->key_store));
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/life/a-second-service-is-told-that-the-name-is-taken",
                    a_second_service_is_told_that_the_name_is_taken);
  fixture_add_test ("/bus/life/the-end-waits-for-goodbyes-to-be-fetched",
                    the_end_waits_for_goodbyes_to_be_fetched);
  fixture_add_test ("/bus/life/the-end-gives-held-texts-back", the_end_gives_held_texts_back);
  fixture_add_test ("/bus/life/the-end-without-sessions-is-at-once",
                    the_end_without_sessions_is_at_once);
  fixture_add_test ("/bus/life/a-bus-that-goes-is-noticed", a_bus_that_goes_is_noticed);
  fixture_add_test ("/bus/life/accounts-are-there-again-after-a-restart",
                    accounts_are_there_again_after_a_restart);
  fixture_add_test ("/bus/life/a-vault-is-locked-when-lock-has-answered",
                    a_vault_is_locked_when_lock_has_answered);
  fixture_add_test ("/bus/life/an-idle-service-retires", an_idle_service_retires);
  fixture_add_test ("/bus/life/somebody-who-came-keeps-the-service",
                    somebody_who_came_keeps_the_service);
  fixture_add_test ("/bus/life/only-a-call-with-the-flag-allows-a-prompt",
                    only_a_call_with_the_flag_allows_a_prompt);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
