// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Tells how private a conversation is to whoever draws it. What is told is kept
 * with the conversation, so that it goes with it. */

#include "beacon.h"

#define KEY "otrd-state"
#define CHANGED "otrd-state-changed"

static const char *
name_state (OtrdState state, OtrdTrust trust)
{
  switch (state)
    {
    case OTRD_STATE_PRIVATE:
      return trust == OTRD_TRUST_VERIFIED ? "private" : "unverified";
    case OTRD_STATE_FINISHED:
      return "finished";
    case OTRD_STATE_STARTING:
      return "starting";
    case OTRD_STATE_PLAINTEXT:
      return "not-private";
    case OTRD_STATE_UNKNOWN:
    default:
      return "away";
    }
}

static const char *
get_state (PurpleConversation *conversation)
{
  return purple_conversation_get_data (conversation, KEY);
}

void
beacon_register (PurplePlugin *plugin)
{
  purple_signal_register (plugin, CHANGED, purple_marshal_VOID__POINTER, NULL, 1,
                          purple_value_new (PURPLE_TYPE_SUBTYPE, PURPLE_SUBTYPE_CONVERSATION));
  purple_plugin_ipc_register (plugin, "get-state", PURPLE_CALLBACK (get_state),
                              purple_marshal_POINTER__POINTER,
                              purple_value_new (PURPLE_TYPE_STRING), 1,
                              purple_value_new (PURPLE_TYPE_SUBTYPE, PURPLE_SUBTYPE_CONVERSATION));
}

void
beacon_unregister (PurplePlugin *plugin)
{
  purple_plugin_ipc_unregister_all (plugin);
  purple_signals_unregister_by_instance (plugin);
}

void
beacon_show (PurplePlugin *plugin,
             PurpleConversation *conversation,
             OtrdState state,
             OtrdTrust trust)
{
  const char *now = name_state (state, trust);

  if (g_strcmp0 (now, get_state (conversation)) == 0)
    return;
  purple_conversation_set_data (conversation, KEY, (gpointer)now);
  purple_signal_emit (plugin, CHANGED, conversation);
}
