/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The messengers on a session: who is attached, who is owed. */

#include "core/session-private.h"

#include "core/account-private.h"
#include "core/limits.h"

CoreAttachment *
core_session_find_attachment (CoreSession *session, CoreMessenger *messenger)
{
  for (guint i = 0; i < session->attachments->len; i++)
    {
      CoreAttachment *attachment = g_ptr_array_index (session->attachments, i);

      if (attachment->messenger == messenger)
        return attachment;
    }
  return NULL;
}

CoreAttachment *
core_session_find_served (CoreSession *session)
{
  CoreAttachment *served = NULL;

  for (guint i = 0; i < session->attachments->len; i++)
    {
      CoreAttachment *attachment = g_ptr_array_index (session->attachments, i);

      if (attachment->online && !core_messenger_has_vanished (attachment->messenger)
          && (served == NULL || attachment->last_call > served->last_call))
        served = attachment;
    }
  return served;
}

void
core_session_note_call (CoreSession *session, CoreMessenger *messenger)
{
  CoreAttachment *attachment = core_session_find_attachment (session, messenger);

  if (attachment != NULL)
    attachment->last_call = ++session->last_call;
}

void
core_session_ring (CoreSession *session)
{
  CoreAttachment *served;

  if (core_owed_is_empty (session->owed))
    return;
  served = core_session_find_served (session);
  if (served == NULL || served->rung)
    return;
  served->rung = TRUE;
  core_messenger_ring (served->messenger, session);
}

void
core_session_ring_for_news (CoreSession *session, CoreAttachment *attachment)
{
  if (!attachment->online || attachment->rung)
    return;
  attachment->rung = TRUE;
  core_messenger_ring (attachment->messenger, session);
}

/* Nobody comes, or goes, unseen by the others. */
static void
tell_others (CoreSession *session, CoreMessenger *about, const char *event)
{
  for (guint i = 0; i < session->attachments->len && !session->account->removed; i++)
    {
      CoreAttachment *attachment = g_ptr_array_index (session->attachments, i);
      GVariantDict details;

      if (attachment->messenger == about)
        continue;
      g_variant_dict_init (&details, NULL);
      g_variant_dict_insert (&details, "application", "s", core_messenger_get_application (about));
      g_variant_dict_insert (&details, "sandboxed", "b", core_messenger_is_sandboxed (about));
      core_attachment_tell (attachment, event, g_variant_dict_end (&details));
      core_session_ring_for_news (session, attachment);
    }
}

/* All that it had here is gone; the others are told later. */
static gboolean
cut_off (CoreSession *session, CoreMessenger *messenger)
{
  g_autoptr (CoreMessenger) kept = g_object_ref (messenger);
  CoreAttachment *attachment = core_session_find_attachment (session, messenger);

  if (attachment == NULL)
    return FALSE;
  core_session_orphan_calls (session, messenger);
  core_session_remember_unasked (session, attachment);
  engine_assembler_forget (session->assembler, core_messenger_get_id (messenger));
  core_messenger_remove_session (messenger, session);
  g_ptr_array_remove (session->attachments, attachment);
  return TRUE;
}

/* Those whose turn to go has not come: who comes back must find what they left. */
static void
cut_off_vanished (CoreSession *session)
{
  for (guint i = session->attachments->len; i > 0; i--)
    {
      CoreAttachment *attachment = g_ptr_array_index (session->attachments, i - 1);

      if (core_messenger_has_vanished (attachment->messenger))
        cut_off (session, attachment->messenger);
    }
}

static gboolean
add_attachment (CoreSession *session, CoreMessenger *messenger, GError **error)
{
  CoreAttachment *attachment;

  cut_off_vanished (session);
  if (session->attachments->len >= CORE_MESSENGERS_PER_SESSION_MAX)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "%d messengers are attached to this session already",
                   CORE_MESSENGERS_PER_SESSION_MAX);
      return FALSE;
    }
  attachment = core_attachment_new (messenger, session->account->protocol);
  attachment->must_consent = core_session_take_unasked (session, messenger);
  g_ptr_array_add (session->attachments, attachment);
  core_messenger_add_session (messenger, session);
  return TRUE;
}

/* A conversation that was private before the service ended goes on. */
static void
resume (CoreSession *session)
{
  if (!session->restored)
    return;
  if (g_strcmp0 (core_session_get_policy (session), "never") == 0)
    return;
  core_session_resume (session);
}

gboolean
core_session_attach (CoreSession *session,
                     CoreMessenger *messenger,
                     const CoreConfiguration *configuration,
                     GError **error)
{
  CoreAttachment *attachment = core_session_find_attachment (session, messenger);
  gboolean is_new = attachment == NULL;

  if (!core_configuration_check (configuration, error))
    return FALSE;
  if (is_new && !add_attachment (session, messenger, error))
    return FALSE;
  attachment = core_session_find_attachment (session, messenger);
  core_attachment_configure (attachment, configuration);
  core_session_note_call (session, messenger);
  /* Its caller is told by OpenSession's "pending". */
  attachment->rung = TRUE;
  if (is_new)
    {
      g_object_notify (G_OBJECT (session), "messengers");
      tell_others (session, messenger, "messenger-attached");
      resume (session);
    }
  attachment->rung = core_session_owes (session, messenger);
  return TRUE;
}

gboolean
core_session_is_attached (CoreSession *session, CoreMessenger *messenger)
{
  return core_session_find_attachment (session, messenger) != NULL;
}

gboolean
core_session_owes (CoreSession *session, CoreMessenger *messenger)
{
  CoreAttachment *attachment = core_session_find_attachment (session, messenger);

  if (attachment == NULL || !attachment->online)
    return FALSE;
  return core_attachment_has_news (attachment)
         || (core_session_find_served (session) == attachment
             && !core_owed_is_empty (session->owed));
}

static void
tell_of_leaving (CoreSession *session, gpointer messenger)
{
  g_object_notify (G_OBJECT (session), "messengers");
  core_session_ring (session);
  tell_others (session, messenger, "messenger-detached");
  if (core_session_is_idle (session))
    core_account_remove_session (session->account, session);
}

void
core_session_remove_messenger (CoreSession *session, CoreMessenger *messenger)
{
  g_autoptr (CoreMessenger) kept = g_object_ref (messenger);

  if (cut_off (session, messenger))
    tell_of_leaving (session, messenger);
}

static void
lose_messenger (CoreSession *session, gpointer messenger)
{
  cut_off (session, messenger);
  tell_of_leaving (session, messenger);
}

/* It may have had thousands. */
void
core_sessions_lose_messenger (GPtrArray *sessions, CoreMessenger *messenger)
{
  CoreSlices *slices;

  if (sessions->len == 0)
    {
      g_ptr_array_unref (sessions);
      return;
    }
  for (guint i = 0; i < sessions->len; i++)
    core_session_orphan_calls (sessions->pdata[i], messenger);
  slices = CORE_SESSION (sessions->pdata[0])->account->slices;
  core_slices_add (slices, sessions, lose_messenger, g_object_ref (messenger), g_object_unref);
}
