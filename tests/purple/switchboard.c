// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A plugin for tests: what a person does in the list of plugins, and what other
 * plugins do. Orders come by a preference, which Pidgin's D-Bus interface can set:
 * "load ID", "unload ID", "is-loaded ID", "send CONTACT TEXT", "wake PROCESS" (which
 * sleeps, when an account signs off); what came of one stands in another. */

#define PURPLE_PLUGINS

#include <purple.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define ORDER "/switchboard/order"
#define ANSWER "/switchboard/answer"
#define SLEEPER "/switchboard/sleeper"

static gboolean
send_past_the_conversation (const char *contact, const char *text)
{
  GList *links = purple_connections_get_all ();

  return links != NULL && serv_send_im (links->data, contact, text, 0) > 0;
}

/* Before any other plugin hears of it. */
static void
on_signing_off (PurpleConnection *link, gpointer user_data)
{
  int process = purple_prefs_get_int (SLEEPER);

  if (process > 0)
    kill (process, SIGCONT);
}

static gboolean
carry_out (char **words)
{
  PurplePlugin *plugin = purple_plugins_find_with_id (words[1]);

  if (g_str_equal (words[0], "wake"))
    {
      purple_prefs_set_int (SLEEPER, atoi (words[1]));
      return TRUE;
    }
  if (g_str_equal (words[0], "send"))
    return send_past_the_conversation (words[1], words[2]);
  if (plugin == NULL)
    return FALSE;
  if (g_str_equal (words[0], "load"))
    return purple_plugin_load (plugin);
  if (g_str_equal (words[0], "unload"))
    return purple_plugin_unload (plugin);
  return purple_plugin_is_loaded (plugin);
}

static void
on_ordered (const char *name, PurplePrefType type, gconstpointer value, gpointer user_data)
{
  g_auto (GStrv) words = g_strsplit (value, " ", 3);

  if (g_strv_length (words) >= 2)
    purple_prefs_set_string (ANSWER, carry_out (words) ? "yes" : "no");
}

static gboolean
on_load (PurplePlugin *plugin)
{
  purple_prefs_add_none ("/switchboard");
  purple_prefs_add_string (ORDER, "");
  purple_prefs_add_string (ANSWER, "");
  purple_prefs_add_int (SLEEPER, 0);
  purple_signal_connect_priority (purple_connections_get_handle (), "signing-off", plugin,
                                  PURPLE_CALLBACK (on_signing_off), NULL,
                                  PURPLE_SIGNAL_PRIORITY_LOWEST);
  purple_prefs_connect_callback (plugin, ORDER, on_ordered, NULL);
  return TRUE;
}

static gboolean
on_unload (PurplePlugin *plugin)
{
  purple_prefs_disconnect_by_handle (plugin);
  purple_signals_disconnect_by_handle (plugin);
  return TRUE;
}

static PurplePluginInfo plugin_info = {
  .magic = PURPLE_PLUGIN_MAGIC,
  .major_version = PURPLE_MAJOR_VERSION,
  .minor_version = PURPLE_MINOR_VERSION,
  .type = PURPLE_PLUGIN_STANDARD,
  .priority = PURPLE_PRIORITY_DEFAULT,
  .id = "core-switchboard",
  .name = "Switchboard",
  .version = "1",
  .summary = "For tests",
  .description = "For tests",
  .author = "The otrd developers",
  .load = on_load,
  .unload = on_unload,
};

static void
on_init (PurplePlugin *plugin)
{
}

G_MODULE_EXPORT gboolean purple_init_plugin (PurplePlugin *plugin);
PURPLE_INIT_PLUGIN (switchboard, on_init, plugin_info)
