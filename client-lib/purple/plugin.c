// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* The plugin as libpurple sees it. All of OTR is in the service. */

#define PURPLE_PLUGINS

#include "beacon.h"
#include "commands.h"
#include "hooks.h"
#include "menus.h"
#include "messenger.h"
#include "private-log.h"
#include "rival.h"
#include "takeover.h"

#include <gmodule.h>

typedef struct
{
  Messenger *messenger; /* first, for the menus */
  Commands *commands;
} Parts;

static void
tell_of_rival (PurplePlugin *plugin, const char *rival)
{
  g_autofree char *what = g_strdup_printf ("The plugin %s is loaded as well.", rival);

  purple_notify_error (plugin, "OTR", what,
                       "OTR (otrd) is not loaded: only one of the two can take care of your "
                       "messages. Unload the other one first.");
}

static gboolean
on_load (PurplePlugin *plugin)
{
  Parts *parts;

  if (rival_find_loaded () != NULL)
    {
      tell_of_rival (plugin, rival_find_loaded ());
      return FALSE;
    }
  /* Answers of the service may come when the plugin is unloaded. */
  g_module_make_resident (plugin->handle);
  parts = g_new0 (Parts, 1);
  parts->messenger = messenger_new (plugin);
  parts->commands = commands_register (parts->messenger);
  beacon_register (plugin);
  hooks_connect (parts->messenger);
  rival_keep_out (plugin);
  menus_connect (parts->messenger);
  plugin->extra = parts;
  takeover_offer (parts->messenger);
  return TRUE;
}

static gboolean
on_unload (PurplePlugin *plugin)
{
  Parts *parts = plugin->extra;

  hooks_disconnect (parts->messenger);
  beacon_unregister (plugin);
  commands_unregister (parts->commands);
  messenger_close (parts->messenger);
  g_free (parts);
  plugin->extra = NULL;
  return TRUE;
}

static PurplePluginUiInfo preferences_info = {
  .get_plugin_pref_frame = menus_lay_out_preferences,
};

static PurplePluginInfo plugin_info = {
  .magic = PURPLE_PLUGIN_MAGIC,
  .major_version = PURPLE_MAJOR_VERSION,
  .minor_version = PURPLE_MINOR_VERSION,
  .type = PURPLE_PLUGIN_STANDARD,
  .priority = PURPLE_PRIORITY_HIGHEST,
  .id = "core-otrd",
  .name = "OTR (otrd)",
  .version = OTRD_VERSION,
  .summary = "Private conversations, through the OTR service of your desktop",
  .description = "Encrypts conversations with OTR. Keys, trust and sessions are those of the "
                 "service otrd, shared with your other messengers. Type /otr help.",
  .author = "The otrd developers",
  .load = on_load,
  .unload = on_unload,
  .prefs_info = &preferences_info,
  .actions = menus_list_actions,
};

static void
on_init (PurplePlugin *plugin)
{
  private_log_add_preferences ();
  takeover_add_preferences ();
}

G_MODULE_EXPORT gboolean purple_init_plugin (PurplePlugin *plugin);
PURPLE_INIT_PLUGIN (otrd, on_init, plugin_info)
