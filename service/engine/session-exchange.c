/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Key exchanges: made in candidate channels, decided when they cross, started
 * over when they stand still.
 *
 * One that was begun is under way until it is done, ended by the user, or has
 * stood still for too long: no line that anybody could have written ends it.
 * What is started over may still come to its end: on a slow network its lines
 * are on their way.
 *
 * Sources: protocol v3, "Authenticated Key Exchange".
 */
#include "engine/session-private.h"

#include <string.h>

/* An exchange without progress starts over after 5 to 10 s, at most 3 times; each time but the
 * first it is waited for twice as long. */
#define PATIENCE_MIN_MS 5000
#define PATIENCE_MAX_MS 10000
/* A query that nobody answers is given up after a minute and not repeated. */
#define QUERY_PATIENCE (60 * G_USEC_PER_SEC)
#define MAX_RESTARTS 3
/* Three times what its slowest step has taken, where that is more, up to this. */
#define SLOW_STEPS 3
#define SLOW_PATIENCE_MAX (45 * G_USEC_PER_SEC)
/* The count begins anew when somebody wants an exchange, or is forgotten after this: two ends whose
 * exchanges never arrive must not go on restarting each other's. */
#define RESTARTS_MEMORY (600 * G_USEC_PER_SEC)

static void
begin (EngineSession *session, const EngineContext *context)
{
  if (session->under_way)
    return;
  session->under_way = TRUE;
  session->step_began = context->now;
  session->slowest_step = 0;
}

static void
be_patient (EngineSession *session, const EngineContext *context)
{
  gint64 usual = g_random_int_range (PATIENCE_MIN_MS, PATIENCE_MAX_MS) * (G_USEC_PER_SEC / 1000);
  gint64 slow = MIN (session->slowest_step, SLOW_PATIENCE_MAX) * SLOW_STEPS;

  session->moved = context->now;
  session->patience = MAX (usual, MIN (slow, SLOW_PATIENCE_MAX));
}

static void
note_progress (EngineSession *session, const EngineContext *context)
{
  session->slowest_step = MAX (session->slowest_step, context->now - session->step_began);
  session->step_began = context->now;
  be_patient (session, context);
}

static void
stall (EngineSession *session, EngineTurn *turn)
{
  engine_session_settle_exchange (session);
  engine_turn_event (turn, "stalled", NULL);
}

/* Whoever is in the middle can write such a query: what is under way goes on. */
static void
tell_refused_version (EngineTurn *turn)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "reason", "s", "version-2");
  engine_turn_event (turn, "stalled", g_variant_dict_end (&details));
}

void
engine_session_settle_exchange (EngineSession *session)
{
  session->asking = FALSE;
  session->under_way = FALSE;
  session->unanswered_query = 0;
}

void
engine_session_drop_exchanges (EngineSession *session)
{
  g_clear_pointer (&session->offer, engine_channel_free);
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      engine_instance_drop_exchanges (instance);
    }
  session->waits_for_key = FALSE;
}

void
engine_session_ask (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  engine_turn_transmit (turn, engine_line_new_query (context->allows_v2, TRUE), NULL, TRUE);
  session->asking = TRUE;
  begin (session, context);
  session->moved = context->now;
  session->patience = QUERY_PATIENCE;
}

void
engine_session_start (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  *session->rejected = '\0';
  session->restarts = 0;
  session->waits_for_key = FALSE;
  session->ended = 0;
  /* Who begins anew in the middle of a private conversation hears nothing of the contact. */
  engine_session_note_loss (session);
  engine_session_ask (session, context, turn);
  engine_session_finish_call (session, context, turn);
}

/* Nobody waits for them any more, but what comes of them is taken. */
static void
set_exchanges_aside (EngineSession *session, const EngineContext *context)
{
  session->offer_set_aside = TRUE;
  for (guint i = 0; i < session->instances->len; i++)
    engine_instance_set_exchanges_aside (g_ptr_array_index (session->instances, i),
                                         context->now + ENGINE_OLD_CHANNEL_LIFE);
  session->waits_for_key = FALSE;
}

/* What was running is not the answer that the contact waits for. */
static gboolean
may_answer_query (EngineSession *session, const EngineContext *context)
{
  return session->unanswered_query != 0 && context->answers
         && (session->unanswered_query == 3 || context->allows_v2)
         && engine_breaker_allows (&session->queries, context->now);
}

void
engine_session_start_over (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  gboolean answered = !session->asking || session->restarts > 0;

  set_exchanges_aside (session, context);
  if (may_answer_query (session, context))
    {
      engine_session_offer (session, context, session->unanswered_query, turn);
      return;
    }
  if (context->now > session->restarted + RESTARTS_MEMORY)
    session->restarts = 0;
  if (!answered || session->restarts >= MAX_RESTARTS)
    {
      stall (session, turn);
      return;
    }
  session->restarts++;
  session->restarted = context->now;
  engine_session_ask (session, context, turn);
  be_patient (session, context);
  session->patience <<= session->restarts - 1;
}

void
engine_session_offer (EngineSession *session,
                      const EngineContext *context,
                      guint version,
                      EngineTurn *turn)
{
  g_autoptr (EngineCall) call = NULL;

  g_clear_pointer (&session->offer, engine_channel_free);
  session->offer = engine_channel_new (session->tag, 0, version);
  session->offer->serial = ++session->serial;
  session->offer->by_contact = !session->asking;
  session->offer->progress = context->now;
  session->offer_answered = FALSE;
  session->offer_set_aside = FALSE;
  session->unanswered_query = 0;
  session->asking = FALSE;
  begin (session, context);
  call = engine_call_new (session->offer);
  engine_channel_commit (session->offer, call);
  engine_session_emit (session, context, NULL, call, turn);
  note_progress (session, context);
}

/* So slow that the contact may ask again for what is on its way. */
static gboolean
is_slow (EngineSession *session)
{
  return session->slowest_step > PATIENCE_MIN_MS / 2 * (G_USEC_PER_SEC / 1000);
}

/* An exchange with somebody is running. */
static gboolean
is_running (EngineSession *session, const EngineContext *context)
{
  if (context->now >= session->moved + session->patience)
    return FALSE;
  for (guint i = 0; i < session->instances->len; i++)
    {
      const EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (instance->candidate != NULL)
        return TRUE;
    }
  return FALSE;
}

/* The same commit again: it begins nothing new for who has it already. */
static void
offer_again (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  g_autoptr (EngineCall) call = engine_call_new (session->offer);

  session->offer->by_contact |= !session->asking;
  g_ptr_array_add (call->lines, g_strdup (engine_channel_commit_line (session->offer)));
  engine_session_emit (session, context, NULL, call, turn);
}

static gboolean
has_unanswered_offer (EngineSession *session, guint version)
{
  return session->offer != NULL && session->offer->version == version && !session->offer_answered;
}

void
engine_session_take_query (EngineSession *session,
                           const EngineContext *context,
                           const EngineLine *line,
                           EngineTurn *turn)
{
  gboolean v3 = line->offers_v3;

  turn->verdict = ENGINE_VERDICT_PROTOCOL;
  if (!context->answers || (!line->offers_v2 && !line->offers_v3))
    return;
  if (!v3 && !context->allows_v2)
    {
      tell_refused_version (turn);
      return;
    }
  /* Who has lost it all instead is answered when it stands still. */
  if (is_slow (session) && is_running (session, context))
    {
      engine_session_note_loss (session);
      session->unanswered_query = v3 ? 3 : 2;
      return;
    }
  if (!engine_breaker_allows (&session->queries, context->now))
    {
      engine_session_storm (session, turn);
      return;
    }
  if (is_slow (session) && has_unanswered_offer (session, v3 ? 3 : 2))
    offer_again (session, context, turn);
  else
    engine_session_offer (session, context, v3 ? 3 : 2, turn);
}

static gboolean
answers_offer (EngineSession *session, const EngineChannel *channel)
{
  return channel != NULL && channel->serial == session->offer->serial;
}

static gboolean
is_unanswered_by (EngineSession *session, EngineInstance *instance, guint version)
{
  return session->offer != NULL && session->offer->version == version
         && instance->gave_way != session->offer->serial
         && !answers_offer (session, instance->candidate)
         && !answers_offer (session, instance->crossed) && !answers_offer (session, instance->live)
         && !answers_offer (session, instance->pending);
}

/* Two commits have crossed: the larger hashed g^x keeps its commit and sends it again. */
static gboolean
ours_wins (EngineSession *session,
           const EngineContext *context,
           EngineInstance *instance,
           const EngineLine *line,
           EngineTurn *turn)
{
  g_autoptr (EngineCall) call = NULL;

  if (!is_unanswered_by (session, instance, line->version))
    return FALSE;
  if (memcmp (engine_channel_hashed_gx (session->offer), line->hashed_gx, sizeof line->hashed_gx)
      <= 0)
    {
      instance->gave_way = session->offer->serial;
      session->offer_answered = TRUE;
      return FALSE;
    }
  call = engine_call_new (session->offer);
  g_ptr_array_add (call->lines, g_strdup (engine_channel_commit_line (session->offer)));
  engine_session_emit (session, context, instance, call, turn);
  return TRUE;
}

/* A line that is wrong ends nothing: the right one may still come. */
static void
drop_if_nothing (EngineChannel **exchange)
{
  if (engine_channel_auth_state (*exchange) == OTRL_AUTHSTATE_NONE)
    g_clear_pointer (exchange, engine_channel_free);
}

static void
begin_exchange (EngineInstance *instance, const EngineContext *context, EngineChannel *channel)
{
  engine_instance_begin_exchange (instance, channel, context->now + ENGINE_OLD_CHANNEL_LIFE);
}

static EngineChannel *
make_answer (EngineSession *session, EngineInstance *instance, const EngineLine *line)
{
  EngineChannel *channel = engine_channel_new (session->tag, instance->tag, line->version);

  channel->by_contact = !session->asking && !session->offer_answered;
  return channel;
}

static void
take_commit (EngineSession *session,
             const EngineContext *context,
             EngineInstance *instance,
             const EngineLine *line,
             EngineTurn *turn)
{
  g_autoptr (EngineCall) call = NULL;
  EngineChannel **exchange =
      engine_instance_find_exchange (instance, OTRL_AUTHSTATE_AWAITING_REVEALSIG);

  if (ours_wins (session, context, instance, line, turn))
    return;
  if (exchange == NULL)
    {
      begin (session, context);
      begin_exchange (instance, context, make_answer (session, instance, line));
      exchange = &instance->candidate;
      note_progress (session, context);
    }
  session->asking = FALSE;
  begin (session, context);
  call = engine_call_new (*exchange);
  engine_channel_feed (*exchange, NULL, line, call);
  engine_session_emit (session, context, instance, call, turn);
  drop_if_nothing (exchange);
}

/* The exchange that a D-H Key belongs to; NULL: none. */
static EngineChannel **
find_committed (EngineSession *session,
                const EngineContext *context,
                EngineInstance *instance,
                const EngineLine *line)
{
  EngineChannel **exchange;

  if (is_unanswered_by (session, instance, line->version))
    {
      begin (session, context);
      begin_exchange (instance, context,
                      engine_channel_new_from_offer (session->offer, instance->tag));
      session->offer_answered = TRUE;
      note_progress (session, context);
      return &instance->candidate;
    }
  exchange = engine_instance_find_exchange (instance, OTRL_AUTHSTATE_AWAITING_DHKEY);
  if (exchange == NULL)
    exchange = engine_instance_find_exchange (instance, OTRL_AUTHSTATE_AWAITING_SIG);
  return exchange;
}

static void
take_dh_key (EngineSession *session,
             const EngineContext *context,
             EngineInstance *instance,
             const EngineLine *line,
             EngineTurn *turn)
{
  g_autoptr (EngineCall) call = NULL;
  EngineChannel **exchange = find_committed (session, context, instance, line);

  if (exchange == NULL)
    return;
  call = engine_call_new (*exchange);
  engine_channel_feed (*exchange, context->key, line, call);
  engine_session_emit (session, context, instance, call, turn);
  drop_if_nothing (exchange);
}

static OtrlAuthState
awaited_for (const EngineLine *line)
{
  return line->type == ENGINE_LINE_REVEAL_SIGNATURE ? OTRL_AUTHSTATE_AWAITING_REVEALSIG
                                                    : OTRL_AUTHSTATE_AWAITING_SIG;
}

/* FALSE: it is not of this exchange. */
static gboolean
try_proof (EngineSession *session,
           const EngineContext *context,
           EngineInstance *instance,
           EngineChannel **exchange,
           const EngineLine *line,
           EngineTurn *turn)
{
  g_autoptr (EngineCall) call = engine_call_new (*exchange);
  g_autoptr (EngineChannel) done = NULL;

  engine_channel_feed (*exchange, context->key, line, call);
  engine_session_emit (session, context, instance, call, turn);
  if (call->reflected)
    {
      engine_turn_event (turn, "reflected", NULL);
      g_clear_pointer (exchange, engine_channel_free);
      return TRUE;
    }
  if (!engine_channel_is_private (*exchange))
    {
      drop_if_nothing (exchange);
      return FALSE;
    }
  done = g_steal_pointer (exchange);
  note_progress (session, context);
  engine_instance_settle_exchanges (instance, context->now + ENGINE_OLD_CHANNEL_LIFE);
  engine_session_judge (session, context, instance, g_steal_pointer (&done), turn);
  return TRUE;
}

static void
take_proof (EngineSession *session,
            const EngineContext *context,
            EngineInstance *instance,
            const EngineLine *line,
            EngineTurn *turn)
{
  EngineChannel **const exchanges[] = { &instance->candidate, &instance->crossed };

  for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
    if (*exchanges[i] != NULL && engine_channel_auth_state (*exchanges[i]) == awaited_for (line)
        && try_proof (session, context, instance, exchanges[i], line, turn))
      return;
}

static gboolean
has_exchange (EngineInstance *instance)
{
  return instance != NULL && (instance->candidate != NULL || instance->crossed != NULL);
}

/* Whether the line would be answered with a signature. */
static gboolean
wants_key (EngineSession *session, EngineInstance *instance, const EngineLine *line)
{
  if (line->type == ENGINE_LINE_REVEAL_SIGNATURE)
    return has_exchange (instance);
  if (line->type != ENGINE_LINE_DH_KEY)
    return FALSE;
  return (session->offer != NULL && session->offer->version == line->version)
         || has_exchange (instance);
}

static gboolean
is_welcome (EngineSession *session,
            const EngineContext *context,
            EngineInstance *instance,
            const EngineLine *line)
{
  if (!context->answers)
    return FALSE;
  if (line->version == 2 && !context->allows_v2)
    return FALSE;
  if (line->type == ENGINE_LINE_COMMIT)
    return TRUE;
  return (line->type == ENGINE_LINE_DH_KEY && session->offer != NULL) || has_exchange (instance);
}

void
engine_session_take_exchange (EngineSession *session,
                              const EngineContext *context,
                              const EngineLine *line,
                              const char *from,
                              EngineTurn *turn)
{
  EngineInstance *instance = engine_session_find_instance (session, line->sender);

  turn->verdict = ENGINE_VERDICT_PROTOCOL;
  /* What waits for the key is fed first, in order: nothing waits any more, or this does. */
  session->waits_for_key = FALSE;
  if (!is_welcome (session, context, instance, line))
    return;
  if (wants_key (session, instance, line)
      && (context->key == NULL || !engine_key_is_private (context->key)))
    {
      turn->needs_key = TRUE;
      session->waits_for_key = TRUE;
      return;
    }
  if (instance == NULL)
    instance = engine_session_add_instance (session, line->sender, context->now, turn);
  if (instance == NULL)
    return;

  engine_instance_note_sign (instance, from, context->now);
  if (line->type == ENGINE_LINE_COMMIT)
    take_commit (session, context, instance, line, turn);
  else if (line->type == ENGINE_LINE_DH_KEY)
    take_dh_key (session, context, instance, line, turn);
  else
    take_proof (session, context, instance, line, turn);
}
