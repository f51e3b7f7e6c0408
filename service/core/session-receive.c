/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Receive: each line is read once, in order. Repeats and lines of our own are
 * found before the engine sees them, fragments are put together, and lines that
 * need a key that is not there are set aside and fed again when it is.
 */

#include "core/session-private.h"

#include <string.h>

#include "core/account-private.h"
#include "core/form.h"
#include "core/limits.h"

/* Decoding and decrypting more takes long enough for a worker. */
#define CHEAP_LINE_BYTES (32 * 1024)

void
core_waiting_line_free (CoreWaitingLine *waiting)
{
  g_free (waiting->line);
  g_free (waiting->from);
  g_free (waiting);
}

static gboolean
check_line (CoreCall *call)
{
  if (strlen (call->text) > CORE_LINE_MAX)
    return core_call_fail (call, OTRD_ERROR_LIMIT_EXCEEDED, "The line is longer than %d bytes",
                           CORE_LINE_MAX);
  if (call->from != NULL && strlen (call->from) > CORE_ADDRESS_MAX)
    return core_call_fail (call, OTRD_ERROR_INVALID_ARGUMENT,
                           "The option from is longer than %d bytes", CORE_ADDRESS_MAX);
  if (call->line_id != NULL && strlen (call->line_id) > CORE_LINE_ID_MAX)
    return core_call_fail (call, OTRD_ERROR_INVALID_ARGUMENT,
                           "The option id is longer than %d bytes", CORE_LINE_ID_MAX);
  return TRUE;
}

static gboolean
answer (CoreCall *call, EngineVerdict verdict)
{
  call->turn->verdict = verdict;
  return FALSE;
}

static gboolean
is_text (const EngineLine *line)
{
  return line->type == ENGINE_LINE_TEXT || line->type == ENGINE_LINE_OFFER;
}

/* A carbon of what another client of the user's has sent: what it typed in the clear can be
 * shown, nothing else is for us. */
static gboolean
take_carbon (CoreCall *call)
{
  if (!is_text (call->line))
    return answer (call, ENGINE_VERDICT_OWN);
  call->turn->text = g_strdup (call->line->text);
  return answer (call, ENGINE_VERDICT_PLAINTEXT);
}

static const char *
get_caller_id (CoreCall *call)
{
  return core_messenger_get_id (call->caller);
}

/* Pieces are put together for each messenger: what one has handed in is not known of another. */
static char *
name_piece (CoreCall *call)
{
  return g_strconcat (get_caller_id (call), "\n", call->line_id, NULL);
}

/* One that is handed in again is not put together again with what came before it. */
static gboolean
is_known_piece (CoreCall *call)
{
  g_autofree char *name = NULL;

  if (call->line_id == NULL)
    return FALSE;
  name = name_piece (call);
  call->first = core_repeats_find_piece (call->session->repeats, call->text, name);
  if (call->first == NULL)
    return FALSE;
  core_first_result_replay (call->first, call->turn);
  return TRUE;
}

/* Replaces a piece by the whole line that it ended. FALSE: there is more to come. */
static gboolean
assemble (CoreCall *call)
{
  CoreSession *session = call->session;
  guint32 ours = session->account->instance_tag;
  g_autofree char *whole = NULL;

  call->turn->verdict = ENGINE_VERDICT_PROTOCOL;
  if (call->line->sender != 0 && call->line->sender == ours)
    return answer (call, ENGINE_VERDICT_OWN);
  whole = engine_assembler_add (session->assembler, get_caller_id (call), call->line);
  core_session_note_call (session, call->caller);
  if (whole == NULL)
    return FALSE;
  engine_line_free (call->line);
  call->line = engine_line_read (whole);
  g_free (call->text);
  call->text = g_steal_pointer (&whole);
  return call->line->type != ENGINE_LINE_FRAGMENT;
}

static gboolean
is_repeat (CoreCall *call)
{
  CoreSession *session = call->session;
  gboolean is_data = call->line->type == ENGINE_LINE_MESSAGE;
  const char *words = call->line->body != NULL ? call->line->text : call->text;

  if (!core_repeats_take (session->repeats, words, is_data, call->line_id, get_caller_id (call),
                          call->context.now, &call->first))
    return FALSE;
  core_first_result_replay (call->first, call->turn);
  return TRUE;
}

/* FALSE: nothing is to be done but to answer. */
static gboolean
take_piece (CoreCall *call)
{
  g_autofree char *piece = g_strdup (call->text);
  gboolean goes_on;

  if (is_known_piece (call))
    return FALSE;
  goes_on = assemble (call) && !is_repeat (call);
  if (call->line_id != NULL && call->turn->verdict != ENGINE_VERDICT_OWN)
    {
      g_autofree char *name = name_piece (call);

      core_repeats_add_piece (call->session->repeats, piece, name, call->first);
    }
  return goes_on;
}

/* Old lines are shown, and nobody hears of it. */
static gboolean
begin_history (CoreCall *call)
{
  if (is_text (call->line))
    {
      call->turn->text = g_strdup (call->line->text);
      return answer (call, call->session->view->latched ? ENGINE_VERDICT_UNEXPECTED_PLAINTEXT
                                                        : ENGINE_VERDICT_PLAINTEXT);
    }
  if (call->line->type != ENGINE_LINE_MESSAGE)
    return answer (call, ENGINE_VERDICT_PROTOCOL);
  call->context.answers = FALSE;
  return TRUE;
}

static void
tell_waiting (CoreCall *call)
{
  gboolean is_open = vault_is_open (call->session->account->vault);
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "reason", "s", is_open ? "generating" : "locked");
  engine_turn_event (call->turn, "waiting", g_variant_dict_end (&details));
}

static void
set_aside (CoreCall *call)
{
  CoreSession *session = call->session;
  gsize length = strlen (call->text);
  CoreWaitingLine *waiting;

  call->turn->verdict = ENGINE_VERDICT_PROTOCOL;
  /* No word of it, then: nothing will come of it. Whoever sends so much is no contact of ours, and
   * one that is begins again. */
  if (session->waiting->len >= CORE_WAITING_MAX_LINES
      || session->waiting_bytes + length > CORE_WAITING_MAX_BYTES)
    return;
  tell_waiting (call);
  waiting = g_new0 (CoreWaitingLine, 1);
  waiting->line = g_strdup (call->text);
  waiting->from = g_strdup (call->from);
  g_ptr_array_add (session->waiting, waiting);
  session->waiting_bytes += length;
  core_account_want_key (session->account);
  /* It may have been made while the line was at the engine, which had none: nobody else feeds. */
  if (session->account->has_key)
    core_session_feed_waiting (session);
}

/* Exchanges go on in order: what belongs to one waits behind what waits already. */
static gboolean
must_wait (CoreCall *call)
{
  return call->session->waiting->len > 0
         && (engine_line_is_exchange (call->line) || call->line->type == ENGINE_LINE_QUERY);
}

/* Many exchange lines in a row are a circle, or somebody who wants us busy. */
static gboolean
is_storm (CoreCall *call)
{
  CoreSession *session = call->session;
  gint64 passed = (call->context.now - session->exchange_lines_at) / G_USEC_PER_SEC;

  if (!engine_line_is_exchange (call->line))
    return FALSE;
  session->exchange_lines -= (guint)MIN (session->exchange_lines, passed);
  if (passed > 0)
    session->exchange_lines_at = call->context.now;
  return session->exchange_lines++ >= CORE_EXCHANGE_LINES_MAX;
}

static gboolean
drop_in_storm (CoreCall *call)
{
  CoreSession *session = call->session;
  GVariantDict details;

  /* Told once, until there is room again. */
  if (session->exchange_lines == CORE_EXCHANGE_LINES_MAX + 1)
    {
      g_variant_dict_init (&details, NULL);
      g_variant_dict_insert (&details, "seconds", "u", 1u);
      engine_turn_event (call->turn, "storm", g_variant_dict_end (&details));
    }
  session->exchange_lines = MIN (session->exchange_lines, CORE_EXCHANGE_LINES_MAX + 2);
  return answer (call, ENGINE_VERDICT_PROTOCOL);
}

static gboolean
begin_line (CoreCall *call)
{
  CoreSession *session = call->session;

  if (call->history && !begin_history (call))
    return FALSE;
  if (is_storm (call))
    return drop_in_storm (call);
  if (must_wait (call))
    {
      set_aside (call);
      return FALSE;
    }
  call->dear = strlen (call->text) > CHEAP_LINE_BYTES
               || engine_session_is_dear (session->engine, call->line);
  return TRUE;
}

/* Only what limits lines cuts them. FALSE: the rest of the line is to come. */
static gboolean
join_split (CoreCall *call)
{
  char *whole = NULL;

  if (call->context.max_line == 0)
    return TRUE;
  switch (core_split_lines_take (call->session->split_lines, get_caller_id (call), call->from,
                                 call->text, call->context.now, &whole))
    {
    case CORE_SPLIT_WAITS:
      return answer (call, ENGINE_VERDICT_PROTOCOL);
    case CORE_SPLIT_WHOLE:
      g_free (call->text);
      call->text = whole;
      return TRUE;
    case CORE_SPLIT_NOT:
      break;
    }
  return TRUE;
}

static gboolean
begin_receive (CoreCall *call)
{
  CoreSession *session = call->session;

  if (!check_line (call) || !join_split (call))
    return FALSE;
  if (core_repeats_is_own (session->repeats, call->text))
    {
      if (!call->sent)
        engine_turn_event (call->turn, "reflected", NULL);
      return answer (call, ENGINE_VERDICT_OWN);
    }
  call->line = engine_line_read (call->text);
  if (call->sent)
    return take_carbon (call);
  if (call->line->type == ENGINE_LINE_FRAGMENT ? !take_piece (call) : is_repeat (call))
    return FALSE;
  core_session_note_call (session, call->caller);
  return begin_line (call);
}

static gboolean
may_start (CoreCall *call)
{
  EngineView *view = call->turn->view;

  if (!call->turn->wants_start || call->history || view == NULL || view->exchanging)
    return FALSE;
  /* What was private is to be private again, if the user did not end it. */
  if (view->latched)
    return call->context.answers;
  return call->policy == OTRD_POLICY_OPPORTUNISTIC || call->policy == OTRD_POLICY_ALWAYS;
}

static void
work_receive (CoreCall *call)
{
  EngineSession *engine = call->session->engine;

  engine_session_receive (engine, &call->context, call->line, call->from, call->turn);
  if (may_start (call))
    engine_session_start (engine, &call->context, call->turn);
  if (!call->history)
    core_session_release_held (call);
  /* Here and not at the answer: it may be long. */
  if (call->dear && call->turn->text != NULL && call->turn->verdict == ENGINE_VERDICT_PRIVATE)
    call->shown = core_form_from_wire (call->turn->text, call->content_type);
  if (call->history)
    g_ptr_array_set_size (call->turn->transmissions, 0);
}

static void
settle_receive (CoreCall *call)
{
  CoreSession *session = call->session;

  if (call->turn->needs_key)
    set_aside (call);
  /* Nothing goes out with old lines, but they may have left a session that texts can go by. */
  if (call->history && call->turn->release_held)
    core_session_release_later (session);
  /* Who lets nothing out in the clear expects nothing in it. */
  if (call->turn->verdict == ENGINE_VERDICT_PLAINTEXT && call->policy == OTRD_POLICY_ALWAYS)
    call->turn->verdict = ENGINE_VERDICT_UNEXPECTED_PLAINTEXT;
  if (call->turn->saw_plain_text && call->policy == OTRD_POLICY_OPPORTUNISTIC)
    session->offer_declined = TRUE;
  if (call->line->type == ENGINE_LINE_OFFER || call->line->type == ENGINE_LINE_QUERY)
    {
      session->offer_declined = FALSE;
      if (session->view->exchanging || call->turn->transmissions->len > 0)
        core_account_want_key (session->account);
    }
}

static const CoreCallType receive_type = {
  .begin = begin_receive,
  .work = work_receive,
  .settle = settle_receive,
  .may_repeat = TRUE,
};

void
core_session_receive (CoreSession *session,
                      CoreMessenger *caller,
                      const char *line,
                      const CoreReceiveOptions *options,
                      CoreReply reply,
                      gpointer user_data)
{
  CoreCall *call = core_call_new (&receive_type, session, caller, reply, user_data);

  call->text = g_strdup (line);
  call->from = g_strdup (options->from);
  call->line_id = g_strdup (options->id);
  call->sent = options->sent;
  call->history = options->history;
  core_session_submit (session, call);
}

static gboolean
begin_feed (CoreCall *call)
{
  CoreSession *session = call->session;
  EngineKey *key = call->context.key;

  session->feeding = FALSE;
  if (session->waiting->len == 0 || key == NULL || !engine_key_is_private (key))
    return FALSE;
  call->lines = session->waiting;
  session->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify)core_waiting_line_free);
  session->waiting_bytes = 0;
  call->dear = TRUE;
  return TRUE;
}

static void
work_feed (CoreCall *call)
{
  for (guint i = 0; i < call->lines->len; i++)
    {
      const CoreWaitingLine *waiting = g_ptr_array_index (call->lines, i);
      g_autoptr (EngineLine) line = engine_line_read (waiting->line);

      call->turn->release_held = FALSE;
      engine_session_receive (call->session->engine, &call->context, line, waiting->from,
                              call->turn);
      core_session_release_held (call);
    }
}

static const CoreCallType feed_type = {
  .begin = begin_feed,
  .work = work_feed,
};

void
core_session_feed_waiting (CoreSession *session)
{
  if (session->waiting->len == 0 || session->feeding)
    return;
  session->feeding = TRUE;
  core_session_submit (session, core_call_new (&feed_type, session, NULL, NULL, NULL));
}
