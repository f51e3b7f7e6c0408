// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Texts of the user's out, lines of the network in. A text goes out in the
 * clear only if the life of the service says so in which it was handed in: what
 * a service that has been restarted, and knows no better, says of a text that
 * was not in the clear before does not count. And what was private stays so
 * until our own user agrees to the clear: that another messenger ended it is
 * known to the service only while it lives. */

#include "session-private.h"

#define SENT_TYPE "(sa{sv}a(sa{sv})a(sa{sv}))"
#define RECEIVED_TYPE "(ssa{sv}a(sa{sv})a(sa{sv}))"

/* ---- Sending ---- */

static OtrdTurn *
parse_sent (GVariant *body, guint64 id)
{
  g_autoptr (GVariant) details = NULL;
  g_autoptr (GVariant) transmit = NULL;
  g_autoptr (GVariant) events = NULL;
  const char *word;
  OtrdTurn *turn;

  g_variant_get (body, "(&s@a{sv}@a(sa{sv})@a(sa{sv}))", &word, &details, &transmit, &events);
  turn = otrd_turn_new (transmit, events);
  otrd_turn_set_sent (turn, id, otrd_verdict_from_string (word), details);
  return turn;
}

static GError *
refuse (OtrdVerdict verdict)
{
  if (verdict == OTRD_VERDICT_PLAINTEXT)
    return g_error_new_literal (OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE,
                                "The text was not sent: the session is not private any more; start "
                                "it again, or end it to write in the clear");
  return g_error_new_literal (OTRD_ERROR, OTRD_ERROR_FAILED,
                              "The text was not sent: the OTR service answered in a way that "
                              "this library does not know; update it");
}

static gboolean
is_acceptable (OtrdVerdict verdict, gboolean guarded)
{
  return verdict == OTRD_VERDICT_PRIVATE || verdict == OTRD_VERDICT_HELD
         || (verdict == OTRD_VERDICT_PLAINTEXT && !guarded);
}

/* Is the answer from another life than the text? */
static gboolean
is_late (const OtrdCall *call, const OtrdText *text)
{
  return call->attempts > 1 || call->for_epoch != text->epoch;
}

static void
note_verdict (OtrdSession *self, const OtrdText *text, OtrdVerdict verdict)
{
  if (verdict == OTRD_VERDICT_HELD)
    otrd_texts_keep (&self->texts, text);
  else
    otrd_texts_drop (&self->texts, text->id);
  if (verdict == OTRD_VERDICT_PRIVATE)
    self->revivals = 0;
}

static gpointer
read_sent (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  OtrdSession *self = OTRD_SESSION (call->asker);
  const OtrdText *text = call->subject;
  g_autoptr (OtrdTurn) turn = NULL;
  OtrdVerdict verdict;

  if (!otrd_check_body (call, body, SENT_TYPE, error))
    return NULL;
  turn = parse_sent (body, text->id);
  verdict = otrd_turn_get_verdict (turn);
  if (is_acceptable (verdict, text->latched || (text->guarded && is_late (call, text))))
    {
      note_verdict (self, text, verdict);
      return otrd_session_pass_turn (self, call, g_steal_pointer (&turn));
    }
  otrd_turn_drop_text (turn, text->id);
  otrd_session_emit_turn (self, call, g_steal_pointer (&turn));
  g_propagate_error (error, refuse (verdict));
  return NULL;
}

static gboolean
is_for_the_clear (const OtrdText *text)
{
  gboolean clear = FALSE;

  return g_variant_lookup (text->options, "clear", "b", &clear) && clear;
}

/* What was known when the user typed goes with the text. One that would go in the clear,
 * without our user's consent, is not even taken by the service. */
static void
guard (OtrdSession *self, OtrdText *text)
{
  if (is_for_the_clear (text))
    {
      self->latched = FALSE;
      return;
    }
  text->epoch = self->attached ? self->epoch : 0;
  text->guarded =
      self->last_state != OTRD_STATE_PLAINTEXT && self->last_state != OTRD_STATE_UNKNOWN;
  text->latched = self->latched;
  if (self->latched && self->last_state == OTRD_STATE_PLAINTEXT)
    otrd_text_raise (text, "private");
}

static OtrdCall *
make_send (OtrdSession *self, const char *text, const char *at_least, GVariant *options)
{
  OtrdText *subject;
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_SESSION (self) && text != NULL, NULL);

  if (!OTRD_ALL_UTF8 (text, at_least != NULL ? at_least : ""))
    return otrd_call_new_refused (self, otrd_client_get_wire (self->client),
                                  otrd_not_utf8 ("Send"));
  subject = otrd_text_new (text, at_least, options);
  guard (self, subject);
  call = otrd_session_call_new (self, "Send", otrd_text_to_parameters (subject),
                                OTRD_CALL_REPEATABLE | otrd_client_prompting (self->client));
  otrd_call_set_subject (call, subject, (GDestroyNotify)otrd_text_free);
  otrd_call_set_read (call, read_sent, (GDestroyNotify)otrd_turn_unref);
  return call;
}

void
otrd_session_send (OtrdSession *self,
                   const char *text,
                   const char *at_least,
                   GVariant *options,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  otrd_call_begin (make_send (self, text, at_least, options), cancellable, callback, user_data);
}

OtrdTurn *
otrd_session_send_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_send_sync (OtrdSession *self,
                        const char *text,
                        const char *at_least,
                        GVariant *options,
                        GCancellable *cancellable,
                        GError **error)
{
  return otrd_call_run (make_send (self, text, at_least, options), cancellable, error);
}

/* ---- Offering again what an earlier service held ---- */

static void
give_back (OtrdSession *self, OtrdTurn *turn, const OtrdText *text)
{
  otrd_texts_drop (&self->texts, text->id);
  otrd_turn_drop_text (turn, text->id);
  otrd_turn_add_lost (turn, text->id, text->text, "service-lost");
}

static gpointer
read_offered (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  OtrdSession *self = OTRD_SESSION (call->asker);
  const OtrdText *text = call->subject;
  OtrdTurn *turn;
  OtrdVerdict verdict;

  if (!otrd_check_body (call, body, SENT_TYPE, error))
    return NULL;
  turn = parse_sent (body, text->id);
  verdict = otrd_turn_get_verdict (turn);
  if (!is_acceptable (verdict, TRUE))
    give_back (self, turn, text);
  else
    note_verdict (self, text, verdict);
  if (verdict == OTRD_VERDICT_PRIVATE)
    otrd_turn_add_sent (turn, text->id);
  otrd_session_emit_turn (self, call, turn);
  return GINT_TO_POINTER (TRUE);
}

/* An answer that refuses the text is final; that nobody answered is not. */
static void
offered (OtrdCall *call)
{
  OtrdSession *self = OTRD_SESSION (call->asker);
  OtrdTurn *turn;

  if (call->error == NULL || g_error_matches (call->error, OTRD_ERROR, OTRD_ERROR_FAILED))
    return;
  turn = otrd_turn_new (NULL, NULL);
  give_back (self, turn, call->subject);
  otrd_session_emit_turn (self, call, turn);
}

static void
offer (OtrdSession *self, const OtrdText *text)
{
  g_autoptr (OtrdCall) call =
      otrd_session_call_new (self, "Send", otrd_text_to_parameters (text),
                             OTRD_CALL_REPEATABLE | otrd_client_prompting (self->client));

  otrd_call_set_subject (call, otrd_text_copy (text), (GDestroyNotify)otrd_text_free);
  otrd_call_set_read (call, read_offered, NULL);
  call->done = offered;
  call->order = otrd_wire_next_order (call->wire);
  call->start (call);
}

static void
start_for_texts (OtrdSession *self)
{
  OtrdState state = otrd_session_get_state (self);

  if (state != OTRD_STATE_PRIVATE && state != OTRD_STATE_STARTING)
    otrd_session_send_own (self, "Start",
                           OTRD_CALL_REPEATABLE | otrd_client_prompting (self->client));
}

/* They were held because an exchange was under way: it is begun first, so that
 * they are held again, or go out private. */
void
otrd_session_offer_texts (OtrdSession *self)
{
  if (self->texts.length == 0)
    return;
  start_for_texts (self);
  for (GList *link = self->texts.head; link != NULL; link = link->next)
    offer (self, link->data);
}

/* ---- Receiving ---- */

static gpointer
read_received (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  g_autoptr (GVariant) details = NULL;
  g_autoptr (GVariant) transmit = NULL;
  g_autoptr (GVariant) events = NULL;
  const char *word, *text;
  OtrdTurn *turn;

  if (!otrd_check_body (call, body, RECEIVED_TYPE, error))
    return NULL;
  g_variant_get (body, "(&s&s@a{sv}@a(sa{sv})@a(sa{sv}))", &word, &text, &details, &transmit,
                 &events);
  turn = otrd_turn_new (transmit, events);
  otrd_turn_set_received (turn, otrd_verdict_from_string (word), text, details);
  return otrd_session_pass_turn (OTRD_SESSION (call->asker), call, turn);
}

static OtrdCall *
make_receive (OtrdSession *self, const char *line, GVariant *options)
{
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_SESSION (self) && line != NULL, NULL);

  if (!OTRD_ALL_UTF8 (line))
    return otrd_call_new_refused (self, otrd_client_get_wire (self->client),
                                  otrd_not_utf8 ("Receive"));
  call = otrd_session_call_new (self, "Receive",
                                g_variant_new ("(s@a{sv})", line, otrd_options (options)),
                                OTRD_CALL_REPEATABLE);
  otrd_call_set_read (call, read_received, (GDestroyNotify)otrd_turn_unref);
  return call;
}

void
otrd_session_receive (OtrdSession *self,
                      const char *line,
                      GVariant *options,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  otrd_call_begin (make_receive (self, line, options), cancellable, callback, user_data);
}

OtrdTurn *
otrd_session_receive_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_receive_sync (OtrdSession *self,
                           const char *line,
                           GVariant *options,
                           GCancellable *cancellable,
                           GError **error)
{
  return otrd_call_run (make_receive (self, line, options), cancellable, error);
}
