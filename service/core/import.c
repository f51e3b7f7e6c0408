/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Import: the files are read a few entries at a time; what is not there is put into the vault,
 * hundreds at once, and saved, each undone when that fails; and told of a few at a time.
 */
#include "core/import-private.h"

#include "core/account-private.h"
#include "core/core-private.h"
#include "core/names.h"
#include "engine/key-file.h"
#include "introspection/otrd-error.h"

/* Signals of one dispatch: a millisecond. */
#define SLICE_SIGNALS 8
#define REST_MS 1

static const char *const outcome_words[CORE_IMPORT_N_OUTCOMES] = { "added", "kept", "conflict",
                                                                   "unreadable" };

static void
import_free (CoreImport *import)
{
  for (guint i = 0; i < CORE_IMPORT_N_OUTCOMES; i++)
    g_variant_builder_clear (&import->report[i]);
  g_ptr_array_unref (import->accounts_made);
  g_clear_pointer (&import->keys, g_ptr_array_unref);
  g_queue_clear_full (&import->lines, core_import_line_free);
  g_clear_error (&import->error);
  g_queue_clear_full (&import->fingerprints, (GDestroyNotify)vault_fingerprint_free);
  g_clear_pointer (&import->file, secret_unref);
  g_free (import);
}

static CoreImport *
import_new (Core *core, const CoreImportFiles *files, gboolean preview)
{
  CoreImport *import = g_new0 (CoreImport, 1);

  import->core = core;
  import->vault = core->vault;
  import->preview = preview;
  import->file = files->fingerprints != NULL ? secret_ref (files->fingerprints) : NULL;
  for (guint i = 0; i < CORE_IMPORT_N_OUTCOMES; i++)
    g_variant_builder_init (&import->report[i], G_VARIANT_TYPE ("aa{sv}"));
  import->accounts_made = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_account_free);
  g_queue_init (&import->lines);
  g_queue_init (&import->fingerprints);
  return import;
}

/* As bytes: the tree that it is built as has ten times their size. */
GVariant *
core_import_end_entry (GVariantDict *entry)
{
  GVariant *record = g_variant_ref_sink (g_variant_dict_end (entry));

  (void)g_variant_get_data (record);
  return record;
}

void
core_import_report (CoreImport *import, CoreImportOutcome outcome, GVariantDict *entry)
{
  g_autoptr (GVariant) record = core_import_end_entry (entry);

  g_variant_builder_add_value (&import->report[outcome], record);
}

void
core_import_put_words (GVariantDict *entry, const char *key, const char *words)
{
  if (words != NULL)
    g_variant_dict_insert (entry, key, "s", words);
}

void
core_import_begin_entry (GVariantDict *entry,
                         const char *file,
                         const char *protocol,
                         const char *account)
{
  g_variant_dict_init (entry, NULL);
  g_variant_dict_insert (entry, "file", "s", file);
  core_import_put_words (entry, "protocol", protocol);
  core_import_put_words (entry, "account", account);
}

void
core_import_report_unreadable (CoreImport *import, GVariantDict *entry, const char *reason)
{
  g_variant_dict_insert (entry, "reason", "s", reason);
  core_import_report (import, CORE_IMPORT_UNREADABLE, entry);
}

/* Private keys */

static void
undo_account (Vault *vault, gpointer user_data)
{
  const VaultAccount *made = user_data;

  vault_unput_account (vault, made->protocol, made->name);
}

/* Only an account that has no key gets one. */
static void
undo_key (Vault *vault, gpointer user_data)
{
  const VaultAccount *given = user_data;
  g_autoptr (VaultAccount) now = vault_lookup_account (vault, given->protocol, given->name);

  if (now == NULL)
    return;
  g_clear_pointer (&now->private_key, secret_unref);
  g_free (now->fingerprint);
  now->fingerprint = g_strdup ("");
  vault_put_account (vault, now, NULL);
}

static void
note_made (CoreImport *import, const VaultAccount *account)
{
  VaultAccount *made = vault_account_copy (account);

  g_clear_pointer (&made->private_key, secret_unref);
  g_ptr_array_add (import->accounts_made, made);
}

static void
put_account (CoreImport *import, const VaultAccount *before, const VaultAccount *account)
{
  if (import->preview || !vault_put_account (import->vault, account, NULL))
    return;
  vault_note_undo (import->vault,
                   core_name_setting (account->protocol, account->name, "key", "", ""),
                   before != NULL ? undo_key : undo_account, vault_account_copy (account),
                   (GDestroyNotify)vault_account_free);
}

/* What the account would have, in a preview: of several keys in one file the first is taken. */
static const VaultAccount *
find_made (CoreImport *import, const char *protocol, const char *name)
{
  for (guint i = 0; i < import->accounts_made->len; i++)
    {
      const VaultAccount *made = g_ptr_array_index (import->accounts_made, i);

      if (g_str_equal (made->protocol, protocol) && g_str_equal (made->name, name))
        return made;
    }
  return NULL;
}

static void
take_key (
    CoreImport *import, EngineKey *key, const char *protocol, const char *name, GVariantDict *entry)
{
  const char *fingerprint = engine_key_get_fingerprint (key);
  g_autoptr (VaultAccount) before = vault_lookup_account (import->vault, protocol, name);
  g_autoptr (VaultAccount) account =
      before != NULL ? vault_account_copy (before) : vault_account_new (protocol, name);
  const VaultAccount *made = find_made (import, protocol, name);
  const char *own = made != NULL ? made->fingerprint : account->fingerprint;

  g_variant_dict_insert (entry, "fingerprint", "s", fingerprint);
  if (*own != '\0')
    {
      if (!g_str_equal (own, fingerprint))
        g_variant_dict_insert (entry, "kept-fingerprint", "s", own);
      core_import_report (
          import, g_str_equal (own, fingerprint) ? CORE_IMPORT_KEPT : CORE_IMPORT_CONFLICT, entry);
      return;
    }
  account->private_key = engine_key_to_secret (key);
  g_free (account->fingerprint);
  account->fingerprint = g_strdup (fingerprint);
  put_account (import, before, account);
  if (import->preview)
    note_made (import, account);
  core_import_report (import, CORE_IMPORT_ADDED, entry);
}

static void
take_file_key (CoreImport *import, const EngineFileKey *file_key)
{
  g_autofree char *protocol =
      file_key->protocol != NULL ? core_names_read_protocol (file_key->protocol, NULL) : NULL;
  g_autofree char *name = protocol != NULL && file_key->name != NULL
                              ? core_names_read_account (protocol, file_key->name, NULL, NULL, NULL)
                              : NULL;
  GVariantDict entry;

  core_import_begin_entry (&entry, "private-keys", protocol != NULL ? protocol : file_key->protocol,
                           name != NULL ? name : file_key->name);
  core_import_put_words (&entry, "from", file_key->name);
  if (name == NULL)
    core_import_report_unreadable (import, &entry, "its account's name or protocol makes no sense");
  else if (file_key->key == NULL)
    core_import_report_unreadable (import, &entry, "its numbers do not belong together");
  else
    take_key (import, file_key->key, protocol, name, &entry);
}

/* A file that is damaged as a whole does not keep the others out. */
static gboolean
read_private_keys (CoreImport *import, const CoreImportFiles *files, GError **error)
{
  GError *reason = NULL;
  GVariantDict entry;

  if (files->private_keys == NULL)
    return TRUE;
  import->keys = engine_key_file_read (files->private_keys, &reason);
  if (import->keys != NULL)
    return TRUE;
  if (files->fingerprints == NULL)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  core_import_begin_entry (&entry, "private-keys", NULL, NULL);
  core_import_report_unreadable (import, &entry, "the file of private keys is empty or damaged");
  g_error_free (reason);
  return TRUE;
}

static void
put_private_keys (CoreImport *import)
{
  for (guint i = 0; import->keys != NULL && i < import->keys->len; i++)
    take_file_key (import, g_ptr_array_index (import->keys, i));
  g_clear_pointer (&import->keys, g_ptr_array_unref);
}

/* The end */

static GVariant *
make_report (CoreImport *import)
{
  GVariantDict whole;

  g_variant_dict_init (&whole, NULL);
  for (guint i = 0; i < CORE_IMPORT_N_OUTCOMES; i++)
    g_variant_dict_insert_value (&whole, outcome_words[i],
                                 g_variant_builder_end (&import->report[i]));
  return g_variant_ref_sink (g_variant_dict_end (&whole));
}

static void
give_report (GTask *task)
{
  g_task_return_pointer (task, make_report (g_task_get_task_data (task)),
                         (GDestroyNotify)g_variant_unref);
}

/* Whoever has decided otherwise since has told of that. */
static void
tell_of (CoreImport *import, const VaultFingerprint *record)
{
  CoreAccount *account = core_find_account (import->core, record->protocol, record->account);
  g_autoptr (VaultFingerprint) now = vault_lookup_fingerprint (
      import->vault, record->protocol, record->account, record->contact, record->fingerprint);

  if (account != NULL && now != NULL && now->trust == record->trust)
    core_account_trust_changed (account, record->contact, record->fingerprint, now);
}

static gboolean
tell_some (gpointer user_data)
{
  GTask *task = user_data;
  CoreImport *import = g_task_get_task_data (task);

  for (guint i = 0; i < SLICE_SIGNALS && !g_queue_is_empty (&import->fingerprints); i++)
    {
      g_autoptr (VaultFingerprint) record = g_queue_pop_head (&import->fingerprints);

      tell_of (import, record);
    }
  if (!g_queue_is_empty (&import->fingerprints))
    return G_SOURCE_CONTINUE;
  if (import->error != NULL)
    g_task_return_error (task, g_steal_pointer (&import->error));
  else
    give_report (task);
  return G_SOURCE_REMOVE;
}

/* Takes @task; @some: does a few at a time.  There is time between for others, and in which what
 * was told is written: what waits for that is memory. */
static void
go_on_with (GTask *task, GSourceFunc some)
{
  g_timeout_add_full (G_PRIORITY_DEFAULT, REST_MS, some, task, g_object_unref);
}

static gboolean put_some (gpointer user_data);

/* Of what was put, what is there is told of. */
static void
end_with_error (CoreImport *import, GError *error)
{
  if (import->n_saved > 0)
    g_prefix_error (&error,
                    "Of the import, %u contacts were taken over and saved; import again for "
                    "the others: ",
                    import->n_saved);
  import->error = error;
}

static void
on_import_saved (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CoreImport *import = g_task_get_task_data (task);
  GError *error = NULL;

  if (!vault_save_finish (VAULT_VAULT (vault), result, &error))
    end_with_error (import, error);
  else
    import->n_saved = g_queue_get_length (&import->fingerprints);
  core_take_accounts (import->core);
  if (import->error == NULL && !g_queue_is_empty (&import->lines))
    go_on_with (g_steal_pointer (&task), put_some);
  else
    go_on_with (g_steal_pointer (&task), tell_some);
}

/* What is put in one dispatch is one change: it is saved as a whole, or taken back. */
static gboolean
put_some (gpointer user_data)
{
  GTask *task = user_data;
  CoreImport *import = g_task_get_task_data (task);

  if (!vault_is_open (import->vault))
    {
      end_with_error (import, vault_new_state_error (import->vault, "import keys"));
      go_on_with (g_object_ref (task), tell_some);
      return G_SOURCE_REMOVE;
    }
  put_private_keys (import);
  core_import_put_lines (import);
  if (!import->preview)
    vault_save_async (import->vault, on_import_saved, g_object_ref (task));
  else if (!g_queue_is_empty (&import->lines))
    return G_SOURCE_CONTINUE;
  else
    give_report (task);
  return G_SOURCE_REMOVE;
}

static gboolean
take_some (gpointer user_data)
{
  GTask *task = user_data;
  CoreImport *import = g_task_get_task_data (task);

  if (vault_is_open (import->vault) && core_import_take_lines (import))
    return G_SOURCE_CONTINUE;
  return put_some (task);
}

gboolean
core_import_has_format (const char *format)
{
  static const char *const formats[] = { "libotr",    "pidgin",  "finch",   "irssi",  "hexchat",
                                         "profanity", "mcabber", "bitlbee", "kopete", NULL };

  return g_strv_contains (formats, format);
}

static gboolean
check (Core *core, const char *format, const CoreImportFiles *files, GError **error)
{
  if (files->private_keys == NULL && files->fingerprints == NULL)
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                           "Cannot import: no file of private keys or fingerprints was given");
      return FALSE;
    }
  if (!core_import_has_format (format))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Cannot import: no files of a program called \"%s\" are known here", format);
      return FALSE;
    }
  if (vault_is_open (core->vault))
    return TRUE;
  g_propagate_error (error, vault_new_state_error (core->vault, "import keys"));
  return FALSE;
}

void
core_import (Core *core,
             const char *format,
             const CoreImportFiles *files,
             gboolean preview,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (core, NULL, callback, user_data);
  CoreImport *import = import_new (core, files, preview);
  GError *error = NULL;

  g_task_set_task_data (task, import, (GDestroyNotify)import_free);
  if (!check (core, format, files, &error) || !read_private_keys (import, files, &error))
    g_task_return_error (task, error);
  else
    go_on_with (g_steal_pointer (&task), take_some);
}

GVariant *
core_import_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
