// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The methods of a session besides sending, receiving and verifying. */

#include "descriptor.h"
#include "session-private.h"

static OtrdCall *
make_plain (OtrdSession *self, const char *method, GVariant *options, OtrdCallTraits traits)
{
  g_return_val_if_fail (OTRD_IS_SESSION (self), NULL);

  return otrd_session_call_new (self, method, g_variant_new ("(@a{sv})", otrd_options (options)),
                                traits);
}

static OtrdCall *
make_collect (OtrdSession *self, GVariant *options)
{
  return make_plain (self, "Collect", options, OTRD_CALL_REPEATABLE);
}

void
otrd_session_collect (OtrdSession *self,
                      GVariant *options,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  otrd_call_begin (make_collect (self, options), cancellable, callback, user_data);
}

OtrdTurn *
otrd_session_collect_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_collect_sync (OtrdSession *self,
                           GVariant *options,
                           GCancellable *cancellable,
                           GError **error)
{
  return otrd_call_run (make_collect (self, options), cancellable, error);
}

/* What the service has accepted is said again when the session is opened again. */
static gpointer
read_configured (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  gpointer turn = otrd_read_turn (call, body, fds, error);

  if (turn != NULL)
    otrd_session_merge_options (OTRD_SESSION (call->asker), call->subject);
  return turn;
}

static OtrdCall *
make_configure (OtrdSession *self, GVariant *options)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (otrd_options (options));
  OtrdCall *call = make_plain (self, "Configure", given, OTRD_CALL_REPEATABLE);

  if (call == NULL)
    return NULL;
  otrd_call_set_subject (call, g_steal_pointer (&given), (GDestroyNotify)g_variant_unref);
  otrd_call_set_read (call, read_configured, (GDestroyNotify)otrd_turn_unref);
  return call;
}

void
otrd_session_configure (OtrdSession *self,
                        GVariant *options,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  otrd_call_begin (make_configure (self, options), cancellable, callback, user_data);
}

OtrdTurn *
otrd_session_configure_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_configure_sync (OtrdSession *self,
                             GVariant *options,
                             GCancellable *cancellable,
                             GError **error)
{
  return otrd_call_run (make_configure (self, options), cancellable, error);
}

static OtrdCall *
make_start (OtrdSession *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_SESSION (self), NULL);

  /* Who starts it sees that it is in the clear; who refreshes it agrees to nothing. */
  if (self->last_state == OTRD_STATE_PLAINTEXT)
    self->latched = FALSE;
  return make_plain (self, "Start", options,
                     OTRD_CALL_REPEATABLE | otrd_client_prompting (self->client));
}

void
otrd_session_start (OtrdSession *self,
                    GVariant *options,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  otrd_call_begin (make_start (self, options), cancellable, callback, user_data);
}

OtrdTurn *
otrd_session_start_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_start_sync (OtrdSession *self,
                         GVariant *options,
                         GCancellable *cancellable,
                         GError **error)
{
  return otrd_call_run (make_start (self, options), cancellable, error);
}

/* Texts that an earlier service held are given back like those of this one. */
static gpointer
read_ended (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  OtrdSession *self = OTRD_SESSION (call->asker);
  OtrdTurn *turn = otrd_read_turn (call, body, fds, error);

  if (turn == NULL)
    return NULL;
  self->latched = FALSE;
  otrd_texts_let_go (&self->texts, turn, "ended");
  return turn;
}

static OtrdCall *
make_end (OtrdSession *self, GVariant *options)
{
  OtrdCall *call = make_plain (self, "End", options, OTRD_CALL_REPEATABLE);

  if (call == NULL)
    return NULL;
  /* At once: what is sent after it may go in the clear, before its answer is here too. */
  self->latched = FALSE;
  otrd_call_set_read (call, read_ended, (GDestroyNotify)otrd_turn_unref);
  return call;
}

void
otrd_session_end (OtrdSession *self,
                  GVariant *options,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  otrd_call_begin (make_end (self, options), cancellable, callback, user_data);
}

OtrdTurn *
otrd_session_end_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_end_sync (OtrdSession *self,
                       GVariant *options,
                       GCancellable *cancellable,
                       GError **error)
{
  return otrd_call_run (make_end (self, options), cancellable, error);
}

static gpointer
read_detached (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  OtrdSession *self = OTRD_SESSION (call->asker);
  OtrdTurn *turn = otrd_read_turn (call, body, fds, error);

  if (turn == NULL)
    return NULL;
  otrd_texts_let_go (&self->texts, turn, "detached");
  otrd_session_clear_attachment (self);
  return turn;
}

/* The service has gone, and the attachment with it: it is not started for that. */
static void
detach_from_nobody (OtrdCall *call)
{
  OtrdSession *self = OTRD_SESSION (call->asker);
  OtrdTurn *turn = otrd_session_pass_turn (self, call, otrd_turn_new (NULL, NULL));

  otrd_texts_let_go (&self->texts, turn, "detached");
  otrd_session_clear_attachment (self);
  otrd_call_settle (call, turn, NULL);
}

static OtrdCall *
make_detach (OtrdSession *self, GVariant *options)
{
  OtrdCall *call = make_plain (self, "Detach", options, OTRD_CALL_PLAIN);

  if (call == NULL)
    return NULL;
  otrd_call_set_read (call, read_detached, (GDestroyNotify)otrd_turn_unref);
  if (otrd_session_must_open (self) && !otrd_wire_is_present (call->wire))
    call->start = detach_from_nobody;
  return call;
}

void
otrd_session_detach (OtrdSession *self,
                     GVariant *options,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  otrd_call_begin (make_detach (self, options), cancellable, callback, user_data);
}

OtrdTurn *
otrd_session_detach_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_detach_sync (OtrdSession *self,
                          GVariant *options,
                          GCancellable *cancellable,
                          GError **error)
{
  return otrd_call_run (make_detach (self, options), cancellable, error);
}

static OtrdCall *
make_select_instance (OtrdSession *self, guint instance, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_SESSION (self), NULL);

  return otrd_session_call_new (self, "SelectInstance",
                                g_variant_new ("(u@a{sv})", instance, otrd_options (options)),
                                OTRD_CALL_PLAIN);
}

void
otrd_session_select_instance (OtrdSession *self,
                              guint instance,
                              GVariant *options,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  otrd_call_begin (make_select_instance (self, instance, options), cancellable, callback,
                   user_data);
}

OtrdTurn *
otrd_session_select_instance_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_select_instance_sync (
    OtrdSession *self, guint instance, GVariant *options, GCancellable *cancellable, GError **error)
{
  return otrd_call_run (make_select_instance (self, instance, options), cancellable, error);
}

/* ---- Keys for other uses ---- */

/* A key with what comes with it: a turn, or details. */
typedef struct
{
  GBytes *key;
  OtrdTurn *turn;
  GVariant *details;
} KeyAnswer;

static void
key_answer_free (gpointer box)
{
  KeyAnswer *self = box;

  g_clear_pointer (&self->key, g_bytes_unref);
  g_clear_pointer (&self->turn, otrd_turn_unref);
  g_clear_pointer (&self->details, g_variant_unref);
  g_free (self);
}

/* The turn has told the contact: it is handed on even if the key is not. */
static gpointer
read_exported (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  OtrdSession *self = OTRD_SESSION (call->asker);
  g_autoptr (GVariant) transmit = NULL;
  g_autoptr (GVariant) events = NULL;
  KeyAnswer *answer;
  GBytes *key;
  int handle;

  if (!otrd_check_body (call, body, "(ha(sa{sv})a(sa{sv}))", error))
    return NULL;
  g_variant_get (body, "(h@a(sa{sv})@a(sa{sv}))", &handle, &transmit, &events);
  key = otrd_descriptor_read_key (fds, handle, error);
  if (key == NULL)
    {
      otrd_session_emit_turn (self, call, otrd_turn_new (transmit, events));
      return NULL;
    }
  answer = g_new0 (KeyAnswer, 1);
  answer->key = key;
  answer->turn = otrd_session_pass_turn (self, call, otrd_turn_new (transmit, events));
  return answer;
}

static OtrdCall *
make_export_key (OtrdSession *self, guint use, GBytes *use_data, GVariant *options)
{
  gsize length = 0;
  const guint8 *bytes = use_data != NULL ? g_bytes_get_data (use_data, &length) : NULL;
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_SESSION (self), NULL);

  call = otrd_session_call_new (
      self, "ExportKey",
      g_variant_new ("(u@ay@a{sv})", use,
                     g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, length, 1),
                     otrd_options (options)),
      OTRD_CALL_PLAIN);
  otrd_call_set_read (call, read_exported, key_answer_free);
  return call;
}

static GBytes *
open_exported (KeyAnswer *answer, OtrdTurn **turn)
{
  GBytes *key;

  *turn = NULL;
  if (answer == NULL)
    return NULL;
  key = g_steal_pointer (&answer->key);
  *turn = g_steal_pointer (&answer->turn);
  key_answer_free (answer);
  return key;
}

void
otrd_session_export_key (OtrdSession *self,
                         guint use,
                         GBytes *use_data,
                         GVariant *options,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  otrd_call_begin (make_export_key (self, use, use_data, options), cancellable, callback,
                   user_data);
}

GBytes *
otrd_session_export_key_finish (OtrdSession *self,
                                GAsyncResult *result,
                                OtrdTurn **turn,
                                GError **error)
{
  return open_exported (otrd_call_end (self, result, error), turn);
}

GBytes *
otrd_session_export_key_sync (OtrdSession *self,
                              guint use,
                              GBytes *use_data,
                              GVariant *options,
                              OtrdTurn **turn,
                              GCancellable *cancellable,
                              GError **error)
{
  return open_exported (
      otrd_call_run (make_export_key (self, use, use_data, options), cancellable, error), turn);
}

static gpointer
read_taken (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  KeyAnswer *answer;
  GBytes *key;
  int handle;

  if (!otrd_check_body (call, body, "(ha{sv})", error))
    return NULL;
  g_variant_get_child (body, 0, "h", &handle);
  key = otrd_descriptor_read_key (fds, handle, error);
  if (key == NULL)
    return NULL;
  answer = g_new0 (KeyAnswer, 1);
  answer->key = key;
  answer->details = g_variant_get_child_value (body, 1);
  return answer;
}

static OtrdCall *
make_take_key (OtrdSession *self, guint64 id, GVariant *options)
{
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_SESSION (self), NULL);

  call = otrd_session_call_new (
      self, "TakeKey", g_variant_new ("(t@a{sv})", id, otrd_options (options)), OTRD_CALL_PLAIN);
  otrd_call_set_read (call, read_taken, key_answer_free);
  return call;
}

static GBytes *
open_taken (KeyAnswer *answer, GVariant **details)
{
  GBytes *key;

  if (details != NULL)
    *details = NULL;
  if (answer == NULL)
    return NULL;
  key = g_steal_pointer (&answer->key);
  if (details != NULL)
    *details = g_steal_pointer (&answer->details);
  key_answer_free (answer);
  return key;
}

void
otrd_session_take_key (OtrdSession *self,
                       guint64 id,
                       GVariant *options,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  otrd_call_begin (make_take_key (self, id, options), cancellable, callback, user_data);
}

GBytes *
otrd_session_take_key_finish (OtrdSession *self,
                              GAsyncResult *result,
                              GVariant **details,
                              GError **error)
{
  return open_taken (otrd_call_end (self, result, error), details);
}

GBytes *
otrd_session_take_key_sync (OtrdSession *self,
                            guint64 id,
                            GVariant *options,
                            GVariant **details,
                            GCancellable *cancellable,
                            GError **error)
{
  return open_taken (otrd_call_run (make_take_key (self, id, options), cancellable, error),
                     details);
}
