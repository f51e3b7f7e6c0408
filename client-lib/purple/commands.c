// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* What can be typed in a conversation. A line that was typed stays in the
 * program's history, so a secret is better given to the dialogs of /otr verify. */

#include "commands.h"

#include "talk.h"
#include "verbs.h"

#include <string.h>

struct _Commands
{
  Messenger *messenger;
  GArray *ids; /* PurpleCmdId */
};

typedef struct
{
  Verb run;
  char *words;
} Order;

static void
run_order (Talk *talk, gpointer user_data)
{
  const Order *order = user_data;

  order->run (talk, order->words);
}

static void
order_free (Order *order)
{
  g_free (order->words);
  g_free (order);
}

static Order *
read_order (const char *typed)
{
  g_auto (GStrv) parts = g_strsplit (typed != NULL ? typed : "", " ", 2);
  Verb run = verbs_find (parts[0] != NULL ? parts[0] : "status");
  Order *order;

  if (run == NULL)
    return NULL;
  order = g_new0 (Order, 1);
  order->run = run;
  order->words = g_strstrip (g_strdup (parts[0] != NULL && parts[1] != NULL ? parts[1] : ""));
  return order;
}

static PurpleCmdRet
on_otr (PurpleConversation *conversation, const char *name, char **words, char **error, void *self)
{
  Commands *commands = self;
  g_autofree char *typed = NULL;
  Order *order;

  if (purple_conversation_get_type (conversation) != PURPLE_CONV_TYPE_IM)
    {
      *error = g_strdup ("OTR is for two: rooms are left alone, and what is said here is not "
                         "private.");
      return PURPLE_CMD_RET_FAILED;
    }
  typed = words[0] != NULL ? purple_unescape_html (words[0]) : NULL;
  order = read_order (typed);
  if (order == NULL)
    {
      *error = g_strdup ("There is no such thing: see /otr help.");
      return PURPLE_CMD_RET_FAILED;
    }
  talk_do (messenger_get_talk (commands->messenger, purple_conversation_get_account (conversation),
                               purple_conversation_get_name (conversation)),
           run_order, order, (GDestroyNotify)order_free);
  return PURPLE_CMD_RET_OK;
}

/* Commands of the protocols' own send at once, in the clear, past every hook. */

static PurpleCmdRet
on_me (PurpleConversation *conversation, const char *name, char **words, char **error, void *self)
{
  g_autofree char *text = g_strconcat ("/me ", words[0], NULL);

  purple_conv_im_send (PURPLE_CONV_IM (conversation), text);
  return PURPLE_CMD_RET_OK;
}

/* Rooms, and the network's own servants, which want their commands as they are. */
static gboolean
is_contact (const char *target)
{
  static const char *const servants[] = { "nickserv", "chanserv", "memoserv", "hostserv", NULL };
  g_autofree char *lower = g_ascii_strdown (target, -1);

  return strchr ("#&+!", *target) == NULL && !g_strv_contains (servants, lower);
}

static PurpleCmdRet
on_message (
    PurpleConversation *conversation, const char *name, char **words, char **error, void *self)
{
  Commands *commands = self;

  if (!is_contact (words[0]))
    return PURPLE_CMD_RET_CONTINUE;
  talk_send (messenger_get_talk (commands->messenger,
                                 purple_conversation_get_account (conversation), words[0]),
             words[1]);
  return PURPLE_CMD_RET_OK;
}

static PurpleCmdRet
on_whisper (
    PurpleConversation *conversation, const char *name, char **words, char **error, void *self)
{
  Commands *commands = self;
  g_autofree char *who =
      g_strdup_printf ("%s/%s", purple_conversation_get_name (conversation), words[0]);

  talk_send (
      messenger_get_talk (commands->messenger, purple_conversation_get_account (conversation), who),
      words[1]);
  return PURPLE_CMD_RET_OK;
}

static void
add_command (Commands *self,
             const char *name,
             const char *arguments,
             PurpleCmdFlag flags,
             const char *protocol,
             PurpleCmdFunc run,
             const char *help)
{
  PurpleCmdId id =
      purple_cmd_register (name, arguments, PURPLE_CMD_P_HIGH, flags, protocol, run, help, self);

  g_array_append_val (self->ids, id);
}

static void
add_protocol_commands (Commands *self)
{
  static const char *const actions[] = { "me", "action" };
  static const char *const messages[] = { "msg", "query", "notice" };
  PurpleCmdFlag both = PURPLE_CMD_FLAG_IM | PURPLE_CMD_FLAG_CHAT | PURPLE_CMD_FLAG_PRPL_ONLY;

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    add_command (self, actions[i], "s", PURPLE_CMD_FLAG_IM | PURPLE_CMD_FLAG_PRPL_ONLY, "prpl-irc",
                 PURPLE_CMD_FUNC (on_me), "me &lt;action&gt;: what you do");
  /* To one person in a room of XMPP. */
  add_command (self, "msg", "ws", PURPLE_CMD_FLAG_CHAT | PURPLE_CMD_FLAG_PRPL_ONLY, "prpl-jabber",
               PURPLE_CMD_FUNC (on_whisper),
               "msg &lt;user&gt; &lt;message&gt;: a message to one person in the room");
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    add_command (self, messages[i], "ws", both, "prpl-irc", PURPLE_CMD_FUNC (on_message),
                 "msg &lt;nick&gt; &lt;message&gt;: a message, as private as the conversation");
}

Commands *
commands_register (Messenger *messenger)
{
  Commands *self = g_new0 (Commands, 1);

  self->messenger = messenger;
  self->ids = g_array_new (FALSE, FALSE, sizeof (PurpleCmdId));
  add_command (self, "otr", "s",
               PURPLE_CMD_FLAG_IM | PURPLE_CMD_FLAG_CHAT | PURPLE_CMD_FLAG_ALLOW_WRONG_ARGS, NULL,
               PURPLE_CMD_FUNC (on_otr), "otr help: private conversations");
  add_protocol_commands (self);
  return self;
}

void
commands_unregister (Commands *self)
{
  for (guint i = 0; i < self->ids->len; i++)
    purple_cmd_unregister (g_array_index (self->ids, PurpleCmdId, i));
  g_array_unref (self->ids);
  g_free (self);
}
