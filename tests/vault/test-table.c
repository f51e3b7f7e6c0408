/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table with many records, and what its snapshots share with it. */

#include <string.h>

#include "tests/support/test-init.h"
#include "vault/table.h"

#define MANY 3000 /* a dozen pages */
#define STEP 1237 /* visits all of them in disorder */

static VaultRecord *
new_latch (guint number, guint64 since)
{
  g_autofree char *contact = g_strdup_printf ("c%05u", number);
  g_autoptr (VaultLatch) latch = vault_latch_new ("xmpp", "a", contact);

  latch->since = since;
  return vault_record_from_latch (latch, NULL);
}

static void
put (VaultTable *table, guint number, guint64 since)
{
  g_autoptr (VaultRecord) record = new_latch (number, since);

  vault_table_put (table, record);
}

static gboolean
take_out (VaultTable *table, guint number)
{
  g_autofree char *contact = g_strdup_printf ("c%05u", number);
  const VaultNames names = { "xmpp", "a", contact, NULL };

  return vault_table_remove (table, VAULT_KIND_LATCH, &names);
}

static guint64
find (VaultTable *table, guint number)
{
  g_autofree char *contact = g_strdup_printf ("c%05u", number);
  const VaultNames names = { "xmpp", "a", contact, NULL };
  const VaultRecord *record = vault_table_find (table, VAULT_KIND_LATCH, &names);

  return record != NULL ? vault_record_get_number (record, VAULT_FIELD_SINCE) : 0;
}

static VaultTable *
new_table_of_many (void)
{
  VaultTable *table = vault_table_new ();

  for (guint i = 0; i < MANY; i++)
    put (table, i * STEP % MANY, 1);
  return table;
}

static gboolean
collect (VaultRecord *record, gpointer records)
{
  g_ptr_array_add (records, record);
  return TRUE;
}

/* As many as there should be, each after the one before it. */
static void
assert_in_order (GPtrArray *records, guint n_records)
{
  g_assert_cmpuint (records->len, ==, n_records);
  for (guint i = 1; i < records->len; i++)
    g_assert_cmpstr (vault_record_get_text (records->pdata[i - 1], VAULT_FIELD_CONTACT), <,
                     vault_record_get_text (records->pdata[i], VAULT_FIELD_CONTACT));
}

static void
assert_visited_in_order (VaultTable *table, guint n_records)
{
  g_autoptr (GPtrArray) visited = g_ptr_array_new ();

  vault_table_visit (table, "xmpp", "a", NULL, collect, visited);
  assert_in_order (visited, n_records);
}

static void
test_many_are_found_and_visited_in_order (void)
{
  g_autoptr (VaultTable) table = new_table_of_many ();
  g_autoptr (GPtrArray) from = g_ptr_array_new ();

  assert_visited_in_order (table, MANY);
  for (guint i = 0; i < MANY; i++)
    g_assert_cmpuint (find (table, i), ==, 1);
  g_assert_cmpuint (find (table, MANY), ==, 0);
  for (guint i = 0; i < MANY; i++)
    put (table, i * STEP % MANY, i + 2);
  assert_visited_in_order (table, MANY);
  for (guint i = 0; i < MANY; i++)
    g_assert_cmpuint (find (table, i * STEP % MANY), ==, i + 2);
  vault_table_visit (table, "xmpp", "a", "c01000", collect, from);
  assert_in_order (from, MANY - 1000);
  g_assert_cmpstr (vault_record_get_text (from->pdata[0], VAULT_FIELD_CONTACT), ==, "c01000");
}

static void
test_many_go_one_by_one (void)
{
  g_autoptr (VaultTable) table = new_table_of_many ();

  for (guint i = 0; i < MANY; i++)
    {
      g_assert_true (take_out (table, i * STEP % MANY));
      g_assert_false (take_out (table, i * STEP % MANY));
      if (i % 500 == 0)
        assert_visited_in_order (table, MANY - i - 1);
    }
  assert_visited_in_order (table, 0);
  put (table, 7, 3);
  g_assert_cmpuint (find (table, 7), ==, 3);
}

static void
assert_is_as_it_was (VaultSnapshot *snapshot)
{
  g_autoptr (GPtrArray) records = vault_snapshot_list (snapshot);

  assert_in_order (records, MANY);
  for (guint i = 0; i < records->len; i++)
    g_assert_cmpuint (vault_record_get_number (records->pdata[i], VAULT_FIELD_SINCE), ==, 1);
}

static void
test_a_snapshot_stays_as_it_was (void)
{
  g_autoptr (VaultTable) table = new_table_of_many ();
  g_autoptr (VaultSnapshot) snapshot = vault_table_snapshot (table, VAULT_CONTENTS_TRUST);

  for (guint i = 0; i < MANY; i += 3)
    put (table, i, 2);
  for (guint i = 1; i < MANY; i += 3)
    take_out (table, i);
  put (table, MANY, 2);
  put (table, MANY + 1, 2);
  assert_is_as_it_was (snapshot);
  assert_visited_in_order (table, MANY - MANY / 3 + 2);
  g_assert_cmpuint (find (table, 0), ==, 2);
  g_assert_cmpuint (find (table, 2), ==, 1);
}

static void
test_a_snapshot_outlives_the_table (void)
{
  VaultTable *table = new_table_of_many ();
  g_autoptr (VaultSnapshot) snapshot = vault_table_snapshot (table, VAULT_CONTENTS_TRUST);

  vault_table_free (table);
  assert_is_as_it_was (snapshot);
}

static gpointer
read_and_free (gpointer user_data)
{
  VaultSnapshot *snapshot = user_data;

  assert_is_as_it_was (snapshot);
  vault_snapshot_free (snapshot);
  return NULL;
}

static void
test_snapshots_are_read_on_threads_while_all_changes (void)
{
  g_autoptr (VaultTable) table = new_table_of_many ();
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      threads[i] = g_thread_new ("reader", read_and_free,
                                 vault_table_snapshot (table, VAULT_CONTENTS_TRUST));
      for (guint number = 0; number < MANY; number++)
        put (table, number * STEP % MANY, 2);
      for (guint number = 0; number < MANY; number++)
        put (table, number * STEP % MANY, 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* As they are when they were read from a file, in batches. */
static GPtrArray *
read_many (void)
{
  g_autoptr (GPtrArray) records =
      g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref);
  g_autoptr (Secret) payload = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *read;

  for (guint i = 0; i < 4 * MANY; i++)
    g_ptr_array_add (records, new_latch (i, i + 1));
  payload = vault_records_serialise (records);
  read = vault_records_parse (payload, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 4 * MANY);
  return read;
}

static void
test_what_was_read_together_goes_one_by_one (void)
{
  GPtrArray *read = read_many ();
  g_autoptr (VaultTable) table = vault_table_new ();

  for (guint i = 0; i < read->len; i += 100)
    vault_table_put (table, read->pdata[i]);
  g_ptr_array_unref (read);
  for (guint i = 0; i < 4 * MANY; i++)
    g_assert_cmpuint (find (table, i), ==, i % 100 == 0 ? i + 1 : 0);
}

int
main (int argc, char **argv)
{
  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/table/many-are-found-and-visited-in-order",
                   test_many_are_found_and_visited_in_order);
  g_test_add_func ("/table/many-go-one-by-one", test_many_go_one_by_one);
  g_test_add_func ("/table/a-snapshot-stays-as-it-was", test_a_snapshot_stays_as_it_was);
  g_test_add_func ("/table/a-snapshot-outlives-the-table", test_a_snapshot_outlives_the_table);
  g_test_add_func ("/table/snapshots-are-read-on-threads-while-all-changes",
                   test_snapshots_are_read_on_threads_while_all_changes);
  g_test_add_func ("/table/what-was-read-together-goes-one-by-one",
                   test_what_was_read_together_goes_one_by_one);
  return g_test_run ();
}
