// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The inbox. A filter on the connection, in GDBus's thread, puts what comes in
 * into a queue; handling happens in the thread of the wire's main context. Only
 * the queue and the table of calls under way are shared between the two. */

#include "wire.h"

#define BUS_NAME "im.otrd1"
#define ROOT_PATH "/im/otrd1"
#define DRIVER "org.freedesktop.DBus"

/* No method of a session waits for anybody; what takes longer is broken. */
#define PATIENCE (25 * G_USEC_PER_SEC)
#define SWEEP_SECONDS 5

typedef enum
{
  ARRIVAL_ANSWER,
  ARRIVAL_SIGNAL,
  ARRIVAL_OWNER,
  ARRIVAL_CANCELLED,
  ARRIVAL_LATER,
} ArrivalKind;

typedef struct
{
  ArrivalKind kind;
  OtrdCall *call;
  GDBusMessage *message;
  GError *error;
  void (*callback) (gpointer);
  gpointer user_data;
  GDestroyNotify destroy;
} Arrival;

struct _OtrdWire
{
  int references;
  GDBusConnection *connection;
  gboolean has_bus;
  GMainContext *context;
  const OtrdWireListener *listener;
  gpointer user_data;
  guint filter;
  gulong closed_handler;
  GSource *bell;
  GSource *sweeper;

  GMutex lock;
  GCond arrived;
  GHashTable *under_way;
  GQueue inbox;

  /* Of the context's thread alone. */
  char *owner;
  guint epoch;
  guint64 last_order;
};

typedef struct
{
  GSource source;
  OtrdWire *wire;
} Bell;

static void handle (OtrdWire *self, Arrival *arrival);

static void
arrival_free (Arrival *arrival)
{
  g_clear_pointer (&arrival->call, otrd_call_unref);
  g_clear_object (&arrival->message);
  g_clear_error (&arrival->error);
  if (arrival->destroy != NULL)
    arrival->destroy (arrival->user_data);
  g_free (arrival);
}

/* With the lock held. */
static void
push_locked (OtrdWire *self, Arrival *arrival)
{
  g_queue_push_tail (&self->inbox, arrival);
  g_cond_broadcast (&self->arrived);
  if (self->bell != NULL)
    g_source_set_ready_time (self->bell, 0);
}

static void
push (OtrdWire *self, Arrival *arrival)
{
  g_mutex_lock (&self->lock);
  push_locked (self, arrival);
  g_mutex_unlock (&self->lock);
}

static Arrival *
pop (OtrdWire *self)
{
  Arrival *arrival;

  g_mutex_lock (&self->lock);
  arrival = g_queue_pop_head (&self->inbox);
  g_mutex_unlock (&self->lock);
  return arrival;
}

static gboolean
ring (GSource *source, GSourceFunc callback, gpointer user_data)
{
  OtrdWire *self = otrd_wire_ref (((Bell *)source)->wire);
  Arrival *arrival;

  g_source_set_ready_time (source, -1);
  while ((arrival = pop (self)) != NULL)
    handle (self, arrival);
  otrd_wire_unref (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs bell_funcs = { .dispatch = ring };

/* ---- What comes in, in GDBus's thread ---- */

static gboolean
take_answer (OtrdWire *self, GDBusMessage *message)
{
  guint32 serial = g_dbus_message_get_reply_serial (message);
  OtrdCall *call = NULL;
  Arrival *arrival;

  g_mutex_lock (&self->lock);
  if (!g_hash_table_steal_extended (self->under_way, GUINT_TO_POINTER (serial), NULL,
                                    (gpointer *)&call))
    {
      g_mutex_unlock (&self->lock);
      return FALSE;
    }
  arrival = g_new0 (Arrival, 1);
  arrival->kind = ARRIVAL_ANSWER;
  arrival->call = call;
  arrival->message = message;
  push_locked (self, arrival);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
is_owner_change (GDBusMessage *message)
{
  return g_strcmp0 (g_dbus_message_get_sender (message), DRIVER) == 0
         && g_strcmp0 (g_dbus_message_get_member (message), "NameOwnerChanged") == 0
         && g_strcmp0 (g_dbus_message_get_arg0 (message), BUS_NAME) == 0;
}

static void
take_signal (OtrdWire *self, GDBusMessage *message)
{
  const char *path = g_dbus_message_get_path (message);
  gboolean owner = is_owner_change (message);
  Arrival *arrival;

  if (!owner && (path == NULL || !g_str_has_prefix (path, ROOT_PATH)))
    return;
  arrival = g_new0 (Arrival, 1);
  arrival->kind = owner ? ARRIVAL_OWNER : ARRIVAL_SIGNAL;
  arrival->message = g_object_ref (message);
  push (self, arrival);
}

static GDBusMessage *
filter_message (GDBusConnection *connection,
                GDBusMessage *message,
                gboolean incoming,
                gpointer user_data)
{
  OtrdWire *self = user_data;

  if (!incoming)
    return message;
  switch (g_dbus_message_get_message_type (message))
    {
    case G_DBUS_MESSAGE_TYPE_METHOD_RETURN:
    case G_DBUS_MESSAGE_TYPE_ERROR:
      return take_answer (self, message) ? NULL : message;
    case G_DBUS_MESSAGE_TYPE_SIGNAL:
      take_signal (self, message);
      return message;
    default:
      return message;
    }
}

/* ---- What is handled, in the context's thread ---- */

/* The process that the call was for had gone before it arrived: a session is to be
 * opened again first, all else goes to whoever has the name. */
static gboolean
goes_to_successor (OtrdWire *self, OtrdCall *call, GError **error)
{
  if (!call->to_owner
      || (!g_error_matches (*error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
          && !g_error_matches (*error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)))
    return FALSE;
  if (call->lane == NULL)
    {
      otrd_wire_send (self, call, call->answered);
      return TRUE;
    }
  g_clear_error (error);
  *error = g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT, "The service has gone");
  return FALSE;
}

static void
handle_answer (OtrdWire *self, Arrival *arrival)
{
  g_autoptr (GError) error = g_steal_pointer (&arrival->error);
  GDBusMessage *reply = arrival->message;
  OtrdCall *call = arrival->call;

  if (call->settled)
    return;
  if (error == NULL)
    g_dbus_message_to_gerror (reply, &error);
  if (error == NULL || !goes_to_successor (self, call, &error))
    call->answered (call, error == NULL ? reply : NULL, error);
}

static void
handle_owner (OtrdWire *self, const char *owner)
{
  gboolean present = owner != NULL && *owner != '\0';

  if (g_strcmp0 (self->owner, present ? owner : NULL) == 0)
    return;
  g_free (self->owner);
  self->owner = present ? g_strdup (owner) : NULL;
  if (present)
    self->epoch++;
  if (self->listener != NULL)
    self->listener->owner_changed (self->user_data, present);
}

static void
handle_owner_change (OtrdWire *self, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  const char *owner;

  if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (body, "(&s&s&s)", NULL, NULL, &owner);
  handle_owner (self, owner);
}

/* Only what the owner of the name says counts. */
static void
handle_signal (OtrdWire *self, GDBusMessage *message)
{
  if (self->has_bus && g_strcmp0 (g_dbus_message_get_sender (message), self->owner) != 0)
    return;
  if (self->listener != NULL)
    self->listener->signalled (self->user_data, message);
}

static void
handle_cancelled (OtrdCall *call)
{
  if (!call->settled)
    otrd_call_settle (
        call, NULL,
        g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s was cancelled", call->method));
}

static void
handle (OtrdWire *self, Arrival *arrival)
{
  switch (arrival->kind)
    {
    case ARRIVAL_ANSWER:
      handle_answer (self, arrival);
      break;
    case ARRIVAL_SIGNAL:
      handle_signal (self, arrival->message);
      break;
    case ARRIVAL_OWNER:
      handle_owner_change (self, arrival->message);
      break;
    case ARRIVAL_CANCELLED:
      handle_cancelled (arrival->call);
      break;
    case ARRIVAL_LATER:
      arrival->callback (arrival->user_data);
      break;
    }
  arrival_free (arrival);
}

/* ---- Calls ---- */

static void
fail_call (OtrdWire *self, OtrdCall *call, GError *error)
{
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->kind = ARRIVAL_ANSWER;
  arrival->call = call;
  arrival->error = error;
  push (self, arrival);
}

static gboolean
is_overdue (OtrdWire *self, OtrdCall *call, gint64 now)
{
  return g_dbus_connection_is_closed (self->connection) || call->deadline < now;
}

static GPtrArray *
steal_overdue (OtrdWire *self)
{
  GPtrArray *overdue = g_ptr_array_new ();
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer call;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->under_way);
  while (g_hash_table_iter_next (&iter, NULL, &call))
    if (is_overdue (self, call, now))
      {
        g_ptr_array_add (overdue, call);
        g_hash_table_iter_steal (&iter);
      }
  g_mutex_unlock (&self->lock);
  return overdue;
}

static int
compare_order (gconstpointer a, gconstpointer b)
{
  const OtrdCall *one = *(OtrdCall *const *)a, *other = *(OtrdCall *const *)b;

  return one->order < other->order ? -1 : one->order > other->order;
}

static void
fail_overdue (OtrdWire *self)
{
  g_autoptr (GPtrArray) overdue = steal_overdue (self);
  gboolean closed = g_dbus_connection_is_closed (self->connection);

  g_ptr_array_sort (overdue, compare_order);
  for (guint i = 0; i < overdue->len; i++)
    fail_call (self, g_ptr_array_index (overdue, i),
               closed ? g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection has closed")
                      : g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "No answer came"));
}

/* The sweeper lives while calls are under way, so that an idle client sleeps. */
static gboolean
sweep (gpointer user_data)
{
  OtrdWire *self = user_data;
  gboolean idle;

  fail_overdue (self);
  g_mutex_lock (&self->lock);
  idle = g_hash_table_size (self->under_way) == 0;
  g_mutex_unlock (&self->lock);
  if (!idle)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->sweeper, g_source_unref);
  return G_SOURCE_REMOVE;
}

static void
start_sweeping (OtrdWire *self)
{
  if (self->sweeper != NULL)
    return;
  self->sweeper = g_timeout_source_new_seconds (SWEEP_SECONDS);
  g_source_set_callback (self->sweeper, sweep, self, NULL);
  g_source_attach (self->sweeper, self->context);
}

static GDBusMessage *
make_message (OtrdWire *self, OtrdCall *call)
{
  gboolean to_driver = g_str_equal (call->interface, DRIVER);
  /* To this very process while there is one: what is on its way when it dies must
   * not arrive at its successor before what went out earlier. */
  const char *service = self->owner != NULL ? self->owner : BUS_NAME;
  const char *destination = !self->has_bus ? NULL : to_driver ? DRIVER : service;
  GDBusMessage *message =
      g_dbus_message_new_method_call (destination, call->path, call->interface, call->method);

  if (call->parameters != NULL)
    g_dbus_message_set_body (message, call->parameters);
  if (call->descriptors != NULL)
    g_dbus_message_set_unix_fd_list (message, call->descriptors);
  if (call->traits & OTRD_CALL_INTERACTIVE)
    g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
  return message;
}

/* The lock is held while the message goes out: its answer must not be here
 * before its serial is. */
void
otrd_wire_send (OtrdWire *self, OtrdCall *call, OtrdCallAnswered answered)
{
  g_autoptr (GDBusMessage) message = make_message (self, call);
  g_autoptr (GError) error = NULL;
  volatile guint32 serial = 0;

  call->answered = answered;
  call->attempts++;
  call->to_owner = self->owner != NULL && !g_str_equal (call->interface, DRIVER);
  call->deadline =
      call->traits & OTRD_CALL_PATIENT ? G_MAXINT64 : g_get_monotonic_time () + PATIENCE;
  g_mutex_lock (&self->lock);
  if (g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                      &serial, &error))
    g_hash_table_insert (self->under_way, GUINT_TO_POINTER (serial), otrd_call_ref (call));
  g_mutex_unlock (&self->lock);
  if (error != NULL)
    fail_call (self, otrd_call_ref (call), g_steal_pointer (&error));
  else
    start_sweeping (self);
}

void
otrd_wire_post (OtrdWire *self, OtrdCall *call)
{
  g_autoptr (GDBusMessage) message = make_message (self, call);

  g_dbus_message_set_flags (message, g_dbus_message_get_flags (message)
                                         | G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  NULL);
}

/* Signals that only change what the library knows. */
static gboolean
is_inward_signal (GDBusMessage *message)
{
  const char *member = g_dbus_message_get_member (message);

  return g_strcmp0 (member, "PropertiesChanged") == 0 || g_strcmp0 (member, "Pending") == 0;
}

static gboolean
concerns (const Arrival *arrival, const OtrdCall *call)
{
  switch (arrival->kind)
    {
    case ARRIVAL_OWNER:
      return TRUE;
    case ARRIVAL_SIGNAL:
      return is_inward_signal (arrival->message);
    case ARRIVAL_CANCELLED:
      return arrival->call == call;
    case ARRIVAL_ANSWER:
      return arrival->call == call || arrival->call->traits & OTRD_CALL_INWARD
             || (call->lane != NULL && arrival->call->lane == call->lane);
    case ARRIVAL_LATER:
    default:
      return FALSE;
    }
}

static Arrival *
find_concerning (OtrdWire *self, const OtrdCall *call)
{
  for (GList *link = self->inbox.head; link != NULL; link = link->next)
    if (concerns (link->data, call))
      {
        Arrival *arrival = link->data;

        g_queue_delete_link (&self->inbox, link);
        return arrival;
      }
  return NULL;
}

/* NULL: nothing within a second. */
static Arrival *
await (OtrdWire *self, const OtrdCall *call)
{
  gint64 until = g_get_monotonic_time () + G_USEC_PER_SEC;
  Arrival *arrival;

  g_mutex_lock (&self->lock);
  while ((arrival = find_concerning (self, call)) == NULL)
    if (!g_cond_wait_until (&self->arrived, &self->lock, until))
      break;
  g_mutex_unlock (&self->lock);
  return arrival;
}

/* Another's answer is worked out now, since its lines come before ours, but
 * its asker hears of it later, from the main context. */
static void
deliver_later (gpointer user_data)
{
  otrd_call_deliver (user_data);
}

static void
handle_overtaken (OtrdWire *self, Arrival *arrival)
{
  OtrdCall *other = otrd_call_ref (arrival->call);

  other->held_back = TRUE;
  handle (self, arrival);
  other->held_back = FALSE;
  if (other->settled && other->task != NULL)
    otrd_wire_later (self, deliver_later, g_steal_pointer (&other),
                     (GDestroyNotify)otrd_call_unref);
  else
    otrd_call_unref (other);
}

void
otrd_wire_wait (OtrdWire *self, OtrdCall *call)
{
  otrd_wire_ref (self);
  while (!call->settled)
    {
      Arrival *arrival = await (self, call);

      if (arrival == NULL)
        fail_overdue (self);
      else if (arrival->kind == ARRIVAL_ANSWER && arrival->call != call)
        handle_overtaken (self, arrival);
      else
        handle (self, arrival);
    }
  otrd_wire_unref (self);
}

static void
push_cancelled (GCancellable *cancellable, gpointer user_data)
{
  OtrdCall *call = user_data;
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->kind = ARRIVAL_CANCELLED;
  arrival->call = otrd_call_ref (call);
  push (call->wire, arrival);
}

void
otrd_wire_watch_cancellable (OtrdWire *self, OtrdCall *call)
{
  call->cancelled_handler =
      g_cancellable_connect (call->cancellable, G_CALLBACK (push_cancelled), otrd_call_ref (call),
                             (GDestroyNotify)otrd_call_unref);
}

void
otrd_wire_later (OtrdWire *self,
                 void (*callback) (gpointer),
                 gpointer user_data,
                 GDestroyNotify destroy)
{
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->kind = ARRIVAL_LATER;
  arrival->callback = callback;
  arrival->user_data = user_data;
  arrival->destroy = destroy;
  push (self, arrival);
}

/* ---- The bus ---- */

static void
post_to_driver (OtrdWire *self, const char *method, const char *argument)
{
  g_autoptr (OtrdCall) call = otrd_call_new (NULL, self, "/org/freedesktop/DBus", DRIVER, method,
                                             g_variant_new ("(s)", argument), 0);

  if (self->has_bus)
    otrd_wire_post (self, call);
}

static void
post_match (OtrdWire *self, const char *method, const char *path)
{
  g_autofree char *rule = g_strdup_printf ("type='signal',sender='" BUS_NAME "',path='%s'", path);

  post_to_driver (self, method, rule);
}

void
otrd_wire_add_match (OtrdWire *self, const char *path)
{
  post_match (self, "AddMatch", path);
}

void
otrd_wire_remove_match (OtrdWire *self, const char *path)
{
  post_match (self, "RemoveMatch", path);
}

static void
owner_found (OtrdCall *call, GDBusMessage *reply, const GError *error)
{
  OtrdWire *self = call->wire;
  GVariant *body = reply != NULL ? g_dbus_message_get_body (reply) : NULL;
  const char *owner = NULL;

  if (body != NULL && g_variant_is_of_type (body, G_VARIANT_TYPE ("(s)")))
    g_variant_get (body, "(&s)", &owner);
  handle_owner (self, owner);
}

static void
watch_owner (OtrdWire *self)
{
  g_autoptr (OtrdCall) call =
      otrd_call_new (NULL, self, "/org/freedesktop/DBus", DRIVER, "GetNameOwner",
                     g_variant_new ("(s)", BUS_NAME), OTRD_CALL_INWARD);

  post_to_driver (self, "AddMatch",
                  "type='signal',sender='" DRIVER "',member='NameOwnerChanged',arg0='" BUS_NAME
                  "'");
  otrd_wire_send (self, call, owner_found);
}

static void
connection_gone (gpointer user_data)
{
  OtrdWire *self = user_data;

  g_clear_pointer (&self->owner, g_free);
  if (self->listener != NULL)
    self->listener->owner_changed (self->user_data, FALSE);
}

static void
on_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  OtrdWire *self = user_data;

  fail_overdue (self);
  otrd_wire_later (self, connection_gone, otrd_wire_ref (self), (GDestroyNotify)otrd_wire_unref);
}

OtrdWire *
otrd_wire_new (GDBusConnection *connection, const OtrdWireListener *listener, gpointer user_data)
{
  OtrdWire *self = g_new0 (OtrdWire, 1);

  self->references = 1;
  self->connection = g_object_ref (connection);
  self->has_bus = g_dbus_connection_get_unique_name (connection) != NULL;
  self->context = g_main_context_ref_thread_default ();
  self->listener = listener;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->arrived);
  g_queue_init (&self->inbox);
  self->under_way = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)otrd_call_unref);
  self->bell = g_source_new (&bell_funcs, sizeof (Bell));
  ((Bell *)self->bell)->wire = self;
  g_source_set_static_name (self->bell, "otrd inbox");
  g_source_attach (self->bell, self->context);
  self->filter = g_dbus_connection_add_filter (connection, filter_message, otrd_wire_ref (self),
                                               (GDestroyNotify)otrd_wire_unref);
  self->closed_handler = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  if (self->has_bus)
    watch_owner (self);
  else
    self->epoch = 1;
  return self;
}

OtrdWire *
otrd_wire_ref (OtrdWire *self)
{
  g_atomic_int_inc (&self->references);
  return self;
}

void
otrd_wire_unref (OtrdWire *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_queue_clear_full (&self->inbox, (GDestroyNotify)arrival_free);
  g_hash_table_unref (self->under_way);
  g_main_context_unref (self->context);
  g_object_unref (self->connection);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->arrived);
  g_free (self->owner);
  g_free (self);
}

/* Nothing is handled any more. */
void
otrd_wire_close (OtrdWire *self)
{
  g_autoptr (GSource) bell = NULL;

  g_signal_handler_disconnect (self->connection, self->closed_handler);
  g_dbus_connection_remove_filter (self->connection, self->filter);
  self->listener = NULL;
  g_mutex_lock (&self->lock);
  bell = g_steal_pointer (&self->bell);
  g_mutex_unlock (&self->lock);
  g_source_destroy (bell);
  if (self->sweeper != NULL)
    g_source_destroy (self->sweeper);
  g_clear_pointer (&self->sweeper, g_source_unref);
}

gboolean
otrd_wire_is_present (OtrdWire *self)
{
  return self->has_bus ? self->owner != NULL : !g_dbus_connection_is_closed (self->connection);
}

guint
otrd_wire_get_epoch (OtrdWire *self)
{
  return self->epoch;
}

guint64
otrd_wire_next_order (OtrdWire *self)
{
  return ++self->last_order;
}
