// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The scripted service. Its thread owns the connections; the tests speak to it
 * through the lock, or by closures run in its context. */

#include "fake.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

typedef enum
{
  ANSWER,
  REFUSE,
  DIE,
  HANG_UP,
} Act;

typedef struct
{
  char *method;
  Act act;
  GVariant *reply;
  char *error_name;
  char *message;
} Step;

struct _Fake
{
  GTestDBus *bus;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  GDBusConnection *serving;
  GDBusConnection *successor;
  GPtrArray *infos;
  GPtrArray *directs;

  GMutex lock;
  GCond changed;
  GPtrArray *calls;
  guint bus_calls;
  GQueue script;
  GHashTable *properties;
  char *opener;
  char *hold_method;
  char *hold_until;
  GQueue held;
  char *secret;
  int seals;
};

static const char object_manager_xml[] =
    "<node><interface name='org.freedesktop.DBus.ObjectManager'>"
    "<method name='GetManagedObjects'>"
    "<arg name='objects' type='a{oa{sa{sv}}}' direction='out'/>"
    "</method></interface></node>";

static void
step_free (gpointer box)
{
  Step *self = box;

  g_free (self->method);
  g_free (self->error_name);
  g_free (self->message);
  g_clear_pointer (&self->reply, g_variant_unref);
  g_free (self);
}

/* ---- Answers ---- */

static GVariant *
make_empty (const char *signature)
{
  if (g_str_equal (signature, "s"))
    return g_variant_new_string ("");
  if (g_str_equal (signature, "u"))
    return g_variant_new_uint32 (0);
  if (g_str_equal (signature, "h"))
    return g_variant_new_handle (0);
  if (g_str_equal (signature, "(ss)"))
    return g_variant_new ("(ss)", "", "");
  return g_variant_new_array (G_VARIANT_TYPE (signature + 1), NULL, 0);
}

static GVariant *
make_result (const GDBusMethodInfo *method, const GDBusArgInfo *argument)
{
  if (g_str_equal (argument->name, "account"))
    return g_variant_new_object_path (FAKE_ACCOUNT_PATH);
  if (g_str_equal (argument->name, "session"))
    return g_variant_new_object_path (FAKE_SESSION_PATH);
  if (g_str_equal (argument->name, "verdict"))
    return g_variant_new_string ("private");
  if (g_str_equal (argument->name, "state"))
    return g_variant_new_parsed ("{'State': <'private'>, 'Contact': <'bob@example.org'>}");
  return make_empty (argument->signature);
}

static GVariant *
make_results (const GDBusMethodInfo *method, gboolean *has_descriptor)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new ();

  for (guint i = 0; method->out_args != NULL && method->out_args[i] != NULL; i++)
    {
      *has_descriptor |= g_str_equal (method->out_args[i]->signature, "h");
      g_ptr_array_add (results, make_result (method, method->out_args[i]));
    }
  return g_variant_new_tuple ((GVariant **)results->pdata, results->len);
}

static int
make_key (void)
{
  int fd = memfd_create ("key", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, "0123456789abcdef0123456789abcdef", 32), ==, 32);
  return fd;
}

static void
direct_ended (GDBusConnection *direct, gboolean vanished, GError *error, gpointer user_data);
static void serve_directly (Fake *self, int fd);

static int
make_descriptor (Fake *self, const char *method)
{
  int ends[2];

  if (!g_str_equal (method, "OpenDirectConnection"))
    return make_key ();
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  serve_directly (self, ends[1]);
  return ends[0];
}

static void
answer (Fake *self, GDBusMethodInvocation *invocation, GVariant *scripted)
{
  const GDBusMethodInfo *method = g_dbus_method_invocation_get_method_info (invocation);
  gboolean has_descriptor = FALSE;
  g_autoptr (GVariant) empty = g_variant_ref_sink (make_results (method, &has_descriptor));
  g_autoptr (GUnixFDList) fds = NULL;

  if (has_descriptor)
    {
      int fd = make_descriptor (self, method->name);

      fds = g_unix_fd_list_new_from_array (&fd, 1);
    }
  g_dbus_method_invocation_return_value_with_unix_fd_list (
      invocation, scripted != NULL ? scripted : empty, fds);
}

static void
hang_up (Fake *self)
{
  for (guint i = 0; i < self->directs->len; i++)
    {
      g_signal_handlers_disconnect_by_func (self->directs->pdata[i], direct_ended, self);
      g_dbus_connection_close_sync (self->directs->pdata[i], NULL, NULL);
    }
  g_ptr_array_set_size (self->directs, 0);
}

/* Without an answer: the connections close under the caller. */
static void
die (Fake *self)
{
  g_autoptr (GDBusConnection) dead = g_steal_pointer (&self->serving);

  hang_up (self);
  self->serving = g_steal_pointer (&self->successor);
  g_dbus_connection_close_sync (dead, NULL, NULL);
}

static Step *
take_step (Fake *self, const char *method)
{
  for (GList *link = self->script.head; link != NULL; link = link->next)
    {
      Step *step = link->data;

      if (!g_str_equal (step->method, method))
        continue;
      g_queue_delete_link (&self->script, link);
      return step;
    }
  return NULL;
}

static void
perform (Fake *self, GDBusMethodInvocation *invocation)
{
  const char *method = g_dbus_method_invocation_get_method_name (invocation);
  Step *step;

  g_mutex_lock (&self->lock);
  step = take_step (self, method);
  g_mutex_unlock (&self->lock);
  if (step == NULL)
    answer (self, invocation, NULL);
  else if (step->act == ANSWER)
    answer (self, invocation, step->reply);
  else if (step->act == REFUSE)
    g_dbus_method_invocation_return_dbus_error (invocation, step->error_name, step->message);
  else
    {
      g_object_unref (invocation);
      if (step->act == DIE)
        die (self);
      else
        hang_up (self);
    }
  g_clear_pointer (&step, step_free);
}

/* ---- Calls ---- */

static void
read_descriptor (Fake *self, GDBusMessage *message)
{
  GUnixFDList *fds = g_dbus_message_get_unix_fd_list (message);
  char buffer[1024];
  gssize length;
  int fd;

  if (fds == NULL || g_unix_fd_list_get_length (fds) == 0)
    return;
  fd = g_unix_fd_list_get (fds, 0, NULL);
  length = read (fd, buffer, sizeof buffer);
  g_free (self->secret);
  self->secret = g_strndup (buffer, MAX (length, 0));
  self->seals = fcntl (fd, F_GET_SEALS);
  close (fd);
}

static void
note_call (Fake *self, const char *sender, const char *method, GDBusMethodInvocation *invocation)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (invocation);
  g_autofree char *parameters =
      g_variant_print (g_dbus_method_invocation_get_parameters (invocation), FALSE);
  gboolean prompts =
      g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION;

  g_ptr_array_add (self->calls, g_strdup_printf ("%s%s%s", method, parameters, prompts ? "!" : ""));
  self->bus_calls += sender != NULL;
  if (g_str_equal (method, "OpenSession"))
    {
      g_free (self->opener);
      self->opener = g_strdup (sender);
    }
  read_descriptor (self, message);
  g_cond_broadcast (&self->changed);
}

static gboolean
hold (Fake *self, const char *method, GDBusMethodInvocation *invocation)
{
  if (self->hold_until == NULL)
    return FALSE;
  if (g_queue_is_empty (&self->held) && !g_str_equal (method, self->hold_method))
    return FALSE;
  g_queue_push_tail (&self->held, invocation);
  if (!g_str_equal (method, self->hold_until))
    return TRUE;
  g_clear_pointer (&self->hold_until, g_free);
  return FALSE;
}

static void
method_called (GDBusConnection *connection,
               const char *sender,
               const char *path,
               const char *interface,
               const char *method,
               GVariant *parameters,
               GDBusMethodInvocation *invocation,
               gpointer user_data)
{
  Fake *self = user_data;
  gboolean waits, held;

  g_mutex_lock (&self->lock);
  note_call (self, sender, method, invocation);
  waits = hold (self, method, invocation);
  held = !g_queue_is_empty (&self->held);
  g_mutex_unlock (&self->lock);
  if (waits)
    return;
  if (!held)
    perform (self, invocation);
  while (held && (invocation = g_queue_pop_head (&self->held)) != NULL)
    perform (self, invocation);
}

static GVariant *
property_read (GDBusConnection *connection,
               const char *sender,
               const char *path,
               const char *interface,
               const char *name,
               GError **error,
               gpointer user_data)
{
  Fake *self = user_data;
  GVariant *value;

  g_mutex_lock (&self->lock);
  value = g_hash_table_lookup (self->properties, name);
  if (value != NULL)
    g_variant_ref (value);
  g_mutex_unlock (&self->lock);
  return value;
}

static const GDBusInterfaceVTable vtable = { .method_call = method_called,
                                             .get_property = property_read };

static const char *
path_of (const char *interface)
{
  if (g_str_has_suffix (interface, ".Account"))
    return FAKE_ACCOUNT_PATH;
  if (g_str_has_suffix (interface, ".Session"))
    return FAKE_SESSION_PATH;
  return "/im/otrd1";
}

static void export(Fake *self, GDBusConnection *connection)
{
  for (guint i = 0; i < self->infos->len; i++)
    {
      GDBusNodeInfo *node = g_ptr_array_index (self->infos, i);
      GDBusInterfaceInfo *interface = node->interfaces[0];

      g_assert_cmpuint (g_dbus_connection_register_object (connection, path_of (interface->name),
                                                           interface, &vtable, self, NULL, NULL),
                        >, 0);
    }
}

static void
direct_ended (GDBusConnection *direct, gboolean vanished, GError *error, gpointer user_data)
{
  g_ptr_array_remove (((Fake *)user_data)->directs, direct);
}

static void
direct_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fake *self = user_data;
  g_autoptr (GError) error = NULL;

  GDBusConnection *direct = g_dbus_connection_new_finish (result, &error);

  /* Whoever asked may have gone meanwhile. */
  if (direct == NULL)
    return;
  g_ptr_array_add (self->directs, direct);
  g_signal_connect (direct, "closed", G_CALLBACK (direct_ended), self);
  export(self, direct);
  g_dbus_connection_start_message_processing (direct);
}

static void
serve_directly (Fake *self, int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autofree char *guid = g_dbus_generate_guid ();

  g_dbus_connection_new (G_IO_STREAM (stream), guid,
                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER
                             | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                         NULL, NULL, direct_ready, self);
}

/* ---- Life ---- */

static GDBusConnection *
connect_to_bus (Fake *self)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (fake_get_address (self),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                  | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static GDBusConnection *
stand_up (Fake *self)
{
  GDBusConnection *connection = connect_to_bus (self);
  g_autoptr (GVariant) result = NULL;

  export(self, connection);
  result = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus", "RequestName",
                                        g_variant_new ("(su)", "im.otrd1", 0), NULL,
                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (result);
  return connection;
}

typedef struct
{
  Fake *fake;
  void (*run) (Fake *self, gconstpointer argument);
  gconstpointer argument;
  gboolean finished;
} Errand;

static gboolean
run_errand (gpointer user_data)
{
  Errand *errand = user_data;

  errand->run (errand->fake, errand->argument);
  g_mutex_lock (&errand->fake->lock);
  errand->finished = TRUE;
  g_cond_broadcast (&errand->fake->changed);
  g_mutex_unlock (&errand->fake->lock);
  return G_SOURCE_REMOVE;
}

/* In the fake's thread; waits until it is done. */
static void
send_errand (Fake *self, void (*run) (Fake *self, gconstpointer argument), gconstpointer argument)
{
  Errand errand = { self, run, argument, FALSE };

  g_main_context_invoke (self->context, run_errand, &errand);
  g_mutex_lock (&self->lock);
  while (!errand.finished)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
come (Fake *self, gconstpointer unused)
{
  self->serving = stand_up (self);
  self->successor = stand_up (self);
}

static void
go (Fake *self, gconstpointer unused)
{
  if (self->successor != NULL)
    g_dbus_connection_close_sync (self->successor, NULL, NULL);
  if (self->serving != NULL)
    g_dbus_connection_close_sync (self->serving, NULL, NULL);
  hang_up (self);
  g_clear_object (&self->successor);
  g_clear_object (&self->serving);
}

static void
drop_directs (Fake *self, gconstpointer unused)
{
  hang_up (self);
}

void
fake_hang_up (Fake *self)
{
  send_errand (self, drop_directs, NULL);
}

static void
leave_name (Fake *self, gconstpointer unused)
{
  g_autoptr (GVariant) result = g_dbus_connection_call_sync (
      self->serving, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "ReleaseName", g_variant_new ("(s)", "im.otrd1"), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
      NULL);

  g_assert_nonnull (result);
}

void
fake_release_name (Fake *self)
{
  send_errand (self, leave_name, NULL);
}

void
fake_start (Fake *self)
{
  send_errand (self, come, NULL);
}

void
fake_stop (Fake *self)
{
  send_errand (self, go, NULL);
}

static gpointer
live (gpointer user_data)
{
  Fake *self = user_data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
parse (Fake *self, const char *xml)
{
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (self->infos, g_dbus_node_info_new_for_xml (xml, &error));
  g_assert_no_error (error);
}

static void
parse_file (Fake *self, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, name, NULL);
  g_autofree char *xml = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &xml, NULL, &error);
  g_assert_no_error (error);
  parse (self, xml);
}

static void
set_first_properties (Fake *self)
{
  g_hash_table_insert (self->properties, g_strdup ("Version"),
                       g_variant_ref_sink (g_variant_new_uint32 (1)));
  g_hash_table_insert (self->properties, g_strdup ("Vault"),
                       g_variant_ref_sink (g_variant_new_string ("ready")));
}

Fake *
fake_new (void)
{
  Fake *self = g_new0 (Fake, 1);

  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->infos = g_ptr_array_new_with_free_func ((GDestroyNotify)g_dbus_node_info_unref);
  parse_file (self, "im.otrd1.Manager.xml");
  parse_file (self, "im.otrd1.Account.xml");
  parse_file (self, "im.otrd1.Session.xml");
  parse (self, object_manager_xml);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->script);
  g_queue_init (&self->held);
  self->directs = g_ptr_array_new_with_free_func (g_object_unref);
  self->calls = g_ptr_array_new_with_free_func (g_free);
  self->properties =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
  set_first_properties (self);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("fake", live, self);
  return self;
}

void
fake_free (Fake *self)
{
  fake_stop (self);
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
  g_test_dbus_down (self->bus);
  g_object_unref (self->bus);
  g_queue_clear_full (&self->script, step_free);
  g_ptr_array_unref (self->infos);
  g_ptr_array_unref (self->directs);
  g_ptr_array_unref (self->calls);
  g_hash_table_unref (self->properties);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->hold_method);
  g_free (self->hold_until);
  g_free (self->opener);
  g_free (self->secret);
  g_free (self);
}

const char *
fake_get_address (Fake *self)
{
  return g_test_dbus_get_bus_address (self->bus);
}

/* ---- The script ---- */

static void
add_step (
    Fake *self, const char *method, Act act, GVariant *reply, const char *name, const char *message)
{
  Step *step = g_new0 (Step, 1);

  step->method = g_strdup (method);
  step->act = act;
  step->reply = reply != NULL ? g_variant_ref_sink (reply) : NULL;
  step->error_name = g_strdup (name);
  step->message = g_strdup (message);
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->script, step);
  g_mutex_unlock (&self->lock);
}

void
fake_answer (Fake *self, const char *method, GVariant *reply)
{
  add_step (self, method, ANSWER, reply, NULL, NULL);
}

void
fake_refuse (Fake *self, const char *method, const char *error_name, const char *message)
{
  add_step (self, method, REFUSE, NULL, error_name, message);
}

void
fake_die_at (Fake *self, const char *method)
{
  add_step (self, method, DIE, NULL, NULL, NULL);
}

void
fake_hang_up_at (Fake *self, const char *method)
{
  add_step (self, method, HANG_UP, NULL, NULL, NULL);
}

void
fake_hold_until (Fake *self, const char *method, const char *until)
{
  g_mutex_lock (&self->lock);
  g_free (self->hold_method);
  g_free (self->hold_until);
  self->hold_method = g_strdup (method);
  self->hold_until = g_strdup (until);
  g_mutex_unlock (&self->lock);
}

typedef struct
{
  const char *destination;
  const char *interface;
  const char *signal;
  GVariant *parameters;
} Emission;

static void
emit (Fake *self, gconstpointer argument)
{
  const Emission *emission = argument;
  const char *path = g_str_equal (emission->interface, "org.freedesktop.DBus.Properties")
                         ? emission->destination
                         : path_of (emission->interface);
  const char *destination =
      g_str_equal (emission->signal, "Pending") ? emission->destination : NULL;
  GDBusConnection *connection = self->directs->len > 0 ? self->directs->pdata[0] : self->serving;
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (connection, destination, path, emission->interface,
                                 emission->signal, emission->parameters, &error);
  g_assert_no_error (error);
}

void
fake_ring (Fake *self)
{
  Emission emission = { self->opener, "im.otrd1.Session", "Pending", NULL };

  send_errand (self, emit, &emission);
}

void
fake_emit (Fake *self, const char *interface, const char *signal, GVariant *parameters)
{
  Emission emission = { NULL, interface, signal, parameters };

  send_errand (self, emit, &emission);
}

void
fake_set_property (Fake *self, const char *interface, const char *name, GVariant *value)
{
  g_autoptr (GVariant) kept = g_variant_ref_sink (value);
  Emission emission = { path_of (interface), "org.freedesktop.DBus.Properties", "PropertiesChanged",
                        NULL };
  GVariantDict changed;

  g_variant_dict_init (&changed, NULL);
  g_variant_dict_insert_value (&changed, name, kept);
  emission.parameters =
      g_variant_new ("(s@a{sv}as)", interface, g_variant_dict_end (&changed), NULL);
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->properties, g_strdup (name), g_variant_ref (kept));
  g_mutex_unlock (&self->lock);
  send_errand (self, emit, &emission);
}

/* ---- What was called ---- */

static const char *
find_locked (Fake *self, const char *method, guint index)
{
  for (guint i = 0; i < self->calls->len; i++)
    {
      const char *call = g_ptr_array_index (self->calls, i);
      gsize length = strcspn (call, "(");

      if (strlen (method) == length && strncmp (call, method, length) == 0 && index-- == 0)
        return call;
    }
  return NULL;
}

char *
fake_find_call (Fake *self, const char *method, guint index)
{
  char *call;

  g_mutex_lock (&self->lock);
  call = g_strdup (find_locked (self, method, index));
  g_mutex_unlock (&self->lock);
  return call;
}

guint
fake_count_calls (Fake *self, const char *method)
{
  guint count = 0;

  g_mutex_lock (&self->lock);
  while (find_locked (self, method, count) != NULL)
    count++;
  g_mutex_unlock (&self->lock);
  return count;
}

void
fake_await_calls (Fake *self, const char *method, guint count)
{
  g_mutex_lock (&self->lock);
  while (find_locked (self, method, count - 1) == NULL)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
fake_count_bus_calls (Fake *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->bus_calls;
  g_mutex_unlock (&self->lock);
  return count;
}

char *
fake_get_secret (Fake *self, int *seals)
{
  char *secret;

  g_mutex_lock (&self->lock);
  secret = g_strdup (self->secret);
  *seals = self->seals;
  g_mutex_unlock (&self->lock);
  return secret;
}
