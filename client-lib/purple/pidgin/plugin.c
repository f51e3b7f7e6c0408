// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* What Pidgin has besides the core plugin, which it loads first: a badge in each
 * conversation window that follows the state of the conversation in front. */

#define PURPLE_PLUGINS

#include "badge.h"

#include <gtkplugin.h>
#include <purple.h>

#define CORE_PLUGIN "core-otrd"

static void
show_in_all (void)
{
  for (GList *at = pidgin_conv_windows_get_list (); at != NULL; at = at->next)
    badge_show (at->data);
}

static void
on_switched (PurpleConversation *conversation, gpointer user_data)
{
  if (PIDGIN_IS_PIDGIN_CONVERSATION (conversation))
    badge_show (pidgin_conv_get_window (PIDGIN_CONVERSATION (conversation)));
}

static void
on_displayed (PidginConversation *conversation, gpointer user_data)
{
  badge_show (pidgin_conv_get_window (conversation));
}

static void
on_state_changed (PurpleConversation *conversation, gpointer user_data)
{
  if (PIDGIN_IS_PIDGIN_CONVERSATION (conversation)
      && pidgin_conv_window_is_active_conversation (conversation))
    badge_show (pidgin_conv_get_window (PIDGIN_CONVERSATION (conversation)));
}

/* The core plugin can be unloaded by hand, and this one goes with it first. */
static gboolean
on_load (PurplePlugin *plugin)
{
  void *conversations = pidgin_conversations_get_handle ();

  purple_signal_connect (conversations, "conversation-switched", plugin,
                         PURPLE_CALLBACK (on_switched), NULL);
  purple_signal_connect (conversations, "conversation-displayed", plugin,
                         PURPLE_CALLBACK (on_displayed), NULL);
  purple_signal_connect (purple_plugins_find_with_id (CORE_PLUGIN), "otrd-state-changed", plugin,
                         PURPLE_CALLBACK (on_state_changed), NULL);
  show_in_all ();
  return TRUE;
}

static gboolean
on_unload (PurplePlugin *plugin)
{
  for (GList *at = pidgin_conv_windows_get_list (); at != NULL; at = at->next)
    badge_remove (at->data);
  return TRUE;
}

static PurplePluginInfo plugin_info = {
  .magic = PURPLE_PLUGIN_MAGIC,
  .major_version = PURPLE_MAJOR_VERSION,
  .minor_version = PURPLE_MINOR_VERSION,
  .type = PURPLE_PLUGIN_STANDARD,
  .ui_requirement = PIDGIN_PLUGIN_TYPE,
  .priority = PURPLE_PRIORITY_DEFAULT,
  .id = "gtk-otrd",
  .name = "OTR button (otrd)",
  .version = OTRD_VERSION,
  .summary = "Shows in the conversation window how private it is",
  .description = "A menu in the conversation window with the state of OTR and what can be done "
                 "about it. Needs the plugin OTR (otrd).",
  .author = "The otrd developers",
  .load = on_load,
  .unload = on_unload,
};

static void
on_init (PurplePlugin *plugin)
{
  plugin_info.dependencies = g_list_append (NULL, CORE_PLUGIN);
}

G_MODULE_EXPORT gboolean purple_init_plugin (PurplePlugin *plugin);
PURPLE_INIT_PLUGIN (otrd_pidgin, on_init, plugin_info)
