// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "otrd-session.h"

G_BEGIN_DECLS

/* What a session does about the contact's key: verification, and accepting a
 * key that has changed. */

/**
 * otrd_session_start_verification:
 * @self: the session
 * @secret: (nullable): what both know; %NULL with the option `pin`. It crosses the bus by
 * descriptor
 * @question: (nullable): what to ask the contact
 * @options: (nullable): `a{sv}`: `pin` b, `normalise` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Begins to verify the contact.
 */
OTRD_API void otrd_session_start_verification (OtrdSession *self,
                                               GBytes *secret,
                                               const char *question,
                                               GVariant *options,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);

/**
 * otrd_session_start_verification_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_start_verification_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_start_verification_sync:
 * @self: the session
 * @secret: (nullable): what both know; %NULL with the option `pin`. It crosses the bus by
 * descriptor
 * @question: (nullable): what to ask the contact
 * @options: (nullable): `a{sv}`: `pin` b, `normalise` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_start_verification(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_start_verification_sync (OtrdSession *self,
                                                         GBytes *secret,
                                                         const char *question,
                                                         GVariant *options,
                                                         GCancellable *cancellable,
                                                         GError **error);

/**
 * otrd_session_answer_verification:
 * @self: the session
 * @secret: what both know. It crosses the bus by descriptor
 * @options: (nullable): `a{sv}`: `normalise` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Answers the contact's verification.
 */
OTRD_API void otrd_session_answer_verification (OtrdSession *self,
                                                GBytes *secret,
                                                GVariant *options,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data);

/**
 * otrd_session_answer_verification_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_answer_verification_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_answer_verification_sync:
 * @self: the session
 * @secret: what both know. It crosses the bus by descriptor
 * @options: (nullable): `a{sv}`: `normalise` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_answer_verification(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_answer_verification_sync (OtrdSession *self,
                                                          GBytes *secret,
                                                          GVariant *options,
                                                          GCancellable *cancellable,
                                                          GError **error);

/**
 * otrd_session_abort_verification:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Aborts the verification under way.
 */
OTRD_API void otrd_session_abort_verification (OtrdSession *self,
                                               GVariant *options,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);

/**
 * otrd_session_abort_verification_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_abort_verification_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_abort_verification_sync:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_abort_verification(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_abort_verification_sync (OtrdSession *self,
                                                         GVariant *options,
                                                         GCancellable *cancellable,
                                                         GError **error);

/**
 * otrd_session_get_verification_details:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Asks for the verification under way and the last one, `GetVerification`.
 */
OTRD_API void otrd_session_get_verification_details (OtrdSession *self,
                                                     GVariant *options,
                                                     GCancellable *cancellable,
                                                     GAsyncReadyCallback callback,
                                                     gpointer user_data);

/**
 * otrd_session_get_verification_details_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): `role` s, `question` s, `percent` u, `result` s of the last run and
 * whether it `proves-contact` b, as `a{sv}`
 */
OTRD_API GVariant *otrd_session_get_verification_details_finish (OtrdSession *self,
                                                                 GAsyncResult *result,
                                                                 GError **error);

/**
 * otrd_session_get_verification_details_sync:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_get_verification_details(), but waits for the answer. No main context is
 * iterated.
 *
 * Returns: (transfer full): `role` s, `question` s, `percent` u, `result` s of the last run and
 * whether it `proves-contact` b, as `a{sv}`
 */
OTRD_API GVariant *otrd_session_get_verification_details_sync (OtrdSession *self,
                                                               GVariant *options,
                                                               GCancellable *cancellable,
                                                               GError **error);

/**
 * otrd_session_accept_fingerprint:
 * @self: the session
 * @fingerprint: the fingerprint in use
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * The user has seen the warning and accepts the new key.
 */
OTRD_API void otrd_session_accept_fingerprint (OtrdSession *self,
                                               const char *fingerprint,
                                               GVariant *options,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);

/**
 * otrd_session_accept_fingerprint_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_accept_fingerprint_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_accept_fingerprint_sync:
 * @self: the session
 * @fingerprint: the fingerprint in use
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_accept_fingerprint(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_accept_fingerprint_sync (OtrdSession *self,
                                                         const char *fingerprint,
                                                         GVariant *options,
                                                         GCancellable *cancellable,
                                                         GError **error);

G_END_DECLS
