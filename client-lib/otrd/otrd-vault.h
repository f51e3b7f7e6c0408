// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "otrd-client.h"

G_BEGIN_DECLS

/* What a client does about the vault: opening and locking it, its key store,
 * its backups, and other clients' keys. */

/**
 * otrd_client_set_default_policy:
 * @self: the client
 * @policy: the policy
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Sets the policy of accounts and contacts without one.
 */
OTRD_API void otrd_client_set_default_policy (OtrdClient *self,
                                              OtrdPolicy policy,
                                              GVariant *options,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data);

/**
 * otrd_client_set_default_policy_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_set_default_policy_finish (OtrdClient *self,
                                                         GAsyncResult *result,
                                                         GError **error);

/**
 * otrd_client_set_default_policy_sync:
 * @self: the client
 * @policy: the policy
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_set_default_policy(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_set_default_policy_sync (OtrdClient *self,
                                                       OtrdPolicy policy,
                                                       GVariant *options,
                                                       GCancellable *cancellable,
                                                       GError **error);

/**
 * otrd_client_set_auto_lock:
 * @self: the client
 * @options: (nullable): `a{sv}` with `screen` b and `idle` u (seconds; 0: never), of which what is
 *   absent stays as it is; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Says when the vault is locked by itself: with the screen, or when nobody has wanted anything
 * for a while.
 */
OTRD_API void otrd_client_set_auto_lock (OtrdClient *self,
                                         GVariant *options,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * otrd_client_set_auto_lock_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_set_auto_lock_finish (OtrdClient *self,
                                                    GAsyncResult *result,
                                                    GError **error);

/**
 * otrd_client_set_auto_lock_sync:
 * @self: the client
 * @options: (nullable): as in otrd_client_set_auto_lock()
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_set_auto_lock(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_set_auto_lock_sync (OtrdClient *self,
                                                  GVariant *options,
                                                  GCancellable *cancellable,
                                                  GError **error);

/**
 * otrd_client_unlock:
 * @self: the client
 * @passphrase: (nullable): the passphrase; it crosses the bus by descriptor
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Opens the vault. May take as long as the person at the prompt.
 */
OTRD_API void otrd_client_unlock (OtrdClient *self,
                                  GBytes *passphrase,
                                  GVariant *options,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * otrd_client_unlock_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_unlock_finish (OtrdClient *self,
                                             GAsyncResult *result,
                                             GError **error);

/**
 * otrd_client_unlock_sync:
 * @self: the client
 * @passphrase: (nullable): the passphrase; it crosses the bus by descriptor
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_unlock(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_unlock_sync (OtrdClient *self,
                                           GBytes *passphrase,
                                           GVariant *options,
                                           GCancellable *cancellable,
                                           GError **error);

/**
 * otrd_client_lock:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Locks the vault.
 */
OTRD_API void otrd_client_lock (OtrdClient *self,
                                GVariant *options,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/**
 * otrd_client_lock_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_lock_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_lock_sync:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_lock(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_lock_sync (OtrdClient *self,
                                         GVariant *options,
                                         GCancellable *cancellable,
                                         GError **error);

/**
 * otrd_client_import:
 * @self: the client
 * @format: whose files
 * @files: (element-type utf8 filename): file names by role (`private-keys`, `fingerprints`, ...)
 * @options: (nullable): `a{sv}`: `preview` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Takes keys and trust of other clients over. The library opens the files.
 */
OTRD_API void otrd_client_import (OtrdClient *self,
                                  const char *format,
                                  GHashTable *files,
                                  GVariant *options,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * otrd_client_import_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the report, `a{sv}`
 */
OTRD_API GVariant *
otrd_client_import_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_import_sync:
 * @self: the client
 * @format: whose files
 * @files: (element-type utf8 filename): file names by role (`private-keys`, `fingerprints`, ...)
 * @options: (nullable): `a{sv}`: `preview` b; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_import(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the report, `a{sv}`
 */
OTRD_API GVariant *otrd_client_import_sync (OtrdClient *self,
                                            const char *format,
                                            GHashTable *files,
                                            GVariant *options,
                                            GCancellable *cancellable,
                                            GError **error);

/**
 * otrd_client_set_key_store:
 * @self: the client
 * @key_store: `secret-service` or `passphrase`
 * @passphrase: (nullable): the passphrase; it crosses the bus by descriptor
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Moves the vault key to another key store.
 */
OTRD_API void otrd_client_set_key_store (OtrdClient *self,
                                         const char *key_store,
                                         GBytes *passphrase,
                                         GVariant *options,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * otrd_client_set_key_store_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_set_key_store_finish (OtrdClient *self,
                                                    GAsyncResult *result,
                                                    GError **error);

/**
 * otrd_client_set_key_store_sync:
 * @self: the client
 * @key_store: `secret-service` or `passphrase`
 * @passphrase: (nullable): the passphrase; it crosses the bus by descriptor
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_set_key_store(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_set_key_store_sync (OtrdClient *self,
                                                  const char *key_store,
                                                  GBytes *passphrase,
                                                  GVariant *options,
                                                  GCancellable *cancellable,
                                                  GError **error);

/**
 * otrd_client_check_vault:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Checks the files of the vault.
 */
OTRD_API void otrd_client_check_vault (OtrdClient *self,
                                       GVariant *options,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * otrd_client_check_vault_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: (transfer full): the report, `a{sv}`
 */
OTRD_API GVariant *
otrd_client_check_vault_finish (OtrdClient *self, GAsyncResult *result, GError **error);

/**
 * otrd_client_check_vault_sync:
 * @self: the client
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_check_vault(), but waits for the answer. No main context is iterated.
 *
 * Returns: (transfer full): the report, `a{sv}`
 */
OTRD_API GVariant *otrd_client_check_vault_sync (OtrdClient *self,
                                                 GVariant *options,
                                                 GCancellable *cancellable,
                                                 GError **error);

/**
 * otrd_client_backup_vault:
 * @self: the client
 * @to: a descriptor, open for writing; it stays the caller's
 * @passphrase: (nullable): the passphrase; it crosses the bus by descriptor
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Writes a backup of the vault, sealed with a passphrase.
 */
OTRD_API void otrd_client_backup_vault (OtrdClient *self,
                                        int to,
                                        GBytes *passphrase,
                                        GVariant *options,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/**
 * otrd_client_backup_vault_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_backup_vault_finish (OtrdClient *self,
                                                   GAsyncResult *result,
                                                   GError **error);

/**
 * otrd_client_backup_vault_sync:
 * @self: the client
 * @to: a descriptor, open for writing; it stays the caller's
 * @passphrase: (nullable): the passphrase; it crosses the bus by descriptor
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_backup_vault(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_backup_vault_sync (OtrdClient *self,
                                                 int to,
                                                 GBytes *passphrase,
                                                 GVariant *options,
                                                 GCancellable *cancellable,
                                                 GError **error);

/**
 * otrd_client_restore_vault:
 * @self: the client
 * @from: a descriptor, open for reading; it stays the caller's
 * @passphrase: (nullable): the passphrase; it crosses the bus by descriptor
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the answer is there
 * @user_data: for @callback
 *
 * Puts a backup in the place of the vault.
 */
OTRD_API void otrd_client_restore_vault (OtrdClient *self,
                                         int from,
                                         GBytes *passphrase,
                                         GVariant *options,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * otrd_client_restore_vault_finish:
 * @self: the client
 * @result: the result
 * @error: return location for an error of %OTRD_ERROR
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_restore_vault_finish (OtrdClient *self,
                                                    GAsyncResult *result,
                                                    GError **error);

/**
 * otrd_client_restore_vault_sync:
 * @self: the client
 * @from: a descriptor, open for reading; it stays the caller's
 * @passphrase: (nullable): the passphrase; it crosses the bus by descriptor
 * @options: (nullable): `a{sv}`, or %NULL for none; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error of %OTRD_ERROR
 *
 * As otrd_client_restore_vault(), but waits for the answer. No main context is iterated.
 *
 * Returns: %TRUE if it was done
 */
OTRD_API gboolean otrd_client_restore_vault_sync (OtrdClient *self,
                                                  int from,
                                                  GBytes *passphrase,
                                                  GVariant *options,
                                                  GCancellable *cancellable,
                                                  GError **error);

G_END_DECLS
