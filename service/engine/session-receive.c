/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Receiving: each line goes where it belongs, and what belongs nowhere is
 * answered at most by an error and a query.
 */
#include "engine/session-private.h"

#include <string.h>

void
engine_session_storm (EngineSession *session, EngineTurn *turn)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "seconds", "u", (guint)(ENGINE_BREAKER_REFILL / G_USEC_PER_SEC));
  engine_turn_event (turn, "storm", g_variant_dict_end (&details));
}

void
engine_session_note_loss (EngineSession *session)
{
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      instance->lost |= instance->live != NULL || instance->finished;
    }
}

static void
set_text (EngineTurn *turn, const char *text)
{
  turn->re_encoded = !g_utf8_validate (text, -1, NULL);
  turn->text = turn->re_encoded ? g_utf8_make_valid (text, -1) : g_strdup (text);
}

static void
take_plain (EngineSession *session, const EngineLine *line, EngineTurn *turn)
{
  turn->verdict = session->latched ? ENGINE_VERDICT_UNEXPECTED_PLAINTEXT : ENGINE_VERDICT_PLAINTEXT;
  set_text (turn, line->text);
  turn->wants_start = line->type == ENGINE_LINE_OFFER;
  turn->saw_plain_text = line->type == ENGINE_LINE_TEXT;
  engine_session_note_loss (session);
}

static void
take_error (EngineSession *session,
            const EngineContext *context,
            const EngineLine *line,
            EngineTurn *turn)
{
  g_autofree char *words = engine_clean_remote_words (line->text);
  GVariantDict details;

  turn->verdict = ENGINE_VERDICT_PROTOCOL;
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "text", "s", words);
  engine_turn_event (turn, "peer-error", g_variant_dict_end (&details));
  engine_session_note_loss (session);
  if (!session->latched || engine_session_is_exchanging (session))
    return;
  if (engine_breaker_allows (&session->errors, context->now))
    turn->wants_start = TRUE;
  else
    engine_session_storm (session, turn);
}

/* A message that was on its way when the user ended the session is no wish to begin another. */
static gboolean
is_after_the_end (EngineSession *session, const EngineContext *context)
{
  return session->ended != 0 && context->now < session->ended + ENGINE_OLD_CHANNEL_LIFE;
}

static gboolean
may_begin_anew (EngineSession *session, const EngineContext *context, const EngineLine *line)
{
  if (!context->answers || is_after_the_end (session, context)
      || (line->version == 2 && !context->allows_v2))
    return FALSE;
  return !engine_session_is_exchanging (session) || engine_session_is_only_asking (session);
}

/* A message under keys that we do not have: the contact goes on with a session that is gone here.
 * The error makes its client send the text again in the next session; that begins with our commit
 * rather than a query, because libotr resends only to the side that committed. */
static void
take_unreadable (EngineSession *session,
                 const EngineContext *context,
                 EngineInstance *instance,
                 const EngineLine *line,
                 const char *from,
                 EngineTurn *turn)
{
  if (line->ignore_unreadable)
    {
      turn->verdict = ENGINE_VERDICT_PROTOCOL;
      return;
    }
  turn->verdict = ENGINE_VERDICT_UNREADABLE;
  if (!may_begin_anew (session, context, line))
    return;
  if (!engine_breaker_allows (&session->errors, context->now))
    {
      engine_session_storm (session, turn);
      return;
    }
  engine_turn_transmit (turn,
                        engine_line_new_error ("this message cannot be read here", line->version,
                                               session->tag, line->sender),
                        instance != NULL && instance->address != NULL ? instance->address : from,
                        TRUE);
  engine_session_offer (session, context, line->version, turn);
  session->wants_commit = TRUE;
}

static void
set_details (EngineTurn *turn,
             const EngineContext *context,
             EngineInstance *instance,
             EngineChannel *channel)
{
  turn->instance = instance->tag;
  turn->trust = engine_session_trust (context, channel);
  g_strlcpy (turn->fingerprint, channel->fingerprint, sizeof turn->fingerprint);
}

/* The end of one that waits for the user's look ends nothing else. */
static void
take_goodbye (EngineSession *session,
              EngineInstance *instance,
              EngineChannel *channel,
              EngineTurn *turn)
{
  if (channel == instance->live || (channel == instance->pending && instance->live == NULL))
    engine_session_finish_instance (session, instance, "contact", turn);
  else if (channel == instance->pending)
    engine_session_drop_pending (session, instance, turn);
}

static void
take_read (EngineSession *session,
           const EngineContext *context,
           EngineInstance *instance,
           EngineChannel *channel,
           EngineCall *call,
           EngineTurn *turn)
{
  set_details (turn, context, instance, channel);
  turn->verdict = ENGINE_VERDICT_PROTOCOL;
  if (call->text != NULL)
    {
      turn->verdict = ENGINE_VERDICT_PRIVATE;
      turn->resent = g_str_has_prefix (call->text, ENGINE_RESENT_PREFIX);
      set_text (turn, call->text);
    }
  engine_session_emit (session, context, instance, call, turn);
  if (call->symmetric_key != NULL)
    engine_session_announce_key (session, context, instance, channel, call, turn);
  if (call->has_smp)
    engine_session_take_smp (session, context, instance, channel, call, turn);
  if (engine_channel_is_finished (channel))
    take_goodbye (session, instance, channel, turn);
}

static void
take_message (EngineSession *session,
              const EngineContext *context,
              const EngineLine *line,
              const char *from,
              EngineTurn *turn)
{
  EngineInstance *instance = engine_session_find_instance (session, line->sender);
  EngineChannel *owner = instance != NULL ? engine_instance_find_owner (instance, line) : NULL;
  g_autoptr (EngineCall) call = NULL;

  if (owner == NULL)
    {
      take_unreadable (session, context, instance, line, from, turn);
      return;
    }
  engine_instance_note_sign (instance, from, context->now);

  call = engine_call_new (owner);
  if (!engine_channel_read (owner, context->key, line, call))
    {
      turn->verdict = ENGINE_VERDICT_PROTOCOL;
      turn->repeated = TRUE;
      return;
    }
  if (owner == instance->live)
    engine_kept_prove (&instance->kept, line->receiver_keyid);
  take_read (session, context, instance, owner, call, turn);
  /* Its keys prove it, and something failed inside all the same. */
  if (call->failed && call->text == NULL && !line->ignore_unreadable)
    turn->verdict = ENGINE_VERDICT_UNREADABLE;
}

/* FALSE: an encoded line that is not for us. */
static gboolean
is_for_us (EngineSession *session, const EngineLine *line, EngineTurn *turn)
{
  if (line->version != 3)
    return TRUE;
  if (line->sender == session->tag)
    {
      turn->verdict = ENGINE_VERDICT_OWN;
      engine_turn_event (turn, "reflected", NULL);
      return FALSE;
    }
  if (line->receiver != session->tag && !(line->receiver == 0 && line->type == ENGINE_LINE_COMMIT))
    {
      /* Only of a text is there anything to say to the user. */
      turn->verdict = line->type == ENGINE_LINE_MESSAGE && !line->ignore_unreadable
                          ? ENGINE_VERDICT_OTHER_INSTANCE
                          : ENGINE_VERDICT_PROTOCOL;
      return FALSE;
    }
  return TRUE;
}

static void
take_line (EngineSession *session,
           const EngineContext *context,
           const EngineLine *line,
           const char *from,
           EngineTurn *turn)
{
  switch (line->type)
    {
    case ENGINE_LINE_TEXT:
    case ENGINE_LINE_OFFER:
      take_plain (session, line, turn);
      break;
    case ENGINE_LINE_QUERY:
      engine_session_take_query (session, context, line, turn);
      break;
    case ENGINE_LINE_ERROR:
      take_error (session, context, line, turn);
      break;
    case ENGINE_LINE_COMMIT:
    case ENGINE_LINE_DH_KEY:
    case ENGINE_LINE_REVEAL_SIGNATURE:
    case ENGINE_LINE_SIGNATURE:
      engine_session_take_exchange (session, context, line, from, turn);
      break;
    case ENGINE_LINE_MESSAGE:
      take_message (session, context, line, from, turn);
      break;
    case ENGINE_LINE_FRAGMENT:
      turn->verdict = ENGINE_VERDICT_PROTOCOL;
      break;
    case ENGINE_LINE_MALFORMED:
      turn->verdict = ENGINE_VERDICT_UNREADABLE;
      break;
    }
}

void
engine_session_receive (EngineSession *session,
                        const EngineContext *context,
                        const EngineLine *line,
                        const char *from,
                        EngineTurn *turn)
{
  if (is_for_us (session, line, turn))
    take_line (session, context, line, from, turn);
  engine_session_finish_call (session, context, turn);
}

gboolean
engine_session_is_dear (EngineSession *session, const EngineLine *line)
{
  /* Verification steps carry some thousand bits and are sent as ignorable. */
  const gsize smp_body = 700;
  EngineInstance *instance;

  if (engine_line_is_exchange (line) || line->type == ENGINE_LINE_QUERY)
    return TRUE;
  if (line->type != ENGINE_LINE_MESSAGE)
    return FALSE;
  if (line->ignore_unreadable && line->body_len > smp_body)
    return TRUE;
  instance = engine_session_find_instance (session, line->sender);
  return instance != NULL
         && ((instance->live != NULL && engine_channel_would_ratchet (instance->live, line))
             || (instance->pending != NULL
                 && engine_channel_would_ratchet (instance->pending, line)));
}
