/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session: its instances, which of them is chosen, and what the user's
 * own calls do.
 */
#include "engine/session-private.h"

#include <string.h>

#include "introspection/otrd-error.h"

EngineSession *
engine_session_new (guint32 instance_tag, gboolean latched)
{
  EngineSession *session = g_new0 (EngineSession, 1);

  session->tag = instance_tag;
  session->latched = latched;
  session->unaccepted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  session->instances = g_ptr_array_new_with_free_func ((GDestroyNotify)engine_instance_free);
  session->verification.result = "";
  session->next_key = 1;
  return session;
}

void
engine_session_free (EngineSession *session)
{
  g_ptr_array_unref (session->instances);
  g_hash_table_unref (session->unaccepted);
  g_clear_pointer (&session->offer, engine_channel_free);
  g_queue_clear_full (&session->announced, (GDestroyNotify)engine_announced_key_free);
  g_free (session->verification.question);
  g_free (session);
}

EngineInstance *
engine_session_find_instance (EngineSession *session, guint32 tag)
{
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (instance->tag == tag)
        return instance;
    }
  return NULL;
}

static void
tell_kept_lost (EngineInstance *instance, EngineTurn *turn)
{
  GList *forgotten, *texts = engine_kept_take (&instance->kept, &forgotten);
  GList *lost = g_list_concat (forgotten, texts);

  if (lost != NULL)
    engine_session_tell_lost (lost, "contact-lost-session", turn);
  g_list_free_full (lost, (GDestroyNotify)engine_kept_text_free);
}

static void
remove_instance (EngineSession *session, EngineInstance *instance, EngineTurn *turn)
{
  engine_session_drop_pending (session, instance, turn);
  tell_kept_lost (instance, turn);
  if (session->best == instance)
    session->best = NULL;
  if (session->selected == instance->tag)
    session->selected = 0;
  g_ptr_array_remove (session->instances, instance);
}

/* Who goes first for a new one: nobody who is private with an accepted key. */
static guint
get_disposability (const EngineInstance *instance)
{
  if (instance->live != NULL)
    return 0;
  if (instance->pending != NULL)
    return 1;
  return instance->finished ? 2 : 3;
}

static gboolean
goes_before (const EngineInstance *one, const EngineInstance *other)
{
  guint of_one = get_disposability (one), of_other = get_disposability (other);

  if (of_one != of_other)
    return of_one > of_other;
  return one->last_seen < other->last_seen;
}

static void
make_room (EngineSession *session, EngineTurn *turn)
{
  EngineInstance *first = NULL;

  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (get_disposability (instance) > 0 && (first == NULL || goes_before (instance, first)))
        first = instance;
    }
  if (first != NULL)
    remove_instance (session, first, turn);
}

EngineInstance *
engine_session_add_instance (EngineSession *session, guint32 tag, gint64 now, EngineTurn *turn)
{
  EngineInstance *instance = engine_session_find_instance (session, tag);

  if (instance != NULL)
    return instance;
  if (session->instances->len >= ENGINE_MAX_INSTANCES)
    make_room (session, turn);
  if (session->instances->len >= ENGINE_MAX_INSTANCES)
    return NULL;
  instance = engine_instance_new (tag);
  instance->last_seen = now;
  g_ptr_array_add (session->instances, instance);
  return instance;
}

EngineTrust
engine_session_trust (const EngineContext *context, const EngineChannel *channel)
{
  return MAX (engine_known_keys_trust (context->known, channel->fingerprint),
              ENGINE_TRUST_UNVERIFIED);
}

static EngineTrust
trust_of (const EngineContext *context, const EngineInstance *instance)
{
  if (!engine_instance_is_private (instance))
    return ENGINE_TRUST_NONE;
  return engine_session_trust (context, instance->live);
}

/* More trusted, or as trusted and seen later. */
static gboolean
is_better (const EngineContext *context, const EngineInstance *one, const EngineInstance *other)
{
  EngineTrust of_one = trust_of (context, one), of_other = trust_of (context, other);

  if (of_one != of_other)
    return of_one > of_other;
  return one->last_seen > other->last_seen;
}

static EngineInstance *
find_best (EngineSession *session, const EngineContext *context)
{
  EngineInstance *best = NULL;

  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (engine_instance_is_private (instance)
          && (best == NULL || is_better (context, instance, best)))
        best = instance;
    }
  return best;
}

/* The best never moves to a less trusted one by itself. */
EngineInstance *
engine_session_chosen (EngineSession *session, const EngineContext *context)
{
  EngineInstance *best;

  if (session->selected != 0)
    return engine_session_find_instance (session, session->selected);

  best = find_best (session, context);
  if (best == NULL)
    return session->best;
  if (session->best == NULL || trust_of (context, best) >= session->best_trust
      || engine_instance_is_private (session->best))
    {
      session->best = best;
      session->best_trust = trust_of (context, best);
    }
  return session->best;
}

static gboolean
has_exchange (EngineSession *session)
{
  if (session->offer != NULL && !session->offer_answered && !session->offer_set_aside)
    return TRUE;
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (instance->candidate != NULL)
        return TRUE;
    }
  return FALSE;
}

gboolean
engine_session_is_exchanging (EngineSession *session)
{
  return session->under_way || has_exchange (session);
}

gboolean
engine_session_is_only_asking (EngineSession *session)
{
  return session->asking && !has_exchange (session);
}

EngineWay
engine_session_get_way (EngineSession *session, const EngineContext *context)
{
  EngineInstance *chosen = engine_session_chosen (session, context);

  if (chosen != NULL && engine_instance_is_private (chosen))
    return engine_instance_is_closing (chosen) ? ENGINE_WAY_HOLD : ENGINE_WAY_PRIVATE;
  if (engine_session_blocked (session, context) == ENGINE_BLOCKED_FINGERPRINT_CHANGED)
    return ENGINE_WAY_BLOCKED;
  if (engine_session_is_exchanging (session))
    return ENGINE_WAY_HOLD;
  if (engine_session_blocked (session, context) != ENGINE_BLOCKED_NOT)
    return ENGINE_WAY_BLOCKED;
  return ENGINE_WAY_PLAINTEXT;
}

EngineTransmission *
engine_session_emit (EngineSession *session,
                     const EngineContext *context,
                     EngineInstance *instance,
                     EngineCall *call,
                     EngineTurn *turn)
{
  EngineTransmission *last = NULL;

  for (guint i = 0; i < call->lines->len; i++)
    {
      g_autoptr (GPtrArray) pieces =
          engine_line_cut (g_ptr_array_index (call->lines, i), context->max_line,
                           call->channel->version, session->tag, call->channel->theirs);

      for (guint k = 0; pieces != NULL && k < pieces->len; k++)
        last = engine_turn_transmit (turn, g_strdup (g_ptr_array_index (pieces, k)),
                                     instance != NULL ? instance->address : NULL, FALSE);
    }
  return last;
}

gboolean
engine_session_send_to (EngineSession *session,
                        const EngineContext *context,
                        EngineInstance *instance,
                        const char *text,
                        const char *prefix,
                        guint64 id,
                        EngineTurn *turn,
                        GError **error)
{
  g_autoptr (EngineCall) call = engine_call_new (instance->live);
  guint32 epoch = engine_channel_epoch (instance->live);
  g_autofree char *whole = *prefix != '\0' ? g_strconcat (prefix, text, NULL) : NULL;
  EngineTransmission *transmission;

  engine_channel_send (instance->live, whole != NULL ? whole : text, call);
  if (whole != NULL)
    explicit_bzero (whole, strlen (whole));
  transmission = call->failed ? NULL : engine_session_emit (session, context, instance, call, turn);
  if (transmission == NULL)
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_FAILED,
                           "Encrypting the text failed; nothing was sent");
      return FALSE;
    }
  if (id != 0)
    engine_transmission_add_id (transmission, id);
  g_strlcpy (instance->kept_for, instance->live->fingerprint, sizeof instance->kept_for);
  engine_kept_add (&instance->kept, epoch, id, text);
  return TRUE;
}

static gboolean
refuse_to_send (EngineSession *session, const EngineContext *context, GError **error)
{
  switch (engine_session_blocked (session, context))
    {
    case ENGINE_BLOCKED_FINGERPRINT_CHANGED:
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_FINGERPRINT_CHANGED,
                           "The contact's key has changed; compare fingerprints and accept the new "
                           "one first");
      break;
    case ENGINE_BLOCKED_REJECTED:
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_REJECTED,
                           "The contact's key was rejected by the user");
      break;
    case ENGINE_BLOCKED_FINISHED:
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_FINISHED,
                           "The private conversation is over; start it again or end it");
      break;
    case ENGINE_BLOCKED_NOT:
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE,
                           "The conversation is not private");
      break;
    }
  return FALSE;
}

gboolean
engine_session_send (EngineSession *session,
                     const EngineContext *context,
                     const char *text,
                     guint64 id,
                     EngineTurn *turn,
                     GError **error)
{
  EngineInstance *chosen;

  if (engine_session_get_way (session, context) != ENGINE_WAY_PRIVATE)
    return refuse_to_send (session, context, error);

  chosen = engine_session_chosen (session, context);
  if (!engine_session_send_to (session, context, chosen, text, "", id, turn, error))
    return FALSE;
  turn->verdict = ENGINE_VERDICT_PRIVATE;
  turn->instance = chosen->tag;
  turn->trust = trust_of (context, chosen);
  g_strlcpy (turn->fingerprint, chosen->live->fingerprint, sizeof turn->fingerprint);
  return TRUE;
}

void
engine_session_finish_instance (EngineSession *session,
                                EngineInstance *instance,
                                const char *by,
                                EngineTurn *turn)
{
  GVariantDict details;

  if (session->verification.instance == instance)
    engine_session_drop_verification (session, turn);
  g_clear_pointer (&instance->live, engine_channel_free);
  g_clear_pointer (&instance->pending, engine_channel_free);
  g_clear_pointer (&instance->old, engine_channel_free);
  instance->finished = TRUE;
  /* What crossed the goodbye was not read. */
  instance->lost = TRUE;
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "by", "s", by);
  g_variant_dict_insert (&details, "instance", "u", instance->tag);
  engine_turn_event (turn, "finished", g_variant_dict_end (&details));
}

/* Goodbye to one instance; TRUE if there was something private to end. */
static gboolean
say_goodbye (EngineSession *session,
             const EngineContext *context,
             EngineInstance *instance,
             EngineTurn *turn)
{
  EngineChannel *const channels[] = { instance->live, instance->pending };
  gboolean said = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      g_autoptr (EngineCall) call = NULL;

      if (channels[i] == NULL || !engine_channel_is_private (channels[i]))
        continue;
      call = engine_call_new (channels[i]);
      engine_channel_disconnect (channels[i], call);
      engine_session_emit (session, context, instance, call, turn);
      said = TRUE;
    }
  return said;
}

static void
stop_exchanges (EngineSession *session)
{
  engine_session_settle_exchange (session);
  session->restarts = 0;
  session->wants_commit = FALSE;
  engine_session_drop_exchanges (session);
}

void
engine_session_disconnect (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  stop_exchanges (session);
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (say_goodbye (session, context, instance, turn))
        engine_session_finish_instance (session, instance, "service", turn);
    }
  engine_session_finish_call (session, context, turn);
}

void
engine_session_end (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  stop_exchanges (session);
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (say_goodbye (session, context, instance, turn) || instance->finished)
        engine_session_finish_instance (session, instance, "us", turn);
    }
  if (session->latched)
    {
      engine_turn_store (turn, ENGINE_STORE_UNLATCH, NULL);
      session->ended = context->now;
    }
  session->latched = FALSE;
  *session->rejected = '\0';
  session->selected = 0;
  session->best = NULL;
  session->best_trust = ENGINE_TRUST_NONE;
  engine_session_drop_verification (session, turn);
  g_ptr_array_set_size (session->instances, 0);
  engine_session_finish_call (session, context, turn);
}

static gboolean
runs_with (const EngineChannel *channel, const char *fingerprint)
{
  return channel != NULL && g_str_equal (channel->fingerprint, fingerprint);
}

void
engine_session_reject (EngineSession *session,
                       const EngineContext *context,
                       const char *fingerprint,
                       EngineTurn *turn)
{
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (!runs_with (instance->live, fingerprint) && !runs_with (instance->pending, fingerprint))
        continue;
      say_goodbye (session, context, instance, turn);
      engine_session_finish_instance (session, instance, "us", turn);
      g_strlcpy (session->rejected, fingerprint, sizeof session->rejected);
    }
  engine_session_finish_call (session, context, turn);
}

static void
forget_choice (EngineSession *session)
{
  session->best = NULL;
  session->best_trust = ENGINE_TRUST_NONE;
}

static gboolean
uses (EngineSession *session, const char *fingerprint)
{
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (runs_with (instance->live, fingerprint) || runs_with (instance->pending, fingerprint))
        return TRUE;
    }
  return FALSE;
}

gboolean
engine_session_accept (EngineSession *session,
                       const EngineContext *context,
                       const char *fingerprint,
                       EngineTurn *turn,
                       GError **error)
{
  if (!uses (session, fingerprint))
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                           "This is not the fingerprint of the session; look at it again");
      return FALSE;
    }
  engine_session_accept_key (session, context, fingerprint, turn);
  /* It was the user's choice to go on without the more trusted one, which has gone. */
  if (session->best != NULL && !engine_instance_is_private (session->best))
    forget_choice (session);
  engine_session_finish_call (session, context, turn);
  return TRUE;
}

gboolean
engine_session_select_instance (EngineSession *session, guint32 tag, GError **error)
{
  if (tag != 0 && engine_session_find_instance (session, tag) == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND, "The contact has no instance %u",
                   (guint)tag);
      return FALSE;
    }
  session->selected = tag;
  forget_choice (session);
  return TRUE;
}

char *
engine_clean_remote_words (const char *words)
{
  g_autofree char *valid = g_utf8_make_valid (words, strnlen (words, ENGINE_REMOTE_WORDS_MAX));
  GString *clean = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar letter = g_utf8_get_char (at);

      if (g_unichar_iscntrl (letter))
        letter = ' ';
      if (clean->len + 6 <= ENGINE_REMOTE_WORDS_MAX)
        g_string_append_unichar (clean, letter);
    }
  return g_string_free (clean, FALSE);
}
