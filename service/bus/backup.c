/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Manager.BackupVault and RestoreVault: the file and the passphrase come by
 * descriptors, core does the rest. */
#include "bus/backup.h"

#include <unistd.h>

#include "bus/descriptors.h"
#include "bus/manager-vault.h"
#include "bus/options.h"
#include "bus/tree.h"
#include "bus/whole-file.h"
#include "core/backup.h"
#include "introspection/otrd-error.h"

#define PASSPHRASE_MAX 1024

/* One call of either. */
typedef struct
{
  BusCall *call;
  int file;       /* -1: given away */
  int passphrase; /* -1: given away */
  VaultRestoreMode mode;
  GBytes *backup;
} Transport;

static void
transport_free (Transport *transport)
{
  if (transport->file >= 0)
    close (transport->file);
  if (transport->passphrase >= 0)
    close (transport->passphrase);
  g_clear_pointer (&transport->backup, g_bytes_unref);
  g_free (transport);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Transport, transport_free)

static int
give_away (int *descriptor)
{
  int given = *descriptor;

  *descriptor = -1;
  return given;
}

/* NULL with the call refused. */
static Transport *
take_descriptors (BusCall *call, GVariant *arguments, gboolean writes)
{
  g_autoptr (GVariant) handle = g_variant_get_child_value (arguments, 0);
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 1);
  g_autoptr (Transport) transport = g_new0 (Transport, 1);
  GError *error = NULL;

  transport->call = call;
  transport->passphrase = -1;
  transport->file = bus_call_take_descriptor (call, g_variant_get_handle (handle), &error);
  if (transport->file >= 0
      && !(writes ? bus_whole_file_is_writable (transport->file)
                  : bus_whole_file_is_readable (transport->file)))
    g_set_error (&error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                 "Cannot use the descriptor of the backup: it is not open for %s",
                 writes ? "writing" : "reading");
  if (error == NULL && bus_manager_take_passphrase (call, options, &transport->passphrase, &error)
      && transport->passphrase < 0)
    g_set_error (&error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                 "A backup is sealed with a passphrase: give the option passphrase");
  if (error == NULL)
    return g_steal_pointer (&transport);
  bus_call_fail (call, error);
  return NULL;
}

static void
backup_was_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!bus_whole_file_write_finish (result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

static void
backup_was_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Transport) transport = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) backup = core_backup_vault_finish (CORE_CORE (source), result, &error);

  if (backup == NULL)
    bus_call_fail (transport->call, error);
  else
    bus_whole_file_write_async (give_away (&transport->file), backup, backup_was_written,
                                transport->call);
}

static void
passphrase_to_seal_was_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Transport) transport = user_data;
  GError *error = NULL;
  g_autoptr (Secret) passphrase = bus_descriptor_read_secret_finish (result, &error);
  Core *core = bus_tree_get_core (bus_call_get_tree (transport->call));

  if (passphrase == NULL)
    bus_call_fail (transport->call, error);
  else
    core_backup_vault (core, passphrase, backup_was_made, g_steal_pointer (&transport));
}

void
bus_manager_handle_backup_vault (BusCall *call, gpointer object, GVariant *arguments)
{
  Transport *transport = take_descriptors (call, arguments, TRUE);

  if (transport != NULL)
    bus_descriptor_read_async (give_away (&transport->passphrase), PASSPHRASE_MAX,
                               passphrase_to_seal_was_read, transport);
}

static void
vault_is_restored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_restore_vault_finish (CORE_CORE (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

static void
passphrase_to_open_was_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Transport) transport = user_data;
  GError *error = NULL;
  g_autoptr (Secret) passphrase = bus_descriptor_read_secret_finish (result, &error);

  if (passphrase == NULL)
    bus_call_fail (transport->call, error);
  else
    core_restore_vault (bus_tree_get_core (bus_call_get_tree (transport->call)), transport->backup,
                        passphrase, transport->mode, bus_call_is_interactive (transport->call),
                        vault_is_restored, transport->call);
}

static void
backup_was_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Transport) transport = user_data;
  GError *error = NULL;

  transport->backup = bus_whole_file_read_finish (result, &error);
  if (transport->backup == NULL)
    {
      bus_call_fail (transport->call, error);
      return;
    }
  bus_descriptor_read_async (give_away (&transport->passphrase), PASSPHRASE_MAX,
                             passphrase_to_open_was_read, transport);
  (void)g_steal_pointer (&transport);
}

/* What RestoreVault's options ask for. */
typedef struct
{
  VaultRestoreMode mode;
  gboolean previous; /* no backup at all: the generation before */
  gboolean force;
} Wanted;

static gboolean
read_wanted (GVariant *options, Wanted *wanted, GError **error)
{
  gboolean merge = FALSE, replace = FALSE;

  *wanted = (Wanted){ 0 };
  if (!bus_options_read (options, error, "merge", "b", &merge, "replace", "b", &replace, "previous",
                         "b", &wanted->previous, "force", "b", &wanted->force, NULL))
    return FALSE;
  wanted->mode = merge     ? VAULT_RESTORE_MERGE
                 : replace ? VAULT_RESTORE_REPLACE
                           : VAULT_RESTORE_IF_EMPTY;
  if (merge + replace + wanted->previous <= 1)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "A backup is merged into the vault or replaces it, or the previous generation does; "
               "not two of these");
  return FALSE;
}

static void
vault_went_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_go_back_finish (CORE_CORE (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

void
bus_manager_handle_restore_vault (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 1);
  Wanted wanted;
  Transport *transport;
  GError *error = NULL;

  if (!read_wanted (options, &wanted, &error))
    {
      bus_call_fail (call, error);
      return;
    }
  if (wanted.previous)
    {
      core_go_back (object, wanted.force, vault_went_back, call);
      return;
    }
  transport = take_descriptors (call, arguments, FALSE);
  if (transport == NULL)
    return;
  transport->mode = wanted.mode;
  bus_whole_file_read_async (give_away (&transport->file), VAULT_BACKUP_MAX, backup_was_read,
                             transport);
}
