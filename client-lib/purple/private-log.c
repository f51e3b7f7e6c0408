// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* The rule for all is a preference of libpurple, that for a contact is kept with
 * the contact in the buddy list. */

#include "private-log.h"

#define PREFERENCES "/plugins/core/otrd"
#define LOG_PRIVATE PREFERENCES "/log_private"
#define KEY "otrd-log-private"

static const char *const words[] = {
  [PRIVATE_LOG_AS_DEFAULT] = "",
  [PRIVATE_LOG_NEVER] = "never",
  [PRIVATE_LOG_ALWAYS] = "always",
};

void
private_log_add_preferences (void)
{
  purple_prefs_add_none (PREFERENCES);
  purple_prefs_add_bool (LOG_PRIVATE, FALSE);
}

void
private_log_lay_out (PurplePluginPrefFrame *frame)
{
  purple_plugin_pref_frame_add (
      frame, purple_plugin_pref_new_with_name_and_label (
                 LOG_PRIVATE, "Keep private conversations in the log (readable on the disk)"));
}

PrivateLog
private_log_get (PurpleBlistNode *contact)
{
  const char *word = purple_blist_node_get_string (contact, KEY);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (word, words[i]) == 0)
      return (PrivateLog)i;
  return PRIVATE_LOG_AS_DEFAULT;
}

void
private_log_set (PurpleBlistNode *contact, PrivateLog rule)
{
  if (rule == PRIVATE_LOG_AS_DEFAULT)
    purple_blist_node_remove_setting (contact, KEY);
  else
    purple_blist_node_set_string (contact, KEY, words[rule]);
}

gboolean
private_log_is_kept (PurpleConversation *conversation)
{
  PurpleBuddy *buddy = purple_find_buddy (purple_conversation_get_account (conversation),
                                          purple_conversation_get_name (conversation));
  PrivateLog rule =
      buddy != NULL ? private_log_get (PURPLE_BLIST_NODE (buddy)) : PRIVATE_LOG_AS_DEFAULT;

  if (rule == PRIVATE_LOG_AS_DEFAULT)
    return purple_prefs_get_bool (LOG_PRIVATE);
  return rule == PRIVATE_LOG_ALWAYS;
}
