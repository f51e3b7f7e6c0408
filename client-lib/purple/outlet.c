// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Stands in the table of each protocol, in the place of its function, which it
 * keeps with the table. A line of the service is known by where it is in memory:
 * whatever else is sent while it is on its way, is not it. */

#include "outlet.h"

#include "talk.h"

#define KEY "otrd-outlet"

typedef int (*SendIm) (PurpleConnection *link,
                       const char *who,
                       const char *text,
                       PurpleMessageFlags flags);

typedef struct
{
  SendIm protocols;
  Messenger *messenger; /* NULL: everything passes */
  const char *in_transit;
} Outlet;

static Outlet *
find_outlet (PurpleConnection *link)
{
  return g_dataset_get_data (PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (link)), KEY);
}

static int
send_im (PurpleConnection *link, const char *who, const char *text, PurpleMessageFlags flags)
{
  Outlet *outlet = find_outlet (link);

  if (outlet == NULL)
    return -1;
  if (outlet->messenger == NULL || g_strcmp0 (text, outlet->in_transit) == 0)
    return outlet->protocols (link, who, text, flags);
  /* Somebody between us has altered the line: as a text of its own it would come here again. */
  if (outlet->in_transit != NULL)
    return -1;
  talk_send_shown (
      messenger_get_talk (outlet->messenger, purple_connection_get_account (link), who), text);
  return 1;
}

int
outlet_transmit (PurpleConnection *link, const char *who, const char *line)
{
  Outlet *outlet = find_outlet (link);
  const char *before;
  int result;

  if (outlet == NULL)
    return -1;
  before = outlet->in_transit;
  outlet->in_transit = line;
  result = serv_send_im (link, who, line, PURPLE_MESSAGE_SEND);
  outlet->in_transit = before;
  return result;
}

static void
guard_protocol (PurplePlugin *protocol, Messenger *messenger)
{
  PurplePluginProtocolInfo *table = PURPLE_PLUGIN_PROTOCOL_INFO (protocol);
  Outlet *outlet;

  if (table == NULL || table->send_im == NULL)
    return;
  outlet = g_dataset_get_data (table, KEY);
  if (outlet == NULL)
    {
      outlet = g_new0 (Outlet, 1);
      outlet->protocols = table->send_im;
      g_dataset_set_data_full (table, KEY, outlet, g_free);
      table->send_im = send_im;
    }
  outlet->messenger = messenger;
}

/* One who stands before us keeps our function: it stays, and lets all pass. */
static void
release_protocol (PurplePlugin *protocol)
{
  PurplePluginProtocolInfo *table = PURPLE_PLUGIN_PROTOCOL_INFO (protocol);
  Outlet *outlet = table != NULL ? g_dataset_get_data (table, KEY) : NULL;

  if (outlet == NULL)
    return;
  outlet->messenger = NULL;
  if (table->send_im != send_im)
    return;
  table->send_im = outlet->protocols;
  /* One whose line is on its way still looks at it. */
  if (outlet->in_transit == NULL)
    g_dataset_remove_data (table, KEY);
}

static gboolean
is_protocol (PurplePlugin *plugin)
{
  return plugin->info != NULL && plugin->info->type == PURPLE_PLUGIN_PROTOCOL;
}

static void
on_plugin_load (PurplePlugin *plugin, gpointer user_data)
{
  if (is_protocol (plugin))
    guard_protocol (plugin, user_data);
}

static void
on_plugin_unload (PurplePlugin *plugin, gpointer user_data)
{
  if (is_protocol (plugin))
    release_protocol (plugin);
}

void
outlet_guard (Messenger *messenger)
{
  PurplePlugin *plugin = messenger_get_plugin (messenger);
  void *plugins = purple_plugins_get_handle ();

  for (GList *at = purple_plugins_get_protocols (); at != NULL; at = at->next)
    guard_protocol (at->data, messenger);
  purple_signal_connect (plugins, "plugin-load", plugin, PURPLE_CALLBACK (on_plugin_load),
                         messenger);
  purple_signal_connect (plugins, "plugin-unload", plugin, PURPLE_CALLBACK (on_plugin_unload),
                         messenger);
}

void
outlet_release (void)
{
  for (GList *at = purple_plugins_get_protocols (); at != NULL; at = at->next)
    release_protocol (at->data);
}
