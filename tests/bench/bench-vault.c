/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the vault costs with many contacts, beside a bare durable replacement of
 * a file of the same size, in one run. Prints one "name value unit" a line. */

#include <gio/gio.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "tests/vault/memory-key-store.h"
#include "vault/vault.h"

#define CHANGES 40

static void
keep_result (GObject *source, GAsyncResult *result, gpointer kept)
{
  *(GAsyncResult **)kept = g_object_ref (result);
}

static Vault *
open_vault (const char *folder, MemoryKeyStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Vault *vault = vault_new (folder, VAULT_KEY_STORE (store));

  vault_unlock_async (vault, NULL, FALSE, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (!vault_open_finish (vault, result, &error))
    g_error ("%s", error->message);
  return vault;
}

static void
close_vault (Vault *vault)
{
  gpointer gone = vault;

  g_object_add_weak_pointer (G_OBJECT (vault), &gone);
  g_object_unref (vault);
  while (gone != NULL)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
}

/* The CPU time of this thread, in milliseconds. */
static double
thread_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void
save (Vault *vault)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  vault_save_async (vault, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (!vault_save_finish (vault, result, &error))
    g_error ("%s", error->message);
}

static void
put (Vault *vault, guint contact, guint64 seen)
{
  g_autofree char *name = g_strdup_printf ("contact%06u@example.org", contact);
  g_autofree char *text = g_strdup_printf ("%040X", contact);
  g_autoptr (VaultFingerprint) fingerprint =
      vault_fingerprint_new ("xmpp", "alice@example.org", name, text);

  fingerprint->trust = OTRD_TRUST_VERIFIED;
  fingerprint->first_seen = fingerprint->last_seen = 1700000000 + seen;
  vault_put_fingerprint (vault, fingerprint, NULL);
}

static void
put_accounts (Vault *vault)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("account%u@example.org", i);
      g_autoptr (VaultAccount) account = vault_account_new ("xmpp", name);

      account->private_key = secret_new_random (700);
      vault_put_account (vault, account, NULL);
    }
}

/* What of the process is in memory, in bytes: records come from several heaps. */
static gsize
resident (void)
{
  g_autofree char *text = NULL;
  unsigned long pages = 0;

  malloc_trim (0);
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    sscanf (text, "%*u %lu", &pages);
  return pages * getpagesize ();
}

static int
compare (const void *a, const void *b)
{
  double one = *(const double *)a, other = *(const double *)b;

  return one < other ? -1 : one > other;
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare);
  return values[n / 2];
}

static double
replace_bare (const char *folder, gsize size)
{
  g_autofree char *path = g_build_filename (folder, "bare", NULL);
  g_autofree char *bytes = g_malloc0 (size);
  gint64 begun = g_get_monotonic_time ();

  g_file_set_contents_full (
      path, bytes, size, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, NULL);
  return (g_get_monotonic_time () - begun) / 1e3;
}

static gsize
file_size (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "trust", NULL);
  struct stat status;

  return stat (path, &status) == 0 ? status.st_size : 0;
}

/* Changes and bare replacements in turn, so that both meet the same disk. */
static void
measure_changes (Vault *vault, const char *parent, const char *folder)
{
  double loop[CHANGES], acknowledged[CHANGES], bare[CHANGES];

  for (guint i = 0; i < CHANGES; i++)
    {
      double cpu = thread_ms ();
      gint64 begun = g_get_monotonic_time ();

      put (vault, i * 7, i + 1);
      save (vault);
      acknowledged[i] = (g_get_monotonic_time () - begun) / 1e3;
      loop[i] = thread_ms () - cpu;
      bare[i] = replace_bare (parent, file_size (folder));
    }
  g_print ("trust-change-main-loop %.2f ms\n", median (loop, CHANGES));
  g_print ("trust-change-acknowledged %.2f ms\n", median (acknowledged, CHANGES));
  g_print ("bare-durable-replacement %.2f ms\n", median (bare, CHANGES));
  g_print ("acknowledged-to-bare %.2f ratio\n",
           median (acknowledged, CHANGES) / median (bare, CHANGES));
}

static void
measure (guint n_contacts)
{
  char *parent = test_folder_new ();
  g_autofree char *folder = g_build_filename (parent, "otrd", NULL);
  g_autoptr (MemoryKeyStore) store = memory_key_store_new ();
  Vault *vault;
  gsize before;
  gint64 begun;

  store->key = secret_new_random (VAULT_KEY_LEN);
  vault = open_vault (folder, store);
  put_accounts (vault);
  for (guint i = 0; i < n_contacts; i++)
    put (vault, i, 0);
  save (vault);
  g_print ("contacts %u\n", n_contacts);
  measure_changes (vault, parent, folder);
  close_vault (vault);
  before = resident ();
  begun = g_get_monotonic_time ();
  vault = open_vault (folder, store);
  g_print ("load %.1f ms\n", (g_get_monotonic_time () - begun) / 1e3);
  g_print ("memory-per-fingerprint %.0f bytes\n", ((double)resident () - before) / n_contacts);
  g_print ("disk-per-fingerprint %.0f bytes\n", (double)file_size (folder) / n_contacts);
  close_vault (vault);
  test_folder_remove (parent);
}

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  measure (10000);
  measure (100000);
  return 0;
}
