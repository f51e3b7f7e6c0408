// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Writes the relay's output. The first member of each object says what it is. */

#include "relay-output.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define ERROR_PREFIX "im.otrd1.Error."

static JsonBuilder *
begin (void)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  return builder;
}

static char *
end (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_word (JsonBuilder *builder, const char *name, const char *word)
{
  add_string (builder, name, word != NULL ? word : "unknown");
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/* Details that would take the place of a member of ours are left out. */
static void
add_details (JsonBuilder *builder, GVariant *details, const char *const *taken)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (details == NULL)
    return;
  g_variant_iter_init (&iter, details);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      if (!g_strv_contains (taken, key))
        {
          json_builder_set_member_name (builder, key);
          json_builder_add_value (builder, json_gvariant_serialize (value));
        }
      g_variant_unref (value);
    }
}

char *
relay_output_ready (OtrdSession *session)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_string (builder, "ready", otrd_session_get_path (session));
  add_string (builder, "account", otrd_session_get_account (session));
  add_string (builder, "contact", otrd_session_get_contact (session));
  return end (builder);
}

char *
relay_output_state (OtrdSession *session)
{
  g_autoptr (JsonBuilder) builder = begin ();

  add_word (builder, "state", otrd_state_to_string (otrd_session_get_state (session)));
  add_word (builder, "trust", otrd_trust_to_string (otrd_session_get_trust (session)));
  add_word (builder, "blocked", otrd_blocked_to_string (otrd_session_get_blocked (session)));
  add_word (builder, "policy", otrd_policy_to_string (otrd_session_get_policy (session)));
  add_string (builder, "fingerprint", otrd_session_get_fingerprint (session));
  add_number (builder, "version", otrd_session_get_otr_version (session));
  add_number (builder, "instance", otrd_session_get_instance (session));
  add_word (builder, "verification",
            otrd_verification_to_string (otrd_session_get_verification (session)));
  add_number (builder, "held", otrd_session_get_held (session));
  return end (builder);
}

static void
add_ids (JsonBuilder *builder, const guint64 *ids, gsize n_ids)
{
  if (n_ids == 0)
    return;
  json_builder_set_member_name (builder, "ids");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < n_ids; i++)
    json_builder_add_int_value (builder, ids[i]);
  json_builder_end_array (builder);
}

char *
relay_output_transmission (OtrdTransmission *transmission)
{
  g_autoptr (JsonBuilder) builder = begin ();
  gsize n_ids;
  const guint64 *ids = otrd_transmission_get_ids (transmission, &n_ids);

  add_string (builder, "transmit", otrd_transmission_get_line (transmission));
  if (otrd_transmission_get_to (transmission) != NULL)
    add_string (builder, "to", otrd_transmission_get_to (transmission));
  json_builder_set_member_name (builder, "clear");
  json_builder_add_boolean_value (builder, otrd_transmission_get_clear (transmission));
  add_ids (builder, ids, n_ids);
  return end (builder);
}

char *
relay_output_event (OtrdEvent *event)
{
  static const char *const taken[] = { "event", NULL };
  g_autoptr (JsonBuilder) builder = begin ();

  add_string (builder, "event", otrd_event_get_name (event));
  add_details (builder, otrd_event_get_details (event), taken);
  return end (builder);
}

char *
relay_output_sent (OtrdTurn *turn)
{
  static const char *const taken[] = { "sent", "verdict", NULL };
  g_autoptr (JsonBuilder) builder = begin ();

  add_number (builder, "sent", otrd_turn_get_id (turn));
  add_word (builder, "verdict", otrd_verdict_to_string (otrd_turn_get_verdict (turn)));
  add_details (builder, otrd_turn_get_details (turn), taken);
  return end (builder);
}

char *
relay_output_received (OtrdTurn *turn)
{
  static const char *const taken[] = { "verdict", "text", NULL };
  g_autoptr (JsonBuilder) builder = begin ();

  add_word (builder, "verdict", otrd_verdict_to_string (otrd_turn_get_verdict (turn)));
  if (otrd_turn_get_text (turn) != NULL)
    add_string (builder, "text", otrd_turn_get_text (turn));
  add_details (builder, otrd_turn_get_details (turn), taken);
  return end (builder);
}

char *
relay_output_error (const GError *error, guint64 input)
{
  g_autoptr (JsonBuilder) builder = begin ();
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  gboolean ours = g_str_has_prefix (name, ERROR_PREFIX);

  add_string (builder, "error", ours ? name + strlen (ERROR_PREFIX) : "Failed");
  add_string (builder, "message", error->message);
  if (input != 0)
    add_number (builder, "input", input);
  return end (builder);
}

char *
relay_output_service (gboolean there)
{
  return g_strdup_printf ("{\"service\":%s}", there ? "true" : "false");
}

char *
relay_output_done (guint64 input)
{
  return g_strdup_printf ("{\"done\":%" G_GUINT64_FORMAT "}", input);
}
