/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Making a backup: the main loop takes a snapshot, a worker does the rest. */

#include "vault/backup.h"

#include "vault/passphrase.h"
#include "vault/vault-private.h"

typedef struct
{
  VaultSnapshot *records;
  Secret *passphrase;
} Backup;

static void
backup_free (gpointer memory)
{
  Backup *backup = memory;

  vault_snapshot_free (backup->records);
  secret_unref (backup->passphrase);
  g_free (backup);
}

/* Another machine makes a tag of its own. */
static VaultRecord *
without_instance_tag (VaultRecord *record)
{
  g_autoptr (VaultAccount) account = NULL;

  if (record->kind != VAULT_KIND_ACCOUNT)
    return vault_record_ref (record);
  account = vault_record_to_account (record);
  account->instance_tag = 0;
  account->machine_id[0] = '\0';
  return vault_record_from_account (account, record);
}

static Secret *
make_payload (VaultSnapshot *snapshot)
{
  g_autoptr (GPtrArray) records = vault_snapshot_list (snapshot);
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref);

  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (kept, without_instance_tag (records->pdata[i]));
  return vault_records_serialise (kept);
}

static void
seal_on_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Backup *backup = task_data;
  g_autoptr (Secret) key = secret_new_random (VAULT_KEY_LEN);
  g_autoptr (Secret) payload = make_payload (backup->records);
  g_autofree char *key_id = vault_key_make_id (key);
  g_auto (VaultSealedHeader)
      header = { .contents = VAULT_CONTENTS_BACKUP, .sealed_by = VAULT_SEALED_BY_PASSPHRASE };
  g_autoptr (GBytes) sealed = NULL;
  GError *error = NULL;

  g_strlcpy (header.key_id, key_id, sizeof header.key_id);
  header.parameters = vault_passphrase_wrap (backup->passphrase, key, &error);
  if (header.parameters != NULL)
    sealed = vault_sealed_seal (&header, key, payload, &error);
  if (sealed == NULL)
    g_task_return_error (task, error);
  else if (g_bytes_get_size (sealed) > VAULT_BACKUP_MAX)
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                             "Could not make the backup: it would be larger than can be restored");
  else
    g_task_return_pointer (task, g_steal_pointer (&sealed), (GDestroyNotify)g_bytes_unref);
}

static GError *
check (Vault *vault, Secret *passphrase)
{
  if (!vault_is_open (vault))
    return vault_new_state_error (vault, "make the backup");
  if (passphrase == NULL || secret_get_length (passphrase) == 0)
    return g_error_new (OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                        "Could not make the backup: it needs a passphrase, which must not be "
                        "empty");
  if (vault_table_is_empty (vault->table))
    return g_error_new (OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                        "Could not make the backup: the vault has nothing in it");
  return NULL;
}

void
vault_backup_async (Vault *vault,
                    Secret *passphrase,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (vault, NULL, callback, user_data);
  GError *error = check (vault, passphrase);
  Backup *backup;

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  backup = g_new0 (Backup, 1);
  backup->records = vault_table_snapshot_all (vault->table);
  backup->passphrase = secret_ref (passphrase);
  g_task_set_task_data (task, backup, backup_free);
  g_task_run_in_thread (task, seal_on_worker);
}

GBytes *
vault_backup_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
