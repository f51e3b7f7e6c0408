// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>

#include "otrd-account.h"
#include "otrd-enums.h"
#include "otrd-error.h"
#include "otrd-session.h"

G_BEGIN_DECLS

/**
 * OtrdClient:
 *
 * The user's OTR service, `im.otrd1.Manager`, as a messenger sees it. The
 * service is started on demand. That it is away is no error when a client is
 * made: see #OtrdClient:available; the next call tries to start it.
 *
 * Made on a bus, it asks the service for a direct connection, uses that for all
 * calls and signals, and asks for another one when the service comes back;
 * where there is none to be had it stays on the bus: see #OtrdClient:direct.
 * In a sandbox it does so by itself through `im.otrd1.Portal`.
 */
#define OTRD_TYPE_CLIENT (otrd_client_get_type ())
OTRD_API
G_DECLARE_FINAL_TYPE (OtrdClient, otrd_client, OTRD, CLIENT, GObject)

/**
 * otrd_client_new:
 * @connection: (nullable): a connection to a bus, or a direct one; %NULL: the
 *   session bus
 * @application: (nullable): the id of the messenger, such as `pidgin`; %NULL:
 *   it does not register
 * @name: (nullable): its name for people
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the client is there
 * @user_data: for @callback
 *
 * Makes a client.
 */
OTRD_API void otrd_client_new (GDBusConnection *connection,
                               const char *application,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/**
 * otrd_client_new_finish:
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the client
 */
OTRD_API OtrdClient *otrd_client_new_finish (GAsyncResult *result, GError **error);

/**
 * otrd_client_new_sync:
 * @connection: (nullable): a connection to a bus, or a direct one; %NULL: the
 *   session bus
 * @application: (nullable): the id of the messenger; %NULL: it does not
 *   register
 * @name: (nullable): its name for people
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_new(), but waits.
 *
 * Returns: (transfer full): the client
 */
OTRD_API OtrdClient *otrd_client_new_sync (GDBusConnection *connection,
                                           const char *application,
                                           const char *name,
                                           GCancellable *cancellable,
                                           GError **error);

/**
 * otrd_client_get_connection:
 * @self: the client
 *
 * Returns: (transfer none): the connection that it was made with
 */
OTRD_API GDBusConnection *otrd_client_get_connection (OtrdClient *self);

/**
 * otrd_client_get_application:
 * @self: the client
 *
 * Returns: (nullable): the id of the messenger
 */
OTRD_API const char *otrd_client_get_application (OtrdClient *self);

/**
 * otrd_client_get_name:
 * @self: the client
 *
 * Returns: (nullable): its name for people
 */
OTRD_API const char *otrd_client_get_name (OtrdClient *self);

/**
 * otrd_client_get_interactive:
 * @self: the client
 *
 * Returns: %TRUE if calls may raise prompts
 */
OTRD_API gboolean otrd_client_get_interactive (OtrdClient *self);

/**
 * otrd_client_set_interactive:
 * @self: the client
 * @interactive: %TRUE (as it is at first) if unlocking, making a key, starting
 *   and sending may raise a prompt; %FALSE where nobody could answer it
 */
OTRD_API void otrd_client_set_interactive (OtrdClient *self, gboolean interactive);

/**
 * otrd_client_get_available:
 * @self: the client
 *
 * Returns: %TRUE while the service is there
 */
OTRD_API gboolean otrd_client_get_available (OtrdClient *self);

/**
 * otrd_client_get_direct:
 * @self: the client
 *
 * Returns: %TRUE while calls go by a direct connection, on which nobody who
 *   watches the bus reads along
 */
OTRD_API gboolean otrd_client_get_direct (OtrdClient *self);

/**
 * otrd_client_get_version:
 * @self: the client
 *
 * Returns: the revision of the contract; 0: not known yet
 */
OTRD_API guint otrd_client_get_version (OtrdClient *self);

/**
 * otrd_client_get_program_version:
 * @self: the client
 *
 * Returns: the version of the service; empty: not known yet
 */
OTRD_API const char *otrd_client_get_program_version (OtrdClient *self);

/**
 * otrd_client_get_vault:
 * @self: the client
 *
 * Returns: the state of the vault
 */
OTRD_API OtrdVault otrd_client_get_vault (OtrdClient *self);

/**
 * otrd_client_get_key_store:
 * @self: the client
 *
 * Returns: `secret-service` or `passphrase`; empty: not known yet
 */
OTRD_API const char *otrd_client_get_key_store (OtrdClient *self);

/**
 * otrd_client_get_default_policy:
 * @self: the client
 *
 * Returns: the policy where there is no other
 */
OTRD_API OtrdPolicy otrd_client_get_default_policy (OtrdClient *self);

/**
 * otrd_client_get_lock_with_screen:
 * @self: the client
 *
 * Returns: whether the vault is locked with the screen
 */
OTRD_API gboolean otrd_client_get_lock_with_screen (OtrdClient *self);

/**
 * otrd_client_get_lock_when_idle:
 * @self: the client
 *
 * Returns: after how many seconds without a wish of the user's the vault is locked; 0: never
 */
OTRD_API guint otrd_client_get_lock_when_idle (OtrdClient *self);

/**
 * otrd_client_register:
 * @self: the client
 * @application: the id of the messenger
 * @name: (nullable): its name for people
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Introduces the messenger, under another id than the client was made with.
 */
OTRD_API void otrd_client_register (OtrdClient *self,
                                    const char *application,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * otrd_client_register_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_register_finish (OtrdClient *self,
                                               GAsyncResult *result,
                                               GError **error);

/**
 * otrd_client_register_sync:
 * @self: the client
 * @application: the id of the messenger
 * @name: (nullable): its name for people
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_register(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_register_sync (OtrdClient *self,
                                             const char *application,
                                             const char *name,
                                             GCancellable *cancellable,
                                             GError **error);

/**
 * otrd_client_open_account:
 * @self: the client
 * @protocol: the protocol, in any usual spelling
 * @name: the account's own address, in any usual spelling
 * @options: (nullable): `a{sv}`: `create` b, `network` s, `casemapping` s; a floating one is
 * consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Finds or creates an account.
 */
OTRD_API void otrd_client_open_account (OtrdClient *self,
                                        const char *protocol,
                                        const char *name,
                                        GVariant *options,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/**
 * otrd_client_open_account_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the account
 */
OTRD_API OtrdAccount *
otrd_client_open_account_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_open_account_sync:
 * @self: the client
 * @protocol: the protocol, in any usual spelling
 * @name: the account's own address, in any usual spelling
 * @options: (nullable): `a{sv}`: `create` b, `network` s, `casemapping` s; a floating one is
 * consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_open_account(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the account
 */
OTRD_API OtrdAccount *otrd_client_open_account_sync (OtrdClient *self,
                                                     const char *protocol,
                                                     const char *name,
                                                     GVariant *options,
                                                     GCancellable *cancellable,
                                                     GError **error);

/**
 * otrd_client_open_session:
 * @self: the client
 * @protocol: the protocol, in any usual spelling
 * @account: the account's own address, in any usual spelling
 * @contact: the contact's address, in any usual spelling
 * @options: (nullable): `a{sv}`: those of otrd_session_configure(), `create` b, `occupant` b,
 * `network` s, `casemapping` s; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Finds or creates a session and attaches to it. Connect to #OtrdSession::turn
 * at once.
 */
OTRD_API void otrd_client_open_session (OtrdClient *self,
                                        const char *protocol,
                                        const char *account,
                                        const char *contact,
                                        GVariant *options,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/**
 * otrd_client_open_session_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the session; the same object for the same session
 */
OTRD_API OtrdSession *
otrd_client_open_session_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_open_session_sync:
 * @self: the client
 * @protocol: the protocol, in any usual spelling
 * @account: the account's own address, in any usual spelling
 * @contact: the contact's address, in any usual spelling
 * @options: (nullable): `a{sv}`: those of otrd_session_configure(), `create` b, `occupant` b,
 * `network` s, `casemapping` s; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_open_session(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the session; the same object for the same session
 */
OTRD_API OtrdSession *otrd_client_open_session_sync (OtrdClient *self,
                                                     const char *protocol,
                                                     const char *account,
                                                     const char *contact,
                                                     GVariant *options,
                                                     GCancellable *cancellable,
                                                     GError **error);

/**
 * otrd_client_list_accounts:
 * @self: the client
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Lists the accounts that the service knows.
 */
OTRD_API void otrd_client_list_accounts (OtrdClient *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * otrd_client_list_accounts_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer container) (element-type OtrdAccount): the accounts
 */
OTRD_API GPtrArray *
otrd_client_list_accounts_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_list_accounts_sync:
 * @self: the client
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_list_accounts(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer container) (element-type OtrdAccount): the accounts
 */
OTRD_API GPtrArray *
otrd_client_list_accounts_sync (OtrdClient *self, GCancellable *cancellable, GError **error);

/**
 * otrd_client_list_sessions:
 * @self: the client
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Lists the sessions of all messengers, without attaching to them.
 */
OTRD_API void otrd_client_list_sessions (OtrdClient *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * otrd_client_list_sessions_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer container) (element-type OtrdSession): the sessions
 */
OTRD_API GPtrArray *
otrd_client_list_sessions_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_list_sessions_sync:
 * @self: the client
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_list_sessions(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer container) (element-type OtrdSession): the sessions
 */
OTRD_API GPtrArray *
otrd_client_list_sessions_sync (OtrdClient *self, GCancellable *cancellable, GError **error);

/**
 * otrd_client_open_direct_connection:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Opens a private connection to the service, for the application's own use: the
 * client itself has one where it can, see #OtrdClient:direct.
 */
OTRD_API void otrd_client_open_direct_connection (OtrdClient *self,
                                                  GVariant *options,
                                                  GCancellable *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer user_data);

/**
 * otrd_client_open_direct_connection_finish:
 * @self: the client
 * @result: the result
 * @details: (out) (optional) (transfer full): details, `a{sv}`
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): a connection without a bus in between; make another client with it
 */
OTRD_API GDBusConnection *otrd_client_open_direct_connection_finish (OtrdClient *self,
                                                                     GAsyncResult *result,
                                                                     GVariant **details,
                                                                     GError **error);

/**
 * otrd_client_open_direct_connection_sync:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @details: (out) (optional) (transfer full): details, `a{sv}`
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_open_direct_connection(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): a connection without a bus in between; make another client with it
 */
OTRD_API GDBusConnection *otrd_client_open_direct_connection_sync (OtrdClient *self,
                                                                   GVariant *options,
                                                                   GVariant **details,
                                                                   GCancellable *cancellable,
                                                                   GError **error);

/**
 * otrd_client_list_applications:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Lists the rights of sandboxed programs.
 */
OTRD_API void otrd_client_list_applications (OtrdClient *self,
                                             GVariant *options,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

/**
 * otrd_client_list_applications_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the rights of sandboxed programs, `aa{sv}`
 */
OTRD_API GVariant *
otrd_client_list_applications_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_list_applications_sync:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_list_applications(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the rights of sandboxed programs, `aa{sv}`
 */
OTRD_API GVariant *otrd_client_list_applications_sync (OtrdClient *self,
                                                       GVariant *options,
                                                       GCancellable *cancellable,
                                                       GError **error);

/**
 * otrd_client_set_grant:
 * @self: the client
 * @application: the sandbox's id of the program
 * @protocol: the protocol, in any usual spelling
 * @account: the account's own address, in any usual spelling
 * @grant: `allow`, `deny`, or `ask`: forget the answer
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Sets a right of a sandboxed program.
 */
OTRD_API void otrd_client_set_grant (OtrdClient *self,
                                     const char *application,
                                     const char *protocol,
                                     const char *account,
                                     const char *grant,
                                     GVariant *options,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/**
 * otrd_client_set_grant_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_set_grant_finish (OtrdClient *self,
                                                GAsyncResult *result,
                                                GError **error);

/**
 * otrd_client_set_grant_sync:
 * @self: the client
 * @application: the sandbox's id of the program
 * @protocol: the protocol, in any usual spelling
 * @account: the account's own address, in any usual spelling
 * @grant: `allow`, `deny`, or `ask`: forget the answer
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_set_grant(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_set_grant_sync (OtrdClient *self,
                                              const char *application,
                                              const char *protocol,
                                              const char *account,
                                              const char *grant,
                                              GVariant *options,
                                              GCancellable *cancellable,
                                              GError **error);

/**
 * otrd_client_list_clients:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Lists the programs that are connected.
 */
OTRD_API void otrd_client_list_clients (OtrdClient *self,
                                        GVariant *options,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/**
 * otrd_client_list_clients_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): who is connected, `aa{sv}`
 */
OTRD_API GVariant *
otrd_client_list_clients_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_list_clients_sync:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_list_clients(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): who is connected, `aa{sv}`
 */
OTRD_API GVariant *otrd_client_list_clients_sync (OtrdClient *self,
                                                  GVariant *options,
                                                  GCancellable *cancellable,
                                                  GError **error);

G_END_DECLS
