// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>

#include "otrd-enums.h"
#include "otrd-error.h"

G_BEGIN_DECLS

/**
 * OtrdAccount:
 *
 * One of the user's own addresses, its key and its trust, `im.otrd1.Account`.
 */
#define OTRD_TYPE_ACCOUNT (otrd_account_get_type ())
OTRD_API
G_DECLARE_FINAL_TYPE (OtrdAccount, otrd_account, OTRD, ACCOUNT, GObject)

/**
 * otrd_account_get_path:
 * @self: the account
 *
 * Returns: the object path
 */
OTRD_API const char *otrd_account_get_path (OtrdAccount *self);

/**
 * otrd_account_get_protocol:
 * @self: the account
 *
 * Returns: the canonical protocol
 */
OTRD_API const char *otrd_account_get_protocol (OtrdAccount *self);

/**
 * otrd_account_get_name:
 * @self: the account
 *
 * Returns: the canonical address
 */
OTRD_API const char *otrd_account_get_name (OtrdAccount *self);

/**
 * otrd_account_get_fingerprint:
 * @self: the account
 *
 * Returns: its own, 40 hex digits; empty: unknown
 */
OTRD_API const char *otrd_account_get_fingerprint (OtrdAccount *self);

/**
 * otrd_account_get_key_state:
 * @self: the account
 *
 * Returns: the state of its key
 */
OTRD_API OtrdKeyState otrd_account_get_key_state (OtrdAccount *self);

/**
 * otrd_account_get_policy:
 * @self: the account
 *
 * Returns: its own policy; %OTRD_POLICY_INHERIT: the default
 */
OTRD_API OtrdPolicy otrd_account_get_policy (OtrdAccount *self);

/**
 * otrd_account_generate_key:
 * @self: the account
 * @options: (nullable): `a{sv}`: `replace` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Makes the account's key. May take long, and may prompt.
 */
OTRD_API void otrd_account_generate_key (OtrdAccount *self,
                                         GVariant *options,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * otrd_account_generate_key_finish:
 * @self: the account
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the fingerprint of the key
 */
OTRD_API char *
otrd_account_generate_key_finish (OtrdAccount *self, GAsyncResult *result, GError **error);

/**
 * otrd_account_generate_key_sync:
 * @self: the account
 * @options: (nullable): `a{sv}`: `replace` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_account_generate_key(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the fingerprint of the key
 */
OTRD_API char *otrd_account_generate_key_sync (OtrdAccount *self,
                                               GVariant *options,
                                               GCancellable *cancellable,
                                               GError **error);

/**
 * otrd_account_list_fingerprints:
 * @self: the account
 * @filter: (nullable): `a{sv}`: `contact` s, `fingerprint` s, `trust` s, `limit` u, `after` s; a
 * floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Lists fingerprints known of the account's contacts, at most 500 a call.
 */
OTRD_API void otrd_account_list_fingerprints (OtrdAccount *self,
                                              GVariant *filter,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data);

/**
 * otrd_account_list_fingerprints_finish:
 * @self: the account
 * @result: the result
 * @next: (out) (optional) (transfer full): `after` of the next call; empty: that was all
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the records, `aa{sv}`
 */
OTRD_API GVariant *otrd_account_list_fingerprints_finish (OtrdAccount *self,
                                                          GAsyncResult *result,
                                                          char **next,
                                                          GError **error);

/**
 * otrd_account_list_fingerprints_sync:
 * @self: the account
 * @filter: (nullable): `a{sv}`: `contact` s, `fingerprint` s, `trust` s, `limit` u, `after` s; a
 * floating one is consumed
 * @next: (out) (optional) (transfer full): `after` of the next call; empty: that was all
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_account_list_fingerprints(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the records, `aa{sv}`
 */
OTRD_API GVariant *otrd_account_list_fingerprints_sync (
    OtrdAccount *self, GVariant *filter, char **next, GCancellable *cancellable, GError **error);

/**
 * otrd_account_set_trust:
 * @self: the account
 * @contact: the contact, in any usual spelling
 * @fingerprint: the fingerprint, in any usual spelling
 * @trust: %OTRD_TRUST_VERIFIED, %OTRD_TRUST_UNVERIFIED or %OTRD_TRUST_REJECTED
 * @options: (nullable): `a{sv}`: `method` s; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Sets the trust of a fingerprint.
 */
OTRD_API void otrd_account_set_trust (OtrdAccount *self,
                                      const char *contact,
                                      const char *fingerprint,
                                      OtrdTrust trust,
                                      GVariant *options,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/**
 * otrd_account_set_trust_finish:
 * @self: the account
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_account_set_trust_finish (OtrdAccount *self,
                                                 GAsyncResult *result,
                                                 GError **error);

/**
 * otrd_account_set_trust_sync:
 * @self: the account
 * @contact: the contact, in any usual spelling
 * @fingerprint: the fingerprint, in any usual spelling
 * @trust: %OTRD_TRUST_VERIFIED, %OTRD_TRUST_UNVERIFIED or %OTRD_TRUST_REJECTED
 * @options: (nullable): `a{sv}`: `method` s; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_account_set_trust(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_account_set_trust_sync (OtrdAccount *self,
                                               const char *contact,
                                               const char *fingerprint,
                                               OtrdTrust trust,
                                               GVariant *options,
                                               GCancellable *cancellable,
                                               GError **error);

/**
 * otrd_account_forget:
 * @self: the account
 * @contact: the contact, in any usual spelling
 * @fingerprint: the fingerprint, in any usual spelling
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Forgets a fingerprint.
 */
OTRD_API void otrd_account_forget (OtrdAccount *self,
                                   const char *contact,
                                   const char *fingerprint,
                                   GVariant *options,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * otrd_account_forget_finish:
 * @self: the account
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_account_forget_finish (OtrdAccount *self,
                                              GAsyncResult *result,
                                              GError **error);

/**
 * otrd_account_forget_sync:
 * @self: the account
 * @contact: the contact, in any usual spelling
 * @fingerprint: the fingerprint, in any usual spelling
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_account_forget(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_account_forget_sync (OtrdAccount *self,
                                            const char *contact,
                                            const char *fingerprint,
                                            GVariant *options,
                                            GCancellable *cancellable,
                                            GError **error);

/**
 * otrd_account_get_contact_policy:
 * @self: the account
 * @contact: the contact; empty: the account itself
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Asks for the policy that holds for a contact, `GetPolicy`.
 */
OTRD_API void otrd_account_get_contact_policy (OtrdAccount *self,
                                               const char *contact,
                                               GVariant *options,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);

/**
 * otrd_account_get_contact_policy_finish:
 * @self: the account
 * @result: the result
 * @origin: (out) (optional) (transfer full): `contact`, `account` or `default`
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: the effective policy; %OTRD_POLICY_UNKNOWN with @error set
 */
OTRD_API OtrdPolicy otrd_account_get_contact_policy_finish (OtrdAccount *self,
                                                            GAsyncResult *result,
                                                            char **origin,
                                                            GError **error);

/**
 * otrd_account_get_contact_policy_sync:
 * @self: the account
 * @contact: the contact; empty: the account itself
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @origin: (out) (optional) (transfer full): `contact`, `account` or `default`
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_account_get_contact_policy(), but waits for the answer. No main context is iterated.
 *
 * Returns: the effective policy; %OTRD_POLICY_UNKNOWN with @error set
 */
OTRD_API OtrdPolicy otrd_account_get_contact_policy_sync (OtrdAccount *self,
                                                          const char *contact,
                                                          GVariant *options,
                                                          char **origin,
                                                          GCancellable *cancellable,
                                                          GError **error);

/**
 * otrd_account_set_contact_policy:
 * @self: the account
 * @contact: the contact; empty: the account itself
 * @policy: the policy; %OTRD_POLICY_INHERIT: none of its own
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Sets the policy of a contact or of the account, `SetPolicy`.
 */
OTRD_API void otrd_account_set_contact_policy (OtrdAccount *self,
                                               const char *contact,
                                               OtrdPolicy policy,
                                               GVariant *options,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);

/**
 * otrd_account_set_contact_policy_finish:
 * @self: the account
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_account_set_contact_policy_finish (OtrdAccount *self,
                                                          GAsyncResult *result,
                                                          GError **error);

/**
 * otrd_account_set_contact_policy_sync:
 * @self: the account
 * @contact: the contact; empty: the account itself
 * @policy: the policy; %OTRD_POLICY_INHERIT: none of its own
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_account_set_contact_policy(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_account_set_contact_policy_sync (OtrdAccount *self,
                                                        const char *contact,
                                                        OtrdPolicy policy,
                                                        GVariant *options,
                                                        GCancellable *cancellable,
                                                        GError **error);

/**
 * otrd_account_remove:
 * @self: the account
 * @options: (nullable): `a{sv}`: `confirm` s, the account's name; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Removes the account with its key and its trust.
 */
OTRD_API void otrd_account_remove (OtrdAccount *self,
                                   GVariant *options,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * otrd_account_remove_finish:
 * @self: the account
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_account_remove_finish (OtrdAccount *self,
                                              GAsyncResult *result,
                                              GError **error);

/**
 * otrd_account_remove_sync:
 * @self: the account
 * @options: (nullable): `a{sv}`: `confirm` s, the account's name; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_account_remove(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_account_remove_sync (OtrdAccount *self,
                                            GVariant *options,
                                            GCancellable *cancellable,
                                            GError **error);

G_END_DECLS
