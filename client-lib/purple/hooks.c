// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* The hooks. A text that the user sends is taken away from libpurple, and a line
 * that comes is not shown; the talk says later what goes out and what is seen.
 * Ours is the last hook for what is sent and the first for what comes, so that
 * other plugins see what the user sees. Rooms are left alone. */

#include "hooks.h"

#include "beacon.h"
#include "log-guard.h"
#include "notices.h"
#include "outlet.h"
#include "talk.h"
#include "title.h"

static void
on_sending (PurpleAccount *account, const char *who, char **message, gpointer user_data)
{
  Messenger *messenger = user_data;

  if (*message == NULL || **message == '\0')
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
show_state (Talk *talk, gpointer user_data)
{
  talk_show_state (talk);
}

static void
set_online (Messenger *messenger, PurpleConnection *link, gboolean online)
{
  g_autoptr (GPtrArray) talks =
      messenger_list_talks (messenger, purple_connection_get_account (link));

  for (guint i = 0; i < talks->len; i++)
    talk_set_online (talks->pdata[i], online);
}

/* Another messenger may be private with this contact already: the window says so. */
static void
watch (PurpleConversation *conversation, Messenger *messenger)
{
  Talk *talk;

  if (purple_conversation_get_type (conversation) != PURPLE_CONV_TYPE_IM)
    return;
  talk = messenger_get_talk (messenger, purple_conversation_get_account (conversation),
                             purple_conversation_get_name (conversation));
  talk_show_state (talk);
  talk_do (talk, show_state, NULL, NULL);
}

static void
watch_all (Messenger *messenger, PurpleAccount *account)
{
  for (GList *at = purple_get_ims (); at != NULL; at = at->next)
    if (account == NULL || purple_conversation_get_account (at->data) == account)
      watch (at->data, messenger);
}

static void
on_signed_on (PurpleConnection *link, gpointer user_data)
{
  set_online (user_data, link, TRUE);
  watch_all (user_data, purple_connection_get_account (link));
}

/* Of an account, or NULL: of all. */
static void
leave_all (Messenger *messenger, PurpleAccount *account, const char *why)
{
  g_autoptr (Messenger) keep = messenger_ref (messenger);
  g_autoptr (GPtrArray) talks = messenger_list_talks (messenger, account);

  for (guint i = 0; i < talks->len; i++)
    {
      Talk *talk = talks->pdata[i];
      PurpleConversation *conversation;

      talk_leave (talk, why);
      /* What was shown may have had the plugin unloaded. */
      if (talk_get_messenger (talk) == NULL)
        continue;
      messenger_drop_talk (messenger, talk);
      conversation = talk_find_conversation (talk);
      if (conversation == NULL)
        continue;
      beacon_hide (messenger_get_plugin (messenger), conversation);
      title_show (conversation, "not known yet");
    }
}

/* The user signs off, while all can still be sent. A link that breaks is no goodbye. */
static void
on_signing_off (PurpleConnection *link, gpointer user_data)
{
  PurpleAccount *account = purple_connection_get_account (link);

  if (PURPLE_CONNECTION_IS_CONNECTED (link) && purple_account_get_current_error (account) == NULL)
    leave_all (user_data, account, "The account is signed off.");
}

static void
on_quitting (gpointer user_data)
{
  leave_all (user_data, NULL, "The program ends.");
}

static void
set_contact_online (PurpleBuddy *buddy, Messenger *messenger, gboolean online)
{
  Talk *talk = messenger_find_talk (messenger, purple_buddy_get_account (buddy),
                                    purple_buddy_get_name (buddy));

  if (talk != NULL)
    talk_set_contact_online (talk, online);
}

static void
on_buddy_signed_on (PurpleBuddy *buddy, gpointer user_data)
{
  set_contact_online (buddy, user_data, TRUE);
}

static void
on_buddy_signed_off (PurpleBuddy *buddy, gpointer user_data)
{
  set_contact_online (buddy, user_data, FALSE);
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
on_conversation_created (PurpleConversation *conversation, gpointer user_data)
{
  watch (conversation, user_data);
}

static void
on_conversation_updated (PurpleConversation *conversation, PurpleConvUpdateType what)
{
  if (what == PURPLE_CONV_UPDATE_TITLE)
    title_keep (conversation);
}

static void
on_conversation_deleted (PurpleConversation *conversation, gpointer user_data)
{
  Talk *talk = find_talk (user_data, conversation);

  if (talk != NULL)
    talk_close (talk);
}

static void
connect_to_conversations (Messenger *messenger, PurplePlugin *plugin)
{
  void *conversations = purple_conversations_get_handle ();

  purple_signal_connect_priority (conversations, "sending-im-msg", plugin,
                                  PURPLE_CALLBACK (on_sending), messenger,
                                  PURPLE_SIGNAL_PRIORITY_HIGHEST);
  purple_signal_connect_priority (conversations, "receiving-im-msg", plugin,
                                  PURPLE_CALLBACK (on_receiving), messenger,
                                  PURPLE_SIGNAL_PRIORITY_LOWEST);
  purple_signal_connect (conversations, "conversation-created", plugin,
                         PURPLE_CALLBACK (on_conversation_created), messenger);
  purple_signal_connect (conversations, "conversation-updated", plugin,
                         PURPLE_CALLBACK (on_conversation_updated), NULL);
  purple_signal_connect (conversations, "deleting-conversation", plugin,
                         PURPLE_CALLBACK (on_conversation_deleted), messenger);
}

static void
connect_to_network (Messenger *messenger, PurplePlugin *plugin)
{
  void *connections = purple_connections_get_handle ();
  void *buddies = purple_blist_get_handle ();

  purple_signal_connect (connections, "signed-on", plugin, PURPLE_CALLBACK (on_signed_on),
                         messenger);
  purple_signal_connect (connections, "signing-off", plugin, PURPLE_CALLBACK (on_signing_off),
                         messenger);
  purple_signal_connect (connections, "signed-off", plugin, PURPLE_CALLBACK (on_signed_off),
                         messenger);
  purple_signal_connect (purple_accounts_get_handle (), "account-destroying", plugin,
                         PURPLE_CALLBACK (on_account_removed), messenger);
  purple_signal_connect (buddies, "buddy-signed-on", plugin, PURPLE_CALLBACK (on_buddy_signed_on),
                         messenger);
  purple_signal_connect (buddies, "buddy-signed-off", plugin, PURPLE_CALLBACK (on_buddy_signed_off),
                         messenger);
  purple_signal_connect (purple_get_core (), "quitting", plugin, PURPLE_CALLBACK (on_quitting),
                         messenger);
}

void
hooks_connect (Messenger *messenger)
{
  PurplePlugin *plugin = messenger_get_plugin (messenger);

  connect_to_conversations (messenger, plugin);
  connect_to_network (messenger, plugin);
  log_guard_connect (messenger);
  outlet_guard (messenger);
  watch_all (messenger, NULL);
}

void
hooks_disconnect (Messenger *messenger)
{
  leave_all (messenger, NULL, "OTR is switched off.");
  purple_signals_disconnect_by_handle (messenger_get_plugin (messenger));
  outlet_release ();
  for (GList *at = purple_get_ims (); at != NULL; at = at->next)
    {
      title_give_up (at->data);
      notices_warn (at->data, "OTR is switched off: this conversation is NOT PRIVATE.");
    }
}
