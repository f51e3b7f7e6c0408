/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tree tells the truth: which objects there are, what their properties
 * are, and when. */

#include <string.h>

#include "fixture.h"

static GVariant *
list_objects (GDBusConnection *caller)
{
  g_autoptr (GVariant) answer = fixture_must_call (
      caller, MANAGER, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL);

  return g_variant_get_child_value (answer, 0);
}

static void
objects_are_listed_as_they_are (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) before = list_objects (fixture->second);
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *account = g_strndup (session, strstr (session, "/session/") - session);
  g_autoptr (GVariant) after = list_objects (fixture->second);
  g_autoptr (GVariant) of_session = g_variant_lookup_value (after, session, NULL);
  g_autoptr (GVariant) of_account = g_variant_lookup_value (after, account, NULL);
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) all =
      fixture_must_call (fixture->second, session, "org.freedesktop.DBus.Properties", "GetAll",
                         g_variant_new ("(s)", "im.otrd1.Session"));
  const char *parent;

  g_assert_cmpuint (g_variant_n_children (before), ==, 0);
  g_assert_cmpuint (g_variant_n_children (after), ==, 2);
  properties = g_variant_lookup_value (of_session, "im.otrd1.Session", NULL);
  g_assert_true (g_variant_lookup (properties, "Account", "&o", &parent));
  g_assert_cmpstr (parent, ==, account);
  g_assert_cmpuint (g_variant_n_children (properties), ==,
                    g_variant_n_children (g_variant_get_child_value (all, 0)));
  g_assert_nonnull (g_variant_lookup_value (of_account, "im.otrd1.Account", NULL));
}

/* What arrives, in order: 'a' an object was added, 'r' one was removed, 'p' a session's
 * property changed,
 * 'R' a reply. */
typedef struct
{
  GMutex mutex;
  GString *order;
  guint filter;
} Arrivals;

static GDBusMessage *
message_arrives (GDBusConnection *connection,
                 GDBusMessage *message,
                 gboolean incoming,
                 gpointer user_data)
{
  Arrivals *arrivals = user_data;
  const char *member = g_dbus_message_get_member (message);
  char what = 0;

  if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN)
    what = 'R';
  else if (g_strcmp0 (member, "InterfacesAdded") == 0)
    what = 'a';
  else if (g_strcmp0 (member, "InterfacesRemoved") == 0)
    what = 'r';
  else if (g_strcmp0 (member, "PropertiesChanged") == 0
           && strstr (g_dbus_message_get_path (message), "/session/") != NULL)
    what = 'p';
  g_mutex_lock (&arrivals->mutex);
  if (incoming && what != 0)
    g_string_append_c (arrivals->order, what);
  g_mutex_unlock (&arrivals->mutex);
  return message;
}

static void
signal_is_dropped (GDBusConnection *connection,
                   const char *sender,
                   const char *path,
                   const char *interface,
                   const char *name,
                   GVariant *arguments,
                   gpointer user_data)
{
}

static void
watch_arrivals (Fixture *fixture, GDBusConnection *caller, Arrivals *arrivals)
{
  g_mutex_init (&arrivals->mutex);
  arrivals->order = g_string_new (NULL);
  g_dbus_connection_signal_subscribe (caller, "im.otrd1", NULL, NULL, NULL, NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE, signal_is_dropped, NULL, NULL);
  {
    g_autoptr (GVariant) ping =
        fixture_must_call (caller, MANAGER, "org.freedesktop.DBus.Peer", "Ping", NULL);
  }
  arrivals->filter = g_dbus_connection_add_filter (caller, message_arrives, arrivals, NULL);
}

static char *
take_arrivals (Arrivals *arrivals)
{
  char *order;

  g_mutex_lock (&arrivals->mutex);
  order = g_strdup (arrivals->order->str);
  g_string_truncate (arrivals->order, 0);
  g_mutex_unlock (&arrivals->mutex);
  return order;
}

/* The filter runs on GDBus's thread; only when it has gone may what it writes to. */
static void
forget_arrivals (GDBusConnection *caller, Arrivals *arrivals)
{
  g_dbus_connection_remove_filter (caller, arrivals->filter);
  {
    g_autoptr (GVariant) ping =
        fixture_must_call (caller, MANAGER, "org.freedesktop.DBus.Peer", "Ping", NULL);
  }
  g_string_free (arrivals->order, TRUE);
  g_mutex_clear (&arrivals->mutex);
}

static void
changes_are_told_before_the_reply (Fixture *fixture, gconstpointer unused)
{
  Arrivals arrivals = { 0 };
  g_autofree char *session = NULL;
  g_autofree char *opened = NULL;
  g_autofree char *started = NULL;
  g_autofree char *repeated = NULL;
  g_autoptr (GVariant) start = NULL;
  g_autoptr (GVariant) policy = NULL;

  watch_arrivals (fixture, fixture->first, &arrivals);
  session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  opened = take_arrivals (&arrivals);
  g_assert_true (g_str_has_prefix (opened, "aa"));
  g_assert_true (g_str_has_suffix (opened, "R"));

  start = fixture_must_call (fixture->first, session, "Session", "Start",
                             g_variant_new ("(a{sv})", NULL));
  started = take_arrivals (&arrivals);
  g_assert_cmpstr (started, ==, "pR");

  policy = fixture_must_call (fixture->first, session, "Session", "GetVerification",
                              g_variant_new ("(a{sv})", NULL));
  repeated = take_arrivals (&arrivals);
  g_assert_cmpstr (repeated, ==, "R");
  forget_arrivals (fixture->first, &arrivals);
}

static gboolean
is_listed (GDBusConnection *caller, const char *path)
{
  g_autoptr (GVariant) objects = list_objects (caller);
  g_autoptr (GVariant) object = g_variant_lookup_value (objects, path, NULL);

  return object != NULL;
}

static void
a_session_that_nobody_needs_goes (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autoptr (GVariant) detached = fixture_must_call (fixture->first, session, "Session", "Detach",
                                                     g_variant_new ("(a{sv})", NULL));
  g_autofree char *again = NULL;

  while (is_listed (fixture->first, session))
    ;
  fixture_must_fail (fixture->first, session, "Session", "Collect", g_variant_new ("(a{sv})", NULL),
                     OTRD_ERROR_NOT_FOUND);
  again = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_assert_cmpstr (again, ==, session);
}

static void
an_account_that_is_removed_goes (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *account = g_strndup (session, strstr (session, "/session/") - session);
  g_autoptr (GVariant) removed =
      fixture_must_call (fixture->first, account, "Account", "Remove",
                         g_variant_new_parsed ("({'confirm': <'alice@example.org'>},)"));
  g_autoptr (GVariant) objects = list_objects (fixture->second);

  g_assert_cmpuint (g_variant_n_children (objects), ==, 0);
}

static void
trust_is_remembered (GDBusConnection *connection,
                     const char *sender,
                     const char *path,
                     const char *interface,
                     const char *name,
                     GVariant *arguments,
                     gpointer user_data)
{
  GString *heard = user_data;
  const char *contact;
  const char *fingerprint;
  const char *trust;

  g_variant_get (arguments, "(&s&s&sa{sv})", &contact, &fingerprint, &trust, NULL);
  g_string_append_printf (heard, "%s %s %s;", contact, fingerprint, trust);
}

#define DIGITS "0123456789ABCDEF0123456789ABCDEF01234567"

static void
trust_set_in_one_program_is_told_to_all (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *account = g_strndup (session, strstr (session, "/session/") - session);
  g_autoptr (GString) heard = g_string_new (NULL);

  guint told = g_dbus_connection_signal_subscribe (
      fixture->second, "im.otrd1", "im.otrd1.Account", "TrustChanged", account, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, trust_is_remembered, heard, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) set = fixture_must_call (
          fixture->first, account, "Account", "SetTrust",
          g_variant_new ("(sssa{sv})", "Bob@example.org/Phone",
                         "01234567 89abcdef 01234567 89abcdef 01234567", "rejected", NULL));
    }
  fixture_wait_until (heard->len > 0);
  {
    g_autoptr (GVariant) ping =
        fixture_must_call (fixture->second, MANAGER, "org.freedesktop.DBus.Peer", "Ping", NULL);
  }
  /* None when nothing changed; a second verification would change its time. */
  g_assert_cmpstr (heard->str, ==, "bob@example.org " DIGITS " rejected;");
  g_dbus_connection_signal_unsubscribe (fixture->second, told);
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/objects/objects-are-listed-as-they-are", objects_are_listed_as_they_are);
  fixture_add_test ("/bus/objects/changes-are-told-before-the-reply",
                    changes_are_told_before_the_reply);
  fixture_add_test ("/bus/objects/a-session-that-nobody-needs-goes",
                    a_session_that_nobody_needs_goes);
  fixture_add_test ("/bus/objects/an-account-that-is-removed-goes",
                    an_account_that_is_removed_goes);
  fixture_add_test ("/bus/objects/trust-set-in-one-program-is-told-to-all",
                    trust_set_in_one_program_is_told_to_all);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
