/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changes that cannot be saved, while others of the same setting are on their way: what is there
 * afterwards, in memory, in what was told and on the disk, is what was last acknowledged. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/auto-lock.h"
#include "core/grants.h"
#include "core/import.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"
#include "vault/grants.h"

#define APP "org.example.Chat"
#define FPR "0123456789ABCDEF0123456789ABCDEF01234567"

static int disk_fails;

/* In place of libc's: how GLib puts a file in its place. */
int
rename (const char *from, const char *to)
{
  int (*real) (const char *, const char *) = dlsym (RTLD_NEXT, "rename");

  if (!g_atomic_int_get (&disk_fails))
    return real (from, to);
  errno = ENOSPC;
  return -1;
}

/* A setting that is changed. */
typedef struct
{
  const char *name;
  const char *values[3];
  void (*change) (Side *side, const char *value, GAsyncReadyCallback callback, gpointer user_data);
  char *(*read) (Side *side);
  char *(*show) (Side *side); /* the property; NULL: none */
} Setting;

static void
change_default_policy (Side *side, const char *value, GAsyncReadyCallback callback, gpointer data)
{
  core_set_default_policy (side->core, value, callback, data);
}

static char *
read_default_policy (Side *side)
{
  return g_strdup (otrd_policy_to_string (vault_get_default_policy (side->vault)));
}

static char *
show_default_policy (Side *side)
{
  return g_strdup (core_get_default_policy (side->core));
}

static void
change_account_policy (Side *side, const char *value, GAsyncReadyCallback callback, gpointer data)
{
  core_account_set_policy (side->account, "", value, callback, data);
}

static char *
read_account_policy (Side *side)
{
  g_autoptr (VaultAccount) account = vault_lookup_account (side->vault, "xmpp", side->name);

  return g_strdup (otrd_policy_to_string (account->policy));
}

static char *
show_account_policy (Side *side)
{
  return g_strdup (core_account_get_policy (side->account));
}

static void
change_policy (Side *side, const char *value, GAsyncReadyCallback callback, gpointer data)
{
  core_account_set_policy (side->account, side->contact, value, callback, data);
}

static char *
read_policy (Side *side)
{
  return g_strdup (
      otrd_policy_to_string (vault_get_policy (side->vault, "xmpp", side->name, side->contact)));
}

static void
change_trust (Side *side, const char *value, GAsyncReadyCallback callback, gpointer data)
{
  if (*value == '\0')
    core_account_forget (side->account, side->contact, FPR, callback, data);
  else
    core_account_set_trust (side->account, side->contact, FPR, value, "test", callback, data);
}

static char *
read_trust (Side *side)
{
  g_autoptr (VaultFingerprint) record =
      vault_lookup_fingerprint (side->vault, "xmpp", side->name, side->contact, FPR);

  return g_strdup (record != NULL ? otrd_trust_to_string (record->trust) : "");
}

static void
change_grant (Side *side, const char *value, GAsyncReadyCallback callback, gpointer data)
{
  core_set_grant (side->core, APP, "xmpp", side->name, value, callback, data);
}

static char *
read_grant (Side *side)
{
  g_autoptr (VaultGrant) grant = vault_lookup_grant (side->vault, APP, "xmpp", side->name);

  return g_strdup (grant != NULL ? grant->grant : "ask");
}

static void
change_auto_lock (Side *side, const char *value, GAsyncReadyCallback callback, gpointer data)
{
  const guint32 when_idle = g_ascii_strtoull (value, NULL, 10);

  core_set_auto_lock (side->core, NULL, &when_idle, callback, data);
}

static char *
read_auto_lock (Side *side)
{
  return g_strdup_printf ("%u", vault_get_auto_lock (side->vault).when_idle);
}

static char *
show_auto_lock (Side *side)
{
  return g_strdup_printf ("%u", core_get_lock_when_idle (side->core));
}

static const Setting settings[] = {
  { "default-policy",
    { "manual", "always", "never" },
    change_default_policy,
    read_default_policy,
    show_default_policy },
  { "account-policy",
    { "", "always", "never" },
    change_account_policy,
    read_account_policy,
    show_account_policy },
  { "contact-policy", { "manual", "always", "" }, change_policy, read_policy, NULL },
  { "trust", { "verified", "rejected", "unverified" }, change_trust, read_trust, NULL },
  { "forgetting", { "rejected", "", "verified" }, change_trust, read_trust, NULL },
  { "knowing", { "verified", "unverified", "" }, change_trust, read_trust, NULL },
  { "grant", { "deny", "allow", "ask" }, change_grant, read_grant, NULL },
  { "auto-lock", { "700", "800", "900" }, change_auto_lock, read_auto_lock, show_auto_lock },
};

/* What the disk does while the changes are saved: each is made while the one before is under way.
 */
typedef struct
{
  const char *name;
  const char *outcomes; /* of each change: + or -; in brackets: in one save */
  guint last;           /* which value is there at the end */
} Case;

static const Case cases[] = {
  { "the-only-one-fails", "-", 0 },
  { "one-fails-before-one-that-lasts", "-+", 2 },
  { "one-fails-after-one-that-lasts", "+-", 1 },
  { "both-fail", "--", 0 },
  { "both-fail-at-once", "(--)", 0 },
  { "two-fail-before-one-that-lasts", "--+", 1 },
  { "one-between-fails", "+-+", 1 },
  { "all-fail", "---", 0 },
};

typedef struct
{
  const Setting *setting;
  const Case *of;
} Row;

typedef struct
{
  Side *side;
  const char *outcomes; /* of those not answered yet */
  guint n_answered;
} Run;

static void
set_disk (const char *outcomes)
{
  g_atomic_int_set (&disk_fails, outcomes[0] == '-');
}

/* Before the next save begins. */
static void
note_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;

  g_assert_cmpint (g_task_had_error (G_TASK (result)), ==, run->outcomes[0] == '-');
  g_task_propagate_boolean (G_TASK (result), NULL);
  run->n_answered++;
  run->outcomes++;
  set_disk (run->outcomes);
}

static void
note_first (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_false (g_task_had_error (G_TASK (result)));
  set_disk (((Run *)user_data)->outcomes);
}

static void
await_answers (Run *run, guint count)
{
  while (run->n_answered < count)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_at_first (Side *side, const Setting *setting)
{
  Run run = { side, "+", 0 };

  set_disk ("+");
  setting->change (side, setting->values[0], note_answer, &run);
  await_answers (&run, 1);
}

static void
assert_is (Side *side, const Setting *setting, const char *value)
{
  g_autofree char *read = setting->read (side);
  g_autofree char *shown = setting->show != NULL ? setting->show (side) : NULL;

  g_assert_cmpstr (read, ==, value);
  if (shown != NULL)
    g_assert_cmpstr (shown, ==, value);
}

static void
test_changes (gconstpointer data)
{
  const Row *row = data;
  const Setting *setting = row->setting;
  gboolean at_once = row->of->outcomes[0] == '(';
  g_autofree char *outcomes = g_strdelimit (g_strdup (row->of->outcomes), "()", ' ');
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  Run run = { side, g_strstrip (outcomes), 0 };
  guint count = strlen (run.outcomes);

  set_at_first (side, setting);
  /* They wait for a save that is under way. */
  if (at_once)
    core_account_set_policy (side->account, "carol@example.org", "never", note_first, &run);
  else
    set_disk (run.outcomes);
  for (guint i = 0; i < count; i++)
    {
      await_answers (&run, at_once || i == 0 ? 0 : i - 1);
      setting->change (side, setting->values[1 + i % 2], note_answer, &run);
    }
  await_answers (&run, count);
  set_disk ("+");
  assert_is (side, setting, setting->values[row->of->last]);
  side_lock (side);
  side_unlock (side);
  assert_is (side, setting, setting->values[row->of->last]);
}

/* Others, one by one */

static void
begin (Run *run, const char *outcomes)
{
  *run = (Run){ run->side, outcomes, 0 };
  set_disk (outcomes);
}

static void
assert_trust (Side *side, const char *trust)
{
  g_autofree char *read = read_trust (side);

  g_assert_cmpstr (read, ==, trust);
}

static void
assert_account_policy (Side *side, const char *policy)
{
  g_autofree char *shown = show_account_policy (side);

  g_assert_cmpstr (shown, ==, policy);
}

static void
put_fingerprint (Side *side, const char *account, OtrdTrust trust, const char *method)
{
  g_autoptr (VaultFingerprint) record = vault_fingerprint_new ("xmpp", account, side->contact, FPR);

  vault_fingerprint_set_trust (record, trust, method, "test", 7);
  g_assert_true (vault_put_fingerprint (side->vault, record, NULL));
}

static void
test_a_removed_account_stays_removed (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (VaultAccount) account = NULL;
  Run run = { side };

  begin (&run, "-+");
  change_trust (side, "verified", note_answer, &run);
  core_account_remove (side->account, side->name, note_answer, &run);
  await_answers (&run, 2);
  assert_trust (side, "");
  account = vault_lookup_account (side->vault, "xmpp", side->name);
  g_assert_null (account);
}

static void
test_an_account_that_is_not_removed_is_as_before (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  Run run = { side };

  begin (&run, "+--");
  change_trust (side, "rejected", note_answer, &run);
  await_answers (&run, 1);
  change_trust (side, "verified", note_answer, &run);
  core_account_remove (side->account, side->name, note_answer, &run);
  await_answers (&run, 3);
  set_disk ("+");
  assert_trust (side, "rejected");
  change_account_policy (side, "never", note_first, &run);
  side_lock (side);
  side_unlock (side);
  assert_trust (side, "rejected");
  assert_account_policy (side, "never");
}

/* Trust may be known before the account is (Import). */
static void
test_what_is_known_outlives_an_account_that_cannot_be_made (void)
{
  const CoreAccountOptions options = { .create = TRUE };
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (VaultFingerprint) record = NULL;
  g_autoptr (VaultAccount) account = NULL;
  Run run = { side };

  put_fingerprint (side, "carol@example.org", OTRD_TRUST_VERIFIED, "imported");
  begin (&run, "-");
  core_open_account (side->core, "xmpp", "carol@example.org", &options, note_answer, &run);
  await_answers (&run, 1);
  record = vault_lookup_fingerprint (side->vault, "xmpp", "carol@example.org", side->contact, FPR);
  g_assert_nonnull (record);
  account = vault_lookup_account (side->vault, "xmpp", "carol@example.org");
  g_assert_null (account);
}

static void
note_account (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoreAccount) account = core_open_account_finish (CORE_CORE (source), result, &error);
  Run *run = user_data;

  g_assert_no_error (error);
  g_assert_nonnull (account);
  run->n_answered++;
  set_disk ("-");
}

static void
note_any (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Run *)user_data)->n_answered++;
}

/* Two want it at once: it is made for both, and no failure after that takes it back. */
static void
test_an_account_that_two_have_made_stays (void)
{
  const CoreAccountOptions options = { .create = TRUE };
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (VaultAccount) account = NULL;
  Run run = { side };

  begin (&run, "+");
  core_open_account (side->core, "xmpp", "carol@example.org", &options, note_account, &run);
  change_account_policy (side, "never", note_any, &run);
  core_open_account (side->core, "xmpp", "carol@example.org", &options, note_any, &run);
  await_answers (&run, 3);
  set_disk ("+");
  account = vault_lookup_account (side->vault, "xmpp", "carol@example.org");
  g_assert_nonnull (account);
}

/* An import has put it into the vault and is not answered yet: it is opened as it is there. */
static void
test_an_account_that_is_being_made_keeps_its_key (void)
{
  const CoreAccountOptions options = { .create = TRUE };
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (VaultAccount) imported = vault_account_new ("xmpp", "carol@example.org");
  g_autoptr (VaultAccount) account = NULL;
  Run run = { side };

  imported->private_key = secret_new ("key", 3);
  imported->fingerprint = g_strdup (FPR);
  g_assert_true (vault_put_account (side->vault, imported, NULL));
  begin (&run, "+");
  core_open_account (side->core, "xmpp", "carol@example.org", &options, note_account, &run);
  await_answers (&run, 1);
  set_disk ("+");
  account = vault_lookup_account (side->vault, "xmpp", "carol@example.org");
  g_assert_cmpstr (account->fingerprint, ==, FPR);
  g_assert_nonnull (account->private_key);
}

static gboolean
has_trust (Side *side, const char *trust)
{
  g_autofree char *read = read_trust (side);

  return g_str_equal (read, trust);
}

/* Of what an import has brought, what is changed meanwhile is the later change's. */
static void
test_an_import_that_fails_leaves_what_came_later (void)
{
  static const char line[] = "bob@example.org\talice@example.org\tprpl-jabber\t" FPR "\tverified\n"
                             "dave@example.org\talice@example.org\tprpl-jabber\t" FPR "\t\n";
  g_autoptr (Secret) file = secret_new (line, sizeof line);
  const CoreImportFiles files = { .fingerprints = file };
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (VaultFingerprint) of_dave = NULL;
  Run run = { side };

  begin (&run, "-+");
  core_import (side->core, "libotr", &files, FALSE, note_answer, &run);
  while (!has_trust (side, "verified"))
    g_main_context_iteration (NULL, TRUE);
  change_trust (side, "rejected", note_answer, &run);
  await_answers (&run, 2);
  assert_trust (side, "rejected");
  of_dave = vault_lookup_fingerprint (side->vault, "xmpp", side->name, "dave@example.org", FPR);
  g_assert_null (of_dave);
}

#define LINES 5000

typedef struct
{
  gboolean policy_is_answered;
  gboolean is_answered;
  gboolean has_report;
  GError *error;
} LargeImport;

static void
note_policy_and_mend_disk (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LargeImport *import = user_data;

  g_assert_true (g_task_had_error (G_TASK (result)));
  import->policy_is_answered = TRUE;
  set_disk ("+");
}

static void
note_report (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LargeImport *import = user_data;
  g_autoptr (GVariant) report = core_import_finish (CORE_CORE (source), result, &import->error);

  import->is_answered = TRUE;
  import->has_report = report != NULL;
}

static void
import_many (Side *side, LargeImport *import)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (Secret) file = NULL;
  CoreImportFiles files = { 0 };

  for (guint i = 0; i < LINES; i++)
    g_string_append_printf (lines,
                            "carol%u@example.org\talice@example.org\tprpl-jabber\t" FPR "\t\n", i);
  files.fingerprints = file = secret_new (lines->str, lines->len);
  core_import (side->core, "libotr", &files, FALSE, note_report, import);
}

static gboolean
has_carol (Side *side, guint number)
{
  g_autofree char *contact = g_strdup_printf ("carol%u@example.org", number);
  g_autoptr (VaultFingerprint) record =
      vault_lookup_fingerprint (side->vault, "xmpp", side->name, contact, FPR);

  return record != NULL;
}

/* It takes many dispatches.  A save that others ask for meanwhile, and that fails, must not take
 * back what is told as added. */
static void
test_what_a_large_import_tells_is_so (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  LargeImport import = { 0 };

  set_disk ("-");
  import_many (side, &import);
  g_main_context_iteration (NULL, TRUE);
  change_policy (side, "never", note_policy_and_mend_disk, &import);
  while (!import.is_answered || !import.policy_is_answered)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (import.has_report, ==, has_carol (side, 0));
  g_assert_cmpint (import.has_report, ==, has_carol (side, LINES - 1));
  g_clear_error (&import.error);
}

static void
test_a_large_import_says_what_of_it_is_saved (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  LargeImport import = { 0 };

  set_disk ("+");
  import_many (side, &import);
  while (!has_carol (side, LINES / 4))
    g_main_context_iteration (NULL, TRUE);
  set_disk ("-");
  while (!import.is_answered)
    g_main_context_iteration (NULL, TRUE);
  set_disk ("+");
  g_assert_error (import.error, OTRD_ERROR, OTRD_ERROR_STORAGE_FAILED);
  g_assert_true (g_str_has_prefix (import.error->message, "Of the import, "));
  g_assert_true (has_carol (side, 0));
  g_assert_false (has_carol (side, LINES - 1));
  g_clear_error (&import.error);
}

static gboolean
has_another_key (Side *side, const char *fingerprint)
{
  g_autoptr (VaultAccount) account = vault_lookup_account (side->vault, "xmpp", side->name);

  return !g_str_equal (account->fingerprint, fingerprint);
}

static void
test_a_key_that_is_not_saved_takes_no_policy_with_it (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autofree char *fingerprint = g_strdup (core_account_get_fingerprint (side->account));
  Run run = { side };

  begin (&run, "-+");
  core_account_generate_key (side->account, TRUE, FALSE, note_answer, &run);
  while (!has_another_key (side, fingerprint))
    g_main_context_iteration (NULL, TRUE);
  change_account_policy (side, "never", note_answer, &run);
  await_answers (&run, 2);
  g_assert_cmpstr (core_account_get_fingerprint (side->account), ==, fingerprint);
  assert_account_policy (side, "never");
  side_restart (side);
  g_assert_cmpstr (core_account_get_fingerprint (side->account), ==, fingerprint);
  assert_account_policy (side, "never");
}

static void
test_a_verification_meanwhile_stays (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  Run run = { side };

  begin (&run, "-");
  change_trust (side, "unverified", note_answer, &run);
  put_fingerprint (side, side->name, OTRD_TRUST_VERIFIED, "smp");
  await_answers (&run, 1);
  assert_trust (side, "verified");
}

static void
note_policy (CoreAccount *account,
             const char *contact,
             const char *policy,
             const char *origin,
             GString *told)
{
  g_string_append_printf (told, "%s (%s) ", policy, origin);
}

static void
test_what_is_told_is_what_was_saved (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  GString *told = g_string_new (NULL);
  Run run = { side };

  g_signal_connect (side->account, "policy-changed", G_CALLBACK (note_policy), told);
  begin (&run, "+-");
  change_policy (side, "always", note_answer, &run);
  change_policy (side, "never", note_answer, &run);
  await_answers (&run, 2);
  begin (&run, "-+");
  change_account_policy (side, "manual", note_answer, &run);
  change_account_policy (side, "never", note_answer, &run);
  await_answers (&run, 2);
  g_assert_cmpstr (told->str, ==, "always (contact) never (account) ");
  g_signal_handlers_disconnect_by_data (side->account, told);
  g_string_free (told, TRUE);
}

/* Each says one of two settings, which are kept together. */
static void
test_the_other_half_of_a_setting_is_as_it_was_saved (void)
{
  static const gboolean with_screen = TRUE;
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  Run run = { side };

  begin (&run, "++");
  core_set_auto_lock (side->core, &with_screen, NULL, note_answer, &run);
  change_auto_lock (side, "600", note_answer, &run);
  await_answers (&run, 2);
  g_assert_true (core_get_lock_with_screen (side->core));
  g_assert_cmpuint (core_get_lock_when_idle (side->core), ==, 600);
  begin (&run, "-+");
  core_set_auto_lock (side->core, &(gboolean){ FALSE }, NULL, note_answer, &run);
  change_auto_lock (side, "700", note_answer, &run);
  await_answers (&run, 2);
  g_assert_true (core_get_lock_with_screen (side->core));
  g_assert_cmpuint (core_get_lock_when_idle (side->core), ==, 700);
}

/* What fails is not taken back from a vault that is closed. */
static void
test_a_lock_that_loses_changes (void)
{
  g_autoptr (Side) side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  g_autoptr (GAsyncResult) locked = NULL;
  Run run = { side };

  begin (&run, "---");
  change_account_policy (side, "manual", note_answer, &run);
  core_lock (side->core, note_answer, &run);
  change_account_policy (side, "never", note_answer, &run);
  await_answers (&run, 3);
  g_assert_cmpstr (core_get_vault_state (side->core), ==, "locked");
  assert_account_policy (side, "");
  set_disk ("+");
  side_unlock (side);
  assert_account_policy (side, "");
}

typedef struct
{
  const char *name;
  GTestFunc test;
} Named;

static const Named others[] = {
  { "a-removed-account-stays-removed", test_a_removed_account_stays_removed },
  { "an-account-that-is-not-removed-is-as-before",
    test_an_account_that_is_not_removed_is_as_before },
  { "what-is-known-outlives-an-account-that-cannot-be-made",
    test_what_is_known_outlives_an_account_that_cannot_be_made },
  { "an-account-that-two-have-made-stays", test_an_account_that_two_have_made_stays },
  { "an-account-that-is-being-made-keeps-its-key",
    test_an_account_that_is_being_made_keeps_its_key },
  { "what-a-large-import-tells-is-so", test_what_a_large_import_tells_is_so },
  { "a-large-import-says-what-of-it-is-saved", test_a_large_import_says_what_of_it_is_saved },
  { "an-import-that-fails-leaves-what-came-later",
    test_an_import_that_fails_leaves_what_came_later },
  { "a-key-that-is-not-saved-takes-no-policy-with-it",
    test_a_key_that_is_not_saved_takes_no_policy_with_it },
  { "a-verification-meanwhile-stays", test_a_verification_meanwhile_stays },
  { "what-is-told-is-what-was-saved", test_what_is_told_is_what_was_saved },
  { "the-other-half-of-a-setting-is-as-it-was-saved",
    test_the_other_half_of_a_setting_is_as_it_was_saved },
  { "a-lock-that-loses-changes-shows-none-of-them", test_a_lock_that_loses_changes },
};

int
main (int argc, char **argv)
{
  static Row rows[G_N_ELEMENTS (settings) * G_N_ELEMENTS (cases)];

  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Row *row = &rows[i];
      g_autofree char *path = NULL;

      row->setting = &settings[i / G_N_ELEMENTS (cases)];
      row->of = &cases[i % G_N_ELEMENTS (cases)];
      path = g_strdup_printf ("/core/undo/%s/%s", row->setting->name, row->of->name);
      g_test_add_data_func (path, row, test_changes);
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *path = g_strconcat ("/core/undo/", others[i].name, NULL);

      g_test_add_func (path, others[i].test);
    }
  return g_test_run ();
}
