// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Pidgin shows the title while it changes; Finch has to be told. libpurple sets it
 * anew whenever a contact's alias changes, which the contact may do. */

#include "title.h"

#define KEY "otrd-title"

static char *
compose (PurpleConversation *conversation, const char *words)
{
  const char *who = purple_conversation_get_name (conversation);
  PurpleBuddy *buddy = purple_find_buddy (purple_conversation_get_account (conversation), who);

  return g_strdup_printf ("[%s] %s", words,
                          buddy != NULL ? purple_buddy_get_contact_alias (buddy) : who);
}

/* Finch names its window when it opens it, and whenever the contact begins or ends to
 * type. It is told once more that somebody who does not type, does not. */
static void
have_it_shown (PurpleConversation *conversation)
{
  if (g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0 && conversation->ui_data != NULL
      && purple_conversation_get_type (conversation) == PURPLE_CONV_TYPE_IM
      && purple_conv_im_get_typing_state (PURPLE_CONV_IM (conversation)) == PURPLE_NOT_TYPING)
    purple_signal_emit (purple_conversations_get_handle (), "buddy-typing-stopped",
                        purple_conversation_get_account (conversation),
                        purple_conversation_get_name (conversation));
}

void
title_keep (PurpleConversation *conversation)
{
  const char *words = purple_conversation_get_data (conversation, KEY);
  g_autofree char *title = words != NULL ? compose (conversation, words) : NULL;

  if (title == NULL || g_strcmp0 (title, purple_conversation_get_title (conversation)) == 0)
    return;
  purple_conversation_set_title (conversation, title);
  have_it_shown (conversation);
}

void
title_show (PurpleConversation *conversation, const char *words)
{
  purple_conversation_set_data (conversation, KEY, (gpointer)g_intern_string (words));
  title_keep (conversation);
}

void
title_give_up (PurpleConversation *conversation)
{
  purple_conversation_set_data (conversation, KEY, NULL);
  purple_conversation_autoset_title (conversation);
  have_it_shown (conversation);
}
