/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lines of a file of fingerprints: they are read and compared with what is there a few at a
 * time, and put into the vault many at once. */
#include "core/import-private.h"

#include <string.h>

#include "core/account-private.h"
#include "core/core-private.h"
#include "core/names.h"

#define FIELDS_MIN 4
#define FIELDS_MAX 5

/* Of one dispatch: two milliseconds. */
#define SLICE_LINES 32
/* Of one that puts them: three to four milliseconds. */
#define PUT_LINES 600

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

/* All that putting it takes, made before, so that putting many takes little time. */
typedef struct
{
  VaultFingerprint *record;
  VaultFingerprint *change; /* the same, to be undone */
  char *setting;
  GVariant *entry;
} Line;

void
core_import_line_free (gpointer item)
{
  Line *line = item;

  g_clear_pointer (&line->record, vault_fingerprint_free);
  g_clear_pointer (&line->change, vault_fingerprint_free);
  g_free (line->setting);
  g_variant_unref (line->entry);
  g_free (line);
}

static VaultFingerprint *
look_up (CoreImport *import, const VaultFingerprint *record)
{
  return vault_lookup_fingerprint (import->vault, record->protocol, record->account,
                                   record->contact, record->fingerprint);
}

static void
report_old (CoreImport *import, OtrdTrust trust, const VaultFingerprint *old, GVariantDict *entry)
{
  gboolean same = old->trust == trust || trust == OTRD_TRUST_UNVERIFIED;

  g_variant_dict_insert (entry, "kept-trust", "s", otrd_trust_to_string (old->trust));
  core_import_report (import, same ? CORE_IMPORT_KEPT : CORE_IMPORT_CONFLICT, entry);
}

static void
add_line (CoreImport *import, const VaultFingerprint *record, GVariantDict *entry)
{
  Line *line = g_new (Line, 1);

  line->record = vault_fingerprint_copy (record);
  line->change = vault_fingerprint_copy (record);
  line->setting = core_name_setting (record->protocol, record->account, "trust", record->contact,
                                     record->fingerprint);
  line->entry = core_import_end_entry (entry);
  g_queue_push_tail (&import->lines, line);
}

static void
put_line (CoreImport *import, Line *line)
{
  g_autoptr (VaultFingerprint) old = look_up (import, line->record);
  GVariantDict entry;

  if (old != NULL) /* since it was read, or by a line before */
    {
      g_variant_dict_init (&entry, line->entry);
      report_old (import, line->record->trust, old, &entry);
      return;
    }
  g_variant_builder_add_value (&import->report[CORE_IMPORT_ADDED], line->entry);
  if (import->preview || !vault_put_fingerprint (import->vault, line->record, NULL))
    return;
  vault_note_undo (import->vault, g_steal_pointer (&line->setting), undo_fingerprint,
                   g_steal_pointer (&line->change), (GDestroyNotify)vault_fingerprint_free);
  g_queue_push_tail (&import->fingerprints, g_steal_pointer (&line->record));
}

void
core_import_put_lines (CoreImport *import)
{
  vault_begin_batch (import->vault);
  for (guint i = 0; i < PUT_LINES && !g_queue_is_empty (&import->lines); i++)
    {
      Line *line = g_queue_pop_head (&import->lines);

      put_line (import, line);
      core_import_line_free (line);
    }
  vault_end_batch (import->vault);
}

static void
take_fingerprint (CoreImport *import,
                  VaultFingerprint *record,
                  const TrustWord *word,
                  GVariantDict *entry)
{
  g_autoptr (VaultFingerprint) old = look_up (import, record);
  guint64 now = core_clock_get_real_time (import->core->clock);

  g_variant_dict_insert (entry, "trust", "s", otrd_trust_to_string (word->trust));
  if (old != NULL)
    {
      report_old (import, word->trust, old, entry);
      return;
    }
  record->first_seen = now;
  if (word->trust == OTRD_TRUST_VERIFIED)
    vault_fingerprint_set_trust (record, word->trust, word->method, "import", now);
  add_line (import, record, entry);
}

/* Four fields, or five with the trust. */
static void
take_fields (CoreImport *import, char **fields, guint line)
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

  core_import_begin_entry (&entry, "fingerprints", protocol, account != NULL ? account : fields[1]);
  g_variant_dict_insert (&entry, "line", "u", line);
  core_import_put_words (&entry, "contact", contact != NULL ? contact : fields[0]);
  core_import_put_words (&entry, "fingerprint", fingerprint);
  if (!word.is_known)
    core_import_put_words (&entry, "trust-word", fields[4]);
  if (contact == NULL || fingerprint == NULL)
    {
      core_import_report_unreadable (import, &entry,
                                     contact == NULL ? "a name in it makes no sense"
                                                     : "it has no fingerprint");
      return;
    }
  record = vault_fingerprint_new (protocol, account, contact, fingerprint);
  take_fingerprint (import, record, &word, &entry);
}

static void
take_line (CoreImport *import, const char *text, guint line)
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
  core_import_begin_entry (&entry, "fingerprints", NULL, NULL);
  g_variant_dict_insert (&entry, "line", "u", line);
  core_import_report_unreadable (import, &entry, "it has not the fields of a fingerprint");
}

/* NULL: there is none left. */
static char *
read_line (CoreImport *import)
{
  const char *start = (const char *)secret_get (import->file, NULL) + import->at;
  gsize length = strcspn (start, "\n");

  if (*start == '\0')
    return NULL;
  import->at += start[length] == '\n' ? length + 1 : length;
  import->line++;
  return g_strchomp (g_strndup (start, length));
}

gboolean
core_import_take_lines (CoreImport *import)
{
  if (import->file == NULL)
    return FALSE;
  for (guint i = 0; i < SLICE_LINES; i++)
    {
      g_autofree char *text = read_line (import);

      if (text == NULL)
        return FALSE;
      take_line (import, text, import->line);
    }
  return TRUE;
}
