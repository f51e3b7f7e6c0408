// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>
#include <purple.h>

G_BEGIN_DECLS

/* How private each conversation is, for a plugin of the program's own that draws
 * it (otrd-pidgin). It asks by libpurple's plug-in calls:
 *
 *   purple_plugin_ipc_call (core, "get-state", NULL, conversation)
 *
 * returns one of the words "not-private", "starting", "unverified", "private"
 * (verified), "changed" (the key, and nothing is sent), "finished", "away" (of
 * the service), or NULL where nothing is known; it is owned by the plugin.
 * "count-clients" (conversation) returns, as a pointer that GPOINTER_TO_UINT
 * reads, how many clients of the contact there are to choose from. The signal "otrd-state-changed"
 * (conversation) of the plugin tells when to ask again. */

void beacon_register (PurplePlugin *plugin);
void beacon_unregister (PurplePlugin *plugin);

/* Nothing is known any more. */
void beacon_hide (PurplePlugin *plugin, PurpleConversation *conversation);
void beacon_show (PurplePlugin *plugin, PurpleConversation *conversation, OtrdSession *session);

G_END_DECLS
