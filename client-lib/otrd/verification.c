// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Verifying a contact, and accepting a key. Secrets go by descriptor: the string
 * argument of the contract stays empty. */

#include "otrd-verification.h"

#include "descriptor.h"
#include "session-private.h"

static OtrdCall *
refuse (OtrdSession *self, GError *error)
{
  return otrd_call_new_refused (self, otrd_client_get_wire (self->client), error);
}

static OtrdCall *
make_secret_call (
    OtrdSession *self, const char *method, GBytes *secret, const char *question, GVariant *options)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (otrd_options (options));
  g_autoptr (GError) error = NULL;
  int fd = secret != NULL ? otrd_descriptor_hold (secret, &error) : -1;
  GVariantDict all;
  OtrdCall *call;

  if (error != NULL)
    return refuse (self, g_steal_pointer (&error));
  g_variant_dict_init (&all, given);
  if (question != NULL)
    g_variant_dict_insert (&all, "question", "s", question);
  if (fd >= 0)
    g_variant_dict_insert (&all, "secret", "h", 0);
  call = otrd_session_call_new (
      self, method, g_variant_new ("(s@a{sv})", "", g_variant_dict_end (&all)), OTRD_CALL_PLAIN);
  if (fd >= 0)
    otrd_call_take_descriptors (call, g_unix_fd_list_new_from_array (&fd, 1));
  return call;
}

static OtrdCall *
make_start_verification (OtrdSession *self, GBytes *secret, const char *question, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_SESSION (self), NULL);

  if (question != NULL && !OTRD_ALL_UTF8 (question))
    return refuse (self, otrd_not_utf8 ("StartVerification"));
  return make_secret_call (self, "StartVerification", secret, question, options);
}

void
otrd_session_start_verification (OtrdSession *self,
                                 GBytes *secret,
                                 const char *question,
                                 GVariant *options,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  otrd_call_begin (make_start_verification (self, secret, question, options), cancellable, callback,
                   user_data);
}

OtrdTurn *
otrd_session_start_verification_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_start_verification_sync (OtrdSession *self,
                                      GBytes *secret,
                                      const char *question,
                                      GVariant *options,
                                      GCancellable *cancellable,
                                      GError **error)
{
  return otrd_call_run (make_start_verification (self, secret, question, options), cancellable,
                        error);
}

static OtrdCall *
make_answer_verification (OtrdSession *self, GBytes *secret, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_SESSION (self) && secret != NULL, NULL);

  return make_secret_call (self, "AnswerVerification", secret, NULL, options);
}

void
otrd_session_answer_verification (OtrdSession *self,
                                  GBytes *secret,
                                  GVariant *options,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  otrd_call_begin (make_answer_verification (self, secret, options), cancellable, callback,
                   user_data);
}

OtrdTurn *
otrd_session_answer_verification_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_answer_verification_sync (
    OtrdSession *self, GBytes *secret, GVariant *options, GCancellable *cancellable, GError **error)
{
  return otrd_call_run (make_answer_verification (self, secret, options), cancellable, error);
}

static OtrdCall *
make_abort_verification (OtrdSession *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_SESSION (self), NULL);

  return otrd_session_call_new (self, "AbortVerification",
                                g_variant_new ("(@a{sv})", otrd_options (options)),
                                OTRD_CALL_PLAIN);
}

void
otrd_session_abort_verification (OtrdSession *self,
                                 GVariant *options,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  otrd_call_begin (make_abort_verification (self, options), cancellable, callback, user_data);
}

OtrdTurn *
otrd_session_abort_verification_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_abort_verification_sync (OtrdSession *self,
                                      GVariant *options,
                                      GCancellable *cancellable,
                                      GError **error)
{
  return otrd_call_run (make_abort_verification (self, options), cancellable, error);
}

static OtrdCall *
make_get_verification_details (OtrdSession *self, GVariant *options)
{
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_SESSION (self), NULL);

  call = otrd_session_call_new (self, "GetVerification",
                                g_variant_new ("(@a{sv})", otrd_options (options)),
                                OTRD_CALL_REPEATABLE);
  otrd_call_set_read (call, otrd_read_variant, (GDestroyNotify)g_variant_unref);
  return call;
}

void
otrd_session_get_verification_details (OtrdSession *self,
                                       GVariant *options,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  otrd_call_begin (make_get_verification_details (self, options), cancellable, callback, user_data);
}

GVariant *
otrd_session_get_verification_details_finish (OtrdSession *self,
                                              GAsyncResult *result,
                                              GError **error)
{
  return otrd_call_end (self, result, error);
}

GVariant *
otrd_session_get_verification_details_sync (OtrdSession *self,
                                            GVariant *options,
                                            GCancellable *cancellable,
                                            GError **error)
{
  return otrd_call_run (make_get_verification_details (self, options), cancellable, error);
}

static OtrdCall *
make_accept_fingerprint (OtrdSession *self, const char *fingerprint, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_SESSION (self) && fingerprint != NULL, NULL);

  if (!OTRD_ALL_UTF8 (fingerprint))
    return refuse (self, otrd_not_utf8 ("AcceptFingerprint"));
  return otrd_session_call_new (self, "AcceptFingerprint",
                                g_variant_new ("(s@a{sv})", fingerprint, otrd_options (options)),
                                OTRD_CALL_PLAIN);
}

void
otrd_session_accept_fingerprint (OtrdSession *self,
                                 const char *fingerprint,
                                 GVariant *options,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  otrd_call_begin (make_accept_fingerprint (self, fingerprint, options), cancellable, callback,
                   user_data);
}

OtrdTurn *
otrd_session_accept_fingerprint_finish (OtrdSession *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdTurn *
otrd_session_accept_fingerprint_sync (OtrdSession *self,
                                      const char *fingerprint,
                                      GVariant *options,
                                      GCancellable *cancellable,
                                      GError **error)
{
  return otrd_call_run (make_accept_fingerprint (self, fingerprint, options), cancellable, error);
}
