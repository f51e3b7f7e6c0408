/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who calls, how it is answered, and what goes out before the answer. */

#include "bus/call.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#include "bus/descriptors.h"
#include "bus/errors.h"
#include "bus/tree.h"
#include "core/auto-lock.h"
#include "core/idleness.h"
#include "introspection/otrd-error.h"

struct _BusCall
{
  BusTree *tree;
  GObject *object;
  const BusMethod *method;
  const char *interface; /* these two of the contract, or the invocation's */
  const char *member;
  GDBusMethodInvocation *invocation;
  BusCaller *caller;
  gsize size;
};

static gboolean
check_call (BusCall *call, GError **error)
{
  if (!bus_rights_check (bus_caller_get_identity (call->caller), bus_caller_get_door (call->caller),
                         call->interface, call->member, error)
      || !bus_caller_check (call->caller, error))
    return FALSE;
  if (!bus_caller_has_gone (call->caller) && bus_tree_find (call->tree, call->object) != NULL)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND, "Cannot call %s: the object has gone",
               call->member);
  return FALSE;
}

/* What programs call by themselves, as often as strangers write or come and go, is no sign of the
 * user. */
static gboolean
is_of_the_user (BusCall *call)
{
  static const char *const wishes[] = { "Send",
                                        "Start",
                                        "End",
                                        "StartVerification",
                                        "AbortVerification",
                                        "AnswerVerification",
                                        "AcceptFingerprint",
                                        "SelectInstance",
                                        "ExportKey",
                                        "TakeKey",
                                        "SetTrust",
                                        "Forget",
                                        "SetPolicy",
                                        "SetDefaultPolicy",
                                        "GenerateKey",
                                        "Remove",
                                        "Unlock",
                                        "SetGrant",
                                        "SetAutoLock",
                                        "Import",
                                        "SetKeyStore",
                                        "CheckVault",
                                        "BackupVault",
                                        "RestoreVault",
                                        NULL };

  return g_strv_contains (wishes, call->member);
}

static void
run (gpointer item)
{
  BusCall *call = item;
  GError *error = NULL;

  if (!check_call (call, &error))
    {
      bus_call_fail (call, error);
      return;
    }
  if (is_of_the_user (call))
    core_user_was_here (bus_tree_get_core (call->tree));
  call->method->handle (call, call->object,
                        g_dbus_method_invocation_get_parameters (call->invocation));
}

void
bus_call_take (BusTree *tree,
               gpointer object,
               const BusMethod *method,
               const char *interface,
               const char *member,
               GDBusMethodInvocation *invocation)
{
  g_autoptr (GError) error = NULL;
  const char *sender = g_dbus_method_invocation_get_sender (invocation);
  gsize size = g_variant_get_size (g_dbus_method_invocation_get_parameters (invocation));
  BusCaller *caller = bus_callers_begin_call (bus_tree_get_callers (tree), sender, size, &error);
  BusCall *call;

  if (caller == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      bus_tree_note_refused (tree);
      return;
    }
  core_hold (bus_tree_get_core (tree), CORE_HOLD_CALL);
  call = g_new (BusCall, 1);
  call->tree = bus_tree_ref (tree);
  call->object = g_object_ref (object);
  call->method = method;
  call->interface = interface;
  call->member = member;
  call->invocation = invocation;
  call->caller = caller;
  call->size = size;
  bus_queue_await (bus_caller_get_queue (caller), call, run);
}

BusTree *
bus_call_get_tree (BusCall *call)
{
  return call->tree;
}

BusCaller *
bus_call_get_bus_caller (BusCall *call)
{
  return call->caller;
}

CoreMessenger *
bus_call_get_caller (BusCall *call)
{
  return bus_caller_get_messenger (call->caller);
}

gboolean
bus_call_is_interactive (BusCall *call)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (call->invocation);

  return (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION)
         != 0;
}

int
bus_call_take_descriptor (BusCall *call, gint32 handle, GError **error)
{
  return bus_descriptor_take (call->invocation, handle, error);
}

/* The invocation is spent by its answer. */
void
bus_call_finish (BusCall *call)
{
  bus_caller_end_call (call->caller, call->size);
  core_release (bus_tree_get_core (call->tree), CORE_HOLD_CALL);
  bus_roster_note (bus_tree_get_roster (call->tree));
  g_object_unref (call->object);
  bus_tree_unref (call->tree);
  g_free (call);
}

void
bus_call_return (BusCall *call, GVariant *results)
{
  g_autoptr (GVariant) sent = results != NULL ? g_variant_ref_sink (results) : NULL;

  bus_tree_flush (call->tree);
  bus_call_write (call, sent);
  bus_call_finish (call);
}

void
bus_call_prepare (BusCall *call)
{
  bus_tree_flush (call->tree);
}

void
bus_call_write (BusCall *call, GVariant *results)
{
  g_dbus_method_invocation_return_value (call->invocation, results);
  bus_tree_note_sent (call->tree, results != NULL ? g_variant_get_size (results) : 0);
}

void
bus_call_return_with_descriptor (BusCall *call, GVariant *results, int descriptor)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new_from_array (&descriptor, 1);

  bus_tree_flush (call->tree);
  g_dbus_method_invocation_return_value_with_unix_fd_list (call->invocation, results, list);
  bus_tree_note_sent (call->tree, 0);
  bus_call_finish (call);
}

void
bus_call_fail (BusCall *call, GError *error)
{
  g_autoptr (GError) folded = bus_error_fold (error);

  bus_tree_flush (call->tree);
  g_dbus_method_invocation_return_gerror (call->invocation, folded);
  bus_tree_note_sent (call->tree, 0);
  bus_call_finish (call);
}

void
bus_call_refuse (BusCall *call, int code, const char *format, ...)
{
  va_list words;
  GError *error;

  va_start (words, format);
  error = g_error_new_valist (OTRD_ERROR, code, format, words);
  va_end (words);
  bus_call_fail (call, error);
}
