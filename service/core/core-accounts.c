/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Accounts found and made, once the vault is open. */

#include "core/account-private.h"
#include "core/core-private.h"
#include "core/limits.h"
#include "core/names.h"

CoreAccount *
core_find_account (Core *core, const char *protocol, const char *name)
{
  for (guint i = 0; i < core->accounts->len; i++)
    {
      CoreAccount *account = g_ptr_array_index (core->accounts, i);

      if (g_str_equal (account->name, name) && g_str_equal (account->protocol, protocol))
        return account;
    }
  return NULL;
}

typedef struct
{
  char *protocol;
  char *name;
  gboolean create;
} Wanted;

static void
wanted_free (gpointer user_data)
{
  Wanted *wanted = user_data;

  g_free (wanted->protocol);
  g_free (wanted->name);
  g_free (wanted);
}

static void
undo_account (Vault *vault, gpointer task)
{
  const Wanted *wanted = g_task_get_task_data (task);

  vault_unput_account (vault, wanted->protocol, wanted->name);
}

static void
on_account_saved (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Core *core = g_task_get_source_object (task);
  const Wanted *wanted = g_task_get_task_data (task);
  CoreAccount *account = core_find_account (core, wanted->protocol, wanted->name);
  GError *error = NULL;

  core->accounts_under_way--;
  if (!vault_save_finish (VAULT_VAULT (vault), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  /* Another caller may have waited for the same. */
  if (account == NULL)
    account = core_add_account (core, wanted->protocol, wanted->name);
  g_task_return_pointer (task, g_object_ref (account), g_object_unref);
}

/* Another caller, or an import, is about to have it saved: it is nobody else's to put or undo. */
static gboolean
is_being_made (Core *core, const Wanted *wanted)
{
  g_autoptr (VaultAccount) record =
      vault_lookup_account (core->vault, wanted->protocol, wanted->name);

  return record != NULL;
}

static void
create_account (GTask *task)
{
  Core *core = g_task_get_source_object (task);
  const Wanted *wanted = g_task_get_task_data (task);
  g_autoptr (VaultAccount) record = vault_account_new (wanted->protocol, wanted->name);
  GError *error = NULL;

  if (is_being_made (core, wanted))
    {
      core->accounts_under_way++;
      vault_save_async (core->vault, on_account_saved, task);
      return;
    }
  if (core->accounts->len + core->accounts_under_way >= CORE_ACCOUNTS_MAX)
    g_set_error (&error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                 "The account was not made: there are %d already", CORE_ACCOUNTS_MAX);
  else if (vault_put_account (core->vault, record, &error))
    {
      core->accounts_under_way++;
      vault_note_undo (core->vault,
                       core_name_setting (wanted->protocol, wanted->name, "key", "", ""),
                       undo_account, g_object_ref (task), g_object_unref);
      vault_save_async (core->vault, on_account_saved, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
look_up_or_create (GTask *task)
{
  Core *core = g_task_get_source_object (task);
  const Wanted *wanted = g_task_get_task_data (task);
  CoreAccount *account = core_find_account (core, wanted->protocol, wanted->name);

  if (account != NULL)
    g_task_return_pointer (task, g_object_ref (account), g_object_unref);
  else if (wanted->create)
    {
      create_account (task);
      return;
    }
  else
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                             "There is no such account; look at its name, or add it first");
  g_object_unref (task);
}

static void
on_opened_for_account (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (vault_open_finish (VAULT_VAULT (vault), result, &error))
    {
      look_up_or_create (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean
read_wanted (Wanted *wanted,
             const char *protocol,
             const char *name,
             const CoreAccountOptions *options,
             GError **error)
{
  wanted->create = options->create;
  wanted->protocol = core_names_read_protocol (protocol, error);
  if (wanted->protocol == NULL)
    return FALSE;
  wanted->name = core_names_read_account (wanted->protocol, name, options->network,
                                          options->casemapping, error);
  return wanted->name != NULL;
}

void
core_open_account (Core *core,
                   const char *protocol,
                   const char *name,
                   const CoreAccountOptions *options,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  GTask *task = g_task_new (core, NULL, callback, user_data);
  Wanted *wanted = g_new0 (Wanted, 1);
  GError *error = NULL;

  g_task_set_task_data (task, wanted, wanted_free);
  if (!read_wanted (wanted, protocol, name, options, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (vault_is_open (core->vault)
      || core_find_account (core, wanted->protocol, wanted->name) != NULL)
    {
      look_up_or_create (task);
      return;
    }
  /* After Lock only Unlock opens again. */
  if (core->locked_by_user)
    {
      g_task_return_error (task, vault_new_state_error (core->vault, "open the account"));
      g_object_unref (task);
      return;
    }
  vault_open_async (core->vault, FALSE, on_opened_for_account, task);
}

CoreAccount *
core_open_account_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
