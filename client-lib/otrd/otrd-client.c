// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The client: it finds the service, says who we are, and passes what the
 * service says on to the objects that it is about. */

#include "otrd-client.h"

#include "client-private.h"
#include "fault.h"
#include "mirror.h"
#include "objects.h"
#include "otrd-enum-types.h"

struct _OtrdClient
{
  GObject parent;

  GDBusConnection *connection;
  char *application;
  char *name;
  gboolean interactive;
  gboolean direct_allowed;

  OtrdWire *wire;
  OtrdMirror *mirror;
  GHashTable *objects; /* path -> OtrdAccount or OtrdSession, not owned */
  guint greeted;
  gboolean available;
};

typedef enum
{
  PROP_CONNECTION = 1,
  PROP_APPLICATION,
  PROP_NAME,
  PROP_INTERACTIVE,
  PROP_AVAILABLE,
  PROP_DIRECT_ALLOWED,
  PROP_DIRECT,
  PROP_VERSION,
  PROP_PROGRAM_VERSION,
  PROP_VAULT,
  PROP_KEY_STORE,
  PROP_DEFAULT_POLICY,
  PROP_LOCK_WITH_SCREEN,
  PROP_LOCK_WHEN_IDLE,
  N_PROPS,
} Prop;

enum
{
  SIGNAL_GRANT_REQUESTED,
  SIGNAL_OBJECT_ADDED,
  SIGNAL_OBJECT_REMOVED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void initable_init (GInitableIface *iface);
static void async_initable_init (GAsyncInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OtrdClient,
                               otrd_client,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_init)
                                   G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_INITABLE,
                                                          async_initable_init))

/* ---- Who we are ---- */

static GVariant *
registration_of (OtrdClient *self)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (self->name != NULL)
    g_variant_dict_insert (&options, "name", "s", self->name);
  return g_variant_new ("(s@a{sv})", self->application, g_variant_dict_end (&options));
}

static void
ignore_answer (OtrdCall *call, GDBusMessage *reply, const GError *error)
{
  otrd_call_settle (call, NULL, NULL);
}

void
otrd_client_greet (OtrdClient *self)
{
  g_autoptr (OtrdCall) call = NULL;
  guint epoch = otrd_wire_get_epoch (self->wire);

  if (self->application == NULL || (self->greeted == epoch && otrd_wire_is_present (self->wire)))
    return;
  self->greeted = epoch;
  call = otrd_client_call_new (self, self, OTRD_MANAGER_PATH, OTRD_MANAGER_INTERFACE, "Register",
                               registration_of (self), OTRD_CALL_INWARD);
  otrd_wire_send (self->wire, call, ignore_answer);
}

void
otrd_client_rename (OtrdClient *self, const char *application, const char *name)
{
  g_autofree char *old_application = g_steal_pointer (&self->application);
  g_autofree char *old_name = g_steal_pointer (&self->name);

  self->application = g_strdup (application);
  self->name = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_APPLICATION]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NAME]);
}

static gpointer
read_properties (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  OtrdClient *self = OTRD_CLIENT (call->asker);
  g_autoptr (GVariant) properties = NULL;

  if (!otrd_check_body (call, body, "(a{sv})", error))
    return NULL;
  properties = g_variant_get_child_value (body, 0);
  otrd_mirror_apply (self->mirror, properties);
  return GINT_TO_POINTER (TRUE);
}

static OtrdCall *
make_get_all (OtrdClient *self)
{
  OtrdCall *call = otrd_client_call_new (
      self, self, OTRD_MANAGER_PATH, "org.freedesktop.DBus.Properties", "GetAll",
      g_variant_new ("(s)", OTRD_MANAGER_INTERFACE), OTRD_CALL_INWARD | OTRD_CALL_REPEATABLE);

  otrd_call_set_read (call, read_properties, NULL);
  return call;
}

/* ---- What the service says ---- */

static void
set_available (OtrdClient *self, gboolean available)
{
  if (self->available == available)
    return;
  self->available = available;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AVAILABLE]);
}

/* Objects may come and go while they are told. */
static GPtrArray *
list_objects (OtrdClient *self)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer object;

  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    g_ptr_array_add (objects, g_object_ref (object));
  return objects;
}

static void
service_came (OtrdClient *self)
{
  g_autoptr (GPtrArray) objects = list_objects (self);
  g_autoptr (OtrdCall) get_all = make_get_all (self);

  otrd_client_greet (self);
  otrd_wire_send (self->wire, get_all, otrd_answered);
  for (guint i = 0; i < objects->len; i++)
    {
      gpointer object = g_ptr_array_index (objects, i);

      if (OTRD_IS_SESSION (object))
        otrd_session_service_came (object);
      else
        otrd_account_service_came (object);
    }
}

static void
service_went (OtrdClient *self)
{
  g_autoptr (GPtrArray) objects = list_objects (self);

  otrd_mirror_forget (self->mirror, "Vault");
  for (guint i = 0; i < objects->len; i++)
    if (OTRD_IS_SESSION (g_ptr_array_index (objects, i)))
      otrd_session_service_went (g_ptr_array_index (objects, i));
}

static void
owner_changed (gpointer user_data, gboolean present)
{
  g_autoptr (OtrdClient) self = g_object_ref (user_data);

  /* A name that passes from one owner to the next goes and comes at once. */
  service_went (self);
  set_available (self, present);
  if (present)
    service_came (self);
}

static void
properties_changed (OtrdClient *self, GDBusMessage *message)
{
  const char *path = g_dbus_message_get_path (message);
  GVariant *body = g_dbus_message_get_body (message);
  g_autoptr (GVariant) changed = NULL;
  const char *interface;
  gpointer object = otrd_client_find (self, path);

  if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  g_variant_get (body, "(&s@a{sv}as)", &interface, &changed, NULL);
  if (g_str_equal (interface, OTRD_MANAGER_INTERFACE))
    otrd_mirror_apply (self->mirror, changed);
  else if (OTRD_IS_SESSION (object) && g_str_equal (interface, OTRD_SESSION_INTERFACE))
    otrd_session_apply (object, changed);
  else if (OTRD_IS_ACCOUNT (object) && g_str_equal (interface, OTRD_ACCOUNT_INTERFACE))
    otrd_account_apply (object, changed);
}

static void
objects_changed (OtrdClient *self, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  gboolean added = g_str_equal (g_dbus_message_get_member (message), "InterfacesAdded");
  g_autoptr (GVariant) path = NULL;

  if (body == NULL || g_variant_n_children (body) < 1)
    return;
  path = g_variant_get_child_value (body, 0);
  if (g_variant_is_of_type (path, G_VARIANT_TYPE_OBJECT_PATH))
    g_signal_emit (self, signals[added ? SIGNAL_OBJECT_ADDED : SIGNAL_OBJECT_REMOVED], 0,
                   g_variant_get_string (path, NULL));
}

static void
grant_requested (OtrdClient *self, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  const char *application, *protocol, *account;

  if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (body, "(&s&s&s)", &application, &protocol, &account);
  g_signal_emit (self, signals[SIGNAL_GRANT_REQUESTED], 0, application, protocol, account);
}

static void
signalled (gpointer user_data, GDBusMessage *message)
{
  g_autoptr (OtrdClient) self = g_object_ref (user_data);
  const char *member = g_dbus_message_get_member (message);
  gpointer found = otrd_client_find (self, g_dbus_message_get_path (message));
  g_autoptr (GObject) object = found != NULL ? g_object_ref (found) : NULL;

  if (g_str_equal (member, "PropertiesChanged"))
    properties_changed (self, message);
  else if (g_str_equal (member, "InterfacesAdded") || g_str_equal (member, "InterfacesRemoved"))
    objects_changed (self, message);
  else if (g_str_equal (member, "GrantRequested"))
    grant_requested (self, message);
  else if (g_str_equal (member, "Pending") && OTRD_IS_SESSION (object))
    otrd_session_pending (OTRD_SESSION (object));
  else if (OTRD_IS_ACCOUNT (object))
    otrd_account_signalled (OTRD_ACCOUNT (object), message);
}

static void
route_changed (gpointer user_data)
{
  g_object_notify_by_pspec (user_data, props[PROP_DIRECT]);
}

static const OtrdWireListener listener = { signalled, owner_changed, route_changed };

/* ---- For the rest of the library ---- */

OtrdMirror *
otrd_client_get_mirror (OtrdClient *self)
{
  return self->mirror;
}

OtrdWire *
otrd_client_get_wire (OtrdClient *self)
{
  return self->wire;
}

OtrdCallTraits
otrd_client_prompting (OtrdClient *self)
{
  return self->interactive ? OTRD_CALL_INTERACTIVE : OTRD_CALL_PLAIN;
}

gpointer
otrd_client_find (OtrdClient *self, const char *path)
{
  return path != NULL ? g_hash_table_lookup (self->objects, path) : NULL;
}

void
otrd_client_remember (OtrdClient *self, const char *path, gpointer object)
{
  g_hash_table_insert (self->objects, g_strdup (path), object);
  otrd_wire_add_match (self->wire, path);
}

void
otrd_client_let_go (OtrdClient *self, const char *path, gpointer object)
{
  if (g_hash_table_lookup (self->objects, path) != object)
    return;
  g_hash_table_remove (self->objects, path);
  otrd_wire_remove_match (self->wire, path);
}

/* ---- Making one ---- */

static void
set_connection (OtrdClient *self, GDBusConnection *connection)
{
  g_set_object (&self->connection, connection);
  self->wire = otrd_wire_new (connection, self->direct_allowed, &listener, self);
  otrd_wire_add_match (self->wire, OTRD_MANAGER_PATH);
}

static GError *
no_bus (const GError *error)
{
  return g_error_new (OTRD_ERROR, OTRD_ERROR_FAILED,
                      "Could not connect to the session bus; the OTR service is reached "
                      "through it (%s)",
                      error->message);
}

static gboolean
init_sync (GInitable *initable, GCancellable *cancellable, GError **error)
{
  OtrdClient *self = OTRD_CLIENT (initable);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GDBusConnection) connection = NULL;

  if (self->wire != NULL)
    return TRUE;
  connection = self->connection != NULL ? g_object_ref (self->connection)
                                        : g_bus_get_sync (G_BUS_TYPE_SESSION, cancellable, &reason);
  if (connection == NULL)
    {
      g_propagate_error (error, no_bus (reason));
      return FALSE;
    }
  set_connection (self, connection);
  otrd_client_greet (self);
  otrd_call_run (make_get_all (self), cancellable, &reason);
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  /* That the service is away shows in the property. */
  set_available (self, otrd_wire_is_present (self->wire));
  return TRUE;
}

static void
properties_came (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OtrdClient *self = OTRD_CLIENT (source);
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  otrd_call_end (self, result, &error);
  set_available (self, otrd_wire_is_present (self->wire));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
connection_came (GTask *task, GDBusConnection *connection)
{
  OtrdClient *self = OTRD_CLIENT (g_task_get_source_object (task));

  set_connection (self, connection);
  otrd_client_greet (self);
  otrd_call_begin (make_get_all (self), g_task_get_cancellable (task), properties_came,
                   g_object_ref (task));
}

static void
bus_came (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_bus_get_finish (result, &error);

  if (connection != NULL)
    connection_came (task, connection);
  else
    g_task_return_error (task, no_bus (error));
}

static void
init_async (GAsyncInitable *initable,
            int io_priority,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  OtrdClient *self = OTRD_CLIENT (initable);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (self->wire != NULL)
    g_task_return_boolean (task, TRUE);
  else if (self->connection != NULL)
    connection_came (task, self->connection);
  else
    g_bus_get (G_BUS_TYPE_SESSION, cancellable, bus_came, g_object_ref (task));
}

static gboolean
init_finish (GAsyncInitable *initable, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
initable_init (GInitableIface *iface)
{
  iface->init = init_sync;
}

static void
async_initable_init (GAsyncInitableIface *iface)
{
  iface->init_async = init_async;
  iface->init_finish = init_finish;
}

void
otrd_client_new (GDBusConnection *connection,
                 const char *application,
                 const char *name,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  g_async_initable_new_async (OTRD_TYPE_CLIENT, G_PRIORITY_DEFAULT, cancellable, callback,
                              user_data, "connection", connection, "application", application,
                              "name", name, NULL);
}

OtrdClient *
otrd_client_new_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GObject) source = g_async_result_get_source_object (result);
  GObject *client = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, error);

  return client != NULL ? OTRD_CLIENT (client) : NULL;
}

OtrdClient *
otrd_client_new_sync (GDBusConnection *connection,
                      const char *application,
                      const char *name,
                      GCancellable *cancellable,
                      GError **error)
{
  return g_initable_new (OTRD_TYPE_CLIENT, cancellable, error, "connection", connection,
                         "application", application, "name", name, NULL);
}

/* ---- Properties ---- */

GDBusConnection *
otrd_client_get_connection (OtrdClient *self)
{
  return self->connection;
}

const char *
otrd_client_get_application (OtrdClient *self)
{
  return self->application;
}

const char *
otrd_client_get_name (OtrdClient *self)
{
  return self->name;
}

gboolean
otrd_client_get_interactive (OtrdClient *self)
{
  return self->interactive;
}

void
otrd_client_set_interactive (OtrdClient *self, gboolean interactive)
{
  g_return_if_fail (OTRD_IS_CLIENT (self));

  if (self->interactive == !!interactive)
    return;
  self->interactive = !!interactive;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_INTERACTIVE]);
}

gboolean
otrd_client_get_available (OtrdClient *self)
{
  return self->available;
}

gboolean
otrd_client_get_direct (OtrdClient *self)
{
  return self->wire != NULL && otrd_wire_is_direct (self->wire);
}

static void
otrd_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OtrdClient *self = OTRD_CLIENT (object);

  switch ((Prop)id)
    {
    case PROP_CONNECTION:
      g_value_set_object (value, self->connection);
      break;
    case PROP_APPLICATION:
      g_value_set_string (value, self->application);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_INTERACTIVE:
      g_value_set_boolean (value, self->interactive);
      break;
    case PROP_AVAILABLE:
      g_value_set_boolean (value, self->available);
      break;
    case PROP_DIRECT_ALLOWED:
      g_value_set_boolean (value, self->direct_allowed);
      break;
    case PROP_DIRECT:
      g_value_set_boolean (value, otrd_client_get_direct (self));
      break;
    case PROP_VERSION:
      g_value_set_uint (value, otrd_client_get_version (self));
      break;
    case PROP_PROGRAM_VERSION:
      g_value_set_string (value, otrd_client_get_program_version (self));
      break;
    case PROP_VAULT:
      g_value_set_enum (value, otrd_client_get_vault (self));
      break;
    case PROP_KEY_STORE:
      g_value_set_string (value, otrd_client_get_key_store (self));
      break;
    case PROP_DEFAULT_POLICY:
      g_value_set_enum (value, otrd_client_get_default_policy (self));
      break;
    case PROP_LOCK_WITH_SCREEN:
      g_value_set_boolean (value, otrd_client_get_lock_with_screen (self));
      break;
    case PROP_LOCK_WHEN_IDLE:
      g_value_set_uint (value, otrd_client_get_lock_when_idle (self));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
otrd_client_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  OtrdClient *self = OTRD_CLIENT (object);

  switch (id)
    {
    case PROP_CONNECTION:
      self->connection = g_value_dup_object (value);
      break;
    case PROP_APPLICATION:
      self->application = g_value_dup_string (value);
      break;
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_INTERACTIVE:
      otrd_client_set_interactive (self, g_value_get_boolean (value));
      break;
    case PROP_DIRECT_ALLOWED:
      self->direct_allowed = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
otrd_client_finalize (GObject *object)
{
  OtrdClient *self = OTRD_CLIENT (object);

  if (self->wire != NULL)
    {
      otrd_wire_remove_match (self->wire, OTRD_MANAGER_PATH);
      otrd_wire_close (self->wire);
      otrd_wire_unref (self->wire);
    }
  g_clear_object (&self->connection);
  g_hash_table_unref (self->objects);
  otrd_mirror_free (self->mirror);
  g_free (self->application);
  g_free (self->name);
  G_OBJECT_CLASS (otrd_client_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags given = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags shown = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * OtrdClient:connection:
   *
   * The connection; %NULL when it is made: the session bus.
   */
  props[PROP_CONNECTION] =
      g_param_spec_object ("connection", NULL, NULL, G_TYPE_DBUS_CONNECTION, given);
  /**
   * OtrdClient:application:
   *
   * The id of the messenger.
   */
  props[PROP_APPLICATION] = g_param_spec_string ("application", NULL, NULL, NULL, given);
  /**
   * OtrdClient:name:
   *
   * The name of the messenger for people.
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, given);
  /**
   * OtrdClient:interactive:
   *
   * Whether calls may raise prompts.
   */
  props[PROP_INTERACTIVE] =
      g_param_spec_boolean ("interactive", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * OtrdClient:available:
   *
   * Whether the service is there. If not, the next call tries to start it.
   */
  props[PROP_AVAILABLE] = g_param_spec_boolean ("available", NULL, NULL, FALSE, shown);
  /**
   * OtrdClient:direct-allowed:
   *
   * Whether the client may leave the bus for a direct connection, where the
   * service gives one; %FALSE to see on the bus what is said. Sandboxed
   * programs have no other way.
   */
  props[PROP_DIRECT_ALLOWED] = g_param_spec_boolean ("direct-allowed", NULL, NULL, TRUE, given);
  /**
   * OtrdClient:direct:
   *
   * Whether calls go by a direct connection now.
   */
  props[PROP_DIRECT] = g_param_spec_boolean ("direct", NULL, NULL, FALSE, shown);
  /**
   * OtrdClient:version:
   *
   * The revision of the contract.
   */
  props[PROP_VERSION] = g_param_spec_uint ("version", NULL, NULL, 0, G_MAXUINT, 0, shown);
  /**
   * OtrdClient:program-version:
   *
   * The version of the service.
   */
  props[PROP_PROGRAM_VERSION] = g_param_spec_string ("program-version", NULL, NULL, "", shown);
  /**
   * OtrdClient:vault:
   *
   * The state of the vault.
   */
  props[PROP_VAULT] =
      g_param_spec_enum ("vault", NULL, NULL, otrd_vault_get_type (), OTRD_VAULT_UNKNOWN, shown);
  /**
   * OtrdClient:key-store:
   *
   * What unlocks the vault.
   */
  props[PROP_KEY_STORE] = g_param_spec_string ("key-store", NULL, NULL, "", shown);
  /**
   * OtrdClient:default-policy:
   *
   * The policy where there is no other.
   */
  props[PROP_DEFAULT_POLICY] = g_param_spec_enum (
      "default-policy", NULL, NULL, otrd_policy_get_type (), OTRD_POLICY_UNKNOWN, shown);
  /**
   * OtrdClient:lock-with-screen:
   *
   * Whether the vault is locked with the screen.
   */
  props[PROP_LOCK_WITH_SCREEN] =
      g_param_spec_boolean ("lock-with-screen", NULL, NULL, FALSE, shown);
  /**
   * OtrdClient:lock-when-idle:
   *
   * After how many seconds without a wish of the user's the vault is locked; 0: never.
   */
  props[PROP_LOCK_WHEN_IDLE] =
      g_param_spec_uint ("lock-when-idle", NULL, NULL, 0, G_MAXUINT32, 0, shown);
  g_object_class_install_properties (class, N_PROPS, props);
}

static void
install_signals (void)
{
  /**
   * OtrdClient::grant-requested:
   * @self: the client
   * @application: the sandbox's id of the program
   * @protocol: the protocol
   * @account: the account
   *
   * A sandboxed program wants to use an account.
   */
  signals[SIGNAL_GRANT_REQUESTED] =
      g_signal_new ("grant-requested", OTRD_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * OtrdClient::object-added:
   * @self: the client
   * @path: its path
   *
   * The service has a new account or session.
   */
  signals[SIGNAL_OBJECT_ADDED] = g_signal_new ("object-added", OTRD_TYPE_CLIENT, G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * OtrdClient::object-removed:
   * @self: the client
   * @path: its path
   *
   * An account or a session has gone.
   */
  signals[SIGNAL_OBJECT_REMOVED] =
      g_signal_new ("object-removed", OTRD_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
otrd_client_class_init (OtrdClientClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = otrd_client_get_property;
  object_class->set_property = otrd_client_set_property;
  object_class->finalize = otrd_client_finalize;
  install_properties (object_class);
  install_signals ();
  /* From now on GDBus knows the errors of the contract. */
  otrd_error_quark ();
}

static void
otrd_client_init (OtrdClient *self)
{
  self->interactive = TRUE;
  self->mirror = otrd_mirror_new (G_OBJECT (self), otrd_client_facts);
  self->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}
