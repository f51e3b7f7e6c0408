/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An attempt at opening the vault, on its worker: the folder is taken and its
 * files read; with the key that was got for them, they are unsealed and loaded.
 */
#include "vault/attempt.h"

#include <string.h>

/* How long a folder is waited for that another process holds: one that is just ending lets go of
 * it. */
#define FOLDER_WAIT (5 * G_TIME_SPAN_SECOND)
#define FOLDER_RETRY (10 * G_TIME_SPAN_MILLISECOND)

static void
attempt_clear (gpointer memory)
{
  VaultAttempt *attempt = memory;

  g_object_unref (attempt->vault);
  g_free (attempt->path);
  g_clear_pointer (&attempt->folder, vault_folder_close);
  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      g_clear_pointer (&attempt->files[i], g_bytes_unref);
      vault_sealed_header_clear (&attempt->headers[i]);
      vault_sealed_header_clear (&attempt->previous[i]);
    }
  g_clear_pointer (&attempt->key, secret_unref);
  g_clear_pointer (&attempt->passphrase, secret_unref);
  g_clear_pointer (&attempt->findings, g_ptr_array_unref);
  g_clear_pointer (&attempt->table, vault_table_free);
  g_clear_pointer (&attempt->restored, g_bytes_unref);
  vault_sealed_header_clear (&attempt->restored_header);
}

void
vault_attempt_unref (gpointer attempt)
{
  g_atomic_rc_box_release_full (attempt, attempt_clear);
}

static void
run_on_worker (VaultAttempt *attempt, GTaskThreadFunc work, GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = g_task_new (attempt->vault, NULL, callback, NULL);

  g_task_set_task_data (task, g_atomic_rc_box_acquire (attempt), vault_attempt_unref);
  attempt->folder = g_steal_pointer (&attempt->vault->folder);
  g_task_run_in_thread (task, work);
}

gboolean
vault_check_header (const VaultSealedHeader *header, guint file, GError **error)
{
  gboolean by_passphrase = header->sealed_by == VAULT_SEALED_BY_PASSPHRASE;

  if (header->contents == vault_files[file].contents
      && (by_passphrase || header->sealed_by == VAULT_SEALED_BY_SECRET_SERVICE)
      && by_passphrase == (header->parameters != NULL))
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
               "Could not read the vault: the header of its file %s makes no sense",
               vault_files[file].name);
  return FALSE;
}

static gboolean
read_file (VaultAttempt *attempt, guint file, GError **error)
{
  if (!vault_folder_read (attempt->folder, vault_files[file].name, &attempt->files[file], error))
    return FALSE;
  return attempt->files[file] == NULL
         || (vault_sealed_read_header (attempt->files[file], &attempt->headers[file], error)
             && vault_check_header (&attempt->headers[file], file, error));
}

/* Only for what it says of passphrases; that it cannot be read is no hindrance. */
static void
read_previous (VaultAttempt *attempt, guint file)
{
  g_autofree char *name = g_strconcat (vault_files[file].name, VAULT_PREVIOUS_SUFFIX, NULL);
  g_autoptr (GBytes) start = NULL;

  if (vault_folder_read_start (attempt->folder, name, VAULT_SEALED_START, &start, NULL)
      && start != NULL)
    vault_sealed_read_header (start, &attempt->previous[file], NULL);
}

/* Keys without trust, or the other way round: a file was taken away. Only a
 * vault whose very first save was interrupted has its trust alone. */
static gboolean
check_complete (VaultAttempt *attempt, GError **error)
{
  gboolean has_keys = attempt->files[VAULT_FILE_KEYS] != NULL;
  gboolean has_trust = attempt->files[VAULT_FILE_TRUST] != NULL;
  const char *missing = vault_files[has_keys ? VAULT_FILE_TRUST : VAULT_FILE_KEYS].name;

  if (has_keys && has_trust)
    {
      if (g_str_equal (attempt->headers[0].key_id, attempt->headers[1].key_id))
        return TRUE;
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
                   "Could not read the vault: its files belong to different vaults; "
                   "restore a backup of %s",
                   attempt->path);
      return FALSE;
    }
  if (!vault_folder_has (attempt->folder, missing)
      && (!has_trust || attempt->headers[VAULT_FILE_TRUST].generation == 0) && !has_keys)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
               "Could not read the vault: its file %s/%s is missing; restore it", attempt->path,
               missing);
  return FALSE;
}

/* What stands beside a restored one need not even be readable. */
static gboolean
read_beside_restored (VaultAttempt *attempt, GError **error)
{
  if (!vault_sealed_read_header (attempt->restored, &attempt->restored_header, error))
    return FALSE;
  for (guint i = 0; i < VAULT_N_FILES; i++)
    if (!read_file (attempt, i, NULL))
      g_clear_pointer (&attempt->files[i], g_bytes_unref);
  return TRUE;
}

static gboolean
read_files (VaultAttempt *attempt, GError **error)
{
  if (!vault_folder_read (attempt->folder, VAULT_RESTORED, &attempt->restored, error))
    return FALSE;
  for (guint i = 0; i < VAULT_N_FILES; i++)
    read_previous (attempt, i);
  if (attempt->restored != NULL)
    return read_beside_restored (attempt, error);
  return read_file (attempt, VAULT_FILE_TRUST, error) && read_file (attempt, VAULT_FILE_KEYS, error)
         && check_complete (attempt, error);
}

static VaultFolder *
open_folder (VaultAttempt *attempt, GError **error)
{
  gint64 until = g_get_monotonic_time () + (attempt->is_patient ? FOLDER_WAIT : 0);
  g_autoptr (GError) failure = NULL;
  VaultFolder *folder = vault_folder_open (attempt->path, &failure);

  while (g_error_matches (failure, OTRD_ERROR, OTRD_ERROR_BUSY) && g_get_monotonic_time () < until)
    {
      g_clear_error (&failure);
      g_usleep (FOLDER_RETRY);
      folder = vault_folder_open (attempt->path, &failure);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return folder;
}

static void
read_folder (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  VaultAttempt *attempt = task_data;
  GError *error = NULL;

  if (attempt->folder == NULL)
    attempt->folder = open_folder (attempt, &error);
  if (attempt->folder == NULL || !read_files (attempt, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* What is needed for loading alone. That of trust goes when loading has been answered: wiping and
 * freeing it takes a while. */
typedef struct
{
  Secret *payloads[VAULT_N_FILES];
  GPtrArray *records[VAULT_N_FILES];
} Load;

static void
load_forget (Load *load, guint file)
{
  g_clear_pointer (&load->payloads[file], secret_unref);
  g_clear_pointer (&load->records[file], g_ptr_array_unref);
}

static void
load_clear (Load *load)
{
  for (guint i = 0; i < VAULT_N_FILES; i++)
    load_forget (load, i);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Load, load_clear)

static gboolean
load_file (VaultAttempt *attempt, guint file, Load *load, GError **error)
{
  const VaultContents contents = vault_files[file].contents;
  Secret **payload = &load->payloads[file];
  GPtrArray **records = &load->records[file];

  if (attempt->files[file] == NULL)
    return TRUE;
  *payload = vault_sealed_unseal (attempt->files[file], contents, attempt->key, error);
  if (*payload != NULL)
    *records = vault_records_parse (*payload, file == VAULT_FILE_KEYS, error);
  if (*records == NULL)
    return FALSE;
  vault_table_load (attempt->table, contents, *records);
  return TRUE;
}

/* Its generation goes on from what was there; what was not sound is not kept as
 * the previous one (it was set aside). */
static gboolean
load_restored (VaultAttempt *attempt, GError **error)
{
  g_autoptr (Secret) payload =
      vault_sealed_unseal (attempt->restored, VAULT_CONTENTS_RESTORED, attempt->key, error);
  g_autoptr (GPtrArray) records =
      payload != NULL ? vault_records_parse (payload, TRUE, error) : NULL;

  if (records == NULL)
    return FALSE;
  vault_table_load_all (attempt->table, records);
  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      g_autoptr (Secret) old = NULL;

      if (attempt->files[i] != NULL)
        old = vault_sealed_unseal (attempt->files[i], vault_files[i].contents, attempt->key, NULL);
      attempt->is_sound[i] = old != NULL;
      if (old == NULL)
        attempt->headers[i].generation = 0;
    }
  return TRUE;
}

static gboolean
load_all (VaultAttempt *attempt, Load *load, GError **error)
{
  if (attempt->restored != NULL)
    return load_restored (attempt, error);
  return load_file (attempt, VAULT_FILE_TRUST, load, error)
         && load_file (attempt, VAULT_FILE_KEYS, load, error);
}

static void
load_files (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  VaultAttempt *attempt = task_data;
  g_auto (Load) load = { 0 };
  GError *error = NULL;
  gboolean is_loaded;

  attempt->table = vault_table_new ();
  is_loaded = load_all (attempt, &load, &error);
  load_forget (&load, VAULT_FILE_KEYS); /* a lock that comes now leaves nothing of them */
  if (is_loaded)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  attempt->findings = vault_check_files (attempt->folder, attempt->key);
  g_task_return_error (task, error);
}

void
vault_attempt_read (VaultAttempt *attempt, GAsyncReadyCallback callback)
{
  run_on_worker (attempt, read_folder, callback);
}

void
vault_attempt_load (VaultAttempt *attempt, GAsyncReadyCallback callback)
{
  run_on_worker (attempt, load_files, callback);
}
