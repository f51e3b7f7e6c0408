// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Tells how private a conversation is to whoever draws it. What is told is kept
 * with the conversation, so that it goes with it. */

#include "beacon.h"

#include "instances.h"

#define KEY "otrd-state"
#define CLIENTS_KEY "otrd-clients"
#define CHANGED "otrd-state-changed"

static const char *
name_state (OtrdSession *session)
{
  OtrdTrust trust = otrd_session_get_trust (session);

  switch (otrd_session_get_state (session))
    {
    case OTRD_STATE_PRIVATE:
      if (otrd_session_get_blocked (session) == OTRD_BLOCKED_FINGERPRINT_CHANGED)
        return "changed";
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

/* libpurple passes no numbers from plug-in to plug-in: as GPOINTER_TO_UINT reads it. */
static gpointer
count_clients (PurpleConversation *conversation)
{
  return purple_conversation_get_data (conversation, CLIENTS_KEY);
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
  purple_plugin_ipc_register (plugin, "count-clients", PURPLE_CALLBACK (count_clients),
                              purple_marshal_POINTER__POINTER,
                              purple_value_new (PURPLE_TYPE_POINTER), 1,
                              purple_value_new (PURPLE_TYPE_SUBTYPE, PURPLE_SUBTYPE_CONVERSATION));
}

void
beacon_unregister (PurplePlugin *plugin)
{
  purple_plugin_ipc_unregister_all (plugin);
  purple_signals_unregister_by_instance (plugin);
}

void
beacon_show (PurplePlugin *plugin, PurpleConversation *conversation, OtrdSession *session)
{
  const char *now = name_state (session);
  gpointer n_clients = GUINT_TO_POINTER (instances_count (session));

  if (g_strcmp0 (now, get_state (conversation)) == 0 && n_clients == count_clients (conversation))
    return;
  purple_conversation_set_data (conversation, KEY, (gpointer)now);
  purple_conversation_set_data (conversation, CLIENTS_KEY, n_clients);
  purple_signal_emit (plugin, CHANGED, conversation);
}

void
beacon_hide (PurplePlugin *plugin, PurpleConversation *conversation)
{
  purple_conversation_set_data (conversation, KEY, NULL);
  purple_conversation_set_data (conversation, CLIENTS_KEY, NULL);
  purple_signal_emit (plugin, CHANGED, conversation);
}
