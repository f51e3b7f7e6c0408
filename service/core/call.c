/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls: made, failed and freed. */

#include "core/call.h"

#include <stdarg.h>
#include <string.h>

CoreCall *
core_call_new (const CoreCallType *type,
               CoreSession *session,
               CoreMessenger *caller,
               CoreReply reply,
               gpointer user_data)
{
  CoreCall *call = g_new0 (CoreCall, 1);

  call->type = type;
  call->session = g_object_ref (session);
  call->caller = caller != NULL ? g_object_ref (caller) : NULL;
  call->reply = reply;
  call->user_data = user_data;
  call->turn = engine_turn_new ();
  return call;
}

void
core_wipe_text (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

void
core_call_free (CoreCall *call)
{
  g_clear_object (&call->caller);
  g_clear_pointer (&call->text, core_wipe_text);
  g_clear_pointer (&call->shown, core_wipe_text);
  g_free (call->from);
  g_free (call->line_id);
  g_free (call->at_least);
  g_free (call->fingerprint);
  g_free (call->question);
  g_clear_pointer (&call->secret, secret_unref);
  g_clear_pointer (&call->use_data, g_bytes_unref);
  g_clear_pointer (&call->lines, g_ptr_array_unref);
  g_clear_pointer (&call->context.key, engine_key_unref);
  g_clear_pointer (&call->context.known, engine_known_keys_unref);
  g_clear_pointer (&call->line, engine_line_free);
  g_clear_pointer (&call->first, core_first_result_unref);
  g_clear_pointer (&call->told, engine_turn_free);
  g_clear_pointer (&call->turn, engine_turn_free);
  g_clear_pointer (&call->key, secret_unref);
  g_clear_error (&call->error);
  g_object_unref (call->session);
  g_free (call);
}

gboolean
core_call_fail (CoreCall *call, OtrdError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_clear_error (&call->error);
  call->error = g_error_new_valist (OTRD_ERROR, code, format, arguments);
  va_end (arguments);
  return FALSE;
}
