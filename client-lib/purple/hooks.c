// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* The hooks. A text that the user sends is taken away from libpurple, and a line
 * that comes is not shown; the talk says later what goes out and what is seen.
 * Ours is the last hook for what is sent and the first for what comes, so that
 * other plugins see what the user sees. Rooms are left alone. */

#include "hooks.h"

#include "talk.h"

static void
on_sending (PurpleAccount *account, const char *who, char **message, gpointer user_data)
{
  Messenger *messenger = user_data;

  if (*message == NULL || **message == '\0' || messenger_is_entered (messenger))
    return;
  talk_send (messenger_get_talk (messenger, account, who), *message);
  g_clear_pointer (message, g_free);
}

static gboolean
on_receiving (PurpleAccount *account,
              char **who,
              char **message,
              PurpleConversation *conversation,
              PurpleMessageFlags *flags,
              gpointer user_data)
{
  Messenger *messenger = user_data;

  if (*who == NULL || *message == NULL || messenger_is_entered (messenger))
    return FALSE;
  talk_receive (messenger_get_talk (messenger, account, *who), *who, *message, *flags);
  return TRUE;
}

static void
set_online (Messenger *messenger, PurpleConnection *link, gboolean online)
{
  g_autoptr (GPtrArray) talks =
      messenger_list_talks (messenger, purple_connection_get_account (link));

  for (guint i = 0; i < talks->len; i++)
    talk_set_online (talks->pdata[i], online);
}

static void
on_signed_on (PurpleConnection *link, gpointer user_data)
{
  set_online (user_data, link, TRUE);
}

static void
on_signed_off (PurpleConnection *link, gpointer user_data)
{
  set_online (user_data, link, FALSE);
}

static void
on_account_removed (PurpleAccount *account, gpointer user_data)
{
  messenger_drop_account (user_data, account);
}

static Talk *
find_talk (Messenger *messenger, PurpleConversation *conversation)
{
  if (purple_conversation_get_type (conversation) != PURPLE_CONV_TYPE_IM)
    return NULL;
  return messenger_find_talk (messenger, purple_conversation_get_account (conversation),
                              purple_conversation_get_name (conversation));
}

static void
show_state (Talk *talk, gpointer user_data)
{
  talk_show_state (talk);
}

/* Another messenger may be private with this contact already: the window says so. */
static void
on_conversation_created (PurpleConversation *conversation, gpointer user_data)
{
  if (purple_conversation_get_type (conversation) == PURPLE_CONV_TYPE_IM)
    talk_do (messenger_get_talk (user_data, purple_conversation_get_account (conversation),
                                 purple_conversation_get_name (conversation)),
             show_state, NULL, NULL);
}

static void
on_conversation_deleted (PurpleConversation *conversation, gpointer user_data)
{
  Talk *talk = find_talk (user_data, conversation);

  if (talk != NULL)
    talk_close (talk);
}

void
hooks_connect (Messenger *messenger)
{
  PurplePlugin *plugin = messenger_get_plugin (messenger);
  void *conversations = purple_conversations_get_handle ();
  void *connections = purple_connections_get_handle ();

  purple_signal_connect_priority (conversations, "sending-im-msg", plugin,
                                  PURPLE_CALLBACK (on_sending), messenger,
                                  PURPLE_SIGNAL_PRIORITY_HIGHEST);
  purple_signal_connect_priority (conversations, "receiving-im-msg", plugin,
                                  PURPLE_CALLBACK (on_receiving), messenger,
                                  PURPLE_SIGNAL_PRIORITY_LOWEST);
  purple_signal_connect (conversations, "conversation-created", plugin,
                         PURPLE_CALLBACK (on_conversation_created), messenger);
  purple_signal_connect (conversations, "deleting-conversation", plugin,
                         PURPLE_CALLBACK (on_conversation_deleted), messenger);
  purple_signal_connect (connections, "signed-on", plugin, PURPLE_CALLBACK (on_signed_on),
                         messenger);
  purple_signal_connect (connections, "signed-off", plugin, PURPLE_CALLBACK (on_signed_off),
                         messenger);
  purple_signal_connect (purple_accounts_get_handle (), "account-destroying", plugin,
                         PURPLE_CALLBACK (on_account_removed), messenger);
}
