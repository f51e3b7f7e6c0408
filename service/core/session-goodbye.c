/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Goodbyes: a key is replaced, or the service ends. Then the texts that are held
 * go back, each to the messenger that it came from, which alone can say to its user that
 * they were not sent; one that is not there any more has them given to who is owed.
 */

#include "core/session-private.h"

#include <string.h>

static gboolean
begin_goodbye (CoreCall *call)
{
  return TRUE;
}

static void
work_goodbye (CoreCall *call)
{
  engine_session_disconnect (call->session->engine, &call->context, call->turn);
}

static const CoreCallType goodbye_type = {
  .begin = begin_goodbye,
  .work = work_goodbye,
};

void
core_session_say_goodbye (CoreSession *session)
{
  core_session_submit (session, core_call_new (&goodbye_type, session, NULL, NULL, NULL));
}

static GPtrArray *
take_held (CoreHeld *held)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func ((GDestroyNotify)core_held_text_free);

  while (core_held_get_length (held) > 0)
    g_ptr_array_add (texts, core_held_take (held));
  return texts;
}

/* Takes those of @messenger, NULL: all.  NULL: there is none. */
static GVariant *
take_of (CoreSession *session, GPtrArray *texts, const char *messenger)
{
  GVariantBuilder messages;
  GVariantDict details;
  guint taken = 0;

  g_variant_builder_init (&messages, G_VARIANT_TYPE ("a(ts)"));
  for (guint i = 0; i < texts->len;)
    {
      const CoreHeldText *text = g_ptr_array_index (texts, i);

      if (messenger != NULL && strcmp (text->messenger, messenger) != 0)
        {
          i++;
          continue;
        }
      g_variant_builder_add (&messages, "(ts)", text->has_id ? text->id : 0, text->text);
      if (text->has_id)
        core_answers_forget (session->answers, text->id);
      g_ptr_array_remove_index (texts, i);
      taken++;
    }
  if (taken == 0)
    {
      g_variant_builder_clear (&messages);
      return NULL;
    }
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "messages", g_variant_builder_end (&messages));
  g_variant_dict_insert (&details, "reason", "s", CORE_LOST_AT_THE_END);
  return g_variant_dict_end (&details);
}

static void
give_to (CoreSession *session, CoreAttachment *attachment, GPtrArray *texts)
{
  GVariant *details;

  if (!attachment->online || core_messenger_has_vanished (attachment->messenger))
    return;
  details = take_of (session, texts, core_messenger_get_id (attachment->messenger));
  if (details == NULL)
    return;
  core_attachment_tell (attachment, "lost", details);
  core_session_ring_for_news (session, attachment);
}

/* An exchange that runs is let be: stopped, it would leave the session in the clear, and what the
 * user types then, until the end or to the next service, would go so without consent. */
static void
work_last_goodbye (CoreCall *call)
{
  if (call->session->view->state == ENGINE_STATE_PRIVATE)
    work_goodbye (call);
}

static void
settle_last_goodbye (CoreCall *call)
{
  CoreSession *session = call->session;
  g_autoptr (GPtrArray) texts = take_held (session->held);
  GVariant *rest;

  session->ending = TRUE;
  for (guint i = 0; i < session->attachments->len; i++)
    give_to (session, g_ptr_array_index (session->attachments, i), texts);
  rest = take_of (session, texts, NULL);
  if (rest != NULL)
    engine_turn_event (call->turn, "lost", rest);
}

static const CoreCallType last_goodbye_type = {
  .begin = begin_goodbye,
  .work = work_last_goodbye,
  .settle = settle_last_goodbye,
};

void
core_session_leave (CoreSession *session)
{
  core_session_submit (session, core_call_new (&last_goodbye_type, session, NULL, NULL, NULL));
}

gboolean
core_session_is_leaving (CoreSession *session)
{
  if (session->running != NULL)
    return TRUE;
  if (core_owed_is_for_somebody (session->owed) && core_session_find_served (session) != NULL)
    return TRUE;
  for (guint i = 0; i < session->attachments->len; i++)
    {
      CoreAttachment *attachment = g_ptr_array_index (session->attachments, i);

      if (attachment->online && core_attachment_has_lost (attachment))
        return TRUE;
    }
  return FALSE;
}
