// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* What arrives is handled in the thread of the wire's main context: answers go to
 * their calls, signals to the client, the rest to the route. */

#include "wire.h"

#include "wire-private.h"

/* No method of a session waits for anybody; what takes longer is broken. */
#define PATIENCE (25 * G_USEC_PER_SEC)
#define SWEEP_SECONDS 5

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

/* What another process has answered, or on another connection, says nothing about who
 * is spoken to now. */
static gboolean
is_of_now (OtrdWire *self, const OtrdArrival *arrival)
{
  if (arrival->link != otrd_route_get_link (self))
    return FALSE;
  return !otrd_link_has_bus (arrival->link)
         || g_strcmp0 (g_dbus_message_get_sender (arrival->message), self->owner) == 0;
}

static void
handle_answer (OtrdWire *self, OtrdArrival *arrival)
{
  g_autoptr (GError) error = g_steal_pointer (&arrival->error);
  GDBusMessage *reply = arrival->message;
  OtrdCall *call = arrival->call;

  if (call->settled)
    return;
  if (error == NULL)
    {
      call->epoch = is_of_now (self, arrival) ? self->epoch : 0;
      g_dbus_message_to_gerror (reply, &error);
    }
  if (error == NULL || !goes_to_successor (self, call, &error))
    call->answered (call, error == NULL ? reply : NULL, error);
}

static void
handle_owner_change (OtrdWire *self, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  const char *name, *owner;

  if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (body, "(&s&s&s)", &name, NULL, &owner);
  if (g_str_equal (name, self->name))
    otrd_route_owner_changed (self, owner);
}

/* Only what the service says on the link that we use counts. */
static void
handle_signal (OtrdWire *self, OtrdArrival *arrival)
{
  if (self->listener != NULL && is_of_now (self, arrival))
    self->listener->signalled (self->user_data, arrival->message);
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
handle (gpointer user_data, OtrdArrival *taken)
{
  g_autoptr (OtrdWire) self = otrd_wire_ref (user_data);
  g_autoptr (OtrdArrival) arrival = taken;

  switch (arrival->kind)
    {
    case OTRD_ARRIVAL_ANSWER:
      handle_answer (self, arrival);
      break;
    case OTRD_ARRIVAL_SIGNAL:
      handle_signal (self, arrival);
      break;
    case OTRD_ARRIVAL_OWNER:
      handle_owner_change (self, arrival->message);
      break;
    case OTRD_ARRIVAL_CANCELLED:
      handle_cancelled (arrival->call);
      break;
    case OTRD_ARRIVAL_OPENED:
      otrd_route_opened (self, arrival);
      break;
    case OTRD_ARRIVAL_CLOSED:
      otrd_route_closed (self, arrival->link);
      break;
    case OTRD_ARRIVAL_LATER:
    default:
      arrival->callback (arrival->user_data);
      break;
    }
}

/* ---- Calls ---- */

void
otrd_wire_fail_call (OtrdWire *self, OtrdCall *call, GError *error)
{
  OtrdArrival *arrival = otrd_arrival_new (OTRD_ARRIVAL_ANSWER);

  arrival->call = call;
  arrival->error = error;
  otrd_inbox_push (self->inbox, arrival);
}

static void
fail_overdue_on (OtrdWire *self, OtrdLink *link)
{
  g_autoptr (GPtrArray) overdue = otrd_link_steal_calls (link, g_get_monotonic_time ());
  gboolean closed = otrd_link_is_closed (link);

  for (guint i = 0; i < overdue->len; i++)
    otrd_wire_fail_call (
        self, g_ptr_array_index (overdue, i),
        closed ? g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection has closed")
               : g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "No answer came"));
}

/* That a direct connection has closed arrives in its turn. */
static void
fail_overdue (OtrdWire *self)
{
  fail_overdue_on (self, self->bus);
  if (self->direct != NULL && !otrd_link_is_closed (self->direct))
    fail_overdue_on (self, self->direct);
  otrd_route_check_patience (self);
}

static gboolean
is_idle (OtrdWire *self)
{
  return !otrd_link_has_calls (self->bus)
         && (self->direct == NULL || !otrd_link_has_calls (self->direct))
         && otrd_route_is_idle (self);
}

/* The sweeper lives while calls are under way, so that an idle client sleeps. */
static gboolean
sweep (gpointer user_data)
{
  OtrdWire *self = user_data;

  fail_overdue (self);
  if (!is_idle (self))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->sweeper, g_source_unref);
  return G_SOURCE_REMOVE;
}

void
otrd_wire_start_sweeping (OtrdWire *self)
{
  if (self->sweeper != NULL)
    return;
  self->sweeper = g_timeout_source_new_seconds (SWEEP_SECONDS);
  g_source_set_callback (self->sweeper, sweep, self, NULL);
  g_source_attach (self->sweeper, self->context);
}

/* To this very process while there is one: what is on its way when it dies must
 * not arrive at its successor before what went out earlier. */
static const char *
destination_of (OtrdWire *self, OtrdLink *link, OtrdCall *call)
{
  if (!otrd_link_has_bus (link))
    return NULL;
  if (g_str_equal (call->interface, OTRD_BUS_DRIVER))
    return OTRD_BUS_DRIVER;
  return self->owner != NULL ? self->owner : self->name;
}

static GDBusMessage *
make_message (OtrdWire *self, OtrdLink *link, OtrdCall *call)
{
  GDBusMessage *message = g_dbus_message_new_method_call (
      destination_of (self, link, call), call->path, call->interface, call->method);

  if (call->parameters != NULL)
    g_dbus_message_set_body (message, call->parameters);
  if (call->descriptors != NULL)
    g_dbus_message_set_unix_fd_list (message, call->descriptors);
  if (call->traits & OTRD_CALL_INTERACTIVE)
    g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
  return message;
}

void
otrd_wire_send_on (OtrdWire *self, OtrdLink *link, OtrdCall *call)
{
  g_autoptr (GDBusMessage) message = make_message (self, link, call);
  g_autoptr (GError) error = NULL;

  call->to_owner = otrd_link_has_bus (link) && self->owner != NULL
                   && !g_str_equal (call->interface, OTRD_BUS_DRIVER);
  call->deadline =
      call->traits & OTRD_CALL_PATIENT ? G_MAXINT64 : g_get_monotonic_time () + PATIENCE;
  if (otrd_link_send (link, message, call, &error))
    otrd_wire_start_sweeping (self);
  else if (link == self->direct && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    otrd_route_hold (self, call);
  else
    otrd_wire_fail_call (self, otrd_call_ref (call), g_steal_pointer (&error));
}

void
otrd_wire_send (OtrdWire *self, OtrdCall *call, OtrdCallAnswered answered)
{
  call->answered = answered;
  call->attempts++;
  call->to_owner = FALSE;
  if (call->traits & OTRD_CALL_ON_BUS)
    otrd_wire_send_on (self, self->bus, call);
  else
    otrd_route_send (self, call);
}

void
otrd_wire_post (OtrdWire *self, OtrdCall *call)
{
  OtrdLink *link = call->traits & OTRD_CALL_ON_BUS ? self->bus : otrd_route_get_link (self);
  g_autoptr (GDBusMessage) message = NULL;

  if (link == NULL)
    return;
  message = make_message (self, link, call);
  otrd_link_post (link, message);
}

/* Signals that only change what the library knows. */
static gboolean
is_inward_signal (GDBusMessage *message)
{
  const char *member = g_dbus_message_get_member (message);

  return g_strcmp0 (member, "PropertiesChanged") == 0 || g_strcmp0 (member, "Pending") == 0;
}

static gboolean
concerns (const OtrdArrival *arrival, const OtrdCall *call)
{
  switch (arrival->kind)
    {
    case OTRD_ARRIVAL_OWNER:
    case OTRD_ARRIVAL_OPENED:
    case OTRD_ARRIVAL_CLOSED:
      return TRUE;
    case OTRD_ARRIVAL_SIGNAL:
      return is_inward_signal (arrival->message);
    case OTRD_ARRIVAL_CANCELLED:
      return arrival->call == call;
    case OTRD_ARRIVAL_ANSWER:
      return arrival->call == call || arrival->call->traits & OTRD_CALL_INWARD
             || (call->lane != NULL && arrival->call->lane == call->lane);
    case OTRD_ARRIVAL_LATER:
    default:
      return FALSE;
    }
}

/* Another's answer is worked out now, since its lines come before ours, but
 * its asker hears of it later, from the main context. */
static void
deliver_later (gpointer user_data)
{
  otrd_call_deliver (user_data);
}

static void
handle_overtaken (OtrdWire *self, OtrdArrival *arrival)
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
      OtrdArrival *arrival = otrd_inbox_await (self->inbox, concerns, call);

      if (arrival == NULL)
        fail_overdue (self);
      else if (arrival->kind == OTRD_ARRIVAL_ANSWER && arrival->call != call)
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
  OtrdArrival *arrival = otrd_arrival_new (OTRD_ARRIVAL_CANCELLED);

  arrival->call = otrd_call_ref (call);
  otrd_inbox_push (call->wire->inbox, arrival);
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
  OtrdArrival *arrival = otrd_arrival_new (OTRD_ARRIVAL_LATER);

  arrival->callback = callback;
  arrival->user_data = user_data;
  arrival->destroy = destroy;
  otrd_inbox_push (self->inbox, arrival);
}

/* ---- The wire ---- */

static void
connection_gone (gpointer user_data)
{
  otrd_route_bus_gone (user_data);
}

static void
on_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  OtrdWire *self = user_data;

  fail_overdue (self);
  otrd_wire_later (self, connection_gone, otrd_wire_ref (self), (GDestroyNotify)otrd_wire_unref);
}

OtrdWire *
otrd_wire_new (GDBusConnection *connection,
               gboolean direct_allowed,
               const OtrdWireListener *listener,
               gpointer user_data)
{
  OtrdWire *self = g_new0 (OtrdWire, 1);

  self->references = 1;
  self->connection = g_object_ref (connection);
  self->context = g_main_context_ref_thread_default ();
  self->inbox = otrd_inbox_new (self->context, handle, self);
  self->bus = otrd_link_new (connection, self->inbox);
  self->listener = listener;
  self->user_data = user_data;
  self->direct_allowed = direct_allowed;
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->lost = g_ptr_array_new_with_free_func ((GDestroyNotify)otrd_call_unref);
  g_queue_init (&self->held);
  self->closed_handler = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  otrd_route_watch_owner (self);
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
  g_clear_pointer (&self->direct, otrd_link_unref);
  g_clear_pointer (&self->bus, otrd_link_unref);
  g_queue_clear_full (&self->held, (GDestroyNotify)otrd_call_unref);
  g_ptr_array_unref (self->lost);
  g_hash_table_unref (self->paths);
  g_clear_object (&self->attempt);
  g_clear_error (&self->refusal);
  g_main_context_unref (self->context);
  g_object_unref (self->connection);
  otrd_inbox_unref (self->inbox);
  g_free (self->next_owner);
  g_free (self->owner);
  g_free (self);
}

/* Nothing is handled any more. */
void
otrd_wire_close (OtrdWire *self)
{
  g_signal_handler_disconnect (self->connection, self->closed_handler);
  self->listener = NULL;
  otrd_route_close (self);
  otrd_link_close (self->bus);
  otrd_inbox_close (self->inbox);
  if (self->sweeper != NULL)
    g_source_destroy (self->sweeper);
  g_clear_pointer (&self->sweeper, g_source_unref);
}

gboolean
otrd_wire_is_present (OtrdWire *self)
{
  return otrd_link_has_bus (self->bus) ? self->owner != NULL : !otrd_link_is_closed (self->bus);
}

gboolean
otrd_wire_is_direct (OtrdWire *self)
{
  return self->way == OTRD_WAY_DIRECT || !otrd_link_has_bus (self->bus);
}

const char *
otrd_wire_get_name (OtrdWire *self)
{
  return self->name;
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
