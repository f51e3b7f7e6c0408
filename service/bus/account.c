/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* im.otrd1.Account: arguments are read here, the rules are core's. */

#include <string.h>

#include "bus/call.h"
#include "bus/interfaces.h"
#include "bus/options.h"
#include "core/account.h"
#include "core/limits.h"
#include "core/messenger.h"
#include "introspection/otrd-dbus.h"
#include "introspection/otrd-error.h"

static void
key_was_generated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  g_autofree char *fingerprint =
      core_account_generate_key_finish (CORE_ACCOUNT (source), result, &error);

  if (fingerprint == NULL)
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, g_variant_new ("(s)", fingerprint));
}

static void
handle_generate_key (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  gboolean replace = FALSE;
  GError *error = NULL;

  if (!bus_options_read (options, &error, "replace", "b", &replace, NULL))
    bus_call_fail (call, error);
  else
    core_account_generate_key (object, replace, bus_call_is_interactive (call), key_was_generated,
                               call);
}

static void
handle_list_fingerprints (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  g_autoptr (GVariant) records = NULL;
  g_autofree char *next = NULL;
  CoreFingerprintFilter filter = { 0 };
  GError *error = NULL;

  if (bus_options_read (options, &error, "contact", "s", &filter.contact, "fingerprint", "s",
                        &filter.fingerprint, "trust", "s", &filter.trust, "limit", "u",
                        &filter.limit, "after", "s", &filter.after, NULL))
    records = core_account_list_fingerprints (object, &filter, &next, &error);
  if (records == NULL)
    bus_call_fail (call, error);
  else
    bus_call_return (call, g_variant_new ("(@aa{sv}s)", records, next != NULL ? next : ""));
}

static void
change_is_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_account_change_finish (CORE_ACCOUNT (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

static void
handle_set_trust (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = NULL;
  const char *method = "manual";
  GError *error = NULL;
  const char *contact;
  const char *fingerprint;
  const char *trust;

  g_variant_get (arguments, "(&s&s&s@a{sv})", &contact, &fingerprint, &trust, &options);
  if (!bus_options_read (options, &error, "method", "s", &method, NULL))
    bus_call_fail (call, error);
  else if (!g_str_equal (method, "manual"))
    bus_call_refuse (call, OTRD_ERROR_INVALID_ARGUMENT,
                     "Cannot set the trust: the method of what a user says is manual; the others "
                     "are recorded by the service itself");
  else
    core_account_set_trust (object, contact, fingerprint, trust,
                            core_messenger_get_application (bus_call_get_caller (call)),
                            change_is_made, call);
}

static void
handle_forget (BusCall *call, gpointer object, GVariant *arguments)
{
  const char *contact;
  const char *fingerprint;

  g_variant_get (arguments, "(&s&s@a{sv})", &contact, &fingerprint, NULL);
  core_account_forget (object, contact, fingerprint, change_is_made, call);
}

static void
handle_get_policy (BusCall *call, gpointer object, GVariant *arguments)
{
  GError *error = NULL;
  const char *contact;
  const char *policy;
  const char *origin;

  g_variant_get (arguments, "(&s@a{sv})", &contact, NULL);
  if (!core_account_resolve_policy (object, contact, &policy, &origin, &error))
    bus_call_fail (call, error);
  else
    bus_call_return (call, g_variant_new ("(ss)", policy, origin));
}

static void
handle_set_policy (BusCall *call, gpointer object, GVariant *arguments)
{
  const char *contact;
  const char *policy;

  g_variant_get (arguments, "(&s&s@a{sv})", &contact, &policy, NULL);
  core_account_set_policy (object, contact, policy, change_is_made, call);
}

static void
handle_remove (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  const char *confirm = "";
  GError *error = NULL;

  if (!bus_options_read (options, &error, "confirm", "s", &confirm, NULL))
    bus_call_fail (call, error);
  else if (!g_str_equal (confirm, core_account_get_name (object)))
    bus_call_refuse (call, OTRD_ERROR_INVALID_ARGUMENT,
                     "Cannot remove the account: the option confirm must be its name");
  else
    core_account_remove (object, confirm, change_is_made, call);
}

static GVariant *
get_protocol (BusExport *export)
{
  return g_variant_new_string (core_account_get_protocol (CORE_ACCOUNT (export->object)));
}

static GVariant *
get_name (BusExport *export)
{
  return g_variant_new_string (core_account_get_name (CORE_ACCOUNT (export->object)));
}

static GVariant *
get_fingerprint (BusExport *export)
{
  return g_variant_new_string (core_account_get_fingerprint (CORE_ACCOUNT (export->object)));
}

static GVariant *
get_key_state (BusExport *export)
{
  return g_variant_new_string (core_account_get_key_state (CORE_ACCOUNT (export->object)));
}

static GVariant *
get_policy (BusExport *export)
{
  return g_variant_new_string (core_account_get_policy (CORE_ACCOUNT (export->object)));
}

static const BusProperty properties[] = {
  { "Protocol", NULL, get_protocol },
  { "Name", NULL, get_name },
  { "Fingerprint", "fingerprint", get_fingerprint },
  { "KeyState", "key-state", get_key_state },
  { "Policy", "policy", get_policy },
  { NULL },
};

static const BusMethod methods[] = {
  { "GenerateKey", handle_generate_key },
  { "ListFingerprints", handle_list_fingerprints },
  { "SetTrust", handle_set_trust },
  { "Forget", handle_forget },
  { "GetPolicy", handle_get_policy },
  { "SetPolicy", handle_set_policy },
  { "Remove", handle_remove },
  { NULL },
};

const BusInterface bus_account_interface = { otrd_dbus_account_interface_info, properties,
                                             methods };
