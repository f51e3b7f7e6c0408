// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* What all calls have in common: how they go out, and what becomes of their
 * answers. */

#include "client-private.h"
#include "fault.h"

/* A call that may go out again goes twice, then the caller hears of it. */
#define ATTEMPTS 2

GError *
otrd_not_utf8 (const char *method)
{
  return g_error_new (OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                      "%s: texts must be UTF-8; convert them first", method);
}

gboolean
otrd_check_body (OtrdCall *call, GVariant *body, const char *type, GError **error)
{
  if (g_variant_is_of_type (body, G_VARIANT_TYPE (type)))
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED,
               "%s: the service answered %s where %s was expected", call->method,
               g_variant_get_type_string (body), type);
  return FALSE;
}

gpointer
otrd_read_nothing (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  return GINT_TO_POINTER (TRUE);
}

/* The only result, a{sv} or aa{sv}. */
gpointer
otrd_read_variant (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  if (!g_variant_is_of_type (body, G_VARIANT_TYPE ("(aa{sv})"))
      && !otrd_check_body (call, body, "(a{sv})", error))
    return NULL;
  return g_variant_get_child_value (body, 0);
}

gpointer
otrd_read_answer (OtrdCall *call, GDBusMessage *reply, GError **error)
{
  GVariant *body = g_dbus_message_get_body (reply);
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new ("()"));

  if (call->read == NULL)
    return NULL;
  return call->read (call, body != NULL ? body : nothing, g_dbus_message_get_unix_fd_list (reply),
                     error);
}

void
otrd_answered (OtrdCall *call, GDBusMessage *reply, const GError *error)
{
  g_autoptr (GError) reason = NULL;
  gpointer result = NULL;

  if (error != NULL && otrd_fault_of (error) == OTRD_FAULT_LOST
      && call->traits & OTRD_CALL_REPEATABLE && call->attempts < ATTEMPTS)
    {
      otrd_wire_send (call->wire, call, otrd_answered);
      return;
    }
  if (error != NULL)
    reason = otrd_fault_to_error (error, call->method);
  else
    result = otrd_read_answer (call, reply, &reason);
  otrd_call_settle (call, result, g_steal_pointer (&reason));
}

static void
send_as_it_is (OtrdCall *call)
{
  otrd_wire_send (call->wire, call, otrd_answered);
}

OtrdCall *
otrd_client_call_new (OtrdClient *self,
                      gpointer asker,
                      const char *path,
                      const char *interface,
                      const char *method,
                      GVariant *parameters,
                      OtrdCallTraits traits)
{
  OtrdCall *call = otrd_call_new (asker, otrd_client_get_wire (self), path, interface, method,
                                  parameters, traits);

  call->start = send_as_it_is;
  return call;
}
