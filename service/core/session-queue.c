/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The queue: a session's calls, one after the other. Nothing overtakes, and
 * nothing here waits: dear work is on a worker, saving is the vault's, and the
 * next call begins when the one before is answered.
 */

#include "core/session-private.h"

#include "core/account-private.h"
#include "core/form.h"
#include "core/limits.h"

static void pump (CoreSession *session);

static void
drop_call (CoreSession *session, CoreCall *call)
{
  if (call->reply != NULL)
    call->reply (session, NULL, NULL, call->error, call->user_data);
  core_call_free (call);
}

void
core_session_submit (CoreSession *session, CoreCall *call)
{
  g_autoptr (CoreSession) kept = g_object_ref (session);

  if (session->calls.length >= CORE_QUEUE_MAX_CALLS && call->caller != NULL)
    {
      core_call_fail (
          call, OTRD_ERROR_LIMIT_EXCEEDED,
          "Too many calls are waiting on this session; try again when some are answered");
      drop_call (session, call);
      return;
    }
  g_queue_push_tail (&session->calls, call);
  pump (session);
}

/* What a messenger that has gone left in the queue: no text of its goes out any more, of which it
 * would never hear; a line that it handed in is read, and others have what comes of it. */
void
core_session_orphan_calls (CoreSession *session, CoreMessenger *messenger)
{
  GList *link = session->calls.head;

  while (link != NULL)
    {
      GList *next = link->next;
      CoreCall *call = link->data;

      if (call->caller == messenger && !call->type->dies_with_caller)
        call->was_attached = TRUE;
      else if (call->caller == messenger)
        {
          g_queue_delete_link (&session->calls, link);
          core_call_fail (call, OTRD_ERROR_FAILED, "Not sent: the messenger has gone");
          drop_call (session, call);
        }
      link = next;
    }
}

/* Whose network carries the lines decides how long they may be. */
static gsize
find_max_line (CoreSession *session, CoreCall *call)
{
  CoreAttachment *attachment = NULL;

  if (call->caller != NULL)
    attachment = core_session_find_attachment (session, call->caller);
  if (attachment == NULL)
    attachment = core_session_find_served (session);
  if (attachment != NULL)
    return attachment->max_message_size;
  return core_attachment_get_default_size (session->account->protocol);
}

/* While they cannot be read, the last one known says whether to answer. */
static void
lend_policy (CoreSession *session, CoreCall *call)
{
  if (core_account_find_policy (session->account, session->contact, &call->policy))
    {
      call->context.answers = call->policy != OTRD_POLICY_NEVER;
      return;
    }
  call->policy = OTRD_POLICY_UNKNOWN;
  call->context.answers = g_strcmp0 (session->shown_policy, "never") != 0;
}

void
core_session_lend (CoreSession *session, CoreCall *call)
{
  EngineContext *context = &call->context;

  g_clear_pointer (&context->key, engine_key_unref);
  g_clear_pointer (&context->known, engine_known_keys_unref);
  core_session_refresh_known (session);
  context->key = core_account_dup_key (session->account);
  context->known = engine_known_keys_ref (session->known);
  lend_policy (session, call);
  context->allows_v2 = !session->seen_v3;
  context->max_line = find_max_line (session, call);
  context->now = core_clock_get_now (session->clock);
}

static gboolean
admit (CoreSession *session, CoreCall *call)
{
  CoreAttachment *attachment;

  if (session->account->removed)
    return core_call_fail (call, OTRD_ERROR_NOT_FOUND, "The account of this session was removed");
  if (call->caller == NULL)
    return TRUE;
  attachment = core_session_find_attachment (session, call->caller);
  call->was_attached |= attachment != NULL;
  call->content_type = attachment != NULL ? attachment->content_type : CORE_CONTENT_PLAIN;
  if (attachment != NULL && !call->type->may_repeat)
    core_session_note_call (session, call->caller);
  if (call->was_attached)
    return TRUE;
  if (core_messenger_is_sandboxed (call->caller))
    return core_call_fail (call, OTRD_ERROR_ACCESS_DENIED,
                           "A sandboxed program can use only the sessions that it has opened");
  if (call->type->for_messengers && core_session_find_served (session) == NULL)
    return core_call_fail (call, OTRD_ERROR_NO_MESSENGER,
                           "No messenger of this account is online to transmit what comes of it; "
                           "start one and try again");
  return TRUE;
}

static void
on_saved (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CoreSession) session = user_data;
  g_autoptr (GError) error = NULL;
  CoreCall *call = session->running;

  if (!vault_save_finish (VAULT_VAULT (vault), result, &error))
    {
      GVariantDict details;

      g_variant_dict_init (&details, NULL);
      g_variant_dict_insert (&details, "what", "s", "session");
      engine_turn_event (call->turn, "not-saved", g_variant_dict_end (&details));
    }
  core_session_answer (session);
}

static void
settle (CoreSession *session, CoreCall *call)
{
  gboolean must_save = FALSE;

  if (call->error == NULL)
    {
      must_save = core_session_store (call);
      if (call->type->settle != NULL)
        call->type->settle (call);
      must_save |= call->must_save;
    }
  if (must_save)
    vault_save_async (session->account->vault, on_saved, g_object_ref (session));
  else
    core_session_answer (session);
}

static void
do_work (gpointer user_data)
{
  CoreCall *call = user_data;

  call->type->work (call);
}

static void
on_worked (gpointer user_data)
{
  CoreCall *call = user_data;
  g_autoptr (CoreSession) session = g_object_ref (call->session);

  settle (session, call);
}

static void
run (CoreSession *session, CoreCall *call)
{
  session->running = call;
  if (!admit (session, call))
    {
      core_session_answer (session);
      return;
    }
  core_session_lend (session, call);
  if (!call->type->begin (call))
    {
      core_session_answer (session);
      return;
    }
  if (call->dear)
    {
      core_workers_run (session->workers, do_work, on_worked, call);
      return;
    }
  if (call->type->work != NULL)
    call->type->work (call);
  settle (session, call);
}

static void
pump (CoreSession *session)
{
  if (session->pumping)
    return;
  session->pumping = TRUE;
  while (session->running == NULL && session->calls.length > 0)
    run (session, g_queue_pop_head (&session->calls));
  session->pumping = FALSE;
  if (core_session_is_idle (session))
    core_account_remove_session (session->account, session);
}

static void
on_deadline (gpointer user_data)
{
  CoreSession *session = user_data;

  session->timer = 0;
  core_session_poll (session);
}

/* A deadline that stays in the past must not keep us busy. */
#define LEAST_DELAY (G_USEC_PER_SEC / 4)

static void
arm_timer (CoreSession *session)
{
  gint64 deadline = session->view->deadline;

  core_clock_cancel (session->clock, &session->timer);
  if (deadline == 0 || session->account->removed)
    return;
  deadline = MAX (deadline, core_clock_get_now (session->clock) + LEAST_DELAY);
  session->timer = core_clock_call_at (session->clock, deadline, on_deadline, session);
}

static void
note_own_lines (CoreSession *session, EngineTurn *turn)
{
  for (guint i = 0; i < turn->transmissions->len; i++)
    {
      const EngineTransmission *transmission = g_ptr_array_index (turn->transmissions, i);

      core_repeats_add_own (session->repeats, transmission->line);
    }
}

/* What the caller has in its reply, and what a messenger is owed. */
static void
share_out (CoreSession *session, CoreCall *call)
{
  CoreAttachment *attachment =
      call->caller != NULL ? core_session_find_attachment (session, call->caller) : NULL;
  gboolean has_left =
      call->was_attached && attachment == NULL && call->reply != NULL && !call->keeps_turn;

  if (call->caller == NULL || has_left || call->error != NULL
      || (call->type->for_messengers && attachment == NULL && !call->keeps_turn))
    {
      core_owed_add (session->owed, call->turn);
      if (call->told != NULL)
        engine_turn_append (call->turn, call->told);
      return;
    }
  if (call->told != NULL)
    engine_turn_append (call->turn, call->told);
  if (call->type->has_no_turn || attachment == NULL || !attachment->online)
    return;
  if (call->first != NULL && call->turn->repeated)
    return;
  attachment->rung = FALSE;
  if (!call->only_news)
    core_owed_take (session->owed, call->turn);
  core_attachment_take_news (attachment, call->turn);
}

static void
reply_to (CoreSession *session, CoreCall *call)
{
  if (call->reply == NULL)
    return;
  if (call->error != NULL)
    call->reply (session, NULL, NULL, call->error, call->user_data);
  else
    call->reply (session, call->turn, call->key, NULL, call->user_data);
}

/* Repeats are kept in the form of the wire, for whoever asks next. */
static void
show_text (CoreCall *call)
{
  EngineTurn *turn = call->turn;

  if (call->shown == NULL && turn->text != NULL && turn->verdict == ENGINE_VERDICT_PRIVATE)
    call->shown = core_form_from_wire (turn->text, call->content_type);
  if (call->shown == NULL)
    return;
  core_wipe_text (turn->text);
  turn->text = g_steal_pointer (&call->shown);
}

void
core_session_answer (CoreSession *session)
{
  CoreCall *call = session->running;
  g_autoptr (EngineView) view =
      call->turn->view != NULL ? engine_view_ref (call->turn->view) : NULL;

  if (call->first != NULL && !call->first->settled)
    core_repeats_settle (session->repeats, call->first, call->turn);
  show_text (call);
  note_own_lines (session, call->turn);
  core_session_count_held (session);
  if (view != NULL)
    {
      core_session_take_view (session, view);
      arm_timer (session);
    }
  share_out (session, call);
  reply_to (session, call);
  session->running = NULL;
  core_session_ring (session);
  core_call_free (call);
  pump (session);
}
