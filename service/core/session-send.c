/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Send, and the texts that are held.
 *
 * Which way a text goes is decided anew for each, by the engine first and the
 * policy last. A text that cannot go as it should is held or refused: nothing
 * here turns "private" into "plaintext".
 */

#include "core/session-private.h"

#include <string.h>

#include "core/account-private.h"
#include "core/form.h"
#include "core/limits.h"

/* Encrypting more takes long enough for a worker. */
#define CHEAP_TEXT_BYTES (32 * 1024)

static const char *
get_owner (CoreCall *call)
{
  return call->caller != NULL ? core_messenger_get_owner (call->caller) : "";
}

/* The first result, for the same id again. */
static void
keep_answer (CoreCall *call)
{
  if (call->has_id && call->error == NULL)
    core_answers_keep (call->session->answers, get_owner (call), call->id, call->turn);
}

static gboolean
check_text (CoreCall *call)
{
  gsize length = strlen (call->text);

  if (length == 0)
    return core_call_fail (call, OTRD_ERROR_INVALID_ARGUMENT, "Not sent: the text is empty");
  if (length > CORE_TEXT_MAX)
    return core_call_fail (call, OTRD_ERROR_LIMIT_EXCEEDED,
                           "Not sent: the text is longer than %d bytes; send it in parts",
                           CORE_TEXT_MAX);
  if (*call->at_least == '\0' || strcmp (call->at_least, "private") == 0
      || strcmp (call->at_least, "verified") == 0)
    return TRUE;
  return core_call_fail (call, OTRD_ERROR_INVALID_ARGUMENT,
                         "Not sent: at_least must be empty, \"private\" or \"verified\"");
}

static gboolean
fail_blocked (CoreCall *call)
{
  switch (call->session->view->blocked)
    {
    case ENGINE_BLOCKED_FINGERPRINT_CHANGED:
      return core_call_fail (call, OTRD_ERROR_FINGERPRINT_CHANGED,
                             "Not sent: the contact's key is not the one that was verified. "
                             "Compare fingerprints, then accept it or verify it");
    case ENGINE_BLOCKED_REJECTED:
      return core_call_fail (call, OTRD_ERROR_REJECTED,
                             "Not sent: the contact's key is one that you have rejected");
    case ENGINE_BLOCKED_FINISHED:
    case ENGINE_BLOCKED_NOT:
      break;
    }
  return core_call_fail (call, OTRD_ERROR_FINISHED,
                         "Not sent: the private conversation is over. Start it again, or end it "
                         "to go on in the clear");
}

static gboolean
is_enough (CoreCall *call, EngineWay way)
{
  if (*call->at_least == '\0')
    return TRUE;
  if (way != ENGINE_WAY_PRIVATE || call->session->held_length > 0)
    return FALSE;
  return strcmp (call->at_least, "private") == 0
         || strcmp (core_session_get_trust (call->session), "verified") == 0;
}

static void
tell_held (CoreCall *call, const char *reason)
{
  GVariantDict details;
  GVariantBuilder ids;

  g_variant_builder_init (&ids, G_VARIANT_TYPE ("at"));
  if (call->has_id)
    g_variant_builder_add (&ids, "t", call->id);
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "ids", g_variant_builder_end (&ids));
  g_variant_dict_insert (&details, "reason", "s", reason);
  engine_turn_event (call->turn, "held", g_variant_dict_end (&details));
}

static void
add_message (GVariantBuilder *messages, const CoreHeldText *text)
{
  g_variant_builder_add (messages, "(ts)", text->has_id ? text->id : 0, text->text);
}

static void
tell_lost (EngineTurn *turn, GVariantBuilder *messages, const char *reason)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "messages", g_variant_builder_end (messages));
  g_variant_dict_insert (&details, "reason", "s", reason);
  engine_turn_event (turn, "lost", g_variant_dict_end (&details));
}

/* The form of the wire may be longer: four bytes for each "<", and more for quotation marks. */
static gboolean
check_wire (CoreCall *call, const char *wire)
{
  if (strlen (wire) <= CORE_TEXT_MAX)
    return TRUE;
  return core_call_fail (call, OTRD_ERROR_LIMIT_EXCEEDED,
                         "Not sent: with its markup the text is longer than %d bytes; send it in "
                         "parts",
                         CORE_TEXT_MAX);
}

static gboolean
will_fit (CoreCall *call)
{
  const gsize growth = 8;
  gboolean fits;
  char *wire;

  if (strlen (call->text) <= CORE_TEXT_MAX / growth)
    return TRUE;
  wire = core_form_to_wire (call->text, call->content_type);
  fits = check_wire (call, wire);
  core_wipe_text (wire);
  return fits;
}

/* Nothing is held any more when the service ends. */
static gboolean
give_straight_back (CoreCall *call)
{
  CoreHeldText text = { .text = call->text, .has_id = call->has_id, .id = call->id };
  GVariantBuilder messages;

  call->turn->verdict = ENGINE_VERDICT_HELD;
  g_variant_builder_init (&messages, G_VARIANT_TYPE ("a(ts)"));
  add_message (&messages, &text);
  tell_lost (call->turn, &messages, CORE_LOST_AT_THE_END);
  return FALSE;
}

static gboolean
hold (CoreCall *call, const char *reason)
{
  const char *messenger = call->caller != NULL ? core_messenger_get_id (call->caller) : "";

  if (!will_fit (call))
    return FALSE;
  if (call->session->ending)
    return give_straight_back (call);
  if (!core_held_add (call->session->held, call->text, call->has_id, call->id, call->content_type,
                      messenger, &call->error))
    return FALSE;
  call->turn->verdict = ENGINE_VERDICT_HELD;
  tell_held (call, reason);
  core_account_want_key (call->session->account);
  return FALSE;
}

/* Nothing is under way and the text may not go in the clear. */
static gboolean
hold_and_start (CoreCall *call)
{
  hold (call, "policy");
  if (call->error == NULL && !call->session->ending)
    engine_session_start (call->session->engine, &call->context, call->turn);
  return FALSE;
}

static gboolean
may_offer (CoreCall *call, gsize length)
{
  /* Three groups of eight blanks and tabs behind the text. */
  const gsize tag = 40;

  if (call->policy != OTRD_POLICY_OPPORTUNISTIC || call->session->offer_declined)
    return FALSE;
  return call->context.max_line == 0 || length + tag <= call->context.max_line;
}

static gboolean
send_plaintext (CoreCall *call)
{
  EngineTransmission *transmission;
  char *line = may_offer (call, strlen (call->text))
                   ? engine_line_new_offer (call->text, call->context.allows_v2, TRUE)
                   : g_strdup (call->text);

  call->turn->verdict = ENGINE_VERDICT_PLAINTEXT;
  transmission = engine_turn_transmit (call->turn, line, NULL, TRUE);
  if (call->has_id)
    engine_transmission_add_id (transmission, call->id);
  return FALSE;
}

/* Whether the caller's user knows that the conversation is not private any more. */
static gboolean
has_consent (CoreCall *call)
{
  CoreAttachment *attachment = core_session_find_attachment (call->session, call->caller);

  if (attachment == NULL || !attachment->must_consent)
    return TRUE;
  if (!call->clear)
    return FALSE;
  core_session_give_consent (call->session, attachment);
  return TRUE;
}

static gboolean
send_by_policy (CoreCall *call)
{
  if (!has_consent (call))
    return core_call_fail (call, OTRD_ERROR_NOT_PRIVATE,
                           "Not sent: the private conversation was ended in another messenger. "
                           "Start it again, end it here too, or say that the text may go in the "
                           "clear");
  if (call->session->held_length > 0 && call->policy != OTRD_POLICY_NEVER)
    return hold_and_start (call);
  switch (call->policy)
    {
    case OTRD_POLICY_NEVER:
    case OTRD_POLICY_MANUAL:
    case OTRD_POLICY_OPPORTUNISTIC:
      return send_plaintext (call);
    case OTRD_POLICY_ALWAYS:
      return hold_and_start (call);
    case OTRD_POLICY_INHERIT:
    case OTRD_POLICY_UNKNOWN:
      break;
    }
  if (call->interactive)
    core_account_ask_to_unlock (call->session->account);
  return core_call_fail (call, OTRD_ERROR_LOCKED,
                         "Not sent: the vault is locked, so nobody knows whether the text may go "
                         "in the clear. Unlock it and try again");
}

static gboolean
choose_way (CoreCall *call, EngineWay way)
{
  switch (way)
    {
    case ENGINE_WAY_PLAINTEXT:
      return send_by_policy (call);
    case ENGINE_WAY_HOLD:
      return call->policy == OTRD_POLICY_NEVER && !call->session->view->latched
                 ? send_by_policy (call)
                 : hold (call, "starting");
    case ENGINE_WAY_BLOCKED:
      return fail_blocked (call);
    case ENGINE_WAY_PRIVATE:
      break;
    }
  /* Others wait for the user to accept a key: none goes before them. */
  if (call->session->held_length > 0)
    return hold (call, "fingerprint-changed");
  call->dear = strlen (call->text) > CHEAP_TEXT_BYTES;
  return TRUE;
}

static gboolean
begin_send (CoreCall *call)
{
  CoreSession *session = call->session;
  EngineWay way;
  gboolean goes_on;

  if (!check_text (call))
    return FALSE;
  if (call->has_id
      && core_answers_repeat (session->answers, get_owner (call), call->id, call->turn))
    return FALSE;
  way = engine_session_get_way (session->engine, &call->context);
  if (way != ENGINE_WAY_BLOCKED && !is_enough (call, way))
    return core_call_fail (call, OTRD_ERROR_NOT_PRIVATE,
                           "Not sent: the conversation is not %s. Start it, or verify the contact",
                           call->at_least);
  goes_on = choose_way (call, way);
  if (!goes_on && !session->ending)
    keep_answer (call);
  return goes_on;
}

static void
work_send (CoreCall *call)
{
  char *wire = core_form_to_wire (call->text, call->content_type);

  if (check_wire (call, wire))
    engine_session_send (call->session->engine, &call->context, wire, call->has_id ? call->id : 0,
                         call->turn, &call->error);
  core_wipe_text (wire);
}

static const CoreCallType send_type = {
  .begin = begin_send,
  .work = work_send,
  .settle = keep_answer,
  .dies_with_caller = TRUE,
};

void
core_session_send (CoreSession *session,
                   CoreMessenger *caller,
                   const char *text,
                   const char *at_least,
                   const CoreSendOptions *options,
                   CoreReply reply,
                   gpointer user_data)
{
  CoreCall *call = core_call_new (&send_type, session, caller, reply, user_data);

  call->text = g_strdup (text);
  call->at_least = g_strdup (at_least);
  call->has_id = options->has_id;
  call->id = options->id;
  call->clear = options->clear;
  call->interactive = options->interactive;
  core_session_submit (session, call);
}

static void
tell_sent (EngineTurn *turn, GVariantBuilder *ids)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "ids", g_variant_builder_end (ids));
  engine_turn_event (turn, "sent", g_variant_dict_end (&details));
}

static gboolean
send_held (CoreCall *call, const CoreHeldText *text, EngineTurn *turn)
{
  char *wire = core_form_to_wire (text->text, text->content_type);
  gboolean sent = engine_session_send (call->session->engine, &call->context, wire,
                                       text->has_id ? text->id : 0, turn, NULL);

  core_wipe_text (wire);
  return sent;
}

void
core_session_release_held (CoreCall *call)
{
  CoreHeld *held = call->session->held;
  const CoreHeldText *next = call->turn->release_held ? core_held_peek (held) : NULL;
  /* Apart from the call's own turn, whose verdict is another matter. */
  g_autoptr (EngineTurn) turn = NULL;
  GVariantBuilder ids;

  if (next == NULL)
    return;
  turn = engine_turn_new ();
  g_variant_builder_init (&ids, G_VARIANT_TYPE ("at"));
  for (; next != NULL; next = core_held_peek (held))
    {
      if (!send_held (call, next, turn))
        break;
      if (next->has_id)
        g_variant_builder_add (&ids, "t", next->id);
      core_held_text_free (core_held_take (held));
    }
  if (turn->transmissions->len == 0)
    {
      g_variant_builder_clear (&ids);
      return;
    }
  tell_sent (turn, &ids);
  engine_turn_append (call->turn, turn);
}

void
core_session_give_back (CoreCall *call, const char *reason)
{
  CoreHeld *held = call->session->held;
  GVariantBuilder messages;

  if (core_held_get_length (held) == 0)
    return;
  g_variant_builder_init (&messages, G_VARIANT_TYPE ("a(ts)"));
  while (core_held_get_length (held) > 0)
    {
      g_autoptr (CoreHeldText) text = core_held_take (held);

      add_message (&messages, text);
    }
  tell_lost (call->turn, &messages, reason);
}

static gboolean
begin_release (CoreCall *call)
{
  call->dear = TRUE;
  return core_held_get_length (call->session->held) > 0;
}

static void
work_release (CoreCall *call)
{
  call->turn->release_held = engine_session_may_release (call->session->engine, &call->context);
  core_session_release_held (call);
}

static const CoreCallType release_type = {
  .begin = begin_release,
  .work = work_release,
};

void
core_session_release_later (CoreSession *session)
{
  CoreCall *call = core_call_new (&release_type, session, NULL, NULL, NULL);

  if (session->running != NULL)
    g_queue_push_head (&session->calls, call);
  else
    core_session_submit (session, call);
}
