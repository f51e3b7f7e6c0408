// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Pidgin shows the title while it changes, Finch as it was at first. libpurple
 * sets it anew whenever a contact's alias changes, which the contact may do. */

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

void
title_keep (PurpleConversation *conversation)
{
  const char *words = purple_conversation_get_data (conversation, KEY);
  g_autofree char *title = words != NULL ? compose (conversation, words) : NULL;

  if (title != NULL && g_strcmp0 (title, purple_conversation_get_title (conversation)) != 0)
    purple_conversation_set_title (conversation, title);
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
}
