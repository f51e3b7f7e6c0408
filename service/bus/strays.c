/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stray of a welcome caller is asked again by ourselves, over the bus, so that
 * it gets the bus library's own answer. */

#include "bus/strays.h"

#include "core/idleness.h"
#include "introspection/otrd-error.h"

typedef struct
{
  BusTree *tree;
  BusCaller *caller;
  GDBusMessage *message;
} Stray;

static void
stray_free (Stray *stray)
{
  bus_caller_end_call (stray->caller, 0);
  core_release (bus_tree_get_core (stray->tree), CORE_HOLD_CALL);
  g_object_unref (stray->message);
  bus_tree_unref (stray->tree);
  g_free (stray);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stray, stray_free)

static void
send (BusTree *tree, GDBusMessage *call, GDBusMessage *answer)
{
  if ((g_dbus_message_get_flags (call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) != 0)
    return;
  g_dbus_connection_send_message (bus_tree_get_connection (tree), answer,
                                  G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  bus_tree_note_sent (tree, 0);
}

static void
refuse (BusTree *tree, GDBusMessage *call, const GError *error)
{
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  g_autoptr (GDBusMessage) answer =
      g_dbus_message_new_method_error_literal (call, name, error->message);

  send (tree, call, answer);
}

static void
we_are_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusConnection *connection = G_DBUS_CONNECTION (source);
  g_autoptr (Stray) stray = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusMessage) ours =
      g_dbus_connection_send_message_with_reply_finish (connection, result, &error);
  g_autoptr (GDBusMessage) answer = NULL;

  if (ours == NULL)
    {
      refuse (stray->tree, stray->message, error);
      return;
    }
  answer = g_dbus_message_copy (ours, NULL);
  g_dbus_message_set_destination (answer, g_dbus_message_get_sender (stray->message));
  g_dbus_message_set_reply_serial (answer, g_dbus_message_get_serial (stray->message));
  send (stray->tree, stray->message, answer);
}

static void
ask_ourselves (Stray *stray)
{
  GDBusConnection *connection = bus_tree_get_connection (stray->tree);
  g_autoptr (GDBusMessage) ours = g_dbus_message_copy (stray->message, NULL);

  g_dbus_message_set_unix_fd_list (ours, NULL);
  g_dbus_message_set_sender (ours, NULL);
  g_dbus_message_set_flags (ours, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  g_dbus_message_set_destination (ours, g_dbus_connection_get_unique_name (connection));
  g_dbus_connection_send_message_with_reply (connection, ours, G_DBUS_SEND_MESSAGE_FLAGS_NONE, -1,
                                             NULL, NULL, we_are_answered, stray);
}

static gboolean
check (Stray *stray, GError **error)
{
  const char *interface = g_dbus_message_get_interface (stray->message);

  if (!bus_rights_check (bus_caller_get_identity (stray->caller),
                         bus_caller_get_door (stray->caller), interface != NULL ? interface : "",
                         g_dbus_message_get_member (stray->message), error))
    return FALSE;
  if (g_dbus_connection_get_unique_name (bus_tree_get_connection (stray->tree)) != NULL)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
               "Cannot call the object: no such session is open here; open it with OpenSession");
  return FALSE;
}

static void
caller_is_known (gpointer item)
{
  g_autoptr (Stray) stray = item;
  g_autoptr (GError) error = NULL;

  if (check (stray, &error))
    ask_ourselves (g_steal_pointer (&stray));
  else
    refuse (stray->tree, stray->message, error);
}

void
bus_stray_take (BusTree *tree, GDBusMessage *message)
{
  g_autoptr (GError) error = NULL;
  BusCaller *caller = bus_callers_begin_call (bus_tree_get_callers (tree),
                                              g_dbus_message_get_sender (message), 0, &error);
  Stray *stray;

  if (caller == NULL)
    {
      refuse (tree, message, error);
      bus_tree_note_refused (tree);
      return;
    }
  core_hold (bus_tree_get_core (tree), CORE_HOLD_CALL);
  stray = g_new (Stray, 1);
  stray->tree = bus_tree_ref (tree);
  stray->caller = caller;
  stray->message = g_object_ref (message);
  bus_queue_await (bus_caller_get_queue (caller), stray, caller_is_known);
}
