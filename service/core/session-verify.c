/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Verification, and OTR's extra symmetric key. */

#include "core/session-private.h"

#include <string.h>

#include "core/limits.h"
#include "core/spoken-secret.h"

/* Only who asked for it sees it, in its reply. */
static void
tell_pin (CoreCall *call, const char *pin)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "pin", "s", pin);
  call->told = engine_turn_new ();
  engine_turn_event (call->told, "verification-pin", g_variant_dict_end (&details));
}

static gboolean
check_secret (CoreCall *call)
{
  g_autoptr (Secret) normal = NULL;
  gsize length = call->secret != NULL ? secret_get_length (call->secret) : 0;

  if (length == 0)
    return core_call_fail (call, OTRD_ERROR_INVALID_ARGUMENT,
                           "Nothing was verified: the secret is empty");
  if (length > CORE_SECRET_MAX)
    return core_call_fail (call, OTRD_ERROR_LIMIT_EXCEEDED,
                           "Nothing was verified: the secret is longer than %d bytes",
                           CORE_SECRET_MAX);
  if (!call->normalise)
    return TRUE;
  normal = core_spoken_secret_normalise (call->secret, &call->error);
  if (normal == NULL)
    return FALSE;
  secret_unref (call->secret);
  call->secret = g_steal_pointer (&normal);
  return TRUE;
}

static void
note_who_verifies (CoreCall *call, gboolean pin)
{
  CoreSession *session = call->session;

  g_free (session->verified_by);
  session->verified_by = g_strdup (core_messenger_get_application (call->caller));
  session->verified_how = pin ? "pin" : NULL;
}

static gboolean
begin_start_verification (CoreCall *call)
{
  char pin[CORE_PIN_DIGITS + 1];

  if (call->question != NULL && strlen (call->question) > CORE_QUESTION_MAX)
    return core_call_fail (call, OTRD_ERROR_LIMIT_EXCEEDED,
                           "Nothing was verified: the question is longer than %d bytes",
                           CORE_QUESTION_MAX);
  if (call->session->view->state != ENGINE_STATE_PRIVATE)
    return core_call_fail (call, OTRD_ERROR_NOT_PRIVATE,
                           "Only a private conversation can be verified; start it first");
  if (call->pin)
    {
      g_clear_pointer (&call->secret, secret_unref);
      call->secret = core_spoken_secret_new_pin (pin);
      tell_pin (call, pin);
      explicit_bzero (pin, sizeof pin);
    }
  if (!check_secret (call))
    return FALSE;
  note_who_verifies (call, call->pin);
  call->dear = TRUE;
  return TRUE;
}

static void
work_start_verification (CoreCall *call)
{
  CoreSession *session = call->session;

  if (session->view->verification != ENGINE_VERIFICATION_IDLE)
    engine_session_abort_verification (session->engine, &call->context, call->turn, NULL);
  engine_session_start_verification (session->engine, &call->context, call->secret, call->question,
                                     call->turn, &call->error);
}

static const CoreCallType start_verification_type = {
  .begin = begin_start_verification,
  .work = work_start_verification,
  .for_messengers = TRUE,
};

void
core_session_start_verification (CoreSession *session,
                                 CoreMessenger *caller,
                                 Secret *secret,
                                 const CoreVerificationOptions *options,
                                 CoreReply reply,
                                 gpointer user_data)
{
  CoreCall *call = core_call_new (&start_verification_type, session, caller, reply, user_data);

  call->secret = secret != NULL ? secret_ref (secret) : NULL;
  call->question = g_strdup (options->question);
  call->pin = options->pin;
  call->normalise = options->normalise;
  core_session_submit (session, call);
}

static gboolean
begin_answer_verification (CoreCall *call)
{
  if (call->session->view->verification != ENGINE_VERIFICATION_ASKED)
    return core_call_fail (call, OTRD_ERROR_NO_VERIFICATION,
                           "Nothing was answered: the contact has not asked");
  if (!check_secret (call))
    return FALSE;
  note_who_verifies (call, FALSE);
  call->dear = TRUE;
  return TRUE;
}

static void
work_answer_verification (CoreCall *call)
{
  engine_session_answer_verification (call->session->engine, &call->context, call->secret,
                                      call->turn, &call->error);
}

static const CoreCallType answer_verification_type = {
  .begin = begin_answer_verification,
  .work = work_answer_verification,
  .for_messengers = TRUE,
};

void
core_session_answer_verification (CoreSession *session,
                                  CoreMessenger *caller,
                                  Secret *secret,
                                  gboolean normalise,
                                  CoreReply reply,
                                  gpointer user_data)
{
  CoreCall *call = core_call_new (&answer_verification_type, session, caller, reply, user_data);

  call->secret = secret != NULL ? secret_ref (secret) : NULL;
  call->normalise = normalise;
  core_session_submit (session, call);
}

static gboolean
begin_cheap (CoreCall *call)
{
  return TRUE;
}

static void
work_abort_verification (CoreCall *call)
{
  engine_session_abort_verification (call->session->engine, &call->context, call->turn,
                                     &call->error);
}

static const CoreCallType abort_verification_type = {
  .begin = begin_cheap,
  .work = work_abort_verification,
  .for_messengers = TRUE,
};

void
core_session_abort_verification (CoreSession *session,
                                 CoreMessenger *caller,
                                 CoreReply reply,
                                 gpointer user_data)
{
  core_session_submit (session,
                       core_call_new (&abort_verification_type, session, caller, reply, user_data));
}

static gboolean
begin_export (CoreCall *call)
{
  if (call->use_data != NULL && g_bytes_get_size (call->use_data) > CORE_USE_DATA_MAX)
    return core_call_fail (call, OTRD_ERROR_LIMIT_EXCEEDED,
                           "No key was made: the use data are longer than %d bytes",
                           CORE_USE_DATA_MAX);
  if (call->session->view->state == ENGINE_STATE_PRIVATE && call->session->view->version == 2)
    return core_call_fail (call, OTRD_ERROR_NOT_SUPPORTED,
                           "No key was made: the contact's program knows only version 2 of OTR");
  return TRUE;
}

static void
work_export (CoreCall *call)
{
  call->key = engine_session_export_key (call->session->engine, &call->context, call->number,
                                         call->use_data, call->turn, &call->error);
}

static const CoreCallType export_type = {
  .begin = begin_export,
  .work = work_export,
};

void
core_session_export_key (CoreSession *session,
                         CoreMessenger *caller,
                         guint32 use,
                         GBytes *use_data,
                         CoreReply reply,
                         gpointer user_data)
{
  CoreCall *call = core_call_new (&export_type, session, caller, reply, user_data);

  call->number = use;
  call->use_data = use_data != NULL ? g_bytes_ref (use_data) : g_bytes_new (NULL, 0);
  core_session_submit (session, call);
}

static gboolean
begin_take (CoreCall *call)
{
  call->key = engine_session_take_key (call->session->engine, call->id, call->turn, &call->error);
  return FALSE;
}

static const CoreCallType take_type = {
  .begin = begin_take,
  .has_no_turn = TRUE,
};

void
core_session_take_key (
    CoreSession *session, CoreMessenger *caller, guint64 id, CoreReply reply, gpointer user_data)
{
  CoreCall *call = core_call_new (&take_type, session, caller, reply, user_data);

  call->id = id;
  core_session_submit (session, call);
}
