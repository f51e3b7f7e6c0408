// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Each entry has its own file; here is only where it hangs. */

#include "menus.h"

#include "fingerprints.h"
#include "own-key.h"
#include "policy.h"
#include "private-log.h"
#include "takeover.h"
#include "unlock.h"

static const struct
{
  const char *label;
  void (*run) (Messenger *messenger);
} actions[] = {
  { "Known fingerprints...", fingerprints_show_all },
  { "Your own keys...", own_key_show_all },
  { "Policies...", policy_ask_for_all },
  { "Unlock your keys...", unlock_from_menu },
  { "Take over from pidgin-otr...", takeover_begin },
};

/* NULL: the plugin is not loaded. */
static Messenger *
find_messenger (PurplePlugin *plugin)
{
  Messenger **parts = plugin->extra;

  return parts != NULL ? *parts : NULL;
}

static void
on_action (PurplePluginAction *action)
{
  Messenger *messenger = find_messenger (action->plugin);

  if (messenger != NULL)
    for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
      if (g_str_equal (action->label, actions[i].label))
        actions[i].run (messenger);
}

GList *
menus_list_actions (PurplePlugin *plugin, gpointer context)
{
  GList *list = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    list = g_list_append (list, purple_plugin_action_new ((char *)actions[i].label, on_action));
  return list;
}

PurplePluginPrefFrame *
menus_lay_out_preferences (PurplePlugin *plugin)
{
  PurplePluginPrefFrame *frame = purple_plugin_pref_frame_new ();

  private_log_lay_out (frame);
  return frame;
}

static void
on_policy (PurpleBlistNode *node, gpointer user_data)
{
  PurpleBuddy *buddy = PURPLE_BLIST_NODE_IS_CONTACT (node)
                           ? purple_contact_get_priority_buddy (PURPLE_CONTACT (node))
                           : PURPLE_BUDDY (node);

  policy_ask_for_contact (user_data, buddy);
}

static void
on_contact_menu (PurpleBlistNode *node, GList **menu, gpointer messenger)
{
  if (PURPLE_BLIST_NODE_IS_BUDDY (node) || PURPLE_BLIST_NODE_IS_CONTACT (node))
    *menu =
        g_list_append (*menu, purple_menu_action_new ("OTR policy...", PURPLE_CALLBACK (on_policy),
                                                      messenger, NULL));
}

void
menus_connect (Messenger *messenger)
{
  purple_signal_connect (purple_blist_get_handle (), "blist-node-extended-menu",
                         messenger_get_plugin (messenger), PURPLE_CALLBACK (on_contact_menu),
                         messenger);
}
