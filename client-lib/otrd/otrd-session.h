// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>

#include "otrd-enums.h"
#include "otrd-error.h"
#include "otrd-turn.h"

G_BEGIN_DECLS

/**
 * OtrdSession:
 *
 * The OTR state between an account and a contact, `im.otrd1.Session`.
 *
 * Hand every line of the network to otrd_session_receive() and every text of
 * the user to otrd_session_send(); transmit the lines of each turn, in order,
 * and show its text and events. Turns that no call caused come with the signal
 * #OtrdSession::turn. Turns and signals arrive in the order in which the
 * service sent them, whether calls wait or not: what the service sent before
 * the answer to a waiting call is in the turn of that call, before the rest.
 *
 * A session of otrd_client_open_session() is attached. If the service goes
 * away the session is opened again when the service comes back, or at the next
 * call; texts whose answer was lost, and held ones, are offered again with
 * their ids. A held text never leaves in the clear by that, nor does one that was
 * typed while the session was %OTRD_STATE_STARTING. What was private and is not,
 * though nobody called otrd_session_end() here, needs consent: texts are
 * %OTRD_ERROR_NOT_PRIVATE until otrd_session_start(), otrd_session_end() or a text
 * with the option `clear`.
 *
 * Objects of this library belong to the thread in whose main context the
 * client was made. A call of a session that went out is not taken back: a
 * cancellable counts until then.
 */
#define OTRD_TYPE_SESSION (otrd_session_get_type ())
OTRD_API
G_DECLARE_FINAL_TYPE (OtrdSession, otrd_session, OTRD, SESSION, GObject)

/**
 * otrd_session_get_path:
 * @self: the session
 *
 * Returns: the object path
 */
OTRD_API const char *otrd_session_get_path (OtrdSession *self);

/**
 * otrd_session_get_account:
 * @self: the session
 *
 * Returns: the object path of its account
 */
OTRD_API const char *otrd_session_get_account (OtrdSession *self);

/**
 * otrd_session_get_contact:
 * @self: the session
 *
 * Returns: the contact's canonical address
 */
OTRD_API const char *otrd_session_get_contact (OtrdSession *self);

/**
 * otrd_session_get_policy:
 * @self: the session
 *
 * Returns: the effective policy
 */
OTRD_API OtrdPolicy otrd_session_get_policy (OtrdSession *self);

/**
 * otrd_session_get_state:
 * @self: the session
 *
 * Returns: the state; %OTRD_STATE_UNKNOWN, not private, while the service is away
 */
OTRD_API OtrdState otrd_session_get_state (OtrdSession *self);

/**
 * otrd_session_get_trust:
 * @self: the session
 *
 * Returns: the trust of the fingerprint in use
 */
OTRD_API OtrdTrust otrd_session_get_trust (OtrdSession *self);

/**
 * otrd_session_get_blocked:
 * @self: the session
 *
 * Returns: why a text would not be sent now
 */
OTRD_API OtrdBlocked otrd_session_get_blocked (OtrdSession *self);

/**
 * otrd_session_get_fingerprint:
 * @self: the session
 *
 * Returns: the contact's, 40 hex digits; empty outside the private state
 */
OTRD_API const char *otrd_session_get_fingerprint (OtrdSession *self);

/**
 * otrd_session_get_otr_version:
 * @self: the session
 *
 * Returns: 3 or 2; 0 outside the private state
 */
OTRD_API guint otrd_session_get_otr_version (OtrdSession *self);

/**
 * otrd_session_get_session_id:
 * @self: the session
 * @ours: (out) (optional) (transfer none): our half, 8 hex digits
 * @theirs: (out) (optional) (transfer none): the contact's half
 *
 * The secure session id, to be read aloud and compared.
 *
 * Returns: %TRUE in the private state; otherwise both are empty
 */
OTRD_API gboolean otrd_session_get_session_id (OtrdSession *self,
                                               const char **ours,
                                               const char **theirs);

/**
 * otrd_session_get_instances:
 * @self: the session
 *
 * Returns: (transfer none): the contact's clients, `a(ua{sv})`
 */
OTRD_API GVariant *otrd_session_get_instances (OtrdSession *self);

/**
 * otrd_session_get_instance:
 * @self: the session
 *
 * Returns: the chosen instance; 0: the best
 */
OTRD_API guint otrd_session_get_instance (OtrdSession *self);

/**
 * otrd_session_get_verification:
 * @self: the session
 *
 * Returns: the verification under way
 */
OTRD_API OtrdVerification otrd_session_get_verification (OtrdSession *self);

/**
 * otrd_session_get_held:
 * @self: the session
 *
 * Returns: how many texts wait to go
 */
OTRD_API guint otrd_session_get_held (OtrdSession *self);

/**
 * otrd_session_get_messengers:
 * @self: the session
 *
 * Returns: (transfer none) (array zero-terminated=1): application ids of the attached messengers
 */
OTRD_API const char *const *otrd_session_get_messengers (OtrdSession *self);

/**
 * otrd_session_get_attached:
 * @self: the session
 *
 * Returns: %TRUE from otrd_client_open_session() to otrd_session_detach()
 */
OTRD_API gboolean otrd_session_get_attached (OtrdSession *self);

/**
 * otrd_session_send:
 * @self: the session
 * @text: what the user typed
 * @at_least: (nullable): `private` or `verified`: the least that the user was shown; %NULL or
 * empty: by policy
 * @options: (nullable): `a{sv}`: `id` t (else made by the library, from 1 to 2^53 - 1),
 * `clear` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Sends a text. The turn's verdict is %OTRD_VERDICT_PRIVATE,
 * %OTRD_VERDICT_PLAINTEXT or %OTRD_VERDICT_HELD; any other is an error. An error
 * means that nothing may be transmitted. If the service goes away before it has
 * answered, the text is offered again with the same id.
 */
OTRD_API void otrd_session_send (OtrdSession *self,
                                 const char *text,
                                 const char *at_least,
                                 GVariant *options,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/**
 * otrd_session_send_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_send_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_send_sync:
 * @self: the session
 * @text: what the user typed
 * @at_least: (nullable): `private` or `verified`: the least that the user was shown; %NULL or
 * empty: by policy
 * @options: (nullable): `a{sv}`: `id` t (made by the library), `clear` b; a floating one is
 * consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_send(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_send_sync (OtrdSession *self,
                                           const char *text,
                                           const char *at_least,
                                           GVariant *options,
                                           GCancellable *cancellable,
                                           GError **error);

/**
 * otrd_session_receive:
 * @self: the session
 * @line: a line from the network, as it came; UTF-8
 * @options: (nullable): `a{sv}`: `from` s, `id` s, `sent` b, `history` b; a floating one is
 * consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Hands a line of the network in. Show the turn's text, if it has one, as its
 * verdict says; transmit its lines whatever the verdict.
 */
OTRD_API void otrd_session_receive (OtrdSession *self,
                                    const char *line,
                                    GVariant *options,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * otrd_session_receive_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_receive_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_receive_sync:
 * @self: the session
 * @line: a line from the network, as it came; UTF-8
 * @options: (nullable): `a{sv}`: `from` s, `id` s, `sent` b, `history` b; a floating one is
 * consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_receive(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_receive_sync (OtrdSession *self,
                                              const char *line,
                                              GVariant *options,
                                              GCancellable *cancellable,
                                              GError **error);

/**
 * otrd_session_collect:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Fetches what is owed. Seldom needed: the library does it by itself when the
 * service rings, and #OtrdSession::turn has the outcome.
 */
OTRD_API void otrd_session_collect (OtrdSession *self,
                                    GVariant *options,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * otrd_session_collect_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_collect_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_collect_sync:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_collect(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_collect_sync (OtrdSession *self,
                                              GVariant *options,
                                              GCancellable *cancellable,
                                              GError **error);

/**
 * otrd_session_configure:
 * @self: the session
 * @options: (nullable): `a{sv}`: `content-type` s, `max-message-size` u, `online` b,
 * `contact-online` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Sets options of the attachment; they are kept and said again when the session
 * has to be opened again.
 */
OTRD_API void otrd_session_configure (OtrdSession *self,
                                      GVariant *options,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/**
 * otrd_session_configure_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_configure_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_configure_sync:
 * @self: the session
 * @options: (nullable): `a{sv}`: `content-type` s, `max-message-size` u, `online` b,
 * `contact-online` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_configure(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_configure_sync (OtrdSession *self,
                                                GVariant *options,
                                                GCancellable *cancellable,
                                                GError **error);

/**
 * otrd_session_start:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Begins, or refreshes, the private state.
 */
OTRD_API void otrd_session_start (OtrdSession *self,
                                  GVariant *options,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * otrd_session_start_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_start_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_start_sync:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_start(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_start_sync (OtrdSession *self,
                                            GVariant *options,
                                            GCancellable *cancellable,
                                            GError **error);

/**
 * otrd_session_end:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * The user's wish to end it: goodbye to every instance, back to plaintext.
 */
OTRD_API void otrd_session_end (OtrdSession *self,
                                GVariant *options,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/**
 * otrd_session_end_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_end_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_end_sync:
 * @self: the session
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_end(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_end_sync (OtrdSession *self,
                                          GVariant *options,
                                          GCancellable *cancellable,
                                          GError **error);

/**
 * otrd_session_detach:
 * @self: the session
 * @options: (nullable): `a{sv}`: `end-if-last` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Sign-off: this client is no longer served.
 */
OTRD_API void otrd_session_detach (OtrdSession *self,
                                   GVariant *options,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * otrd_session_detach_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_detach_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_detach_sync:
 * @self: the session
 * @options: (nullable): `a{sv}`: `end-if-last` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_detach(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_detach_sync (OtrdSession *self,
                                             GVariant *options,
                                             GCancellable *cancellable,
                                             GError **error);

/**
 * otrd_session_select_instance:
 * @self: the session
 * @instance: an instance tag; 0: the best
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Chooses whom the next text goes to.
 */
OTRD_API void otrd_session_select_instance (OtrdSession *self,
                                            guint instance,
                                            GVariant *options,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);

/**
 * otrd_session_select_instance_finish:
 * @self: the session
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *
otrd_session_select_instance_finish (OtrdSession *self, GAsyncResult *result, GError **error);

/**
 * otrd_session_select_instance_sync:
 * @self: the session
 * @instance: an instance tag; 0: the best
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_select_instance(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the turn: transmit its lines, show its events
 */
OTRD_API OtrdTurn *otrd_session_select_instance_sync (OtrdSession *self,
                                                      guint instance,
                                                      GVariant *options,
                                                      GCancellable *cancellable,
                                                      GError **error);

/**
 * otrd_session_export_key:
 * @self: the session
 * @use: what the key is for
 * @use_data: (nullable): more of it
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Makes OTR's extra symmetric key and tells the contact. The turn must be
 * transmitted.
 */
OTRD_API void otrd_session_export_key (OtrdSession *self,
                                       guint use,
                                       GBytes *use_data,
                                       GVariant *options,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * otrd_session_export_key_finish:
 * @self: the session
 * @result: the result
 * @turn: (out) (transfer full): the turn
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): 32 bytes
 */
OTRD_API GBytes *otrd_session_export_key_finish (OtrdSession *self,
                                                 GAsyncResult *result,
                                                 OtrdTurn **turn,
                                                 GError **error);

/**
 * otrd_session_export_key_sync:
 * @self: the session
 * @use: what the key is for
 * @use_data: (nullable): more of it
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @turn: (out) (transfer full): the turn
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_export_key(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): 32 bytes
 */
OTRD_API GBytes *otrd_session_export_key_sync (OtrdSession *self,
                                               guint use,
                                               GBytes *use_data,
                                               GVariant *options,
                                               OtrdTurn **turn,
                                               GCancellable *cancellable,
                                               GError **error);

/**
 * otrd_session_take_key:
 * @self: the session
 * @id: the `id` of the event `key-received`
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Takes a key that the contact announced, once.
 */
OTRD_API void otrd_session_take_key (OtrdSession *self,
                                     guint64 id,
                                     GVariant *options,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/**
 * otrd_session_take_key_finish:
 * @self: the session
 * @result: the result
 * @details: (out) (optional) (transfer full): `use` u, `use-data` ay, as `a{sv}`
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): 32 bytes
 */
OTRD_API GBytes *otrd_session_take_key_finish (OtrdSession *self,
                                               GAsyncResult *result,
                                               GVariant **details,
                                               GError **error);

/**
 * otrd_session_take_key_sync:
 * @self: the session
 * @id: the `id` of the event `key-received`
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @details: (out) (optional) (transfer full): `use` u, `use-data` ay, as `a{sv}`
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_session_take_key(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): 32 bytes
 */
OTRD_API GBytes *otrd_session_take_key_sync (OtrdSession *self,
                                             guint64 id,
                                             GVariant *options,
                                             GVariant **details,
                                             GCancellable *cancellable,
                                             GError **error);

G_END_DECLS
