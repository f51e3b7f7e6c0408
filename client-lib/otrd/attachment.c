// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Keeping a session open: its calls go out in order; when the service, or only
 * the session's object, has gone it is opened again with the same words, and
 * what was under way is repeated. */

#include "fault.h"
#include "session-private.h"

/* How often a call goes out, and how often a service that keeps falling is
 * started for the sake of texts that it held. */
#define ATTEMPTS 3
#define REVIVALS 3

static void open_again (OtrdSession *self);
static void collect (OtrdSession *self);

gboolean
otrd_session_must_open (OtrdSession *self)
{
  return self->attached && self->epoch != otrd_wire_get_epoch (otrd_client_get_wire (self->client));
}

/* ---- Calls ---- */

static int
compare_order (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const OtrdCall *one = a, *other = b;

  return one->order < other->order ? -1 : one->order > other->order;
}

static void
wait_in_line (OtrdSession *self, OtrdCall *call)
{
  g_queue_insert_sorted (&self->waiting, otrd_call_ref (call), compare_order, NULL);
  open_again (self);
}

static gboolean
may_repeat (OtrdSession *self, OtrdCall *call, const GError *error)
{
  OtrdFault fault = otrd_fault_of (error);

  if (!self->attached || call->attempts >= ATTEMPTS)
    return FALSE;
  return fault == OTRD_FAULT_GONE
         || (fault == OTRD_FAULT_LOST && call->traits & OTRD_CALL_REPEATABLE);
}

static void answered (OtrdCall *call, GDBusMessage *reply, const GError *error);

/* An attached session is to be opened first in each epoch. */
static void
send_now (OtrdSession *self, OtrdCall *call)
{
  call->for_epoch = self->attached ? self->epoch : 0;
  otrd_wire_send (call->wire, call, answered);
}

static void
start (OtrdCall *call)
{
  OtrdSession *self = OTRD_SESSION (call->asker);

  if (otrd_session_must_open (self))
    wait_in_line (self, call);
  else
    send_now (self, call);
}

/* Unless the session is open again already. */
static void
go_again (OtrdSession *self, OtrdCall *call)
{
  if (call->for_epoch == self->epoch)
    self->epoch = 0;
  start (call);
}

static void
answered (OtrdCall *call, GDBusMessage *reply, const GError *error)
{
  g_autoptr (OtrdSession) self = g_object_ref (OTRD_SESSION (call->asker));
  g_autoptr (GError) reason = NULL;
  gpointer result = NULL;

  if (error != NULL && may_repeat (self, call, error))
    {
      go_again (self, call);
      return;
    }
  if (error != NULL)
    reason = otrd_fault_to_error (error, call->method);
  else
    result = otrd_read_answer (call, reply, &reason);
  if (reason != NULL && !call->held_back)
    otrd_session_flush_earlier (self);
  otrd_call_settle (call, result, g_steal_pointer (&reason));
}

OtrdCall *
otrd_session_call_new (OtrdSession *self,
                       const char *method,
                       GVariant *parameters,
                       OtrdCallTraits traits)
{
  OtrdCall *call = otrd_call_new (self, otrd_client_get_wire (self->client), self->path,
                                  OTRD_SESSION_INTERFACE, method, parameters, traits);

  call->start = start;
  call->lane = self;
  otrd_call_set_read (call, otrd_read_turn, (GDestroyNotify)otrd_turn_unref);
  return call;
}

gpointer
otrd_read_turn (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  g_autoptr (GVariant) transmit = NULL;
  g_autoptr (GVariant) events = NULL;

  if (!otrd_check_body (call, body, "(a(sa{sv})a(sa{sv}))", error))
    return NULL;
  g_variant_get (body, "(@a(sa{sv})@a(sa{sv}))", &transmit, &events);
  return otrd_session_pass_turn (OTRD_SESSION (call->asker), call,
                                 otrd_turn_new (transmit, events));
}

/* ---- The library's own calls, whose turns are told by signal ---- */

static gpointer
read_owed (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  g_autoptr (GVariant) transmit = NULL;
  g_autoptr (GVariant) events = NULL;

  if (!otrd_check_body (call, body, "(a(sa{sv})a(sa{sv}))", error))
    return NULL;
  g_variant_get (body, "(@a(sa{sv})@a(sa{sv}))", &transmit, &events);
  otrd_session_emit_turn (OTRD_SESSION (call->asker), call, otrd_turn_new (transmit, events));
  return GINT_TO_POINTER (TRUE);
}

static void
send_own (OtrdSession *self, const char *method, OtrdCallTraits traits, void (*done) (OtrdCall *))
{
  g_autoptr (OtrdCall) call =
      otrd_session_call_new (self, method, g_variant_new ("(@a{sv})", otrd_options (NULL)), traits);

  otrd_call_set_read (call, read_owed, NULL);
  call->done = done;
  call->order = otrd_wire_next_order (call->wire);
  start (call);
}

void
otrd_session_send_own (OtrdSession *self, const char *method, OtrdCallTraits traits)
{
  send_own (self, method, traits, NULL);
}

static void
collected (OtrdCall *call)
{
  OtrdSession *self = OTRD_SESSION (call->asker);

  self->collecting = FALSE;
  if (self->collect_again && call->error == NULL)
    collect (self);
}

/* A bell that rings while we collect may mean what has come since. */
static void
collect (OtrdSession *self)
{
  self->collect_again = self->collecting;
  if (self->collecting)
    return;
  self->collecting = TRUE;
  send_own (self, "Collect", OTRD_CALL_PLAIN, collected);
}

void
otrd_session_pending (OtrdSession *self)
{
  if (self->attached)
    collect (self);
}

/* ---- Opening ---- */

static void
fail_waiting (OtrdSession *self, const GError *error)
{
  OtrdCall *call;

  while ((call = g_queue_pop_head (&self->waiting)) != NULL)
    {
      otrd_call_settle (call, NULL, otrd_fault_to_error (error, call->method));
      otrd_call_unref (call);
    }
}

static void
send_waiting (OtrdSession *self)
{
  OtrdCall *call;

  while ((call = g_queue_pop_head (&self->waiting)) != NULL)
    {
      send_now (self, call);
      otrd_call_unref (call);
    }
}

static gboolean
is_pending (GVariant *state)
{
  gboolean pending = FALSE;

  return g_variant_lookup (state, "pending", "b", &pending) && pending;
}

static void
take_state (OtrdSession *self, GVariant *state, guint epoch)
{
  self->epoch = epoch;
  otrd_session_apply (self, state);
  if (is_pending (state))
    collect (self);
}

static void
opened_again (OtrdCall *call, GDBusMessage *reply, const GError *error)
{
  g_autoptr (OtrdSession) self = g_object_ref (OTRD_SESSION (call->asker));
  GVariant *body = reply != NULL ? g_dbus_message_get_body (reply) : NULL;
  g_autoptr (GError) reason = NULL;
  g_autoptr (GVariant) state = NULL;

  gboolean nobody_was_told =
      error != NULL ? otrd_fault_of (error) == OTRD_FAULT_LOST : call->epoch == 0;

  if (nobody_was_told && call->attempts < ATTEMPTS)
    {
      otrd_wire_send (call->wire, call, opened_again);
      return;
    }
  self->opening = FALSE;
  if (error == NULL && body != NULL && otrd_check_body (call, body, "(oa{sv})", &reason))
    {
      state = g_variant_get_child_value (body, 1);
      take_state (self, state, call->epoch);
      otrd_session_offer_texts (self);
      send_waiting (self);
    }
  else
    fail_waiting (self, error != NULL ? error : reason);
  otrd_call_settle (call, NULL, NULL);
}

static void
open_again (OtrdSession *self)
{
  g_autoptr (OtrdCall) call = NULL;

  if (self->opening)
    return;
  self->opening = TRUE;
  otrd_client_greet (self->client);
  call = otrd_client_call_new (
      self->client, self, OTRD_MANAGER_PATH, OTRD_MANAGER_INTERFACE, "OpenSession",
      g_variant_new ("(sss@a{sv})", self->protocol, self->account, self->contact, self->options),
      OTRD_CALL_INWARD);
  otrd_wire_send (call->wire, call, opened_again);
}

void
otrd_session_merge_options (OtrdSession *self, GVariant *options)
{
  GVariantDict merged;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_dict_init (&merged, self->options);
  g_variant_iter_init (&iter, options);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&merged, key, value);
  g_clear_pointer (&self->options, g_variant_unref);
  self->options = g_variant_ref_sink (g_variant_dict_end (&merged));
}

static gpointer
read_properties (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  g_autoptr (GVariant) properties = NULL;

  if (!otrd_check_body (call, body, "(a{sv})", error))
    return NULL;
  properties = g_variant_get_child_value (body, 0);
  otrd_session_apply (OTRD_SESSION (call->asker), properties);
  return GINT_TO_POINTER (TRUE);
}

/* The bus was asked for the signals of the session only when its path was known:
 * what has changed since the answer that told it may have been missed. */
static void
refresh (OtrdSession *self)
{
  g_autoptr (OtrdCall) call = otrd_client_call_new (
      self->client, self, self->path, "org.freedesktop.DBus.Properties", "GetAll",
      g_variant_new ("(s)", OTRD_SESSION_INTERFACE), OTRD_CALL_INWARD);

  otrd_call_set_read (call, read_properties, NULL);
  otrd_wire_send (call->wire, call, otrd_answered);
}

static void
set_attached (OtrdSession *self, gboolean attached)
{
  if (self->attached == attached)
    return;
  self->attached = attached;
  g_object_notify (G_OBJECT (self), "attached");
}

void
otrd_session_opened (OtrdSession *self,
                     const char *protocol,
                     const char *account,
                     const char *contact,
                     GVariant *options,
                     GVariant *state,
                     guint epoch)
{
  g_free (self->protocol);
  g_free (self->account);
  g_free (self->contact);
  self->protocol = g_strdup (protocol);
  self->account = g_strdup (account);
  self->contact = g_strdup (contact);
  otrd_session_merge_options (self, options);
  if (!self->attached)
    refresh (self);
  set_attached (self, TRUE);
  take_state (self, state, epoch);
  otrd_session_service_came (self);
}

void
otrd_session_clear_attachment (OtrdSession *self)
{
  g_clear_pointer (&self->options, g_variant_unref);
  self->epoch = 0;
  set_attached (self, FALSE);
}

void
otrd_session_service_came (OtrdSession *self)
{
  if (otrd_session_must_open (self))
    open_again (self);
}

/* Nothing is known of it any more; it is not private to anybody. */
void
otrd_session_service_went (OtrdSession *self)
{
  static const char *const fleeting[] = { "State",      "Trust",     "Blocked",   "Fingerprint",
                                          "OtrVersion", "SessionId", "Instances", "Verification",
                                          "Held",       "Messengers" };
  OtrdState last = self->last_state;

  self->epoch = 0;
  g_object_freeze_notify (G_OBJECT (self));
  for (gsize i = 0; i < G_N_ELEMENTS (fleeting); i++)
    otrd_mirror_forget (self->mirror, fleeting[i]);
  g_object_thaw_notify (G_OBJECT (self));
  self->last_state = last;
  self->latched |= last == OTRD_STATE_STARTING;
  if (self->attached && self->texts.length > 0 && self->revivals < REVIVALS)
    {
      self->revivals++;
      open_again (self);
    }
}
