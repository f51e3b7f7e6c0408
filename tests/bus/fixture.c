/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts and ends all of it, and calls it as a messenger would. */

#include "fixture.h"

#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "engine/engine.h"
#include "memory-key-store.h"

#define WATCHDOG_SECONDS 280

static void
service_has_changed (BusService *service, BusServiceState state, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->state = state;
}

static void
opening_is_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  core_unlock_finish (CORE_CORE (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *)user_data = TRUE;
}

GDBusConnection *
fixture_connect (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (fixture->bus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                  | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

void
fixture_start_service (Fixture *fixture)
{
  g_autofree char *folder = g_build_filename (fixture->home, "otrd", NULL);
  gboolean is_open = FALSE;

  fixture->vault = vault_new (folder, fixture->key_store);
  fixture->core = core_new (fixture->vault, core_clock_get_system ());
  fixture->server = fixture_connect (fixture);
  fixture->state = BUS_SERVICE_ENDED;
  fixture->service = bus_service_new (fixture->core, fixture->server, &fixture->limits,
                                      service_has_changed, fixture);
  core_unlock (fixture->core, NULL, TRUE, opening_is_over, &is_open);
  fixture_wait_until (is_open && fixture->state == BUS_SERVICE_RUNNING);
}

void
fixture_stop_service (Fixture *fixture)
{
  Vault *vault = fixture->vault;

  g_clear_pointer (&fixture->service, bus_service_free);
  g_dbus_connection_close_sync (fixture->server, NULL, NULL);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->core);
  /* what is under way keeps it, and it keeps its folder from others; the last
   * to let go may be a thread of its own, which does not wake this loop */
  g_object_add_weak_pointer (G_OBJECT (vault), (gpointer *)&vault);
  g_clear_object (&fixture->vault);
  while (g_atomic_pointer_get (&vault) != NULL)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->home = g_dir_make_tmp ("otrd-bus-XXXXXX", NULL);
  fixture->key_store = memory_key_store_new ();
  fixture->limits = bus_limits;
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture_start_service (fixture);
  fixture->first = fixture_connect (fixture);
  fixture->second = fixture_connect (fixture);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static void
disconnect (GDBusConnection **connection)
{
  if (*connection != NULL && !g_dbus_connection_is_closed (*connection))
    g_dbus_connection_close_sync (*connection, NULL, NULL);
  g_clear_object (connection);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  disconnect (&fixture->first);
  disconnect (&fixture->second);
  if (fixture->service != NULL)
    fixture_stop_service (fixture);
  g_test_dbus_stop (fixture->bus);
  g_object_unref (fixture->bus);
  g_object_unref (fixture->key_store);
  remove_folder (fixture->home);
  g_free (fixture->home);
}

int
fixture_run_tests (int argc, char **argv, void (*add_tests) (void))
{
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG_SECONDS);
  add_tests ();
  return g_test_run ();
}

void
fixture_add_test (const char *name, void (*test) (Fixture *fixture, gconstpointer unused))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

/* Calls */

typedef struct
{
  gboolean answered;
  GVariant *answer;
  GError *error;
} Calling;

static void
call_is_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Calling *calling = user_data;

  calling->answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &calling->error);
  calling->answered = TRUE;
}

GVariant *
fixture_call (GDBusConnection *caller,
              const char *path,
              const char *interface,
              const char *method,
              GVariant *arguments,
              GError **error)
{
  g_autofree char *full = strchr (interface, '.') != NULL
                              ? g_strdup (interface)
                              : g_strconcat ("im.otrd1.", interface, NULL);
  Calling calling = { 0 };

  g_dbus_connection_call (caller, "im.otrd1", path, full, method, arguments, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL, call_is_answered,
                          &calling);
  fixture_wait_until (calling.answered);
  if (calling.error != NULL)
    g_propagate_error (error, calling.error);
  return calling.answer;
}

GVariant *
fixture_must_call (GDBusConnection *caller,
                   const char *path,
                   const char *interface,
                   const char *method,
                   GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  GVariant *answer = fixture_call (caller, path, interface, method, arguments, &error);

  if (error != NULL)
    g_error ("%s of %s failed: %s", method, path, error->message);
  return answer;
}

void
fixture_must_fail (GDBusConnection *caller,
                   const char *path,
                   const char *interface,
                   const char *method,
                   GVariant *arguments,
                   OtrdError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = fixture_call (caller, path, interface, method, arguments, &error);

  if (answer != NULL)
    {
      g_autofree char *text = g_variant_print (answer, FALSE);

      g_error ("%s of %s answered %s", method, path, text);
    }
  if (!g_error_matches (error, OTRD_ERROR, code))
    g_error ("%s of %s failed with: %s (not with code %d)", method, path, error->message, code);
}

typedef struct
{
  gboolean answered;
  GVariant *answer;
  GUnixFDList *descriptors;
  GDBusConnection *connection;
  GError *error;
} Opening;

static void
descriptor_is_here (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Opening *opening = user_data;

  opening->answer = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (source), &opening->descriptors, result, &opening->error);
  opening->answered = TRUE;
}

static void
direct_is_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Opening *opening = user_data;

  opening->connection = g_dbus_connection_new_finish (result, &opening->error);
  g_assert_no_error (opening->error);
}

int
fixture_take_direct (GDBusConnection *opener, GError **error)
{
  Opening opening = { 0 };
  int descriptor = -1;

  g_dbus_connection_call_with_unix_fd_list (opener, "im.otrd1", MANAGER, "im.otrd1.Manager",
                                            "OpenDirectConnection", g_variant_new ("(a{sv})", NULL),
                                            NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, NULL,
                                            descriptor_is_here, &opening);
  fixture_wait_until (opening.answered);
  if (opening.error != NULL)
    g_propagate_error (error, opening.error);
  else
    descriptor = g_unix_fd_list_get (opening.descriptors, 0, error);
  g_clear_pointer (&opening.answer, g_variant_unref);
  g_clear_object (&opening.descriptors);
  return descriptor;
}

GDBusConnection *
fixture_open_direct (GDBusConnection *opener, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) stream = NULL;
  Opening opening = { 0 };
  int descriptor = fixture_take_direct (opener, error);

  if (descriptor < 0)
    return NULL;
  socket = g_socket_new_from_fd (descriptor, error);
  g_assert_nonnull (socket);
  stream = g_socket_connection_factory_create_connection (socket);
  g_dbus_connection_new (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                         NULL, NULL, direct_is_open, &opening);
  fixture_wait_until (opening.connection != NULL);
  /* Who is answered is served. */
  g_free (fixture_get_word (opening.connection, MANAGER, "Manager", "Vault"));
  return opening.connection;
}

gboolean
fixture_ask_again (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

char *
fixture_open_session (GDBusConnection *caller,
                      const char *account,
                      const char *contact,
                      const char *options)
{
  g_autoptr (GVariant) answer = fixture_must_call (
      caller, MANAGER, "Manager", "OpenSession",
      g_variant_new ("(sss@a{sv})", "xmpp", account, contact,
                     g_variant_new_parsed (g_str_equal (options, "{}") ? "@a{sv} {}" : options)));
  char *path;

  g_variant_get (answer, "(oa{sv})", &path, NULL);
  return path;
}

GVariant *
fixture_get_property (GDBusConnection *caller,
                      const char *path,
                      const char *interface,
                      const char *property)
{
  g_autofree char *full = g_strconcat ("im.otrd1.", interface, NULL);
  g_autoptr (GVariant) answer = fixture_must_call (caller, path, "org.freedesktop.DBus.Properties",
                                                   "Get", g_variant_new ("(ss)", full, property));
  GVariant *value;

  g_variant_get (answer, "(v)", &value);
  return value;
}

char *
fixture_get_word (GDBusConnection *caller,
                  const char *path,
                  const char *interface,
                  const char *property)
{
  g_autoptr (GVariant) value = fixture_get_property (caller, path, interface, property);

  return g_variant_dup_string (value, NULL);
}

GVariant *
fixture_send (GDBusConnection *caller, const char *session, const char *text)
{
  return fixture_must_call (caller, session, "Session", "Send",
                            g_variant_new ("(ssa{sv})", text, "", NULL));
}

/* One line from the network; its lines go to the end of @network. */
typedef struct
{
  const char *to; /* the session that it arrives at */
  char *line;
} Carried;

static void
queue_lines (GQueue *network, GVariant *reply, const char *to)
{
  g_autoptr (GVariant) transmit =
      g_variant_get_child_value (reply, g_variant_n_children (reply) - 2);
  GVariantIter iter;
  char *line;

  g_variant_iter_init (&iter, transmit);
  while (g_variant_iter_next (&iter, "(sa{sv})", &line, NULL))
    {
      Carried *carried = g_new (Carried, 1);

      carried->to = to;
      carried->line = line;
      g_queue_push_tail (network, carried);
    }
}

/* Lines that were owed come by Collect. */
static void
collect_all (GDBusConnection *caller, GQueue *network, const char *one, const char *other)
{
  const char *const sessions[][2] = { { one, other }, { other, one } };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) owed = fixture_must_call (caller, sessions[i][0], "Session", "Collect",
                                                     g_variant_new ("(a{sv})", NULL));

      queue_lines (network, owed, sessions[i][1]);
    }
}

char *
fixture_carry (GDBusConnection *caller,
               GVariant *reply,
               const char *session,
               const char *other_session)
{
  GQueue network = G_QUEUE_INIT;
  char *last = NULL;
  Carried *carried;

  queue_lines (&network, reply, other_session);
  while ((carried = g_queue_pop_head (&network)) != NULL)
    {
      const char *back = carried->to == session ? other_session : session;
      g_autoptr (GVariant) answer =
          fixture_must_call (caller, carried->to, "Session", "Receive",
                             g_variant_new ("(sa{sv})", carried->line, NULL));
      const char *text;

      g_variant_get_child (answer, 1, "&s", &text);
      if (*text != '\0')
        {
          g_free (last);
          last = g_strdup (text);
        }
      queue_lines (&network, answer, back);
      g_free (carried->line);
      g_free (carried);
      if (network.length == 0)
        collect_all (caller, &network, session, other_session);
    }
  return last;
}

static void
make_key (GDBusConnection *caller, const char *session)
{
  g_autofree char *account = g_strndup (session, strstr (session, "/session/") - session);
  g_autoptr (GVariant) fingerprint = fixture_must_call (caller, account, "Account", "GenerateKey",
                                                        g_variant_new ("(a{sv})", NULL));
}

void
fixture_make_private (GDBusConnection *caller, char **alice, char **bob)
{
  g_autoptr (GVariant) started = NULL;
  g_autofree char *state = NULL;
  g_autofree char *other_state = NULL;

  *alice = fixture_open_session (caller, ALICE, BOB, "{}");
  *bob = fixture_open_session (caller, BOB, ALICE, "{}");
  make_key (caller, *alice);
  make_key (caller, *bob);
  started = fixture_must_call (caller, *alice, "Session", "Start", g_variant_new ("(a{sv})", NULL));
  g_free (fixture_carry (caller, started, *alice, *bob));
  state = fixture_get_word (caller, *alice, "Session", "State");
  other_state = fixture_get_word (caller, *bob, "Session", "State");
  g_assert_cmpstr (state, ==, "private");
  g_assert_cmpstr (other_state, ==, "private");
}
