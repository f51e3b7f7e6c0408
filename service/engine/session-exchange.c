/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Key exchanges: made in candidate channels, decided when they cross, judged
 * when they are done, started over when they stand still.
 *
 * Sources: protocol v3, "Authenticated Key Exchange".
 */
#include "engine/session-private.h"

#include <string.h>

/* An exchange without progress starts over after 5 to 10 s, at most 3 times. */
#define PATIENCE_MIN_MS 5000
#define PATIENCE_MAX_MS 10000
/* A query that nobody answers is given up after a minute and not repeated. */
#define QUERY_PATIENCE (60 * G_USEC_PER_SEC)
#define MAX_RESTARTS 3
/* The count begins anew when somebody wants an exchange, or is forgotten after this: two ends whose
 * exchanges never arrive must not go on restarting each other's. */
#define RESTARTS_MEMORY (600 * G_USEC_PER_SEC)

static void
note_progress (EngineSession *session, const EngineContext *context)
{
  session->moved = context->now;
  session->patience =
      g_random_int_range (PATIENCE_MIN_MS, PATIENCE_MAX_MS) * (G_USEC_PER_SEC / 1000);
}

static void
stall (EngineSession *session, EngineTurn *turn)
{
  session->asking = FALSE;
  engine_turn_event (turn, "stalled", NULL);
}

void
engine_session_drop_exchanges (EngineSession *session)
{
  g_clear_pointer (&session->offer, engine_channel_free);
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      g_clear_pointer (&instance->candidate, engine_channel_free);
    }
  session->waits_for_key = FALSE;
}

void
engine_session_ask (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  engine_turn_transmit (turn, engine_line_new_query (context->allows_v2, TRUE), NULL, TRUE);
  session->asking = TRUE;
  session->moved = context->now;
  session->patience = QUERY_PATIENCE;
}

void
engine_session_start (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  session->rejected = FALSE;
  session->restarts = 0;
  session->ended = 0;
  engine_session_ask (session, context, turn);
  engine_session_finish_call (session, context, turn);
}

void
engine_session_start_over (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  gboolean answered = !session->asking || session->restarts > 0;

  engine_session_drop_exchanges (session);
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
  note_progress (session, context);
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
  session->asking = FALSE;
  call = engine_call_new (session->offer);
  engine_channel_commit (session->offer, call);
  engine_session_emit (session, context, NULL, call, turn);
  note_progress (session, context);
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
      stall (session, turn);
      return;
    }
  if (!engine_breaker_allows (&session->queries, context->now))
    {
      engine_session_storm (session, turn);
      return;
    }

  engine_session_offer (session, context, v3 ? 3 : 2, turn);
}

static gboolean
is_unanswered_by (EngineSession *session, EngineInstance *instance, guint version)
{
  return session->offer != NULL && session->offer->version == version
         && instance->gave_way != session->offer->serial
         && (instance->candidate == NULL || instance->candidate->serial != session->offer->serial);
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

static void
drop_candidate_if_failed (EngineInstance *instance, const EngineCall *call)
{
  if (call->failed || engine_channel_auth_state (instance->candidate) == OTRL_AUTHSTATE_NONE)
    g_clear_pointer (&instance->candidate, engine_channel_free);
}

static void
take_commit (EngineSession *session,
             const EngineContext *context,
             EngineInstance *instance,
             const EngineLine *line,
             EngineTurn *turn)
{
  g_autoptr (EngineCall) call = NULL;
  gboolean again =
      instance->candidate != NULL
      && engine_channel_auth_state (instance->candidate) == OTRL_AUTHSTATE_AWAITING_REVEALSIG;

  if (ours_wins (session, context, instance, line, turn))
    return;
  if (!again)
    {
      g_clear_pointer (&instance->candidate, engine_channel_free);
      instance->candidate = engine_channel_new (session->tag, instance->tag, line->version);
      instance->candidate->by_contact = !session->asking && !session->offer_answered;
    }
  session->asking = FALSE;
  call = engine_call_new (instance->candidate);
  engine_channel_feed (instance->candidate, NULL, line, call);
  engine_session_emit (session, context, instance, call, turn);
  drop_candidate_if_failed (instance, call);
}

static void
take_dh_key (EngineSession *session,
             const EngineContext *context,
             EngineInstance *instance,
             const EngineLine *line,
             EngineTurn *turn)
{
  g_autoptr (EngineCall) call = NULL;

  if (is_unanswered_by (session, instance, line->version))
    {
      g_clear_pointer (&instance->candidate, engine_channel_free);
      instance->candidate = engine_channel_new_from_offer (session->offer, instance->tag);
      session->offer_answered = TRUE;
    }
  if (instance->candidate == NULL)
    return;
  call = engine_call_new (instance->candidate);
  engine_channel_feed (instance->candidate, context->key, line, call);
  engine_session_emit (session, context, instance, call, turn);
  drop_candidate_if_failed (instance, call);
}

static void
put_details (GVariantDict *details, EngineInstance *instance, EngineChannel *channel)
{
  g_variant_dict_init (details, NULL);
  g_variant_dict_insert (details, "instance", "u", instance->tag);
  g_variant_dict_insert (details, "fingerprint", "s", channel->fingerprint);
}

static void
tell_change (EngineInstance *instance, EngineChannel *channel, gboolean blocked, EngineTurn *turn)
{
  GVariantDict details;

  put_details (&details, instance, channel);
  g_variant_dict_insert (&details, "blocked", "b", blocked);
  g_variant_dict_insert (&details, "known", "s", engine_known_to_string (channel->known));
  engine_turn_event (turn, "fingerprint-changed", g_variant_dict_end (&details));
}

static void
tell_private (const EngineContext *context,
              EngineInstance *instance,
              EngineChannel *channel,
              gboolean refreshed,
              EngineTurn *turn)
{
  EngineTrust trust = engine_session_trust (context, channel);
  GVariantDict details;

  if (channel->known == ENGINE_KNOWN_FIRST_SEEN)
    {
      put_details (&details, instance, channel);
      engine_turn_event (turn, "fingerprint-new", g_variant_dict_end (&details));
    }
  put_details (&details, instance, channel);
  g_variant_dict_insert (&details, "trust", "s", engine_trust_to_string (trust));
  g_variant_dict_insert (&details, "version", "u", channel->version);
  g_variant_dict_insert (&details, "known", "s", engine_known_to_string (channel->known));
  engine_turn_event (turn, refreshed ? "refreshed" : "private", g_variant_dict_end (&details));
}

static void
tell_lost (GList *texts, const char *reason, EngineTurn *turn)
{
  GVariantBuilder messages;
  GVariantDict details;

  g_variant_builder_init (&messages, G_VARIANT_TYPE ("a(ts)"));
  for (GList *link = texts; link != NULL; link = link->next)
    {
      EngineKeptText *text = link->data;

      g_variant_builder_add (&messages, "(ts)", text->id, text->text != NULL ? text->text : "");
    }
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "messages", g_variant_builder_end (&messages));
  g_variant_dict_insert (&details, "reason", "s", reason);
  engine_turn_event (turn, "lost", g_variant_dict_end (&details));
}

static void
resend (EngineSession *session,
        const EngineContext *context,
        EngineInstance *instance,
        GList *texts,
        EngineTurn *turn)
{
  GVariantBuilder ids;
  GVariantDict details;

  g_variant_builder_init (&ids, G_VARIANT_TYPE ("at"));
  for (GList *link = texts; link != NULL; link = link->next)
    {
      EngineKeptText *text = link->data;

      if (engine_session_send_to (session, context, instance, text->text, ENGINE_RESENT_PREFIX,
                                  text->id, turn, NULL))
        g_variant_builder_add (&ids, "t", text->id);
    }
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "instance", "u", instance->tag);
  g_variant_dict_insert_value (&details, "ids", g_variant_builder_end (&ids));
  engine_turn_event (turn, "resent", g_variant_dict_end (&details));
}

/* What was sent before and is not proven read goes again if the contact had lost the session,
 * and never to another key. What cannot go again is told. */
static void
settle_kept (EngineSession *session,
             const EngineContext *context,
             EngineInstance *instance,
             EngineTurn *turn)
{
  GList *forgotten;
  GList *texts = engine_kept_take (&instance->kept, &forgotten);
  gboolean same = g_str_equal (instance->kept_for, instance->live->fingerprint);
  gboolean had_lost = instance->live->by_contact || instance->lost;

  if (forgotten != NULL && (had_lost || !same))
    tell_lost (forgotten, same ? "contact-lost-session" : "other-fingerprint", turn);
  if (texts != NULL && !same)
    tell_lost (texts, "other-fingerprint", turn);
  else if (texts != NULL && had_lost)
    resend (session, context, instance, texts, turn);
  g_list_free_full (forgotten, (GDestroyNotify)engine_kept_text_free);
  g_list_free_full (texts, (GDestroyNotify)engine_kept_text_free);
  instance->lost = FALSE;
}

/* A program that keeps its verification over an exchange, as potr does, would refuse the next. */
static void
tell_abort (EngineSession *session,
            const EngineContext *context,
            EngineInstance *instance,
            EngineChannel *channel,
            EngineTurn *turn)
{
  g_autoptr (EngineCall) call = engine_call_new (channel);

  engine_channel_abort_smp (channel, call);
  engine_session_emit (session, context, instance, call, turn);
}

void
engine_session_promote (EngineSession *session,
                        const EngineContext *context,
                        EngineInstance *instance,
                        EngineChannel *channel,
                        EngineTurn *turn)
{
  gboolean refreshed = engine_instance_is_private (instance)
                       && g_str_equal (instance->live->fingerprint, channel->fingerprint);
  gboolean cut_off =
      session->verification.instance == instance && session->verification.channel != channel;

  if (cut_off)
    engine_session_drop_verification (session, turn);
  if (instance->live != NULL)
    {
      g_clear_pointer (&instance->old, engine_channel_free);
      instance->old = g_steal_pointer (&instance->live);
      instance->old_until = context->now + ENGINE_OLD_CHANNEL_LIFE;
    }
  g_clear_pointer (&instance->pending, engine_channel_free);
  instance->live = channel;
  instance->finished = FALSE;
  session->rejected = FALSE;
  session->restarts = 0;
  session->asking = FALSE;
  if (!session->latched)
    engine_turn_store (turn, ENGINE_STORE_LATCH, channel->fingerprint);
  session->latched = TRUE;
  tell_private (context, instance, channel, refreshed, turn);
  if (cut_off)
    tell_abort (session, context, instance, channel, turn);
  settle_kept (session, context, instance, turn);
}

static void
refuse (EngineSession *session,
        const EngineContext *context,
        EngineInstance *instance,
        EngineChannel *channel,
        EngineTurn *turn)
{
  g_autoptr (EngineCall) call = engine_call_new (channel);

  tell_change (instance, channel, TRUE, turn);
  engine_channel_disconnect (channel, call);
  engine_session_emit (session, context, instance, call, turn);
  session->rejected = TRUE;
}

static void
store_seen (EngineChannel *channel, EngineTurn *turn)
{
  EngineStore *store = engine_turn_store (turn, ENGINE_STORE_SEEN, channel->fingerprint);

  store->version = channel->version;
  store->known = channel->known;
}

/* The exchange is done: who is it?  Texts never move to another key by themselves while there is
 * a session with an accepted one, nor away from a verified one. */
static void
judge (EngineSession *session,
       const EngineContext *context,
       EngineInstance *instance,
       EngineTurn *turn)
{
  g_autoptr (EngineChannel) channel = g_steal_pointer (&instance->candidate);
  gboolean changed, withheld;

  channel->known = engine_known_keys_judge (context->known, channel->fingerprint);
  if (channel->known == ENGINE_KNOWN_REJECTED)
    {
      refuse (session, context, instance, channel, turn);
      return;
    }

  changed = channel->known == ENGINE_KNOWN_CHANGED
            || channel->known == ENGINE_KNOWN_CHANGED_FROM_VERIFIED;
  withheld = channel->known == ENGINE_KNOWN_CHANGED_FROM_VERIFIED
             || (changed && engine_instance_is_private (instance));
  if (withheld)
    {
      if (session->verification.channel == instance->pending && instance->pending != NULL)
        engine_session_drop_verification (session, turn);
      g_clear_pointer (&instance->pending, engine_channel_free);
      instance->pending = g_steal_pointer (&channel);
      session->asking = FALSE;
      tell_change (instance, instance->pending,
                   engine_session_blocked (session, context) != ENGINE_BLOCKED_NOT, turn);
      return;
    }

  store_seen (channel, turn);
  if (changed)
    tell_change (instance, channel, FALSE, turn);
  engine_session_promote (session, context, instance, g_steal_pointer (&channel), turn);
}

static void
take_proof (EngineSession *session,
            const EngineContext *context,
            EngineInstance *instance,
            const EngineLine *line,
            EngineTurn *turn)
{
  g_autoptr (EngineCall) call = NULL;

  if (instance->candidate == NULL)
    return;
  call = engine_call_new (instance->candidate);
  engine_channel_feed (instance->candidate, context->key, line, call);
  engine_session_emit (session, context, instance, call, turn);
  if (call->reflected)
    {
      engine_turn_event (turn, "reflected", NULL);
      g_clear_pointer (&instance->candidate, engine_channel_free);
    }
  else if (engine_channel_is_private (instance->candidate))
    judge (session, context, instance, turn);
  else
    drop_candidate_if_failed (instance, call);
}

/* Whether the line would be answered with a signature. */
static gboolean
wants_key (EngineSession *session, EngineInstance *instance, const EngineLine *line)
{
  if (line->type == ENGINE_LINE_REVEAL_SIGNATURE)
    return instance != NULL && instance->candidate != NULL;
  if (line->type != ENGINE_LINE_DH_KEY)
    return FALSE;
  return (session->offer != NULL && session->offer->version == line->version)
         || (instance != NULL && instance->candidate != NULL);
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
  return (line->type == ENGINE_LINE_DH_KEY && session->offer != NULL)
         || (instance != NULL && instance->candidate != NULL);
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
  if (!is_welcome (session, context, instance, line))
    return;
  if (wants_key (session, instance, line)
      && (context->key == NULL || !engine_key_is_private (context->key)))
    {
      turn->needs_key = TRUE;
      session->waits_for_key = TRUE;
      return;
    }
  session->waits_for_key = FALSE;
  if (instance == NULL)
    instance = engine_session_add_instance (session, line->sender, context->now);
  if (instance == NULL)
    return;

  engine_instance_note_sign (instance, from, context->now);
  note_progress (session, context);
  if (line->type == ENGINE_LINE_COMMIT)
    take_commit (session, context, instance, line, turn);
  else if (line->type == ENGINE_LINE_DH_KEY)
    take_dh_key (session, context, instance, line, turn);
  else
    take_proof (session, context, instance, line, turn);
}
