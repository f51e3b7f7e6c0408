/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Verification: one run at a time, guarded because libotr crashes on calls out
 * of season, and without libotr's memory of trust.
 *
 * Source: protocol v3, "Socialist Millionaires' Protocol (SMP)".
 */
#include "engine/session-private.h"

#include <string.h>

#include "introspection/otrd-error.h"

/* Answering the contact's question proves us to it, and nothing to us. */
static gboolean
proves_the_contact (const EngineVerificationRun *run)
{
  return run->asked_by_us || !run->has_question;
}

static void
tell_finished (EngineSession *session, const char *result, EngineTurn *turn)
{
  EngineVerificationRun *run = &session->verification;
  GVariantDict details;

  run->proves_contact = strcmp (result, "verified") == 0 && proves_the_contact (run);
  g_variant_dict_init (&details, NULL);
  if (run->instance != NULL)
    g_variant_dict_insert (&details, "instance", "u", run->instance->tag);
  g_variant_dict_insert (&details, "result", "s", result);
  g_variant_dict_insert (&details, "asked-by-us", "b", run->asked_by_us);
  g_variant_dict_insert (&details, "proves-contact", "b", run->proves_contact);
  g_variant_dict_insert (&details, "fingerprint", "s", run->fingerprint);
  engine_turn_event (turn, "verification-finished", g_variant_dict_end (&details));
  run->state = ENGINE_VERIFICATION_IDLE;
  run->result = result;
  run->instance = NULL;
  run->channel = NULL;
}

void
engine_session_drop_verification (EngineSession *session, EngineTurn *turn)
{
  if (session->verification.state != ENGINE_VERIFICATION_IDLE)
    tell_finished (session, "aborted", turn);
}

static void
begin_run (EngineSession *session,
           EngineInstance *instance,
           EngineChannel *channel,
           gboolean asked_by_us,
           gboolean has_question)
{
  EngineVerificationRun *run = &session->verification;

  run->state = asked_by_us ? ENGINE_VERIFICATION_WAITING : ENGINE_VERIFICATION_ASKED;
  run->instance = instance;
  run->channel = channel;
  g_strlcpy (run->fingerprint, channel->fingerprint, sizeof run->fingerprint);
  run->asked_by_us = asked_by_us;
  run->has_question = has_question;
  g_clear_pointer (&run->question, g_free);
  run->percent = 0;
  run->result = "";
}

static void
tell_progress (EngineSession *session, guint percent, EngineTurn *turn)
{
  GVariantDict details;

  session->verification.percent = percent;
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "percent", "u", percent);
  engine_turn_event (turn, "verification-progress", g_variant_dict_end (&details));
}

static void
take_question (EngineSession *session,
               EngineInstance *instance,
               EngineChannel *channel,
               EngineCall *call,
               EngineTurn *turn)
{
  gboolean has_question = call->smp == OTRL_SMPEVENT_ASK_FOR_ANSWER;
  GVariantDict details;

  begin_run (session, instance, channel, FALSE, has_question);
  session->verification.percent = call->percent;
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "instance", "u", instance->tag);
  if (has_question)
    {
      session->verification.question =
          engine_clean_remote_words (call->question != NULL ? call->question : "");
      g_variant_dict_insert (&details, "question", "s", session->verification.question);
    }
  engine_turn_event (turn, "verification-asked", g_variant_dict_end (&details));
}

static void
take_success (EngineSession *session,
              const EngineContext *context,
              EngineInstance *instance,
              EngineChannel *channel,
              EngineTurn *turn)
{
  EngineVerificationRun *run = &session->verification;
  gboolean proven = proves_the_contact (run);

  run->percent = 100;
  if (proven)
    engine_turn_store (turn, ENGINE_STORE_VERIFIED, run->fingerprint)->method =
        run->has_question ? "question" : "smp";
  tell_finished (session, "verified", turn);
  if (proven)
    engine_session_accept_key (session, context, channel->fingerprint, turn);
}

void
engine_session_tell_abort (EngineSession *session,
                           const EngineContext *context,
                           EngineInstance *instance,
                           EngineChannel *channel,
                           EngineTurn *turn)
{
  g_autoptr (EngineCall) call = engine_call_new (channel);

  engine_channel_abort_smp (channel, call);
  engine_session_emit (session, context, instance, call, turn);
}

/* A step out of order, as when both sides begin at once: both give up. */
static void
take_disorder (EngineSession *session,
               const EngineContext *context,
               EngineInstance *instance,
               EngineChannel *channel,
               EngineTurn *turn)
{
  engine_session_tell_abort (session, context, instance, channel, turn);
  engine_session_drop_verification (session, turn);
}

void
engine_session_take_smp (EngineSession *session,
                         const EngineContext *context,
                         EngineInstance *instance,
                         EngineChannel *channel,
                         EngineCall *call,
                         EngineTurn *turn)
{
  gboolean begins =
      call->smp == OTRL_SMPEVENT_ASK_FOR_SECRET || call->smp == OTRL_SMPEVENT_ASK_FOR_ANSWER;
  gboolean is_running = session->verification.state != ENGINE_VERIFICATION_IDLE;

  if (begins != !is_running || (is_running && session->verification.channel != channel))
    {
      if (call->smp != OTRL_SMPEVENT_ABORT)
        take_disorder (session, context, instance, channel, turn);
      return;
    }

  switch (call->smp)
    {
    case OTRL_SMPEVENT_ASK_FOR_SECRET:
    case OTRL_SMPEVENT_ASK_FOR_ANSWER:
      take_question (session, instance, channel, call, turn);
      break;
    case OTRL_SMPEVENT_IN_PROGRESS:
      tell_progress (session, call->percent, turn);
      break;
    case OTRL_SMPEVENT_SUCCESS:
      take_success (session, context, instance, channel, turn);
      break;
    case OTRL_SMPEVENT_FAILURE:
      tell_finished (session, "failed", turn);
      break;
    case OTRL_SMPEVENT_ABORT:
      tell_finished (session, "aborted", turn);
      break;
    case OTRL_SMPEVENT_CHEATED:
      engine_session_tell_abort (session, context, instance, channel, turn);
      tell_finished (session, "cheated", turn);
      break;
    case OTRL_SMPEVENT_NONE:
    case OTRL_SMPEVENT_ERROR:
      take_disorder (session, context, instance, channel, turn);
      break;
    }
}

static gboolean
check_key (const EngineContext *context, GError **error)
{
  if (context->key != NULL)
    return TRUE;
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_LOCKED,
                       "A verification needs the account's key; unlock the vault first");
  return FALSE;
}

gboolean
engine_session_start_verification (EngineSession *session,
                                   const EngineContext *context,
                                   Secret *secret,
                                   const char *question,
                                   EngineTurn *turn,
                                   GError **error)
{
  EngineInstance *instance;
  EngineChannel *channel = engine_session_shown_channel (session, context, &instance);
  g_autoptr (EngineCall) call = NULL;

  if (!check_key (context, error))
    return FALSE;
  if (channel == NULL)
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE,
                           "Only a private conversation can be verified; start it first");
      return FALSE;
    }
  if (session->verification.state != ENGINE_VERIFICATION_IDLE)
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_BUSY,
                           "A verification is running; answer or abort it first");
      return FALSE;
    }

  call = engine_call_new (channel);
  begin_run (session, instance, channel, TRUE, question != NULL);
  engine_channel_start_smp (channel, context->key, secret, question, call);
  engine_session_emit (session, context, instance, call, turn);
  engine_session_finish_call (session, context, turn);
  return TRUE;
}

static gboolean
refuse_unasked (GError **error)
{
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_NO_VERIFICATION,
                       "There is no verification that waits for this");
  return FALSE;
}

gboolean
engine_session_answer_verification (EngineSession *session,
                                    const EngineContext *context,
                                    Secret *secret,
                                    EngineTurn *turn,
                                    GError **error)
{
  EngineVerificationRun *run = &session->verification;
  g_autoptr (EngineCall) call = NULL;

  if (!check_key (context, error))
    return FALSE;
  if (run->state != ENGINE_VERIFICATION_ASKED || !engine_channel_is_private (run->channel))
    return refuse_unasked (error);

  call = engine_call_new (run->channel);
  run->state = ENGINE_VERIFICATION_WAITING;
  engine_channel_answer_smp (run->channel, context->key, secret, call);
  engine_session_emit (session, context, run->instance, call, turn);
  engine_session_finish_call (session, context, turn);
  return TRUE;
}

gboolean
engine_session_abort_verification (EngineSession *session,
                                   const EngineContext *context,
                                   EngineTurn *turn,
                                   GError **error)
{
  EngineVerificationRun *run = &session->verification;

  if (run->state == ENGINE_VERIFICATION_IDLE)
    return refuse_unasked (error);
  take_disorder (session, context, run->instance, run->channel, turn);
  engine_session_finish_call (session, context, turn);
  return TRUE;
}
