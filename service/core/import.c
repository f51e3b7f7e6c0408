/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Import: each entry of the files is read, compared with what is there, and
 * put into the vault; one save at the end, each undone when it fails.
 */
#include "core/import.h"

#include <string.h>

#include "core/account-private.h"
#include "core/core-private.h"
#include "core/names.h"
#include "engine/key-file.h"
#include "introspection/otrd-error.h"

#define FIELDS_MIN 4
#define FIELDS_MAX 5

typedef enum
{
  ADDED,
  KEPT,
  CONFLICT,
  UNREADABLE,
  N_OUTCOMES,
} Outcome;

static const char *const outcome_words[N_OUTCOMES] = { "added", "kept", "conflict", "unreadable" };

typedef struct
{
  Core *core;
  Vault *vault;
  gboolean preview;
  GVariantBuilder report[N_OUTCOMES];
  GPtrArray *accounts_made; /* of VaultAccount */
  GPtrArray *fingerprints;  /* of VaultFingerprint: made */
} Import;

static void
import_free (Import *import)
{
  for (guint i = 0; i < N_OUTCOMES; i++)
    g_variant_builder_clear (&import->report[i]);
  g_ptr_array_unref (import->accounts_made);
  g_ptr_array_unref (import->fingerprints);
  g_free (import);
}

static Import *
import_new (Core *core, gboolean preview)
{
  Import *import = g_new0 (Import, 1);

  import->core = core;
  import->vault = core->vault;
  import->preview = preview;
  for (guint i = 0; i < N_OUTCOMES; i++)
    g_variant_builder_init (&import->report[i], G_VARIANT_TYPE ("aa{sv}"));
  import->accounts_made = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_account_free);
  import->fingerprints = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_fingerprint_free);
  return import;
}

static void
report (Import *import, Outcome outcome, GVariantDict *entry)
{
  g_variant_builder_add_value (&import->report[outcome], g_variant_dict_end (entry));
}

/* @words: NULL where the file has none. */
static void
put_words (GVariantDict *entry, const char *key, const char *words)
{
  if (words != NULL)
    g_variant_dict_insert (entry, key, "s", words);
}

static void
begin_entry (GVariantDict *entry, const char *file, const char *protocol, const char *account)
{
  g_variant_dict_init (entry, NULL);
  g_variant_dict_insert (entry, "file", "s", file);
  put_words (entry, "protocol", protocol);
  put_words (entry, "account", account);
}

static void
report_unreadable (Import *import, GVariantDict *entry, const char *reason)
{
  g_variant_dict_insert (entry, "reason", "s", reason);
  report (import, UNREADABLE, entry);
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
put_account (Import *import, const VaultAccount *before, const VaultAccount *account)
{
  if (import->preview || !vault_put_account (import->vault, account, NULL))
    return;
  vault_note_undo (import->vault,
                   core_name_setting (account->protocol, account->name, "key", "", ""),
                   before != NULL ? undo_key : undo_account, vault_account_copy (account),
                   (GDestroyNotify)vault_account_free);
  if (before == NULL)
    g_ptr_array_add (import->accounts_made, vault_account_copy (account));
}

/* What the account will have: of several keys in one file the first is taken. */
static const VaultAccount *
find_made (Import *import, const char *protocol, const char *name)
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
    Import *import, EngineKey *key, const char *protocol, const char *name, GVariantDict *entry)
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
      report (import, g_str_equal (own, fingerprint) ? KEPT : CONFLICT, entry);
      return;
    }
  account->private_key = engine_key_to_secret (key);
  g_free (account->fingerprint);
  account->fingerprint = g_strdup (fingerprint);
  put_account (import, before, account);
  if (import->preview)
    g_ptr_array_add (import->accounts_made, vault_account_copy (account));
  report (import, ADDED, entry);
}

static void
take_file_key (Import *import, const EngineFileKey *file_key)
{
  g_autofree char *protocol =
      file_key->protocol != NULL ? core_names_read_protocol (file_key->protocol, NULL) : NULL;
  g_autofree char *name = protocol != NULL && file_key->name != NULL
                              ? core_names_read_account (protocol, file_key->name, NULL, NULL, NULL)
                              : NULL;
  GVariantDict entry;

  begin_entry (&entry, "private-keys", protocol != NULL ? protocol : file_key->protocol,
               name != NULL ? name : file_key->name);
  put_words (&entry, "from", file_key->name);
  if (name == NULL)
    report_unreadable (import, &entry, "its account's name or protocol makes no sense");
  else if (file_key->key == NULL)
    report_unreadable (import, &entry, "its numbers do not belong together");
  else
    take_key (import, file_key->key, protocol, name, &entry);
}

/* A file that is damaged as a whole does not keep the others out. */
static gboolean
take_private_keys (Import *import, const CoreImportFiles *files, GError **error)
{
  g_autoptr (GPtrArray) keys = NULL;
  GError *reason = NULL;
  GVariantDict entry;

  if (files->private_keys == NULL)
    return TRUE;
  keys = engine_key_file_read (files->private_keys, &reason);
  for (guint i = 0; keys != NULL && i < keys->len; i++)
    take_file_key (import, g_ptr_array_index (keys, i));
  if (keys != NULL)
    return TRUE;
  if (files->fingerprints == NULL)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  begin_entry (&entry, "private-keys", NULL, NULL);
  report_unreadable (import, &entry, "the file of private keys is empty or damaged");
  g_error_free (reason);
  return TRUE;
}

/* Fingerprints */

typedef struct
{
  OtrdTrust trust;
  const char *method;
  gboolean is_known; /* FALSE: a word that nobody has told us of */
} TrustWord;

/* Not every word means trust: OTRKit writes "UntrustedNew", Psi its user's own language. */
static TrustWord
read_trust_word (const char *word)
{
  static const char *const manual[] = { "verified", "manual",      "trusted",
                                        "trust",    "trusteduser", NULL };
  g_autofree char *folded = g_ascii_strdown (word != NULL ? word : "", -1);

  if (g_strv_contains (manual, folded))
    return (TrustWord){ OTRD_TRUST_VERIFIED, "imported", TRUE };
  if (g_str_equal (folded, "smp"))
    return (TrustWord){ OTRD_TRUST_VERIFIED, "imported", TRUE };
  return (TrustWord){ OTRD_TRUST_UNVERIFIED, "",
                      *folded == '\0' || g_str_has_prefix (folded, "untrusted")
                          || g_str_equal (folded, "trustedtofu") };
}

static void
undo_fingerprint (Vault *vault, gpointer made)
{
  core_undo_trust (vault, NULL, made);
}

static void
put_fingerprint (Import *import, VaultFingerprint *record)
{
  if (import->preview || !vault_put_fingerprint (import->vault, record, NULL))
    return;
  vault_note_undo (import->vault,
                   core_name_setting (record->protocol, record->account, "trust", record->contact,
                                      record->fingerprint),
                   undo_fingerprint, vault_fingerprint_copy (record),
                   (GDestroyNotify)vault_fingerprint_free);
  g_ptr_array_add (import->fingerprints, vault_fingerprint_copy (record));
}

static void
take_fingerprint (Import *import,
                  VaultFingerprint *record,
                  const TrustWord *word,
                  GVariantDict *entry)
{
  g_autoptr (VaultFingerprint) old = vault_lookup_fingerprint (
      import->vault, record->protocol, record->account, record->contact, record->fingerprint);
  guint64 now = core_clock_get_real_time (import->core->clock);

  g_variant_dict_insert (entry, "trust", "s", otrd_trust_to_string (word->trust));
  if (old != NULL)
    {
      gboolean same = old->trust == word->trust || word->trust == OTRD_TRUST_UNVERIFIED;

      g_variant_dict_insert (entry, "kept-trust", "s", otrd_trust_to_string (old->trust));
      report (import, same ? KEPT : CONFLICT, entry);
      return;
    }
  record->first_seen = now;
  if (word->trust == OTRD_TRUST_VERIFIED)
    vault_fingerprint_set_trust (record, word->trust, word->method, "import", now);
  put_fingerprint (import, record);
  report (import, ADDED, entry);
}

/* Four fields, or five with the trust. */
static void
take_fields (Import *import, char **fields, guint line)
{
  g_autofree char *protocol = core_names_read_protocol (fields[2], NULL);
  g_autofree char *account =
      protocol != NULL ? core_names_read_account (protocol, fields[1], NULL, NULL, NULL) : NULL;
  g_autofree char *contact =
      account != NULL ? core_names_read_contact (protocol, account, fields[0], FALSE, NULL, NULL)
                      : NULL;
  g_autofree char *fingerprint = core_names_read_fingerprint (fields[3], NULL);
  TrustWord word = read_trust_word (fields[4]);
  g_autoptr (VaultFingerprint) record = NULL;
  GVariantDict entry;

  begin_entry (&entry, "fingerprints", protocol, account != NULL ? account : fields[1]);
  g_variant_dict_insert (&entry, "line", "u", line);
  put_words (&entry, "contact", contact != NULL ? contact : fields[0]);
  put_words (&entry, "fingerprint", fingerprint);
  if (!word.is_known)
    put_words (&entry, "trust-word", fields[4]);
  if (contact == NULL || fingerprint == NULL)
    {
      report_unreadable (import, &entry,
                         contact == NULL ? "a name in it makes no sense" : "it has no fingerprint");
      return;
    }
  record = vault_fingerprint_new (protocol, account, contact, fingerprint);
  take_fingerprint (import, record, &word, &entry);
}

static void
take_line (Import *import, const char *text, guint line)
{
  g_auto (GStrv) fields = g_strsplit (text, "\t", FIELDS_MAX + 1);
  guint count = g_strv_length (fields);
  GVariantDict entry;

  if (*text == '\0')
    return;
  if (count >= FIELDS_MIN && count <= FIELDS_MAX && g_utf8_validate (text, -1, NULL))
    {
      take_fields (import, fields, line);
      return;
    }
  begin_entry (&entry, "fingerprints", NULL, NULL);
  g_variant_dict_insert (&entry, "line", "u", line);
  report_unreadable (import, &entry, "it has not the fields of a fingerprint");
}

static void
take_fingerprints (Import *import, Secret *bytes)
{
  g_auto (GStrv) lines = NULL;

  if (bytes == NULL)
    return;
  lines = g_strsplit ((const char *)secret_get (bytes, NULL), "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    take_line (import, g_strchomp (lines[i]), i + 1);
}

/* The end */

static GVariant *
make_report (Import *import)
{
  GVariantDict whole;

  g_variant_dict_init (&whole, NULL);
  for (guint i = 0; i < N_OUTCOMES; i++)
    g_variant_dict_insert_value (&whole, outcome_words[i],
                                 g_variant_builder_end (&import->report[i]));
  return g_variant_ref_sink (g_variant_dict_end (&whole));
}

static void
tell (Import *import)
{
  core_take_accounts (import->core);
  for (guint i = 0; i < import->fingerprints->len; i++)
    {
      const VaultFingerprint *record = g_ptr_array_index (import->fingerprints, i);
      CoreAccount *account = core_find_account (import->core, record->protocol, record->account);

      if (account != NULL)
        core_account_trust_changed (account, record->contact, record->fingerprint, record);
    }
}

static void
on_import_saved (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Import *import = g_task_get_task_data (task);
  GError *error = NULL;

  if (!vault_save_finish (VAULT_VAULT (vault), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  tell (import);
  g_task_return_pointer (task, make_report (import), (GDestroyNotify)g_variant_unref);
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
  Import *import = import_new (core, preview);
  GError *error = NULL;

  g_task_set_task_data (task, import, (GDestroyNotify)import_free);
  if (!check (core, format, files, &error) || !take_private_keys (import, files, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  take_fingerprints (import, files->fingerprints);
  if (preview)
    g_task_return_pointer (task, make_report (import), (GDestroyNotify)g_variant_unref);
  else
    vault_save_async (core->vault, on_import_saved, g_steal_pointer (&task));
}

GVariant *
core_import_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
