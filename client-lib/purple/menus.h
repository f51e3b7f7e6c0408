// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* What libpurple programs show of the plugin outside conversations: its entries in
 * the menu of plug-ins, one in the menu of each contact, and its preferences. */

/* For PurplePluginInfo; the plugin's own data begin with the messenger. */
GList *menus_list_actions (PurplePlugin *plugin, gpointer context);
PurplePluginPrefFrame *menus_lay_out_preferences (PurplePlugin *plugin);

/* It goes when the plugin's handle is disconnected. */
void menus_connect (Messenger *messenger);

G_END_DECLS
