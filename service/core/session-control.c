/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a messenger says of itself and what its user wants of the session: Collect,
 * Configure, Start, End, Detach, AcceptFingerprint, SelectInstance; and the calls
 * that core makes itself.
 */

#include "core/session-private.h"

#include <string.h>

#include "core/account-private.h"
#include "core/names.h"

static gboolean
begin_collect (CoreCall *call)
{
  CoreAttachment *attachment = core_session_find_attachment (call->session, call->caller);

  /* It was rung for to hear who came: that does not make it the one who is served. */
  call->only_news = attachment != NULL && core_attachment_has_news (attachment)
                    && core_session_find_served (call->session) != attachment;
  if (!call->only_news)
    core_session_note_call (call->session, call->caller);
  return FALSE;
}

static const CoreCallType collect_type = {
  .begin = begin_collect,
  .may_repeat = TRUE,
};

void
core_session_collect (CoreSession *session,
                      CoreMessenger *caller,
                      CoreReply reply,
                      gpointer user_data)
{
  core_session_submit (session, core_call_new (&collect_type, session, caller, reply, user_data));
}

static gboolean
begin_configure (CoreCall *call)
{
  CoreAttachment *attachment = core_session_find_attachment (call->session, call->caller);

  if (attachment == NULL)
    return core_call_fail (call, OTRD_ERROR_NO_MESSENGER,
                           "Only an attached messenger can be configured; open the session first");
  if (core_configuration_check (&call->configuration, &call->error))
    core_attachment_configure (attachment, &call->configuration);
  return FALSE;
}

static const CoreCallType configure_type = {
  .begin = begin_configure,
};

void
core_session_configure (CoreSession *session,
                        CoreMessenger *caller,
                        const CoreConfiguration *configuration,
                        CoreReply reply,
                        gpointer user_data)
{
  CoreCall *call = core_call_new (&configure_type, session, caller, reply, user_data);

  call->configuration = *configuration;
  core_session_submit (session, call);
}

static void
give_consent (CoreCall *call)
{
  CoreAttachment *attachment =
      call->caller != NULL ? core_session_find_attachment (call->session, call->caller) : NULL;

  if (attachment != NULL)
    core_session_give_consent (call->session, attachment);
}

static gboolean
begin_start (CoreCall *call)
{
  CoreAccount *account = call->session->account;

  if (!call->context.answers)
    return core_call_fail (
        call, OTRD_ERROR_NOT_SUPPORTED,
        "Not started: the policy for this contact is \"never\"; change it first");
  if (call->interactive && !vault_is_open (account->vault) && vault_may_be_opened (account->vault))
    core_account_ask_to_unlock (account);
  else if (call->context.key == NULL && !core_account_check_open (account, "start", &call->error))
    return FALSE;
  give_consent (call);
  core_account_want_key (account);
  return TRUE;
}

static void
work_start (CoreCall *call)
{
  engine_session_start (call->session->engine, &call->context, call->turn);
}

static const CoreCallType start_type = {
  .begin = begin_start,
  .work = work_start,
  .for_messengers = TRUE,
};

void
core_session_start (CoreSession *session,
                    CoreMessenger *caller,
                    gboolean interactive,
                    CoreReply reply,
                    gpointer user_data)
{
  CoreCall *call = core_call_new (&start_type, session, caller, reply, user_data);

  call->interactive = interactive;
  core_session_submit (session, call);
}

static gboolean
begin_resume (CoreCall *call)
{
  CoreSession *session = call->session;

  call->turn->view = engine_session_get_view (session->engine, &call->context);
  if (!session->restored || call->turn->view->state != ENGINE_STATE_FINISHED
      || session->attachments->len == 0)
    return FALSE;
  core_account_want_key (session->account);
  return call->context.answers;
}

static const CoreCallType resume_type = {
  .begin = begin_resume,
  .work = work_start,
};

void
core_session_resume (CoreSession *session)
{
  core_session_submit (session, core_call_new (&resume_type, session, NULL, NULL, NULL));
}

static gboolean
begin_end (CoreCall *call)
{
  return TRUE;
}

static void
work_end (CoreCall *call)
{
  engine_session_end (call->session->engine, &call->context, call->turn);
  core_session_give_back (call, "ended");
}

static void
settle_end (CoreCall *call)
{
  CoreSession *session = call->session;

  core_repeats_forget_texts (session->repeats);
  g_ptr_array_set_size (session->waiting, 0);
  session->waiting_bytes = 0;
  session->restored = FALSE;
  /* The user wants it in the clear: no offer until the contact makes one. */
  session->offer_declined = TRUE;
  call->must_save |= core_session_revoke_consent (session, call->caller);
}

static const CoreCallType end_type = {
  .begin = begin_end,
  .work = work_end,
  .settle = settle_end,
  .for_messengers = TRUE,
};

void
core_session_end (CoreSession *session, CoreMessenger *caller, CoreReply reply, gpointer user_data)
{
  core_session_submit (session, core_call_new (&end_type, session, caller, reply, user_data));
}

static gboolean
begin_detach (CoreCall *call)
{
  return call->was_attached;
}

/* The caller is there, and nobody else is. */
static gboolean
is_last (CoreCall *call)
{
  CoreSession *session = call->session;

  for (guint i = 0; i < session->attachments->len; i++)
    {
      const CoreAttachment *attachment = g_ptr_array_index (session->attachments, i);

      if (attachment->messenger != call->caller
          && !core_messenger_has_vanished (attachment->messenger))
        return FALSE;
    }
  return core_session_find_attachment (session, call->caller) != NULL;
}

static void
work_detach (CoreCall *call)
{
  if (!is_last (call))
    return;
  if (call->end_if_last)
    engine_session_end (call->session->engine, &call->context, call->turn);
  core_session_give_back (call, call->end_if_last ? "ended" : "detached");
}

static void
settle_detach (CoreCall *call)
{
  CoreSession *session = call->session;

  if (is_last (call) && call->end_if_last)
    settle_end (call);
  /* Nobody else would fetch it. */
  if (is_last (call))
    core_owed_take (session->owed, call->turn);
  call->keeps_turn = TRUE;
  core_session_remove_messenger (session, call->caller);
}

static const CoreCallType detach_type = {
  .begin = begin_detach,
  .work = work_detach,
  .settle = settle_detach,
};

void
core_session_detach (CoreSession *session,
                     CoreMessenger *caller,
                     gboolean end_if_last,
                     CoreReply reply,
                     gpointer user_data)
{
  CoreCall *call = core_call_new (&detach_type, session, caller, reply, user_data);

  call->end_if_last = end_if_last;
  core_session_submit (session, call);
}

/* The record comes first: the engine accepts what is known. */
static gboolean
begin_accept (CoreCall *call)
{
  CoreSession *session = call->session;
  g_autofree char *fingerprint = core_names_read_fingerprint (call->fingerprint, &call->error);
  gboolean is_new;

  if (fingerprint == NULL)
    return FALSE;
  if (*session->view->fingerprint == '\0')
    return core_call_fail (call, OTRD_ERROR_NOT_PRIVATE,
                           "Not accepted: the conversation is not private");
  if (strcmp (fingerprint, session->view->fingerprint) != 0)
    return core_call_fail (call, OTRD_ERROR_INVALID_ARGUMENT,
                           "Not accepted: another fingerprint is in use by now; look at it again");
  g_free (call->fingerprint);
  call->fingerprint = g_steal_pointer (&fingerprint);
  if (!session->occupant
      && !core_session_put_seen (session, call->fingerprint, session->view->version, &is_new,
                                 &call->error))
    return FALSE;
  call->must_save = !session->occupant && is_new;
  core_session_lend (session, call);
  return TRUE;
}

static void
work_accept (CoreCall *call)
{
  if (engine_session_accept (call->session->engine, &call->context, call->fingerprint, call->turn,
                             &call->error))
    core_session_release_held (call);
}

static const CoreCallType accept_type = {
  .begin = begin_accept,
  .work = work_accept,
  .for_messengers = TRUE,
};

void
core_session_accept_fingerprint (CoreSession *session,
                                 CoreMessenger *caller,
                                 const char *fingerprint,
                                 CoreReply reply,
                                 gpointer user_data)
{
  CoreCall *call = core_call_new (&accept_type, session, caller, reply, user_data);

  call->fingerprint = g_strdup (fingerprint);
  core_session_submit (session, call);
}

static gboolean
begin_select (CoreCall *call)
{
  EngineSession *engine = call->session->engine;

  if (!engine_session_select_instance (engine, call->number, &call->error))
    return FALSE;
  call->turn->view = engine_session_get_view (engine, &call->context);
  core_session_release_later (call->session);
  return FALSE;
}

static const CoreCallType select_type = {
  .begin = begin_select,
};

void
core_session_select_instance (CoreSession *session,
                              CoreMessenger *caller,
                              guint32 instance,
                              CoreReply reply,
                              gpointer user_data)
{
  CoreCall *call = core_call_new (&select_type, session, caller, reply, user_data);

  call->number = instance;
  core_session_submit (session, call);
}

static gboolean
begin_dear (CoreCall *call)
{
  call->dear = TRUE;
  return TRUE;
}

static void
work_poll (CoreCall *call)
{
  engine_session_poll (call->session->engine, &call->context, call->turn);
  /* Texts that waited for an exchange that came to nothing go by the keys that are there. */
  core_session_release_held (call);
}

static const CoreCallType poll_type = {
  .begin = begin_dear,
  .work = work_poll,
};

void
core_session_poll (CoreSession *session)
{
  core_session_submit (session, core_call_new (&poll_type, session, NULL, NULL, NULL));
}

static void
work_reject (CoreCall *call)
{
  engine_session_reject (call->session->engine, &call->context, call->fingerprint, call->turn);
}

static const CoreCallType reject_type = {
  .begin = begin_dear,
  .work = work_reject,
};

void
core_session_reject (CoreSession *session, const char *fingerprint)
{
  CoreCall *call = core_call_new (&reject_type, session, NULL, NULL, NULL);

  call->fingerprint = g_strdup (fingerprint);
  core_session_submit (session, call);
}
