/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Watches both names; neither watch starts anything. */

#include "bus/rival.h"

#include "bus/paths.h"

struct _BusRival
{
  BusRivalSeen seen;
  gpointer user_data;
  guint main_watch;
  guint portal_watch;
  guint patience;
  gboolean has_main;
  gboolean has_portal;
};

static gboolean
rival_took_too_long (gpointer user_data)
{
  BusRival *rival = user_data;

  rival->patience = 0;
  rival->seen (TRUE, rival->user_data);
  return G_SOURCE_REMOVE;
}

static void
look (BusRival *rival)
{
  if (rival->has_main && !rival->has_portal)
    {
      if (rival->patience == 0)
        rival->patience = g_timeout_add_seconds (BUS_RIVAL_SECONDS, rival_took_too_long, rival);
      return;
    }
  g_clear_handle_id (&rival->patience, g_source_remove);
  rival->seen (rival->has_main, rival->user_data);
}

static void
main_name_is_owned (GDBusConnection *connection,
                    const char *name,
                    const char *owner,
                    gpointer user_data)
{
  BusRival *rival = user_data;

  if (g_strcmp0 (owner, g_dbus_connection_get_unique_name (connection)) == 0)
    return;
  rival->has_main = TRUE;
  look (rival);
}

static void
main_name_is_free (GDBusConnection *connection, const char *name, gpointer user_data)
{
  BusRival *rival = user_data;

  rival->has_main = FALSE;
  if (connection != NULL && !g_dbus_connection_is_closed (connection))
    look (rival);
}

static void
portal_name_is_owned (GDBusConnection *connection,
                      const char *name,
                      const char *owner,
                      gpointer user_data)
{
  BusRival *rival = user_data;

  rival->has_portal = TRUE;
  if (rival->has_main)
    look (rival);
}

static void
portal_name_is_free (GDBusConnection *connection, const char *name, gpointer user_data)
{
  BusRival *rival = user_data;

  rival->has_portal = FALSE;
}

BusRival *
bus_rival_new (GDBusConnection *connection, BusRivalSeen seen, gpointer user_data)
{
  BusRival *rival = g_new0 (BusRival, 1);

  rival->seen = seen;
  rival->user_data = user_data;
  rival->portal_watch =
      g_bus_watch_name_on_connection (connection, BUS_NAME_PORTAL, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      portal_name_is_owned, portal_name_is_free, rival, NULL);
  rival->main_watch =
      g_bus_watch_name_on_connection (connection, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      main_name_is_owned, main_name_is_free, rival, NULL);
  return rival;
}

void
bus_rival_free (BusRival *rival)
{
  g_bus_unwatch_name (rival->main_watch);
  g_bus_unwatch_name (rival->portal_watch);
  g_clear_handle_id (&rival->patience, g_source_remove);
  g_free (rival);
}
