// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* libpurple asks nobody before it loads a plugin, and one cannot be unloaded
 * while it is being loaded: it goes before anything else happens. */

#include "rival.h"

static const char *const ids[] = { "otr", "otrng" };

static const char *
name_of (const PurplePlugin *rival)
{
  return g_str_equal (purple_plugin_get_id (rival), "otr") ? "pidgin-otr" : "pidgin-otrng";
}

static PurplePlugin *
find_loaded (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      PurplePlugin *rival = purple_plugins_find_with_id (ids[i]);

      if (rival != NULL && purple_plugin_is_loaded (rival))
        return rival;
    }
  return NULL;
}

const char *
rival_find_loaded (void)
{
  const PurplePlugin *rival = find_loaded ();

  return rival != NULL ? name_of (rival) : NULL;
}

/* Or it would be loaded, and unloaded, at each start. */
static void
save_list_of_loaded (void)
{
  static const char *const lists[] = { "/pidgin/plugins/loaded", "/finch/plugins/loaded" };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    if (purple_prefs_exists (lists[i]))
      purple_plugins_save_loaded (lists[i]);
}

static gboolean
on_loaded (gpointer user_data)
{
  PurplePlugin *plugin = user_data;
  PurplePlugin *rival = find_loaded ();
  g_autofree char *what = NULL;

  if (rival == NULL || !purple_plugin_is_loaded (plugin))
    return G_SOURCE_REMOVE;
  what = g_strdup_printf ("The plugin %s has been unloaded.", name_of (rival));
  purple_plugin_unload (rival);
  save_list_of_loaded ();
  purple_notify_warning (plugin, "OTR", what,
                         "Only one of the two can take care of your messages, and OTR (otrd) "
                         "does. Unload OTR (otrd) first if you want the other one.");
  return G_SOURCE_REMOVE;
}

static void
on_plugin_load (PurplePlugin *loaded, gpointer user_data)
{
  if (loaded == find_loaded ())
    g_idle_add_full (G_PRIORITY_HIGH, on_loaded, user_data, NULL);
}

void
rival_keep_out (PurplePlugin *plugin)
{
  purple_signal_connect (purple_plugins_get_handle (), "plugin-load", plugin,
                         PURPLE_CALLBACK (on_plugin_load), plugin);
}
