/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* With hundreds of sessions, what concerns them all comes a few at a time, and
 * comes out as if it had been done at once. */

#include "fixture.h"

#include "core/core-private.h"

#define SESSIONS 300

static void
open_sessions (GDBusConnection *caller)
{
  for (guint i = 0; i < SESSIONS; i++)
    {
      g_autofree char *contact = g_strdup_printf ("contact%u@example.org", i);

      g_free (fixture_open_session (caller, ALICE, contact, "{}"));
    }
}

/* Calls of one caller, and in which order they were answered. */
typedef struct
{
  guint count;
  GVariant *listing;
  guint listing_at;
  guint other_at;
} Answers;

static void
listing_is_here (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answers *answers = user_data;
  g_autoptr (GError) error = NULL;

  answers->listing = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
  answers->listing_at = ++answers->count;
}

static void
other_is_here (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answers *answers = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_assert_no_error (error);
  answers->other_at = ++answers->count;
}

static void
ask_for_all (GDBusConnection *caller, Answers *answers)
{
  g_dbus_connection_call (caller, "im.otrd1", MANAGER, "org.freedesktop.DBus.ObjectManager",
                          "GetManagedObjects", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
                          listing_is_here, answers);
}

static gsize
count_objects (GVariant *listing)
{
  g_autoptr (GVariant) objects = g_variant_get_child_value (listing, 0);

  return g_variant_n_children (objects);
}

static void
a_listing_holds_up_nobody (Fixture *fixture, gconstpointer unused)
{
  Answers answers = { 0 };

  open_sessions (fixture->first);
  ask_for_all (fixture->first, &answers);
  g_dbus_connection_call (fixture->first, "im.otrd1", MANAGER, "im.otrd1.Manager", "Register",
                          g_variant_new ("(sa{sv})", "hasty", NULL), NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, other_is_here, &answers);
  fixture_wait_until (answers.count == 2);
  g_assert_cmpuint (answers.other_at, <, answers.listing_at);
  g_assert_cmpuint (count_objects (answers.listing), ==, SESSIONS + 1);
  g_variant_unref (answers.listing);
}

static gsize
count_sessions (GVariant *clients)
{
  g_autoptr (GVariantIter) records = NULL;
  GVariant *record;
  gsize count = 0;

  g_variant_get (clients, "(aa{sv})", &records);
  while (g_variant_iter_loop (records, "@a{sv}", &record))
    {
      g_autoptr (GVariant) sessions =
          g_variant_lookup_value (record, "sessions", G_VARIANT_TYPE_OBJECT_PATH_ARRAY);

      count += g_variant_n_children (sessions);
    }
  return count;
}

/* It is made of several slices. */
static void
a_long_list_of_clients_is_whole (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) clients = NULL;

  open_sessions (fixture->first);
  clients = fixture_must_call (fixture->second, MANAGER, "Manager", "ListClients",
                               g_variant_new ("(a{sv})", NULL));
  g_assert_cmpuint (count_sessions (clients), ==, SESSIONS);
}

static void
listings_at_once_are_all_answered (Fixture *fixture, gconstpointer unused)
{
  Answers answers[5] = { 0 };

  open_sessions (fixture->first);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    ask_for_all (i % 2 == 0 ? fixture->first : fixture->second, &answers[i]);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      fixture_wait_until (answers[i].count == 1);
      g_assert_cmpuint (count_objects (answers[i].listing), ==, SESSIONS + 1);
      g_variant_unref (answers[i].listing);
    }
}

/* What is known of one session by listening. */
typedef struct
{
  const char *path;
  gboolean is_gone;
  Answers *answers;
  gboolean is_known; /* of after the listing */
} Heard;

static void
signal_is_heard (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *name,
                 GVariant *arguments,
                 gpointer user_data)
{
  Heard *heard = user_data;
  const char *object;

  if (!g_str_has_prefix (name, "Interfaces"))
    return;
  g_variant_get_child (arguments, 0, "&o", &object);
  if (g_str_equal (object, heard->path) && g_str_equal (name, "InterfacesRemoved") == heard->is_gone
      && heard->answers->listing != NULL)
    heard->is_known = TRUE;
}

/* A caller that takes the listing as it is, and then listens, knows all. */
static void
what_goes_meanwhile_is_told_of_after_the_listing (Fixture *fixture, gconstpointer unused)
{
  Answers answers = { 0 };
  g_autofree char *path = NULL;
  Heard heard = { .is_gone = TRUE, .answers = &answers };
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GVariant) record = NULL;
  guint subscription;

  path = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  heard.path = path;
  open_sessions (fixture->first);
  subscription =
      g_dbus_connection_signal_subscribe (fixture->first, "im.otrd1", NULL, NULL, NULL, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, signal_is_heard, &heard, NULL);
  ask_for_all (fixture->first, &answers);
  g_dbus_connection_call (fixture->first, "im.otrd1", path, "im.otrd1.Session", "Detach",
                          g_variant_new ("(a{sv})", NULL), NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
                          NULL, other_is_here, &answers);
  fixture_wait_until (answers.count == 2);
  objects = g_variant_get_child_value (answers.listing, 0);
  record = g_variant_lookup_value (objects, path, NULL);
  /* it was described before it went, or not at all */
  if (record != NULL)
    fixture_wait_until (heard.is_known);
  g_dbus_connection_signal_unsubscribe (fixture->first, subscription);
  g_variant_unref (answers.listing);
}

static void
a_direct_connection_has_all_that_there_is (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) direct = NULL;
  g_autoptr (GVariant) listing = NULL;
  g_autofree char *state = NULL;

  open_sessions (fixture->first);
  direct = fixture_open_direct (fixture->second, &error);
  g_assert_no_error (error);
  state = fixture_get_word (
      direct, MANAGER "/account/xmpp_3aalice_40example_2eorg/session/contact299_40example_2eorg",
      "Session", "State");
  g_assert_cmpstr (state, ==, "plaintext");
  listing = fixture_must_call (direct, MANAGER, "org.freedesktop.DBus.ObjectManager",
                               "GetManagedObjects", NULL);
  g_assert_cmpuint (count_objects (listing), ==, SESSIONS + 1);
}

static void
check_slices (Fixture *fixture)
{
  guint longest = core_slices_get_longest (fixture->core->slices);

  g_assert_cmpuint (longest, >, 0);
  g_assert_cmpuint (longest, <=, CORE_SLICE_SESSIONS);
}

static void
note_blocked (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GVariant *arguments,
              gpointer user_data)
{
  g_autoptr (GVariant) properties = g_variant_get_child_value (arguments, 1);
  const char *blocked;

  if (g_variant_lookup (properties, "Blocked", "&s", &blocked) && g_str_equal (blocked, "locked"))
    ++*(guint *)user_data;
}

static void
who_has_locked_has_heard_of_every_session (Fixture *fixture, gconstpointer unused)
{
  guint n_blocked = 0;
  guint subscription;

  open_sessions (fixture->first);
  subscription = g_dbus_connection_signal_subscribe (
      fixture->first, "im.otrd1", "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
      "im.otrd1.Session", G_DBUS_SIGNAL_FLAGS_NONE, note_blocked, &n_blocked, NULL);
  g_variant_unref (fixture_must_call (fixture->first, MANAGER, "Manager", "Lock",
                                      g_variant_new ("(a{sv})", NULL)));
  fixture_wait_until (n_blocked >= SESSIONS);
  check_slices (fixture);
  g_variant_unref (fixture_must_call (fixture->first, MANAGER, "Manager", "Unlock",
                                      g_variant_new ("(a{sv})", NULL)));
  check_slices (fixture);
  g_dbus_connection_signal_unsubscribe (fixture->first, subscription);
}

static gsize
count_all (GDBusConnection *caller)
{
  g_autoptr (GVariant) listing = fixture_must_call (
      caller, MANAGER, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL);

  return count_objects (listing);
}

static void
a_caller_that_vanishes_leaves_nothing (Fixture *fixture, gconstpointer unused)
{
  open_sessions (fixture->first);
  g_dbus_connection_close_sync (fixture->first, NULL, NULL);
  fixture_wait_until (count_all (fixture->second) == 1);
  check_slices (fixture);
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/slices/a-listing-holds-up-nobody", a_listing_holds_up_nobody);
  fixture_add_test ("/bus/slices/a-long-list-of-clients-is-whole", a_long_list_of_clients_is_whole);
  fixture_add_test ("/bus/slices/listings-at-once-are-all-answered",
                    listings_at_once_are_all_answered);
  fixture_add_test ("/bus/slices/what-goes-meanwhile-is-told-of-after-the-listing",
                    what_goes_meanwhile_is_told_of_after_the_listing);
  fixture_add_test ("/bus/slices/a-direct-connection-has-all-that-there-is",
                    a_direct_connection_has_all_that_there_is);
  fixture_add_test ("/bus/slices/who-has-locked-has-heard-of-every-session",
                    who_has_locked_has_heard_of_every_session);
  fixture_add_test ("/bus/slices/a-caller-that-vanishes-leaves-nothing",
                    a_caller_that_vanishes_leaves_nothing);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
