// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The one place where it is decided on which connection the calls go. In each
 * epoch the first call asks for a direct connection, and holds all calls until it is
 * there, or will not be: then they go by the bus. So no two calls of an epoch
 * go different ways, and their order is that of one connection. A sandboxed
 * program, to which the service does not speak, asks at its Portal.
 *
 * What the service said last on a direct connection is heard before it is believed to
 * have gone, and a connection that ends while the service lives begins an epoch. */

#include "client-private.h"
#include "fault.h"
#include "wire-private.h"

/* For the handshake, and for the last words of a service that has gone. */
#define PATIENCE (10 * G_USEC_PER_SEC)
/* A service whose direct connections keep breaking is spoken to over the bus. */
#define ENDS 3

static void ask (OtrdWire *self);

/* ---- The bus's own matters ---- */

static void
post_to_driver (OtrdWire *self, const char *method, const char *argument)
{
  g_autoptr (OtrdCall) call =
      otrd_call_new (NULL, self, "/org/freedesktop/DBus", OTRD_BUS_DRIVER, method,
                     g_variant_new ("(s)", argument), OTRD_CALL_ON_BUS);

  if (otrd_link_has_bus (self->bus))
    otrd_wire_post (self, call);
}

static void
post_match (OtrdWire *self, const char *method, const char *path)
{
  g_autofree char *rule =
      g_strdup_printf ("type='signal',sender='" OTRD_BUS_NAME "',path='%s'", path);

  post_to_driver (self, method, rule);
}

static void
post_matches (OtrdWire *self, const char *method)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->paths);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    post_match (self, method, path);
}

/* Only who listens on the bus asks it for signals. */
void
otrd_wire_add_match (OtrdWire *self, const char *path)
{
  if (g_hash_table_add (self->paths, g_strdup (path)) && self->way == OTRD_WAY_BUS)
    post_match (self, "AddMatch", path);
}

void
otrd_wire_remove_match (OtrdWire *self, const char *path)
{
  if (g_hash_table_remove (self->paths, path) && self->way == OTRD_WAY_BUS)
    post_match (self, "RemoveMatch", path);
}

/* Later: who hears of it may call, and calls are held just now. */
static void
tell_route (gpointer user_data)
{
  OtrdWire *self = user_data;

  if (self->listener != NULL)
    self->listener->route_changed (self->user_data);
}

static void
set_way (OtrdWire *self, OtrdWay way)
{
  gboolean was_direct = otrd_wire_is_direct (self);

  if (self->way == OTRD_WAY_BUS && way != OTRD_WAY_BUS)
    post_matches (self, "RemoveMatch");
  else if (self->way != OTRD_WAY_BUS && way == OTRD_WAY_BUS)
    post_matches (self, "AddMatch");
  self->way = way;
  if (was_direct != otrd_wire_is_direct (self))
    otrd_wire_later (self, tell_route, otrd_wire_ref (self), (GDestroyNotify)otrd_wire_unref);
}

static void
owner_found (OtrdCall *call, GDBusMessage *reply, const GError *error)
{
  OtrdWire *self = call->wire;
  GVariant *body = reply != NULL ? g_dbus_message_get_body (reply) : NULL;
  const char *owner = NULL;

  if (!g_str_equal (call->subject, self->name))
    return;
  if (body != NULL && g_variant_is_of_type (body, G_VARIANT_TYPE ("(s)")))
    g_variant_get (body, "(&s)", &owner);
  otrd_route_owner_changed (self, owner);
}

/* Whose owner is not known yet. */
static void
watch_name (OtrdWire *self, const char *name)
{
  g_autofree char *rule = g_strdup_printf (
      "type='signal',sender='" OTRD_BUS_DRIVER "',member='NameOwnerChanged',arg0='%s'", name);
  g_autoptr (OtrdCall) call =
      otrd_call_new (NULL, self, "/org/freedesktop/DBus", OTRD_BUS_DRIVER, "GetNameOwner",
                     g_variant_new ("(s)", name), OTRD_CALL_INWARD | OTRD_CALL_ON_BUS);

  self->name = name;
  g_clear_pointer (&self->owner, g_free);
  otrd_call_set_subject (call, (gpointer)name, NULL);
  post_to_driver (self, "AddMatch", rule);
  otrd_wire_send (self, call, owner_found);
}

void
otrd_route_watch_owner (OtrdWire *self)
{
  self->direct_allowed &= otrd_link_has_bus (self->bus)
                          && g_dbus_connection_get_capabilities (self->connection)
                                 & G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING;
  self->name = OTRD_BUS_NAME;
  self->way = self->direct_allowed ? OTRD_WAY_OPEN : OTRD_WAY_BUS;
  if (otrd_link_has_bus (self->bus))
    watch_name (self, OTRD_BUS_NAME);
  else
    self->epoch = 1;
}

/* ---- Calls that wait ---- */

static gboolean
is_stale (OtrdWire *self, const OtrdCall *call)
{
  return call->for_epoch != 0 && call->for_epoch != self->epoch;
}

static void
release (OtrdWire *self, OtrdLink *link, OtrdCall *call)
{
  if (call->settled)
    return;
  if (is_stale (self, call))
    otrd_wire_fail_call (self, otrd_call_ref (call),
                         g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT,
                                              "The direct connection has closed"));
  else
    otrd_wire_send_on (self, link, call);
}

/* Once around: what cannot go is held again. */
static void
release_held (OtrdWire *self)
{
  OtrdLink *link = otrd_route_get_link (self);
  guint n_held = link != NULL ? self->held.length : 0;

  for (guint i = 0; i < n_held; i++)
    {
      g_autoptr (OtrdCall) call = g_queue_pop_head (&self->held);

      release (self, link, call);
    }
}

static void
fail_held (OtrdWire *self, const GError *error)
{
  OtrdCall *call;

  while ((call = g_queue_pop_head (&self->held)) != NULL)
    otrd_wire_fail_call (self, call, g_error_copy (error));
}

static void
lose_calls (OtrdWire *self, OtrdLink *link)
{
  g_autoptr (GPtrArray) calls = otrd_link_steal_calls (link, G_MAXINT64);

  for (guint i = 0; i < calls->len; i++)
    g_ptr_array_add (self->lost, calls->pdata[i]);
}

/* Before what was held later, and before the answer to whatever is asked because of it. */
static void
fail_lost (OtrdWire *self)
{
  g_autoptr (GPtrArray) lost = g_steal_pointer (&self->lost);

  self->lost = g_ptr_array_new_with_free_func ((GDestroyNotify)otrd_call_unref);
  for (guint i = 0; i < lost->len; i++)
    otrd_wire_fail_call (self, otrd_call_ref (lost->pdata[i]),
                         g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED,
                                              "The direct connection has closed"));
}

static void
tell_owner (OtrdWire *self)
{
  if (self->listener != NULL)
    self->listener->owner_changed (self->user_data, self->owner != NULL);
}

OtrdLink *
otrd_route_get_link (OtrdWire *self)
{
  switch (self->way)
    {
    case OTRD_WAY_BUS:
      return self->bus;
    case OTRD_WAY_DIRECT:
      return self->direct;
    case OTRD_WAY_OPEN:
    case OTRD_WAY_ASKING:
    default:
      return NULL;
    }
}

static gboolean
is_at_portal (OtrdWire *self)
{
  return g_str_equal (self->name, OTRD_PORTAL_NAME);
}

void
otrd_route_send (OtrdWire *self, OtrdCall *call)
{
  OtrdLink *link = otrd_route_get_link (self);

  /* What is held went first. */
  if (link != NULL && g_queue_is_empty (&self->held))
    {
      otrd_wire_send_on (self, link, call);
      return;
    }
  otrd_route_hold (self, call);
  if (self->way == OTRD_WAY_OPEN)
    ask (self);
}

void
otrd_route_hold (OtrdWire *self, OtrdCall *call)
{
  g_queue_push_tail (&self->held, otrd_call_ref (call));
}

/* ---- Asking ---- */

static void
abandon (OtrdWire *self)
{
  if (self->attempt != NULL)
    g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  g_clear_error (&self->refusal);
  self->asks_by_name = FALSE;
}

/* The way of this epoch is known. */
static void
decide (OtrdWire *self, OtrdWay way)
{
  gboolean renewing = self->renewing;

  self->renewing = FALSE;
  g_clear_object (&self->attempt);
  g_clear_error (&self->refusal);
  set_way (self, way);
  fail_lost (self);
  release_held (self);
  if (renewing)
    tell_owner (self);
}

/* Neither the service nor its Portal is there, or they will have nothing to do with us: the next
 * call tries again. */
static void
give_up (OtrdWire *self, const GError *error)
{
  g_autoptr (GError) reason = g_error_copy (error);
  gboolean was_there = self->renewing;

  abandon (self);
  self->renewing = FALSE;
  set_way (self, OTRD_WAY_OPEN);
  fail_lost (self);
  fail_held (self, reason);
  if (was_there && self->listener != NULL)
    self->listener->owner_changed (self->user_data, FALSE);
}

static gboolean
is_denied (const GError *error)
{
  return g_error_matches (error, OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
}

static gboolean
is_missing (const OtrdCall *call, const GError *error)
{
  return otrd_fault_of (error) == OTRD_FAULT_MISSING && !call->to_owner;
}

/* The service refuses to speak, or the bus of a Flatpak hides it. */
static gboolean
is_sandboxed (const OtrdCall *call, const GError *error)
{
  return is_denied (error)
         || (is_missing (call, error) && g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS));
}

static void
go_to_portal (OtrdWire *self, const GError *error)
{
  g_clear_error (&self->refusal);
  self->refusal = g_error_copy (error);
  watch_name (self, OTRD_PORTAL_NAME);
  ask (self);
}

static void
leave_portal (OtrdWire *self, const GError *error)
{
  if (otrd_fault_of (error) != OTRD_FAULT_MISSING)
    {
      give_up (self, error);
      return;
    }
  watch_name (self, OTRD_BUS_NAME);
  if (self->refusal != NULL && is_denied (self->refusal))
    decide (self, OTRD_WAY_BUS);
  else
    give_up (self, self->refusal != NULL ? self->refusal : error);
}

static void
refuse (OtrdWire *self, const OtrdCall *call, const GError *error)
{
  if (is_at_portal (self))
    leave_portal (self, error);
  else if (call != NULL && is_sandboxed (call, error))
    go_to_portal (self, error);
  else if (call != NULL && is_missing (call, error))
    give_up (self, error);
  else
    decide (self, OTRD_WAY_BUS);
}

static void
offered (OtrdCall *call, GDBusMessage *reply, const GError *error)
{
  OtrdWire *self = call->wire;
  GVariant *body = reply != NULL ? g_dbus_message_get_body (reply) : NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) reason = NULL;
  int handle;

  if (call->subject != self->attempt)
    return;
  self->asks_by_name = FALSE;
  if (error != NULL)
    {
      refuse (self, call, error);
      return;
    }
  if (body != NULL && g_variant_is_of_type (body, G_VARIANT_TYPE ("(ha{sv})")))
    {
      g_variant_get_child (body, 0, "h", &handle);
      socket = otrd_link_take_socket (g_dbus_message_get_unix_fd_list (reply), handle, &reason);
    }
  if (socket == NULL || g_strcmp0 (g_dbus_message_get_sender (reply), self->owner) != 0)
    {
      g_clear_error (&reason);
      reason = g_error_new_literal (OTRD_ERROR, OTRD_ERROR_FAILED,
                                    "The service gave no direct connection");
      refuse (self, NULL, reason);
      return;
    }
  self->attempt_deadline = g_get_monotonic_time () + PATIENCE;
  otrd_link_open (socket, self->inbox, self->attempt);
}

static void
ask (OtrdWire *self)
{
  gboolean portal = is_at_portal (self);
  g_autoptr (OtrdCall) call = otrd_call_new (
      NULL, self, portal ? OTRD_PORTAL_PATH : OTRD_MANAGER_PATH,
      portal ? OTRD_PORTAL_INTERFACE : OTRD_MANAGER_INTERFACE, "OpenDirectConnection",
      g_variant_new ("(a{sv})", NULL), OTRD_CALL_INWARD | OTRD_CALL_ON_BUS);

  g_clear_object (&self->attempt);
  self->attempt = g_cancellable_new ();
  self->attempt_deadline = G_MAXINT64;
  self->asks_by_name = self->owner == NULL;
  otrd_call_set_subject (call, g_object_ref (self->attempt), g_object_unref);
  set_way (self, OTRD_WAY_ASKING);
  otrd_wire_send (self, call, offered);
}

void
otrd_route_opened (OtrdWire *self, OtrdArrival *arrival)
{
  if (arrival->attempt != self->attempt)
    {
      if (arrival->link != NULL)
        otrd_link_close (arrival->link);
      return;
    }
  if (arrival->link == NULL)
    {
      refuse (self, NULL, arrival->error);
      return;
    }
  self->direct = g_steal_pointer (&arrival->link);
  decide (self, OTRD_WAY_DIRECT);
}

/* ---- Owners ---- */

/* What was asked of the name is answered by its owner, who has just come. */
static gboolean
keeps_asking (OtrdWire *self)
{
  return self->way == OTRD_WAY_ASKING && self->owner != NULL && self->asks_by_name;
}

/* What went by the bus while nobody had the name has started this owner: all else of its epoch
 * follows it. */
static OtrdWay
way_to_new_owner (OtrdWire *self, gboolean was_away)
{
  if (!self->direct_allowed || (self->way == OTRD_WAY_BUS && was_away && self->owner != NULL))
    return OTRD_WAY_BUS;
  return OTRD_WAY_OPEN;
}

static void
set_owner (OtrdWire *self, const char *owner)
{
  gboolean was_away = self->owner == NULL;

  g_free (self->owner);
  self->owner = g_strdup (owner);
  self->ends = 0;
  self->renewing = FALSE;
  if (owner != NULL)
    self->epoch++;
  if (keeps_asking (self))
    self->asks_by_name = FALSE;
  else
    {
      abandon (self);
      set_way (self, way_to_new_owner (self, was_away));
    }
  fail_lost (self);
  tell_owner (self);
  release_held (self);
  if (self->way == OTRD_WAY_OPEN && !g_queue_is_empty (&self->held))
    ask (self);
}

/* One that ends gives its name back first, and has its goodbyes fetched then; one that
 * has a successor is done. */
static void
wait_for_last_words (OtrdWire *self, const char *owner)
{
  self->owner_waits = g_strcmp0 (self->owner, owner) != 0;
  g_free (self->next_owner);
  self->next_owner = g_strdup (owner);
  if (!self->owner_waits)
    return;
  self->attempt_deadline = g_get_monotonic_time () + PATIENCE;
  if (owner != NULL)
    otrd_link_finish (self->direct);
  otrd_wire_start_sweeping (self);
}

void
otrd_route_owner_changed (OtrdWire *self, const char *name)
{
  const char *owner = name != NULL && *name != '\0' ? name : NULL;

  if (self->direct != NULL)
    wait_for_last_words (self, owner);
  else if (g_strcmp0 (self->owner, owner) != 0)
    set_owner (self, owner);
}

/* If it does not live, the bus says so before it answers. */
static void
renew (OtrdWire *self)
{
  g_autoptr (GError) error = NULL;

  self->epoch++;
  self->ends++;
  self->renewing = TRUE;
  if (self->ends < ENDS)
    ask (self);
  else if (!is_at_portal (self))
    decide (self, OTRD_WAY_BUS);
  else
    {
      error = g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED,
                                   "The direct connection has closed");
      give_up (self, error);
    }
}

void
otrd_route_closed (OtrdWire *self, OtrdLink *link)
{
  g_autofree char *next = NULL;

  if (link != self->direct)
    return;
  lose_calls (self, link);
  otrd_link_close (link);
  g_clear_pointer (&self->direct, otrd_link_unref);
  if (!self->owner_waits)
    {
      renew (self);
      return;
    }
  self->owner_waits = FALSE;
  next = g_steal_pointer (&self->next_owner);
  set_owner (self, next);
}

void
otrd_route_bus_gone (OtrdWire *self)
{
  abandon (self);
  self->owner_waits = FALSE;
  self->renewing = FALSE;
  if (self->direct != NULL)
    {
      lose_calls (self, self->direct);
      otrd_link_close (self->direct);
      g_clear_pointer (&self->direct, otrd_link_unref);
    }
  g_clear_pointer (&self->owner, g_free);
  set_way (self, OTRD_WAY_BUS);
  fail_lost (self);
  tell_owner (self);
  release_held (self);
}

void
otrd_route_check_patience (OtrdWire *self)
{
  g_autoptr (GError) error = NULL;
  gboolean is_late = self->attempt_deadline < g_get_monotonic_time ();

  if (self->way == OTRD_WAY_ASKING && is_late)
    {
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                   "The service does not speak on its direct connection");
      g_cancellable_cancel (self->attempt);
      refuse (self, NULL, error);
    }
  else if (self->owner_waits && is_late)
    {
      g_autoptr (OtrdLink) link = otrd_link_ref (self->direct);

      otrd_route_closed (self, link);
    }
}

gboolean
otrd_route_is_idle (OtrdWire *self)
{
  return self->way != OTRD_WAY_ASKING && !self->owner_waits;
}

void
otrd_route_close (OtrdWire *self)
{
  abandon (self);
  if (self->direct != NULL)
    otrd_link_leave (self->direct);
}
