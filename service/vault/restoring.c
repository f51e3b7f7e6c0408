/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Putting a backup back: prove it (on a worker), get the vault's key, save what
 * is not saved, write the one file that decides (on a worker), open again. Until
 * that file is there nothing has changed. */

#include "vault/backup.h"
#include "vault/vault-private.h"

typedef struct
{
  GBytes *backup;
  Secret *passphrase;
  VaultRestoreMode mode;
  gboolean interactive;
  Secret *backup_key;
  GPtrArray *records; /* the backup's */
  /* of the vault that it goes to */
  Secret *key;
  VaultSealedHeader header;
  VaultSnapshot *present; /* NULL: it could not be opened */
  VaultFolder *folder;    /* a worker's while one is running */
  GError *error;          /* why it was not written */
} Restore;

static void
restore_free (gpointer memory)
{
  Restore *restore = memory;

  g_bytes_unref (restore->backup);
  g_clear_pointer (&restore->passphrase, secret_unref);
  g_clear_pointer (&restore->backup_key, secret_unref);
  g_clear_pointer (&restore->records, g_ptr_array_unref);
  g_clear_pointer (&restore->key, secret_unref);
  vault_sealed_header_clear (&restore->header);
  g_clear_pointer (&restore->present, vault_snapshot_free);
  g_clear_pointer (&restore->folder, vault_folder_close);
  g_clear_error (&restore->error);
  g_free (restore);
}

/* Takes @task and @error (NULL: it went well). */
static void
finish (GTask *task, GError *error)
{
  Vault *vault = g_task_get_source_object (task);

  vault->is_restoring = FALSE;
  if (!vault_is_open (vault) && !vault->is_opening)
    g_clear_pointer (&vault->key, secret_unref);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static gboolean
is_in_the_way (Vault *vault)
{
  return vault->is_opening || (vault->is_saving && !vault_is_open (vault));
}

static char *
list_accounts (Vault *vault)
{
  g_autoptr (GPtrArray) accounts = vault_list_accounts (vault);
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < accounts->len && list->len < 512; i++)
    {
      const VaultAccount *account = accounts->pdata[i];

      g_string_append_printf (list, "%s%s:%s", i > 0 ? ", " : "", account->protocol, account->name);
    }
  return g_string_free (list, FALSE);
}

/* Whether the vault is one that a backup may be put into in this way. */
static gboolean
check_target (Vault *vault, VaultRestoreMode mode, GError **error)
{
  g_autofree char *accounts = NULL;
  gboolean is_lost = vault->state == OTRD_VAULT_KEYLESS || vault->state == OTRD_VAULT_DAMAGED;

  if (is_in_the_way (vault))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_BUSY,
                   "Could not restore the backup: the vault is being opened; try again");
      return FALSE;
    }
  if (is_lost && vault->folder != NULL)
    return TRUE;
  if (!vault_is_open (vault))
    {
      g_propagate_error (error, vault_new_state_error (vault, "restore the backup"));
      return FALSE;
    }
  if (mode != VAULT_RESTORE_IF_EMPTY || vault_table_is_empty (vault->table))
    return TRUE;
  accounts = list_accounts (vault);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_EXISTS,
               "Could not restore the backup: the vault is in use (%s); merge the backup into it, "
               "or replace it",
               accounts);
  return FALSE;
}

static gboolean
is_account_without_key (const VaultRecord *record)
{
  gsize length;

  return record->kind == VAULT_KIND_ACCOUNT
         && vault_record_get_bytes (record, VAULT_FIELD_PRIVATE_KEY, &length) == NULL;
}

/* What is there wins, but an account that has no key yet is given its own. */
static gboolean
stays (VaultTable *table, const VaultRecord *record, VaultRestoreMode mode)
{
  const VaultNames names = { vault_record_get_text (record, VAULT_FIELD_PROTOCOL),
                             vault_record_get_text (record, VAULT_FIELD_ACCOUNT), NULL, NULL };

  if (mode != VAULT_RESTORE_MERGE) /* that a session was private is never forgotten */
    return record->kind == VAULT_KIND_LATCH;
  return !is_account_without_key (record)
         || vault_table_find (table, VAULT_KIND_ACCOUNT, &names) == NULL;
}

static void
put_present (VaultTable *table, const Restore *restore)
{
  g_autoptr (GPtrArray) present = vault_snapshot_list (restore->present);
  g_autoptr (GPtrArray) staying =
      g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref);

  for (guint i = 0; i < present->len; i++)
    if (stays (table, present->pdata[i], restore->mode))
      g_ptr_array_add (staying, vault_record_ref (present->pdata[i]));
  if (restore->mode == VAULT_RESTORE_MERGE)
    g_ptr_array_set_size (vault_table_get_grants (table), 0); /* rights are not merged */
  vault_table_load_all (table, staying);
}

static void
write_on_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Restore *restore = g_task_get_task_data (task_data);
  g_autoptr (VaultTable) table = vault_table_new ();
  g_autoptr (VaultSnapshot) all = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (Secret) payload = NULL;
  g_autoptr (GBytes) sealed = NULL;
  gboolean is_written;

  vault_table_load_all (table, restore->records);
  if (restore->present != NULL)
    put_present (table, restore);
  all = vault_table_snapshot_all (table);
  records = vault_snapshot_list (all);
  payload = vault_records_serialise (records);
  sealed = vault_sealed_seal (&restore->header, restore->key, payload, &restore->error);
  is_written =
      sealed != NULL
      && (restore->present != NULL || vault_folder_set_aside (restore->folder, &restore->error))
      && vault_folder_write (restore->folder, VAULT_RESTORED, sealed, &restore->error);
  if (!is_written) /* it may be there although the folder could not be written to the end */
    vault_folder_remove (restore->folder, VAULT_RESTORED, NULL);
  g_task_return_boolean (task, is_written);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* What could not be saved yet is in the file that decides. */
  vault_save_finish (VAULT_VAULT (source), result, NULL);
  finish (user_data, NULL);
}

static void
on_opened_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  Restore *restore = g_task_get_task_data (user_data);

  vault_open_finish (vault, result, NULL);
  if (vault->ends_restore) /* it was written after all, and could not be removed */
    g_clear_error (&restore->error);
  if (restore->error == NULL && vault_is_open (vault))
    vault_save_async (vault, on_saved, user_data);
  else
    finish (user_data, g_steal_pointer (&restore->error));
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  Restore *restore = g_task_get_task_data (user_data);

  g_task_propagate_boolean (G_TASK (result), NULL);
  vault->folder = g_steal_pointer (&restore->folder);
  g_clear_pointer (&restore->present, vault_snapshot_free);
  vault_open_again_async (vault, restore->key, on_opened_again, user_data);
}

/* From here to the end of opening it again nobody else has the vault. */
static void
write_restored (GTask *task)
{
  Vault *vault = g_task_get_source_object (task);
  Restore *restore = g_task_get_task_data (task);
  g_autoptr (GTask) work = g_task_new (vault, NULL, on_written, task);
  g_autofree char *key_id = vault_key_make_id (vault->key);
  gboolean is_open = vault_is_open (vault);

  restore->key = secret_ref (vault->key);
  restore->header = (VaultSealedHeader){ .contents = VAULT_CONTENTS_RESTORED,
                                         .sealed_by = is_open ? vault->sealed_by
                                                              : VAULT_SEALED_BY_SECRET_SERVICE };
  g_strlcpy (restore->header.key_id, key_id, sizeof restore->header.key_id);
  if (is_open && vault->parameters != NULL)
    restore->header.parameters = g_bytes_ref (vault->parameters);
  restore->present = is_open ? vault_table_snapshot_all (vault->table) : NULL;
  restore->folder = g_steal_pointer (&vault->folder);
  vault_close_to_open_again (vault);
  g_task_set_task_data (work, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (work, write_on_worker);
}

static void
on_all_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  const Restore *restore = g_task_get_task_data (user_data);
  GError *error = NULL;

  if (!vault_save_finish (vault, result, &error) || !check_target (vault, restore->mode, &error))
    finish (user_data, error);
  else if (vault->n_saved < vault->n_changes)
    vault_save_async (vault, on_all_saved, user_data);
  else if (!vault_is_open (vault) || vault->key == NULL)
    finish (user_data, vault_new_state_error (vault, "restore the backup"));
  else
    write_restored (user_data);
}

static void
on_key_obtained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  const Restore *restore = g_task_get_task_data (user_data);
  GError *error = NULL;

  if (!vault_obtain_key_finish (vault, result, &error)
      || !check_target (vault, restore->mode, &error))
    finish (user_data, error);
  else if (vault_is_open (vault))
    vault_save_async (vault, on_all_saved, user_data);
  else
    write_restored (user_data);
}

static void
on_backup_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  const Restore *restore = g_task_get_task_data (user_data);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_prefix_error (&error, "Could not restore the backup. ");
  if (error != NULL || !check_target (vault, restore->mode, &error))
    finish (user_data, error);
  else
    vault_obtain_key_async (vault, restore->interactive, on_key_obtained, user_data);
}

static void
read_on_worker (GTask *work, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Restore *restore = g_task_get_task_data (task_data);
  GError *error = NULL;
  g_autoptr (Secret) payload =
      vault_sealed_unseal (restore->backup, VAULT_CONTENTS_BACKUP, restore->backup_key, &error);

  if (payload != NULL)
    restore->records = vault_records_parse (payload, TRUE, &error);
  if (restore->records == NULL)
    g_task_return_error (work, error);
  else
    g_task_return_boolean (work, TRUE);
}

static void
on_guessed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Restore *restore = g_task_get_task_data (task);
  g_autoptr (GTask) work = NULL;
  GError *error = NULL;

  restore->backup_key = vault_guess_finish (VAULT_VAULT (source), result, NULL, &error);
  if (restore->backup_key == NULL)
    {
      g_prefix_error (&error, "Could not restore the backup. ");
      finish (task, error);
      return;
    }
  work = g_task_new (source, NULL, on_backup_read, task);
  g_task_set_task_data (work, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (work, read_on_worker);
}

static gboolean
read_header (GBytes *backup, Secret *passphrase, VaultSealedHeader *header, GError **error)
{
  if (passphrase == NULL || secret_get_length (passphrase) == 0)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Could not restore the backup: it needs its passphrase");
      return FALSE;
    }
  if (!vault_sealed_read_header (backup, header, error))
    {
      g_prefix_error (error, "Could not restore the backup. ");
      return FALSE;
    }
  if (header->contents == VAULT_CONTENTS_BACKUP && header->sealed_by == VAULT_SEALED_BY_PASSPHRASE
      && header->parameters != NULL)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
               "Could not restore the backup: the file is none; was it made by otrctl vault "
               "backup?");
  return FALSE;
}

/* Takes @task. */
static void
begin (GTask *task)
{
  Vault *vault = g_task_get_source_object (task);
  const Restore *restore = g_task_get_task_data (task);
  g_auto (VaultSealedHeader) header = { 0 };
  GError *error = NULL;

  if (!check_target (vault, restore->mode, &error)
      || !read_header (restore->backup, restore->passphrase, &header, &error))
    finish (task, error);
  else
    vault_guess_async (vault, &vault->n_wrong_for_backups, header.parameters, NULL,
                       restore->passphrase, on_guessed, task);
}

static void
on_opening_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  vault_open_finish (VAULT_VAULT (source), result, NULL);
  begin (user_data);
}

void
vault_restore_async (Vault *vault,
                     GBytes *backup,
                     Secret *passphrase,
                     VaultRestoreMode mode,
                     gboolean interactive,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, callback, user_data);
  Restore *restore = g_new0 (Restore, 1);

  restore->backup = g_bytes_ref (backup);
  restore->passphrase = passphrase != NULL ? secret_ref (passphrase) : NULL;
  restore->mode = mode;
  restore->interactive = interactive;
  g_task_set_task_data (task, restore, restore_free);
  if (vault->is_restoring)
    {
      g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_BUSY,
                               "Could not restore the backup: another one is being restored");
      return;
    }
  vault->is_restoring = TRUE;
  if (vault->is_opening)
    vault_await_opening (vault, on_opening_over, g_steal_pointer (&task));
  else
    begin (g_steal_pointer (&task));
}

gboolean
vault_restore_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
