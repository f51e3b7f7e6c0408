/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session seen from outside: why it would refuse, and its snapshot after each call. */
#include "engine/session-private.h"

/* The first one whose changed key waits for the user. */
static EngineChannel *
find_pending (EngineSession *session, EngineInstance **instance)
{
  for (guint i = 0; i < session->instances->len; i++)
    {
      *instance = g_ptr_array_index (session->instances, i);
      if (engine_instance_get_pending (*instance) != NULL)
        return (*instance)->pending;
    }
  *instance = NULL;
  return NULL;
}

EngineChannel *
engine_session_shown_channel (EngineSession *session,
                              const EngineContext *context,
                              EngineInstance **instance)
{
  *instance = engine_session_chosen (session, context);
  if (*instance != NULL && engine_instance_is_private (*instance))
    return (*instance)->live;
  return find_pending (session, instance);
}

EngineBlocked
engine_session_blocked (EngineSession *session, const EngineContext *context)
{
  EngineInstance *instance;
  EngineChannel *channel = engine_session_shown_channel (session, context, &instance);

  if (channel != NULL)
    return channel == instance->live ? ENGINE_BLOCKED_NOT : ENGINE_BLOCKED_FINGERPRINT_CHANGED;
  if (*session->rejected != '\0')
    return ENGINE_BLOCKED_REJECTED;
  return session->latched ? ENGINE_BLOCKED_FINISHED : ENGINE_BLOCKED_NOT;
}

static void
copy_private (EngineChannel *channel,
              const EngineContext *context,
              char fingerprint[ENGINE_FINGERPRINT_LEN + 1],
              EngineTrust *trust,
              guint *version)
{
  g_strlcpy (fingerprint, channel->fingerprint, ENGINE_FINGERPRINT_LEN + 1);
  *trust = engine_session_trust (context, channel);
  *version = channel->version;
}

static void
instance_view_free (gpointer pointer)
{
  EngineInstanceView *view = pointer;

  g_free (view->address);
  g_free (view);
}

static EngineInstanceView *
view_instance (EngineInstance *instance, const EngineContext *context)
{
  EngineInstanceView *view = g_new0 (EngineInstanceView, 1);
  EngineChannel *channel = instance->live != NULL ? instance->live : instance->pending;

  view->tag = instance->tag;
  view->address = g_strdup (instance->address);
  view->last_seen = instance->last_seen;
  if (channel != NULL && engine_channel_is_private (channel))
    {
      view->state = ENGINE_STATE_PRIVATE;
      copy_private (channel, context, view->fingerprint, &view->trust, &view->version);
    }
  else if (instance->candidate != NULL)
    view->state = ENGINE_STATE_STARTING;
  else if (instance->finished)
    view->state = ENGINE_STATE_FINISHED;
  return view;
}

/* Protocol v3: the secure session id is shown in two halves; ours is the bold one. */
static void
view_session_id (EngineView *view, EngineChannel *channel)
{
  ConnContext *otr = engine_channel_context (channel);
  guint ours = otr->sessionid_half == OTRL_SESSIONID_FIRST_HALF_BOLD ? 0 : 1;

  for (guint i = 0; i < 8 && otr->sessionid_len == 8; i++)
    g_snprintf (view->session_id[i / 4 == ours ? 0 : 1] + 2 * (i % 4), 3, "%02x",
                otr->sessionid[i]);
}

static void
view_state (EngineView *view, EngineSession *session, const EngineContext *context)
{
  EngineInstance *instance;
  EngineChannel *channel = engine_session_shown_channel (session, context, &instance);

  if (channel != NULL)
    {
      view->state = ENGINE_STATE_PRIVATE;
      view->instance = channel->theirs;
      copy_private (channel, context, view->fingerprint, &view->trust, &view->version);
      view_session_id (view, channel);
    }
  else if (view->exchanging)
    view->state = ENGINE_STATE_STARTING;
  else if (session->latched)
    view->state = ENGINE_STATE_FINISHED;
}

static void
view_verification (EngineView *view, const EngineVerificationRun *run)
{
  view->verification = run->state;
  g_strlcpy (view->verified_with, run->fingerprint, sizeof view->verified_with);
  view->asked_by_us = run->asked_by_us;
  view->has_question = run->has_question;
  view->question = g_strdup (run->question);
  view->percent = run->percent;
  view->result = run->result;
  view->proves_contact = run->proves_contact;
}

/* Nobody is impatient with a contact that waits for us. */
static gboolean
may_stall (EngineSession *session)
{
  return engine_session_is_exchanging (session) && !session->waits_for_key;
}

static gint64
find_deadline (EngineSession *session)
{
  gint64 deadline = may_stall (session) ? session->moved + session->patience : G_MAXINT64;

  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (instance->old != NULL)
        deadline = MIN (deadline, instance->old_until);
      if (instance->crossed != NULL)
        deadline = MIN (deadline, instance->crossed_until);
    }
  if (!g_queue_is_empty (&session->announced))
    deadline = MIN (deadline, ((EngineAnnouncedKey *)session->announced.head->data)->until);
  if (session->offer != NULL && !session->waits_for_key)
    deadline = MIN (deadline, session->offer->progress + ENGINE_OLD_CHANNEL_LIFE);
  return deadline == G_MAXINT64 ? 0 : deadline;
}

static EngineView *
make_view (EngineSession *session, const EngineContext *context)
{
  EngineView *view = g_new0 (EngineView, 1);

  g_atomic_ref_count_init (&view->count);
  view->instances = g_ptr_array_new_with_free_func (instance_view_free);
  for (guint i = 0; i < session->instances->len; i++)
    g_ptr_array_add (view->instances,
                     view_instance (g_ptr_array_index (session->instances, i), context));
  view->exchanging = engine_session_is_exchanging (session);
  view_state (view, session, context);
  view->blocked = engine_session_blocked (session, context);
  view->selected = session->selected;
  view->latched = session->latched;
  view->holds = engine_session_get_way (session, context) == ENGINE_WAY_HOLD;
  view_verification (view, &session->verification);
  view->deadline = find_deadline (session);
  return view;
}

EngineView *
engine_session_get_view (EngineSession *session, const EngineContext *context)
{
  return make_view (session, context);
}

/* Held texts wait on any change of key, until it is accepted or verified. */
gboolean
engine_session_may_release (EngineSession *session, const EngineContext *context)
{
  EngineInstance *chosen = engine_session_chosen (session, context);

  if (engine_session_get_way (session, context) != ENGINE_WAY_PRIVATE)
    return FALSE;
  return chosen->live->known == ENGINE_KNOWN_FIRST_SEEN || chosen->live->known == ENGINE_KNOWN_KNOWN
         || engine_session_trust (context, chosen->live) == ENGINE_TRUST_VERIFIED;
}

void
engine_session_finish_call (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  turn->release_held = engine_session_may_release (session, context);
  g_clear_pointer (&turn->view, engine_view_unref);
  turn->view = make_view (session, context);
}

static void
drop_expired (EngineSession *session, gint64 now)
{
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (instance->old != NULL && now >= instance->old_until)
        g_clear_pointer (&instance->old, engine_channel_free);
      if (instance->crossed != NULL && now >= instance->crossed_until)
        g_clear_pointer (&instance->crossed, engine_channel_free);
    }
  if (session->offer != NULL && !session->waits_for_key
      && now >= session->offer->progress + ENGINE_OLD_CHANNEL_LIFE)
    g_clear_pointer (&session->offer, engine_channel_free);
  engine_session_drop_announced_keys (session, now);
}

/* What the user has said of the keys since the last call. */
static void
follow_trust (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineChannel *pending =
          engine_instance_get_pending (g_ptr_array_index (session->instances, i));

      if (pending != NULL && engine_session_trust (context, pending) == ENGINE_TRUST_VERIFIED)
        engine_session_accept_key (session, context, pending->fingerprint, turn);
    }
  if (engine_known_keys_trust (context->known, session->rejected) != ENGINE_TRUST_REJECTED)
    *session->rejected = '\0';
}

void
engine_session_poll (EngineSession *session, const EngineContext *context, EngineTurn *turn)
{
  follow_trust (session, context, turn);
  drop_expired (session, context->now);
  if (may_stall (session) && context->now >= session->moved + session->patience)
    engine_session_start_over (session, context, turn);
  engine_session_finish_call (session, context, turn);
}
