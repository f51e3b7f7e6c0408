/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A large import: others have their turn meanwhile. */
#include "core/import.h"

#include <unistd.h>

#include "core/core.h"
#include "engine/engine.h"
#include "side.h"

#define CONTACTS 2000
/* Of a turn of the main loop, at most. */
#define LINES 100

typedef struct
{
  Side *side;
  GVariant *report; /* NULL: not answered yet */
  guint turns;      /* of another */
  guint told;
  guint most_told; /* between two turns */
  guint told_before;
  gboolean is_decided;
} Run;

static void
note_report (GObject *core, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;

  run->report = core_import_finish (CORE_CORE (core), result, &error);
  g_assert_no_error (error);
}

static void
begin_import (Run *run, gboolean preview)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (Secret) file = NULL;
  CoreImportFiles files = { 0 };

  for (guint i = 0; i < CONTACTS; i++)
    g_string_append_printf (
        lines, "contact%u@example.org\talice@example.org\tprpl-jabber\t%040X\t\n", i, i + 1);
  files.fingerprints = file = secret_new (lines->str, lines->len);
  core_import (run->side->core, "pidgin", &files, preview, note_report, run);
}

static void
await_report (Run *run)
{
  while (run->report == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static guint
count_added (Run *run)
{
  g_autoptr (GVariant) added =
      g_variant_lookup_value (run->report, "added", G_VARIANT_TYPE ("aa{sv}"));

  return g_variant_n_children (added);
}

static gboolean
has_last (Run *run)
{
  g_autofree char *fingerprint = g_strdup_printf ("%040X", CONTACTS);
  g_autofree char *contact = g_strdup_printf ("contact%u@example.org", CONTACTS - 1);
  g_autoptr (VaultFingerprint) record = vault_lookup_fingerprint (
      run->side->vault, "xmpp", "alice@example.org", contact, fingerprint);

  return record != NULL;
}

static gboolean
has_a_turn (gpointer user_data)
{
  Run *run = user_data;

  run->turns++;
  run->most_told = MAX (run->most_told, run->told - run->told_before);
  run->told_before = run->told;
  return G_SOURCE_CONTINUE;
}

static void
note_told (CoreAccount *account,
           const char *contact,
           const char *fingerprint,
           const char *trust,
           GVariant *record,
           Run *run)
{
  g_assert_null (run->report);
  run->told++;
}

static void
test_others_have_their_turn (gconstpointer preview)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  Run run = { side };
  /* as the calls of a program that has many */
  guint other = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, has_a_turn, &run, NULL);

  g_signal_connect (side->account, "trust-changed", G_CALLBACK (note_told), &run);
  begin_import (&run, preview != NULL);
  await_report (&run);
  g_assert_cmpuint (count_added (&run), ==, CONTACTS);
  g_assert_cmpuint (run.turns, >=, CONTACTS / LINES);
  g_assert_cmpuint (run.told, ==, preview != NULL ? 0 : CONTACTS);
  g_assert_cmpuint (run.most_told, <=, LINES);
  g_assert_cmpint (has_last (&run), ==, preview == NULL);
  g_source_remove (other);
  g_signal_handlers_disconnect_by_data (side->account, &run);
  g_variant_unref (run.report);
}

static void
trust_is_set (GObject *account, GAsyncResult *result, gpointer user_data)
{
  g_assert_false (g_task_had_error (G_TASK (result)));
}

/* Decides otherwise of the last contact as soon as the first is told of. */
static void
decide (CoreAccount *account,
        const char *contact,
        const char *fingerprint,
        const char *trust,
        GVariant *record,
        Run *run)
{
  g_autofree char *last = g_strdup_printf ("contact%u@example.org", CONTACTS - 1);
  g_autofree char *fingerprint_of_last = g_strdup_printf ("%040X", CONTACTS);

  if (run->told++ == 0)
    core_account_set_trust (account, last, fingerprint_of_last, "rejected", "test", trust_is_set,
                            NULL);
  if (!g_str_equal (contact, last))
    return;
  g_assert_cmpstr (trust, ==, "rejected");
  run->is_decided = TRUE;
}

static void
test_what_was_decided_meanwhile_is_told_last (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  Run run = { side };

  g_signal_connect (side->account, "trust-changed", G_CALLBACK (decide), &run);
  begin_import (&run, FALSE);
  await_report (&run);
  g_assert_true (run.is_decided);
  g_signal_handlers_disconnect_by_data (side->account, &run);
  g_variant_unref (run.report);
}

int
main (int argc, char **argv)
{
  alarm (120);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/core/import/others-have-their-turn", NULL, test_others_have_their_turn);
  g_test_add_data_func ("/core/import/others-have-their-turn-in-a-preview", "",
                        test_others_have_their_turn);
  g_test_add_func ("/core/import/what-was-decided-meanwhile-is-told-last",
                   test_what_was_decided_meanwhile_is_told_last);
  return g_test_run ();
}
