// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Between the two signals of a text that is written the conversation is not logged. */

#include "log-guard.h"

#include "private-log.h"
#include "talk.h"

#define KEY "otrd-log-paused"

/* While that is not known it is not written to the disk either. */
static gboolean
may_go_privately (Talk *talk)
{
  OtrdSession *session = talk != NULL ? talk_get_session (talk) : NULL;

  return session == NULL || otrd_session_get_state (session) != OTRD_STATE_PLAINTEXT
         || otrd_session_get_policy (session) == OTRD_POLICY_ALWAYS;
}

static void
resume (PurpleConversation *conversation)
{
  if (purple_conversation_get_data (conversation, KEY) == NULL)
    return;
  purple_conversation_set_data (conversation, KEY, NULL);
  purple_conversation_set_logging (conversation, TRUE);
}

/* Another plugin may have kept the text from being written. */
static gboolean
resume_all (gpointer user_data)
{
  for (GList *at = purple_get_ims (); at != NULL; at = at->next)
    resume (at->data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_writing (PurpleAccount *account,
            const char *who,
            char **text,
            PurpleConversation *conversation,
            PurpleMessageFlags flags,
            gpointer user_data)
{
  Messenger *messenger = user_data;

  if (!(flags & PURPLE_MESSAGE_SEND) || !purple_conversation_is_logging (conversation)
      || private_log_is_kept (conversation)
      || !may_go_privately (
          messenger_find_talk (messenger, account, purple_conversation_get_name (conversation))))
    return FALSE;
  purple_conversation_set_logging (conversation, FALSE);
  purple_conversation_set_data (conversation, KEY, GINT_TO_POINTER (TRUE));
  g_idle_add (resume_all, NULL);
  return FALSE;
}

static void
on_wrote (PurpleAccount *account,
          const char *who,
          const char *text,
          PurpleConversation *conversation,
          PurpleMessageFlags flags)
{
  resume (conversation);
}

void
log_guard_connect (Messenger *messenger)
{
  PurplePlugin *plugin = messenger_get_plugin (messenger);
  void *conversations = purple_conversations_get_handle ();

  purple_signal_connect (conversations, "writing-im-msg", plugin, PURPLE_CALLBACK (on_writing),
                         messenger);
  purple_signal_connect (conversations, "wrote-im-msg", plugin, PURPLE_CALLBACK (on_wrote), NULL);
}
