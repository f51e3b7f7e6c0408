// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The contract's XML holds every member with its signature, and nothing more
 * than is written down here; each has a comment; errors and words go over the
 * bus and back. Changing a line of this list breaks messengers. */

#include "introspection/otrd-dbus.h"
#include "introspection/otrd-enums.h"
#include "introspection/otrd-error.h"

#include <string.h>
#include <unistd.h>

#define TURN " transmit=a(sa{sv}) events=a(sa{sv})"

static const char *const manager_members[] = {
  "property Version u const",
  "property ProgramVersion s const",
  "property Vault s",
  "property KeyStore s",
  "property DefaultPolicy s",
  "property LockWithScreen b",
  "property LockWhenIdle u",
  "method Register application=s options=a{sv} ->",
  "method OpenAccount protocol=s name=s options=a{sv} -> account=o",
  "method OpenSession protocol=s account=s contact=s options=a{sv} -> session=o state=a{sv}",
  "method SetDefaultPolicy policy=s options=a{sv} ->",
  "method Unlock options=a{sv} ->",
  "method Lock options=a{sv} ->",
  "method SetAutoLock options=a{sv} ->",
  "method OpenDirectConnection options=a{sv} -> connection=h details=a{sv}",
  "method ListApplications options=a{sv} -> applications=aa{sv}",
  "method SetGrant application=s protocol=s account=s grant=s options=a{sv} ->",
  "method ListClients options=a{sv} -> clients=aa{sv}",
  "method Import format=s files=a{sh} options=a{sv} -> report=a{sv}",
  "method SetKeyStore key_store=s options=a{sv} ->",
  "method CheckVault options=a{sv} -> report=a{sv}",
  "method BackupVault to=h options=a{sv} ->",
  "method RestoreVault from=h options=a{sv} ->",
  "signal GrantRequested application=s protocol=s account=s",
  NULL,
};

static const char *const account_members[] = {
  "property Protocol s const",
  "property Name s const",
  "property Fingerprint s",
  "property KeyState s",
  "property Policy s",
  "method GenerateKey options=a{sv} -> fingerprint=s",
  "method ListFingerprints filter=a{sv} -> records=aa{sv} next=s",
  "method SetTrust contact=s fingerprint=s trust=s options=a{sv} ->",
  "method Forget contact=s fingerprint=s options=a{sv} ->",
  "method GetPolicy contact=s options=a{sv} -> policy=s origin=s",
  "method SetPolicy contact=s policy=s options=a{sv} ->",
  "method Remove options=a{sv} ->",
  "signal TrustChanged contact=s fingerprint=s trust=s record=a{sv}",
  "signal PolicyChanged contact=s policy=s origin=s",
  NULL,
};

static const char *const session_members[] = {
  "property Account o const",
  "property Contact s const",
  "property Policy s",
  "property State s",
  "property Trust s",
  "property Blocked s",
  "property Fingerprint s",
  "property OtrVersion u",
  "property SessionId (ss)",
  "property Instances a(ua{sv})",
  "property Instance u",
  "property Verification s",
  "property Held u",
  "property Messengers as",
  "method Send text=s at_least=s options=a{sv} -> verdict=s details=a{sv}" TURN,
  "method Receive line=s options=a{sv} -> verdict=s text=s details=a{sv}" TURN,
  "method Collect options=a{sv} ->" TURN,
  "method Configure options=a{sv} ->" TURN,
  "method Start options=a{sv} ->" TURN,
  "method End options=a{sv} ->" TURN,
  "method Detach options=a{sv} ->" TURN,
  "method StartVerification secret=s options=a{sv} ->" TURN,
  "method AnswerVerification secret=s options=a{sv} ->" TURN,
  "method AbortVerification options=a{sv} ->" TURN,
  "method GetVerification options=a{sv} -> verification=a{sv}",
  "method AcceptFingerprint fingerprint=s options=a{sv} ->" TURN,
  "method SelectInstance instance=u options=a{sv} ->" TURN,
  "method ExportKey use=u use_data=ay options=a{sv} -> key=h" TURN,
  "method TakeKey id=t options=a{sv} -> key=h details=a{sv}",
  "signal Pending",
  NULL,
};

static const char *const portal_members[] = {
  "property Version u const",
  "method OpenDirectConnection options=a{sv} -> connection=h details=a{sv}",
  NULL,
};

static const char *const interface_names[] = { "im.otrd1.Manager", "im.otrd1.Account",
                                               "im.otrd1.Session", "im.otrd1.Portal" };

static const char *const *const interface_members[] = { manager_members, account_members,
                                                        session_members, portal_members };

static char *
read_xml (const char *interface)
{
  g_autofree char *name = g_strconcat (interface, ".xml", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, name, NULL);
  g_autoptr (GError) error = NULL;
  char *xml = NULL;

  g_file_get_contents (path, &xml, NULL, &error);
  g_assert_no_error (error);
  return xml;
}

static GDBusNodeInfo *
parse_interface (const char *interface)
{
  g_autofree char *xml = read_xml (interface);
  g_autoptr (GError) error = NULL;
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml (xml, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node->interfaces[0]);
  g_assert_null (node->interfaces[1]);
  g_assert_cmpstr (node->interfaces[0]->name, ==, interface);
  return node;
}

static void
append_arguments (GString *line, GDBusArgInfo **arguments)
{
  for (guint i = 0; arguments != NULL && arguments[i] != NULL; i++)
    g_string_append_printf (line, " %s=%s", arguments[i]->name, arguments[i]->signature);
}

static char *
describe_property (const GDBusPropertyInfo *property)
{
  const char *emits = g_dbus_annotation_info_lookup (
      property->annotations, "org.freedesktop.DBus.Property.EmitsChangedSignal");

  g_assert_cmpint (property->flags, ==, G_DBUS_PROPERTY_INFO_FLAGS_READABLE);
  return g_strdup_printf ("property %s %s%s%s", property->name, property->signature,
                          emits != NULL ? " " : "", emits != NULL ? emits : "");
}

static char *
describe_method (const GDBusMethodInfo *method)
{
  GString *line = g_string_new ("method ");

  g_string_append (line, method->name);
  append_arguments (line, method->in_args);
  g_string_append (line, " ->");
  append_arguments (line, method->out_args);
  return g_string_free (line, FALSE);
}

static char *
describe_signal (const GDBusSignalInfo *signal)
{
  GString *line = g_string_new ("signal ");

  g_string_append (line, signal->name);
  append_arguments (line, signal->args);
  return g_string_free (line, FALSE);
}

static GPtrArray *
describe_interface (const GDBusInterfaceInfo *interface)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; interface->properties != NULL && interface->properties[i] != NULL; i++)
    g_ptr_array_add (lines, describe_property (interface->properties[i]));
  for (guint i = 0; interface->methods != NULL && interface->methods[i] != NULL; i++)
    g_ptr_array_add (lines, describe_method (interface->methods[i]));
  for (guint i = 0; interface->signals != NULL && interface->signals[i] != NULL; i++)
    g_ptr_array_add (lines, describe_signal (interface->signals[i]));
  return lines;
}

static void
test_members (gconstpointer which)
{
  guint index = GPOINTER_TO_UINT (which);
  const char *const *members = interface_members[index];
  g_autoptr (GDBusNodeInfo) node = parse_interface (interface_names[index]);
  g_autoptr (GPtrArray) lines = describe_interface (node->interfaces[0]);

  for (guint i = 0; i < lines->len; i++)
    g_assert_cmpstr (g_ptr_array_index (lines, i), ==, members[i]);
  g_assert_null (members[lines->len]);
}

/* A comment begins with the member's name and a colon and ends right before
 * the member's tag; gdbus-codegen reads no others. */
static void
assert_documented (const char *xml, const char *tag, const char *name, char **arguments)
{
  g_autofree char *element = g_strdup_printf ("<%s name=\"%s\"", tag, name);
  const char *start = strstr (xml, element);
  g_autofree char *before = g_strndup (xml, start - xml);
  const char *comment = g_strrstr (before, "<!--");
  g_autofree char *head = g_strconcat (name, ":", NULL);

  g_assert_nonnull (comment);
  if (!g_str_has_prefix (comment + 4 + strspn (comment + 4, " \n"), head)
      || !g_str_has_suffix (g_strchomp (before), "-->"))
    g_error ("%s %s has no comment of its own", tag, name);
  for (guint i = 0; arguments != NULL && arguments[i] != NULL; i++)
    if (strstr (comment, arguments[i]) == NULL)
      g_error ("%s %s: argument %s has no comment", tag, name, arguments[i]);
}

static void
collect_names (GPtrArray *names, GDBusArgInfo **arguments)
{
  for (guint i = 0; arguments != NULL && arguments[i] != NULL; i++)
    g_ptr_array_add (names, g_strdup_printf ("@%s:", arguments[i]->name));
}

static void
test_comments (gconstpointer which)
{
  const char *name = interface_names[GPOINTER_TO_UINT (which)];
  g_autofree char *xml = read_xml (name);
  g_autoptr (GDBusNodeInfo) node = parse_interface (name);
  const GDBusInterfaceInfo *interface = node->interfaces[0];

  assert_documented (xml, "interface", name, NULL);
  for (guint i = 0; interface->properties != NULL && interface->properties[i] != NULL; i++)
    assert_documented (xml, "property", interface->properties[i]->name, NULL);
  for (guint i = 0; interface->methods != NULL && interface->methods[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

      collect_names (names, interface->methods[i]->in_args);
      collect_names (names, interface->methods[i]->out_args);
      g_ptr_array_add (names, NULL);
      assert_documented (xml, "method", interface->methods[i]->name, (char **)names->pdata);
    }
  for (guint i = 0; interface->signals != NULL && interface->signals[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

      collect_names (names, interface->signals[i]->args);
      g_ptr_array_add (names, NULL);
      assert_documented (xml, "signal", interface->signals[i]->name, (char **)names->pdata);
    }
}

static void
test_generated_code (void)
{
  GDBusInterfaceInfo *generated[] = {
    otrd_dbus_manager_interface_info (),
    otrd_dbus_account_interface_info (),
    otrd_dbus_session_interface_info (),
    otrd_dbus_portal_interface_info (),
  };

  for (guint i = 0; i < G_N_ELEMENTS (generated); i++)
    {
      g_autoptr (GPtrArray) lines = describe_interface (generated[i]);

      for (guint j = 0; j < lines->len; j++)
        g_assert_true (g_strv_contains (interface_members[i], g_ptr_array_index (lines, j))
                       || g_str_has_prefix (g_ptr_array_index (lines, j), "property"));
    }
}

static void
test_errors_cross_the_bus (void)
{
  for (int code = OTRD_ERROR_FAILED; code <= OTRD_ERROR_NOT_SUPPORTED; code++)
    {
      g_autoptr (GError) sent = g_error_new_literal (OTRD_ERROR, code, "why");
      g_autofree char *name = g_dbus_error_encode_gerror (sent);
      g_autoptr (GError) received = g_dbus_error_new_for_dbus_error (name, "why");

      g_assert_true (g_str_has_prefix (name, "im.otrd1.Error."));
      g_assert_error (received, OTRD_ERROR, code);
    }
}

static void
test_words_go_both_ways (void)
{
  for (OtrdVault vault = OTRD_VAULT_NEW; vault <= OTRD_VAULT_DAMAGED; vault++)
    g_assert_cmpint (otrd_vault_from_string (otrd_vault_to_string (vault)), ==, vault);
  for (OtrdState state = OTRD_STATE_PLAINTEXT; state <= OTRD_STATE_FINISHED; state++)
    g_assert_cmpint (otrd_state_from_string (otrd_state_to_string (state)), ==, state);
  for (OtrdVerdict verdict = OTRD_VERDICT_PRIVATE; verdict <= OTRD_VERDICT_OWN; verdict++)
    g_assert_cmpint (otrd_verdict_from_string (otrd_verdict_to_string (verdict)), ==, verdict);
  g_assert_cmpint (otrd_policy_from_string (""), ==, OTRD_POLICY_INHERIT);
  g_assert_cmpint (otrd_blocked_from_string (""), ==, OTRD_BLOCKED_NO);
}

static void
test_strange_words_are_unknown (void)
{
  g_assert_cmpint (otrd_state_from_string ("very-private"), ==, OTRD_STATE_UNKNOWN);
  g_assert_cmpint (otrd_trust_from_string (NULL), ==, OTRD_TRUST_UNKNOWN);
  g_assert_cmpint (otrd_blocked_from_string ("moon"), ==, OTRD_BLOCKED_UNKNOWN);
  g_assert_null (otrd_trust_to_string (OTRD_TRUST_UNKNOWN));
}

int
main (int argc, char **argv)
{
  alarm (280);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (interface_names); i++)
    {
      g_autofree char *members =
          g_strdup_printf ("/contract/%s-has-every-member", interface_names[i]);
      g_autofree char *comments =
          g_strdup_printf ("/contract/%s-documents-every-member", interface_names[i]);

      g_test_add_data_func (members, GUINT_TO_POINTER (i), test_members);
      g_test_add_data_func (comments, GUINT_TO_POINTER (i), test_comments);
    }
  g_test_add_func ("/contract/generated-code-is-the-same", test_generated_code);
  g_test_add_func ("/contract/errors-cross-the-bus", test_errors_cross_the_bus);
  g_test_add_func ("/contract/words-go-both-ways", test_words_go_both_ways);
  g_test_add_func ("/contract/strange-words-are-unknown", test_strange_words_are_unknown);
  return g_test_run ();
}
