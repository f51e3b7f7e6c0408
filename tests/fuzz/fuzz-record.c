/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fuzzes what the vault reads: the header of a file, the records of a payload, and the tables that
 * they make. What is written again is read as the same. */
#include "fuzz.h"

#include "vault/sealed-file.h"
#include "vault/table.h"

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  return 0;
}

static void
look_at (const VaultRecord *record)
{
  g_autoptr (VaultAccount) account = NULL;
  g_autoptr (VaultFingerprint) fingerprint = NULL;
  g_autoptr (VaultLatch) latch = NULL;

  if (record->kind == VAULT_KIND_ACCOUNT)
    account = vault_record_to_account (record);
  else if (record->kind == VAULT_KIND_FINGERPRINT)
    fingerprint = vault_record_to_fingerprint (record);
  else if (record->kind == VAULT_KIND_LATCH)
    latch = vault_record_to_latch (record);
  else
    vault_record_get_policy (record);
}

static Secret *
write_again (Secret *payload)
{
  g_autoptr (GPtrArray) records = vault_records_parse (payload, FALSE, NULL);

  if (records == NULL)
    return NULL;
  for (guint i = 0; i < records->len; i++)
    look_at (g_ptr_array_index (records, i));
  return vault_records_serialise (records);
}

static void
tabulate (Secret *payload, VaultContents contents)
{
  g_autoptr (GPtrArray) records = vault_records_parse (payload, FALSE, NULL);
  g_autoptr (VaultTable) table = vault_table_new ();
  g_autoptr (VaultSnapshot) snapshot = NULL;
  g_autoptr (GPtrArray) listed = NULL;

  vault_table_load (table, contents, records);
  snapshot = vault_table_snapshot (table, contents);
  listed = vault_snapshot_list (snapshot);
  g_assert_cmpuint (listed->len, <=, records->len);
}

int
LLVMFuzzerTestOneInput (const uint8_t *input, size_t length)
{
  g_autoptr (GBytes) file = g_bytes_new (input, length);
  g_auto (VaultSealedHeader) header = { 0 };
  g_autoptr (Secret) payload = secret_new (input, length);
  g_autoptr (Secret) once = NULL;
  g_autoptr (Secret) twice = NULL;

  vault_sealed_read_header (file, &header, NULL);
  once = write_again (payload);
  if (once == NULL)
    return 0;
  twice = write_again (once);
  g_assert_nonnull (twice);
  g_assert_true (secret_equal (once, twice));
  tabulate (payload, VAULT_CONTENTS_KEYS);
  tabulate (payload, VAULT_CONTENTS_TRUST);
  return 0;
}
