// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* libotrd against a scripted service: errors, properties, secrets, connections. */

#include "fixture.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- Errors ---- */

static void
test_an_answer_of_another_type_is_an_error (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fake_refuse (fixture->fake, "Start", "org.example.Odd", "odd");
  g_assert_null (otrd_session_start_sync (fixture->session, NULL, NULL, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FAILED);
}

static void
test_errors_are_the_contracts (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (otrd_error_get_type ());

  for (guint i = 0; i < codes->n_values; i++)
    {
      g_autoptr (GError) sent = g_error_new_literal (OTRD_ERROR, codes->values[i].value, "because");
      g_autofree char *name = g_dbus_error_encode_gerror (sent);
      g_autoptr (GError) error = NULL;

      fake_refuse (fixture->fake, "Start", name, "because");
      g_assert_null (otrd_session_start_sync (fixture->session, NULL, NULL, &error));
      g_assert_error (error, OTRD_ERROR, codes->values[i].value);
      g_assert_cmpstr (error->message, ==, "because");
    }
}

static void
test_a_patient_call_can_be_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  fake_hold_until (fixture->fake, "Unlock", "Lock");
  otrd_client_unlock (fixture->client, NULL, NULL, cancellable, keep_result, &result);
  fake_await_calls (fixture->fake, "Unlock", 1);
  g_cancellable_cancel (cancellable);
  iterate_until_result (&result);
  g_assert_false (otrd_client_unlock_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (otrd_client_lock_sync (fixture->client, NULL, NULL, NULL));
}

/* ---- Properties and signals ---- */

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  ++*(guint *)user_data;
}

static void
test_properties_follow_the_service (Fixture *fixture, gconstpointer unused)
{
  guint notified = 0;

  g_assert_cmpint (otrd_client_get_vault (fixture->client), ==, OTRD_VAULT_READY);
  g_signal_connect (fixture->session, "notify::state", G_CALLBACK (count_notify), &notified);
  fake_set_property (fixture->fake, "im.otrd1.Session", "State", g_variant_new_string ("finished"));
  while (otrd_session_get_state (fixture->session) != OTRD_STATE_FINISHED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (notified, ==, 1);
  fake_set_property (fixture->fake, "im.otrd1.Session", "State",
                     g_variant_new_string ("levitating"));
  while (otrd_session_get_state (fixture->session) != OTRD_STATE_UNKNOWN)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_a_waiting_call_sees_the_properties_before_its_answer (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (OtrdTurn) turn = NULL;

  fake_set_property (fixture->fake, "im.otrd1.Session", "State", g_variant_new_string ("finished"));
  turn = otrd_session_collect_sync (fixture->session, NULL, NULL, NULL);
  g_assert_cmpint (otrd_session_get_state (fixture->session), ==, OTRD_STATE_FINISHED);
}

static void
test_only_the_service_is_believed (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) stranger =
      g_dbus_connection_new_for_address_sync (fake_get_address (fixture->fake),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                  | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_autoptr (OtrdTurn) turn = NULL;

  fake_set_property (fixture->fake, "im.otrd1.Session", "State",
                     g_variant_new_string ("plaintext"));
  g_dbus_connection_emit_signal (
      stranger, g_dbus_connection_get_unique_name (fixture->connection), FAKE_SESSION_PATH,
      "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new_parsed ("('im.otrd1.Session', {'State': <'private'>}, @as [])"), &error);
  g_assert_no_error (error);
  g_dbus_connection_flush_sync (stranger, NULL, NULL);
  turn = otrd_session_collect_sync (fixture->session, NULL, NULL, NULL);
  g_assert_cmpint (otrd_session_get_state (fixture->session), ==, OTRD_STATE_PLAINTEXT);
  g_dbus_connection_close_sync (stranger, NULL, NULL);
}

static void
trust_came (OtrdAccount *account,
            const char *contact,
            const char *fingerprint,
            OtrdTrust trust,
            GVariant *record,
            gpointer user_data)
{
  g_assert_cmpstr (contact, ==, "bob@example.org");
  *(OtrdTrust *)user_data = trust;
}

static void
test_trust_is_told (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  OtrdTrust trust = OTRD_TRUST_NONE;
  g_autoptr (OtrdAccount) account = NULL;

  fake_set_property (fixture->fake, "im.otrd1.Account", "KeyState", g_variant_new_string ("ready"));
  account = otrd_client_open_account_sync (fixture->client, "xmpp", "alice@example.org", NULL, NULL,
                                           &error);
  g_assert_no_error (error);
  g_assert_cmpint (otrd_account_get_key_state (account), ==, OTRD_KEY_STATE_READY);
  g_signal_connect (account, "trust-changed", G_CALLBACK (trust_came), &trust);
  fake_emit (fixture->fake, "im.otrd1.Account", "TrustChanged",
             g_variant_new_parsed ("('bob@example.org', 'AB', 'verified', " EMPTY ")"));
  while (trust != OTRD_TRUST_VERIFIED)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- Secrets ---- */

static void
test_secrets_go_by_sealed_descriptor (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) secret = g_bytes_new_static ("rosebud", 7);
  g_autofree char *call = NULL, *received = NULL;
  g_autoptr (OtrdTurn) turn = NULL;
  int seals;

  turn =
      otrd_session_start_verification_sync (fixture->session, secret, "what?", NULL, NULL, &error);
  g_assert_no_error (error);
  call = fake_find_call (fixture->fake, "StartVerification", 0);
  received = fake_get_secret (fixture->fake, &seals);
  g_assert_cmpstr (received, ==, "rosebud");
  g_assert_cmpint (seals & F_SEAL_WRITE, !=, 0);
  g_assert_null (strstr (call, "rosebud"));
  g_assert_nonnull (strstr (call, "'question': <'what?'>"));
}

static void
test_a_passphrase_goes_by_descriptor (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) passphrase = g_bytes_new_static ("open", 4);
  g_autofree char *call = NULL, *received = NULL;
  int seals;

  g_assert_true (otrd_client_unlock_sync (fixture->client, passphrase, NULL, NULL, &error));
  g_assert_no_error (error);
  call = fake_find_call (fixture->fake, "Unlock", 0);
  received = fake_get_secret (fixture->fake, &seals);
  g_assert_cmpstr (call, ==, "Unlock({'passphrase': <handle 0>},)!");
  g_assert_cmpstr (received, ==, "open");
}

static void
test_an_exported_key_comes_with_its_turn (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = NULL;
  g_autoptr (GBytes) use_data = g_bytes_new_static ("u", 1);
  g_autoptr (GBytes) key =
      otrd_session_export_key_sync (fixture->session, 3, use_data, NULL, &turn, NULL, &error);
  g_autofree char *call = fake_find_call (fixture->fake, "ExportKey", 0);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (key), ==, 32);
  g_assert_nonnull (turn);
  g_assert_cmpstr (call, ==, "ExportKey(3, [0x75], {})");
}

static void
test_prompts_are_only_allowed_where_somebody_answers (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *with = NULL, *without = NULL;
  g_autoptr (OtrdTurn) first = otrd_session_start_sync (fixture->session, NULL, NULL, NULL);
  g_autoptr (OtrdTurn) second = NULL;

  otrd_client_set_interactive (fixture->client, FALSE);
  second = otrd_session_start_sync (fixture->session, NULL, NULL, NULL);
  with = fake_find_call (fixture->fake, "Start", 0);
  without = fake_find_call (fixture->fake, "Start", 1);
  g_assert_cmpstr (with, ==, "Start({},)!");
  g_assert_cmpstr (without, ==, "Start({},)");
}

static void
test_a_direct_connection_is_a_client_of_its_own (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection =
      otrd_client_open_direct_connection_sync (fixture->client, NULL, NULL, NULL, &error);
  g_autoptr (OtrdClient) direct = NULL;
  g_autoptr (OtrdSession) session = NULL;

  g_assert_no_error (error);
  direct = otrd_client_new_sync (connection, "direct", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (otrd_client_get_available (direct));
  g_assert_cmpint (otrd_client_get_vault (direct), ==, OTRD_VAULT_READY);
  session = otrd_client_open_session_sync (direct, "xmpp", "a@b", "c@d", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (otrd_session_get_state (session), ==, OTRD_STATE_PRIVATE);
}

static void
client_came (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  *(OtrdClient **)user_data = otrd_client_new_finish (result, &error);
  g_assert_no_error (error);
}

static void
test_a_client_is_made_without_waiting (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *registration = NULL;

  fake_start (fixture->fake);
  otrd_client_new (fixture->connection, "async", "An id", NULL, client_came, &fixture->client);
  while (fixture->client == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (otrd_client_get_available (fixture->client));
  g_assert_cmpuint (otrd_client_get_version (fixture->client), ==, 1);
  registration = fake_find_call (fixture->fake, "Register", 0);
  g_assert_cmpstr (registration, ==, "Register('async', {'name': <'An id'>})");
}

int
main (int argc, char **argv)
{
  alarm (280);
  g_test_init (&argc, &argv, NULL);
  ADD ("/errors/are-the-contracts", set_up, test_errors_are_the_contracts);
  ADD ("/errors/foreign-ones-are-failures", set_up, test_an_answer_of_another_type_is_an_error);
  ADD ("/errors/a-patient-call-can-be-cancelled", set_up, test_a_patient_call_can_be_cancelled);
  ADD ("/properties/follow-the-service", set_up, test_properties_follow_the_service);
  ADD ("/properties/are-right-when-a-waiting-call-returns", set_up,
       test_a_waiting_call_sees_the_properties_before_its_answer);
  ADD ("/properties/only-the-service-is-believed", set_up, test_only_the_service_is_believed);
  ADD ("/signals/trust-is-told", set_up, test_trust_is_told);
  ADD ("/secrets/go-by-sealed-descriptor", set_up, test_secrets_go_by_sealed_descriptor);
  ADD ("/secrets/a-passphrase-goes-by-descriptor", set_up, test_a_passphrase_goes_by_descriptor);
  ADD ("/secrets/an-exported-key-comes-with-its-turn", set_up,
       test_an_exported_key_comes_with_its_turn);
  ADD ("/client/prompts-only-where-somebody-answers", set_up,
       test_prompts_are_only_allowed_where_somebody_answers);
  ADD ("/client/a-direct-connection-is-a-client-of-its-own", set_up,
       test_a_direct_connection_is_a_client_of_its_own);
  ADD ("/client/is-made-without-waiting", set_up_bus, test_a_client_is_made_without_waiting);
  return g_test_run ();
}
