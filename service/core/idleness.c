/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looks once in a while, not at each call: what hinders is looked for in every
 * session, and a call costs the same with one as with a thousand. */

#include "core/idleness.h"

#include "core/account-private.h"
#include "core/core-private.h"
#include "core/session-private.h"

void
core_hold (Core *core, CoreHold what)
{
  core->idleness.holds[what]++;
}

void
core_release (Core *core, CoreHold what)
{
  g_return_if_fail (core->idleness.holds[what] > 0);

  core->idleness.holds[what]--;
  core_stir (core);
}

guint
core_count_holds (Core *core, CoreHold what)
{
  return core->idleness.holds[what];
}

void
core_stir (Core *core)
{
  core->idleness.stirred = core_clock_get_now (core->clock);
}

/* A conversation that is finished, and nothing more, is as finished after a restart. */
static const char *
find_in_session (CoreSession *session)
{
  if (session->attachments->len > 0)
    return "a messenger is attached";
  if (session->running != NULL || session->calls.length > 0)
    return "a call of a session";
  if (session->view->state == ENGINE_STATE_PRIVATE)
    return "a private session";
  if (session->view->state == ENGINE_STATE_STARTING || session->view->exchanging)
    return "a key exchange";
  if (core_held_get_length (session->held) > 0)
    return "held texts";
  if (!core_owed_is_empty (session->owed))
    return "something is owed";
  if (session->waiting->len > 0)
    return "lines that wait for a key";
  if (session->unasked->len > 0)
    return "a messenger has not agreed to an end";
  return NULL;
}

static const char *
find_in_account (CoreAccount *account)
{
  GHashTableIter iter;
  gpointer session;
  const char *hindrance = account->generating ? "a key is being made" : NULL;

  g_hash_table_iter_init (&iter, account->sessions);
  while (hindrance == NULL && g_hash_table_iter_next (&iter, NULL, &session))
    hindrance = find_in_session (session);
  return hindrance;
}

const char *
core_find_hindrance (Core *core)
{
  const char *hindrance = vault_find_hindrance (core->vault);

  if (core->idleness.holds[CORE_HOLD_CALL] > 0)
    return "a call";
  if (core->idleness.holds[CORE_HOLD_CONNECTION] > 0)
    return "a direct connection";
  for (guint i = 0; hindrance == NULL && i < core->accounts->len; i++)
    hindrance = find_in_account (g_ptr_array_index (core->accounts, i));
  return hindrance;
}

static void look_at (Core *core, gint64 when);

static void
on_look (gpointer user_data)
{
  Core *core = user_data;
  CoreIdleness *idleness = &core->idleness;
  gint64 now = core_clock_get_now (core->clock);

  idleness->timer = 0;
  if (core_find_hindrance (core) != NULL)
    core_stir (core);
  if (now < idleness->stirred + idleness->after)
    {
      look_at (core, idleness->stirred + idleness->after);
      return;
    }
  look_at (core, now + idleness->after);
  idleness->func (idleness->user_data);
}

static void
look_at (Core *core, gint64 when)
{
  core->idleness.timer = core_clock_call_at (core->clock, when, on_look, core);
}

void
core_watch_idleness (Core *core, gint64 after, CoreIdleFunc func, gpointer user_data)
{
  g_return_if_fail (after > 0 && core->idleness.func == NULL);

  core->idleness.after = after;
  core->idleness.func = func;
  core->idleness.user_data = user_data;
  core_stir (core);
  look_at (core, core->idleness.stirred + after);
}
