// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The vault: opening and locking it, where its key is kept, its backups, and
 * what it takes over from others. Passphrases go by descriptor. */

#include "otrd-vault.h"

#include "client-private.h"
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static OtrdCall *
make_call (OtrdClient *self,
           const char *method,
           GVariant *parameters,
           OtrdCallTraits traits,
           OtrdCallRead read,
           GDestroyNotify free_result)
{
  OtrdCall *call = otrd_client_call_new (self, self, OTRD_MANAGER_PATH, OTRD_MANAGER_INTERFACE,
                                         method, parameters, traits);

  otrd_call_set_read (call, read, free_result);
  return call;
}

static OtrdCall *
refuse (OtrdClient *self, GError *error)
{
  return otrd_call_new_refused (self, otrd_client_get_wire (self), error);
}

/* Options with the passphrase in the list of descriptors; NULL with the error set. */
static GVariant *
add_passphrase (GVariant *options, GBytes *passphrase, GUnixFDList *fds, GError **error)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (otrd_options (options));
  GVariantDict all;
  int fd, handle;

  if (passphrase == NULL)
    return g_steal_pointer (&given);
  fd = otrd_descriptor_hold (passphrase, error);
  if (fd < 0)
    return NULL;
  handle = g_unix_fd_list_append (fds, fd, error);
  close (fd);
  if (handle < 0)
    return NULL;
  g_variant_dict_init (&all, given);
  g_variant_dict_insert (&all, "passphrase", "h", handle);
  return g_variant_ref_sink (g_variant_dict_end (&all));
}

/* The parameters up to the options come as a format with them. */
static OtrdCall *
make_with_passphrase (OtrdClient *self,
                      const char *method,
                      GVariant *first,
                      GBytes *passphrase,
                      GVariant *options,
                      GUnixFDList *fds)
{
  g_autoptr (GUnixFDList) list = fds;
  g_autoptr (GVariant) before = first != NULL ? g_variant_ref_sink (first) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) all = add_passphrase (options, passphrase, list, &error);
  GVariant *children[2] = { before, all };
  OtrdCall *call;

  if (all == NULL)
    return refuse (self, g_steal_pointer (&error));
  call =
      make_call (self, method,
                 before != NULL ? g_variant_new_tuple (children, 2) : g_variant_new_tuple (&all, 1),
                 OTRD_CALL_PATIENT | otrd_client_prompting (self), otrd_read_nothing, NULL);
  otrd_call_take_descriptors (call, g_steal_pointer (&list));
  return call;
}

static OtrdCall *
make_set_default_policy (OtrdClient *self, OtrdPolicy policy, GVariant *options)
{
  const char *word = otrd_policy_to_string (policy);

  g_return_val_if_fail (OTRD_IS_CLIENT (self) && word != NULL, NULL);

  return make_call (self, "SetDefaultPolicy",
                    g_variant_new ("(s@a{sv})", word, otrd_options (options)), OTRD_CALL_REPEATABLE,
                    otrd_read_nothing, NULL);
}

void
otrd_client_set_default_policy (OtrdClient *self,
                                OtrdPolicy policy,
                                GVariant *options,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  otrd_call_begin (make_set_default_policy (self, policy, options), cancellable, callback,
                   user_data);
}

gboolean
otrd_client_set_default_policy_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_set_default_policy_sync (OtrdClient *self,
                                     OtrdPolicy policy,
                                     GVariant *options,
                                     GCancellable *cancellable,
                                     GError **error)
{
  return otrd_call_run (make_set_default_policy (self, policy, options), cancellable, error)
         != NULL;
}

static OtrdCall *
make_set_auto_lock (OtrdClient *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self), NULL);

  return make_call (self, "SetAutoLock", g_variant_new ("(@a{sv})", otrd_options (options)),
                    OTRD_CALL_REPEATABLE, otrd_read_nothing, NULL);
}

void
otrd_client_set_auto_lock (OtrdClient *self,
                           GVariant *options,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  otrd_call_begin (make_set_auto_lock (self, options), cancellable, callback, user_data);
}

gboolean
otrd_client_set_auto_lock_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_set_auto_lock_sync (OtrdClient *self,
                                GVariant *options,
                                GCancellable *cancellable,
                                GError **error)
{
  return otrd_call_run (make_set_auto_lock (self, options), cancellable, error) != NULL;
}

static OtrdCall *
make_unlock (OtrdClient *self, GBytes *passphrase, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self), NULL);

  return make_with_passphrase (self, "Unlock", NULL, passphrase, options, g_unix_fd_list_new ());
}

void
otrd_client_unlock (OtrdClient *self,
                    GBytes *passphrase,
                    GVariant *options,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  otrd_call_begin (make_unlock (self, passphrase, options), cancellable, callback, user_data);
}

gboolean
otrd_client_unlock_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_unlock_sync (OtrdClient *self,
                         GBytes *passphrase,
                         GVariant *options,
                         GCancellable *cancellable,
                         GError **error)
{
  return otrd_call_run (make_unlock (self, passphrase, options), cancellable, error) != NULL;
}

static OtrdCall *
make_lock (OtrdClient *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self), NULL);

  return make_call (self, "Lock", g_variant_new ("(@a{sv})", otrd_options (options)),
                    OTRD_CALL_PLAIN, otrd_read_nothing, NULL);
}

void
otrd_client_lock (OtrdClient *self,
                  GVariant *options,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  otrd_call_begin (make_lock (self, options), cancellable, callback, user_data);
}

gboolean
otrd_client_lock_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_lock_sync (OtrdClient *self,
                       GVariant *options,
                       GCancellable *cancellable,
                       GError **error)
{
  return otrd_call_run (make_lock (self, options), cancellable, error) != NULL;
}

static OtrdCall *
make_set_key_store (OtrdClient *self, const char *key_store, GBytes *passphrase, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self) && key_store != NULL, NULL);

  if (!OTRD_ALL_UTF8 (key_store))
    return refuse (self, otrd_not_utf8 ("SetKeyStore"));
  return make_with_passphrase (self, "SetKeyStore", g_variant_new_string (key_store), passphrase,
                               options, g_unix_fd_list_new ());
}

void
otrd_client_set_key_store (OtrdClient *self,
                           const char *key_store,
                           GBytes *passphrase,
                           GVariant *options,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  otrd_call_begin (make_set_key_store (self, key_store, passphrase, options), cancellable, callback,
                   user_data);
}

gboolean
otrd_client_set_key_store_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_set_key_store_sync (OtrdClient *self,
                                const char *key_store,
                                GBytes *passphrase,
                                GVariant *options,
                                GCancellable *cancellable,
                                GError **error)
{
  return otrd_call_run (make_set_key_store (self, key_store, passphrase, options), cancellable,
                        error)
         != NULL;
}

static OtrdCall *
make_check_vault (OtrdClient *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self), NULL);

  return make_call (self, "CheckVault", g_variant_new ("(@a{sv})", otrd_options (options)),
                    OTRD_CALL_PATIENT, otrd_read_variant, (GDestroyNotify)g_variant_unref);
}

void
otrd_client_check_vault (OtrdClient *self,
                         GVariant *options,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  otrd_call_begin (make_check_vault (self, options), cancellable, callback, user_data);
}

GVariant *
otrd_client_check_vault_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

GVariant *
otrd_client_check_vault_sync (OtrdClient *self,
                              GVariant *options,
                              GCancellable *cancellable,
                              GError **error)
{
  return otrd_call_run (make_check_vault (self, options), cancellable, error);
}

static OtrdCall *
make_with_file (OtrdClient *self, const char *method, int fd, GBytes *passphrase, GVariant *options)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  int handle = g_unix_fd_list_append (fds, fd, &error);

  if (handle < 0)
    return refuse (self, g_error_new (OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                                      "%s: the descriptor cannot be handed over (%s)", method,
                                      error->message));
  return make_with_passphrase (self, method, g_variant_new_handle (handle), passphrase, options,
                               g_steal_pointer (&fds));
}

static OtrdCall *
make_backup_vault (OtrdClient *self, int to, GBytes *passphrase, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self) && to >= 0, NULL);

  return make_with_file (self, "BackupVault", to, passphrase, options);
}

void
otrd_client_backup_vault (OtrdClient *self,
                          int to,
                          GBytes *passphrase,
                          GVariant *options,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  otrd_call_begin (make_backup_vault (self, to, passphrase, options), cancellable, callback,
                   user_data);
}

gboolean
otrd_client_backup_vault_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_backup_vault_sync (OtrdClient *self,
                               int to,
                               GBytes *passphrase,
                               GVariant *options,
                               GCancellable *cancellable,
                               GError **error)
{
  return otrd_call_run (make_backup_vault (self, to, passphrase, options), cancellable, error)
         != NULL;
}

static OtrdCall *
make_restore_vault (OtrdClient *self, int from, GBytes *passphrase, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self) && from >= 0, NULL);

  return make_with_file (self, "RestoreVault", from, passphrase, options);
}

void
otrd_client_restore_vault (OtrdClient *self,
                           int from,
                           GBytes *passphrase,
                           GVariant *options,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  otrd_call_begin (make_restore_vault (self, from, passphrase, options), cancellable, callback,
                   user_data);
}

gboolean
otrd_client_restore_vault_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_restore_vault_sync (OtrdClient *self,
                                int from,
                                GBytes *passphrase,
                                GVariant *options,
                                GCancellable *cancellable,
                                GError **error)
{
  return otrd_call_run (make_restore_vault (self, from, passphrase, options), cancellable, error)
         != NULL;
}

/* ---- Other clients' files ---- */

static gboolean
add_file (
    GVariantBuilder *files, GUnixFDList *fds, const char *role, const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  int handle;

  if (fd < 0)
    {
      g_set_error (error, OTRD_ERROR,
                   errno == ENOENT ? OTRD_ERROR_NOT_FOUND : OTRD_ERROR_ACCESS_DENIED,
                   "Could not open %s to import it: %s", path, g_strerror (errno));
      return FALSE;
    }
  handle = g_unix_fd_list_append (fds, fd, error);
  close (fd);
  if (handle >= 0)
    g_variant_builder_add (files, "{sh}", role, handle);
  return handle >= 0;
}

static GVariant *
open_files (GHashTable *files, GUnixFDList *fds, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sh}"));
  GHashTableIter iter;
  gpointer role, path;

  g_hash_table_iter_init (&iter, files);
  while (g_hash_table_iter_next (&iter, &role, &path))
    if (!add_file (&builder, fds, role, path, error))
      return NULL;
  return g_variant_builder_end (&builder);
}

static OtrdCall *
make_import (OtrdClient *self, const char *format, GHashTable *files, GVariant *options)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  GVariant *handles;
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_CLIENT (self) && format != NULL && files != NULL, NULL);

  if (!OTRD_ALL_UTF8 (format))
    return refuse (self, otrd_not_utf8 ("Import"));
  handles = open_files (files, fds, &error);
  if (handles == NULL)
    return refuse (self, g_steal_pointer (&error));
  call = make_call (self, "Import",
                    g_variant_new ("(s@a{sh}@a{sv})", format, handles, otrd_options (options)),
                    OTRD_CALL_PATIENT, otrd_read_variant, (GDestroyNotify)g_variant_unref);
  otrd_call_take_descriptors (call, g_steal_pointer (&fds));
  return call;
}

void
otrd_client_import (OtrdClient *self,
                    const char *format,
                    GHashTable *files,
                    GVariant *options,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  otrd_call_begin (make_import (self, format, files, options), cancellable, callback, user_data);
}

GVariant *
otrd_client_import_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

GVariant *
otrd_client_import_sync (OtrdClient *self,
                         const char *format,
                         GHashTable *files,
                         GVariant *options,
                         GCancellable *cancellable,
                         GError **error)
{
  return otrd_call_run (make_import (self, format, files, options), cancellable, error);
}
