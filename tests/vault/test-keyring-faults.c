/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every way in which a keyring can fail, each tried three times: when a key is
 * wanted that is there, when one is to be made, and by a whole vault. Each time
 * the outcome has its name, what is in the keyring stays as it is, nothing is
 * made anew where a vault exists, and it goes well once the keyring does. */

#include <string.h>

#include "introspection/otrd-error.h"
#include "tests/support/fake-keyring.h"
#include "tests/support/test-bus.h"
#include "tests/support/test-folder.h"
#include "tests/support/test-init.h"
#include "vault/secret-service-store.h"
#include "vault/vault.h"

#define PATIENT_MS 60000
#define SHORT_MS 700
#define NOT_TRIED -1

typedef struct
{
  const char *name;
  const char *commands; /* what the keyring is told */
  gboolean interactive;
  int get, create;     /* their outcomes */
  guint timeout_ms;    /* 0: none of which it comes */
  const char *ends_by; /* what is told when its prompt is up; NULL: it ends by itself */
  gboolean is_undone;  /* the values were changed, and are put back to heal it */
} Fault;

#define OK VAULT_KEY_OK
#define ABSENT VAULT_KEY_ABSENT
#define LOCKED VAULT_KEY_LOCKED
#define DISMISSED VAULT_KEY_DISMISSED
#define VANISHED VAULT_KEY_VANISHED
#define TIMEOUT VAULT_KEY_TIMEOUT
#define FAILED VAULT_KEY_FAILED

static const Fault faults[] = {
  { "vanishes-at-open-session", "set vanish OpenSession", FALSE, VANISHED, VANISHED },
  { "vanishes-at-search", "set vanish SearchItems", FALSE, VANISHED, VANISHED },
  { "vanishes-at-get-secret", "set vanish GetSecret", FALSE, VANISHED, VANISHED },
  { "vanishes-at-read-alias", "set vanish ReadAlias", FALSE, OK, VANISHED },
  { "vanishes-at-create-item", "set vanish CreateItem", FALSE, OK, VANISHED },
  { "vanishes-at-unlock", "lock; set vanish Unlock", TRUE, VANISHED, VANISHED },
  { "vanishes-at-prompt", "lock; set vanish Prompt", TRUE, VANISHED, VANISHED },

  { "errs-at-open-session", "set fail OpenSession", FALSE, FAILED, FAILED },
  { "errs-at-search", "set fail SearchItems", FALSE, FAILED, FAILED },
  { "errs-at-get-secret", "set fail GetSecret", FALSE, FAILED, FAILED },
  { "errs-at-read-alias", "set fail ReadAlias", FALSE, OK, FAILED },
  { "errs-at-create-item", "set fail CreateItem", FALSE, OK, FAILED },
  { "errs-at-unlock", "lock; set fail Unlock", TRUE, FAILED, FAILED },

  { "is-slow-at-open-session", "set hold OpenSession", FALSE, TIMEOUT, TIMEOUT, SHORT_MS },
  { "is-slow-at-search", "set hold SearchItems", FALSE, TIMEOUT, TIMEOUT, SHORT_MS },
  { "is-slow-at-get-secret", "set hold GetSecret", FALSE, TIMEOUT, TIMEOUT, SHORT_MS },
  { "is-slow-at-read-alias", "set hold ReadAlias", FALSE, NOT_TRIED, TIMEOUT, SHORT_MS },
  { "is-slow-at-create-item", "set hold CreateItem", FALSE, NOT_TRIED, TIMEOUT, SHORT_MS },
  { "is-slow-at-unlock", "lock; set hold Unlock", TRUE, TIMEOUT, TIMEOUT, SHORT_MS },
  { "is-slow-at-unlock-unasked", "lock; set hold Unlock", FALSE, LOCKED, LOCKED },

  { "prompt-is-answered", "lock", TRUE, OK, OK },
  { "prompt-takes-longer-than-the-deadline", "lock; set prompt-ms 4000", TRUE, OK, OK, 3000 },
  { "prompt-is-not-allowed", "lock", FALSE, LOCKED, LOCKED },
  { "prompt-is-dismissed", "lock; set prompt dismissed", TRUE, DISMISSED, DISMISSED },
  { "prompt-errs", "lock; set prompt fails", TRUE, FAILED, FAILED },
  { "prompt-vanishes", "lock; set prompt vanishes", TRUE, VANISHED, VANISHED },
  { "prompt-has-a-result-of-a-wrong-type", "lock; set prompt wrong-type", TRUE, FAILED, FAILED },
  { "prompt-never-ends", "lock; set prompt never", TRUE, VANISHED, VANISHED, 0, "stop" },

  { "hides-locked-items", "lock; set hides yes", FALSE, LOCKED, LOCKED },
  { "hides-locked-items-and-unlocks", "lock; set hides yes", TRUE, OK, OK },
  { "hides-locked-items-and-is-dismissed", "lock; set hides yes; set prompt dismissed", TRUE,
    DISMISSED, DISMISSED },
  { "has-no-schema-while-locked", "lock; set generic yes", FALSE, LOCKED, LOCKED },
  { "has-no-schema-while-locked-and-unlocks", "lock; set generic yes", TRUE, OK, OK },

  { "making-prompts", "set create-prompts yes", TRUE, OK, OK },
  { "making-prompts-longer-than-the-deadline", "set create-prompts yes; set prompt-ms 4000", TRUE,
    OK, OK, 3000 },
  { "making-prompts-unasked", "set create-prompts yes", FALSE, OK, LOCKED },
  { "making-prompts-and-is-dismissed", "set create-prompts yes; set prompt dismissed", TRUE, OK,
    DISMISSED },
  { "making-prompts-and-errs", "set create-prompts yes; set prompt fails", TRUE, OK, FAILED },
  { "making-prompts-and-vanishes", "set create-prompts yes; set prompt vanishes", TRUE, OK,
    VANISHED },
  { "making-prompts-and-has-a-wrong-type", "set create-prompts yes; set prompt wrong-type", TRUE,
    OK, FAILED },
  { "making-prompts-for-ever", "set create-prompts yes; set prompt never", TRUE, NOT_TRIED,
    VANISHED, 0, "stop" },

  { "has-no-collection", "stop; set collection none; start", FALSE, OK, LOCKED },
  { "has-no-collection-and-makes-one", "stop; set collection none; start", TRUE, OK, OK },
  { "has-no-collection-and-is-dismissed", "stop; set collection none; start; set prompt dismissed",
    TRUE, OK, DISMISSED },
  { "forgets-at-logout", "stop; set collection session; start", TRUE, OK, FAILED },

  { "has-the-key-twice", "copy", FALSE, OK, NOT_TRIED },
  { "has-another-value", "change AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", TRUE, ABSENT,
    NOT_TRIED, 0, NULL, TRUE },
  { "has-no-value", "change ?", TRUE, ABSENT, NOT_TRIED, 0, NULL, TRUE },
};

typedef struct
{
  FakeKeyring *keyring;
  char *folder;
} Fixture;

/* One process for all, made as new for each. */
typedef struct
{
  FakeKeyring *keyring;
  const Fault *fault;
} Case;

static void
tell (Fixture *fixture, const char *commands)
{
  g_autofree char *answer = fake_keyring_tell (fixture->keyring, commands);

  g_assert_cmpstr (answer, ==, "done");
}

static char *
items (Fixture *fixture)
{
  return fake_keyring_tell (fixture->keyring, "items");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const Case *its = data;

  fixture->keyring = its->keyring;
  fixture->folder = test_folder_new ();
  tell (fixture, "reset; start");
  test_bus_wait_for_name ("org.freedesktop.secrets", TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tell (fixture, "stop");
  test_bus_wait_for_name ("org.freedesktop.secrets", FALSE);
  test_folder_remove (fixture->folder);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer kept)
{
  *(GAsyncResult **)kept = g_object_ref (result);
}

static gboolean
is_prompting (Fixture *fixture)
{
  g_autofree char *n_calls = fake_keyring_tell (fixture->keyring, "calls Prompt");

  return !g_str_equal (n_calls, "0");
}

/* Until there is a result; what must be told for one is told when the prompt is up. */
static GAsyncResult *
wait_for (Fixture *fixture, const Fault *fault, GAsyncResult **result)
{
  gboolean is_told = fault->ends_by == NULL;

  while (*result == NULL)
    {
      g_main_context_iteration (NULL, is_told);
      if (!is_told && is_prompting (fixture))
        {
          tell (fixture, fault->ends_by);
          is_told = TRUE;
        }
    }
  return *result;
}

static const Fault none = { "none", "" };

static VaultKeyOutcome
finish (
    Fixture *fixture, const Fault *fault, VaultKeyStore *store, GAsyncResult **result, char **id)
{
  g_autoptr (Secret) key = NULL;
  g_autoptr (GError) error = NULL;
  VaultKeyOutcome outcome =
      vault_key_store_finish (store, wait_for (fixture, fault, result), &key, &error);

  g_assert_true ((key != NULL) == (outcome == OK));
  g_assert_true ((error == NULL) == (outcome == OK));
  if (error != NULL)
    g_assert_true (error->domain == OTRD_ERROR && strlen (error->message) > 0);
  if (id != NULL && key != NULL)
    *id = vault_key_make_id (key);
  return outcome;
}

static VaultKeyOutcome
get (Fixture *fixture, const Fault *fault, const char *id)
{
  g_autoptr (VaultKeyStore) store =
      vault_secret_service_store_new (fault->timeout_ms > 0 ? fault->timeout_ms : PATIENT_MS);
  g_autoptr (GAsyncResult) result = NULL;

  vault_key_store_get_async (store, id, fault->interactive, keep_result, &result);
  return finish (fixture, fault, store, &result, NULL);
}

static VaultKeyOutcome
create (Fixture *fixture, const Fault *fault, char **id)
{
  g_autoptr (VaultKeyStore) store =
      vault_secret_service_store_new (fault->timeout_ms > 0 ? fault->timeout_ms : PATIENT_MS);
  g_autoptr (GAsyncResult) result = NULL;

  vault_key_store_create_async (store, fault->interactive, keep_result, &result);
  return finish (fixture, fault, store, &result, id);
}

static void
heal (Fixture *fixture, const Fault *fault, const char *values)
{
  g_autofree char *put_back = g_strconcat ("change ", strrchr (values, ' ') + 1, NULL);

  tell (fixture, "answer; heal");
  if (fault->is_undone)
    tell (fixture, put_back);
}

static void
test_get (Fixture *fixture, gconstpointer data)
{
  const Fault *fault = ((const Case *)data)->fault;
  g_autofree char *id = NULL, *values = NULL, *before = NULL, *after = NULL;

  g_assert_cmpint (create (fixture, &none, &id), ==, OK);
  values = items (fixture);
  tell (fixture, fault->commands);
  before = items (fixture);
  g_assert_cmpint (get (fixture, fault, id), ==, fault->get);
  after = items (fixture);
  g_assert_cmpstr (after, ==, before);
  heal (fixture, fault, values);
  g_assert_cmpint (get (fixture, &none, id), ==, OK);
}

/* As a new vault does it: a key that came to be after all is used. */
static void
test_create (Fixture *fixture, gconstpointer data)
{
  const Fault *fault = ((const Case *)data)->fault;
  g_autofree char *after = NULL, *found = NULL;
  VaultKeyOutcome outcome;

  tell (fixture, fault->commands);
  g_assert_cmpint (create (fixture, fault, NULL), ==, fault->create);
  found = items (fixture);
  tell (fixture, "answer; heal");
  outcome = get (fixture, &none, NULL);
  if (outcome == ABSENT)
    outcome = create (fixture, &none, NULL);
  g_assert_cmpint (outcome, ==, OK);
  after = items (fixture);
  g_assert_true (g_str_has_prefix (after, "0 ") && strchr (after + 2, ' ') == NULL);
  if (!g_str_equal (found, "0"))
    g_assert_cmpstr (after, ==, found);
}

static void
count (guint *n_signals)
{
  (*n_signals)++;
}

/* At each start of the service the keyring would be asked twice. */
static void
test_a_keyring_that_was_there_is_no_news (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VaultKeyStore) store = vault_secret_service_store_new (PATIENT_MS);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;
  guint n_news = 0;

  g_signal_connect_swapped (store, "changed", G_CALLBACK (count), &n_news);
  g_assert_cmpint (create (fixture, &none, &id), ==, OK);
  vault_key_store_get_async (store, id, FALSE, keep_result, &result);
  g_assert_cmpint (finish (fixture, &none, store, &result, NULL), ==, OK);
  g_assert_cmpuint (n_news, ==, 0);
  tell (fixture, "stop; start");
  while (n_news == 0)
    g_main_context_iteration (NULL, TRUE);
}

/* What else they say of themselves is not asked for: it costs the first answer. */
static void
test_a_key_whose_id_is_known_is_read_at_once (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL, *before = NULL, *after = NULL;

  g_assert_cmpint (create (fixture, &none, &id), ==, OK);
  before = fake_keyring_tell (fixture->keyring, "calls Attributes");
  g_assert_cmpint (get (fixture, &none, id), ==, OK);
  after = fake_keyring_tell (fixture->keyring, "calls Attributes");
  g_assert_cmpstr (before, !=, "0");
  g_assert_cmpstr (after, ==, before);
}

static guint
count_sessions (Fixture *fixture)
{
  g_autofree char *n_calls = fake_keyring_tell (fixture->keyring, "calls OpenSession");

  return g_ascii_strtoull (n_calls, NULL, 10);
}

static void
wait_for_sessions (Fixture *fixture, guint n_sessions)
{
  while (count_sessions (fixture) < n_sessions)
    g_main_context_iteration (NULL, TRUE);
}

/* A key is kept, and another store has its session before anybody asks. How many one store has. */
static guint
open_ahead (Fixture *fixture, char **id, VaultKeyStore **store)
{
  guint n_each;

  g_assert_cmpint (create (fixture, &none, id), ==, OK);
  n_each = count_sessions (fixture);
  *store = vault_secret_service_store_new (PATIENT_MS);
  wait_for_sessions (fixture, 2 * n_each);
  return n_each;
}

static void
test_a_session_is_ready_for_the_first_who_asks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VaultKeyStore) store = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;
  guint n_each;

  n_each = open_ahead (fixture, &id, &store);
  vault_key_store_get_async (store, id, FALSE, keep_result, &result);
  g_assert_cmpint (finish (fixture, &none, store, &result, NULL), ==, OK);
  g_assert_cmpuint (count_sessions (fixture), ==, 2 * n_each);
}

static void
test_a_session_with_a_keyring_that_has_gone_is_not_used (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VaultKeyStore) store = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;
  guint n_each;

  n_each = open_ahead (fixture, &id, &store);
  tell (fixture, "stop; start");
  wait_for_sessions (fixture, 3 * n_each);
  vault_key_store_get_async (store, id, FALSE, keep_result, &result);
  g_assert_cmpint (finish (fixture, &none, store, &result, NULL), ==, OK);
  g_assert_cmpuint (count_sessions (fixture), ==, 3 * n_each);
}

/* One that says it is ours and is not stays: it may be of use to somebody. */
static void
test_keeping_adds_and_never_replaces (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VaultKeyStore) store = vault_secret_service_store_new (PATIENT_MS);
  g_autoptr (GAsyncResult) made = NULL, kept = NULL;
  g_autoptr (Secret) key = NULL, found = NULL;
  g_autofree char *after = NULL;

  vault_key_store_create_async (store, FALSE, keep_result, &made);
  vault_key_store_finish (store, wait_for (fixture, &none, &made), &key, NULL);
  g_assert_nonnull (key);
  tell (fixture, "change somebody's");
  vault_key_store_keep_async (store, key, FALSE, keep_result, &kept);
  g_assert_cmpint (vault_key_store_finish (store, wait_for (fixture, &none, &kept), &found, NULL),
                   ==, OK);
  g_assert_true (secret_equal (key, found));
  after = items (fixture);
  g_assert_true (g_str_has_prefix (after, "0 somebody's "));
}

/* The whole vault */

static OtrdVault
state_of (int outcome)
{
  switch (outcome)
    {
    case OK:
      return OTRD_VAULT_READY;
    case ABSENT:
      return OTRD_VAULT_KEYLESS;
    case LOCKED:
    case DISMISSED:
      return OTRD_VAULT_LOCKED;
    default:
      return OTRD_VAULT_UNAVAILABLE;
    }
}

static void
open_vault (Fixture *fixture, const Fault *fault, Vault *vault)
{
  g_autoptr (GAsyncResult) result = NULL;

  vault_open_async (vault, fault->interactive, keep_result, &result);
  vault_open_finish (vault, wait_for (fixture, fault, &result), NULL);
}

static void
save_fingerprint (Fixture *fixture, Vault *vault)
{
  g_autoptr (VaultFingerprint) fingerprint =
      vault_fingerprint_new ("xmpp", "a@x", "b@x", "0123456789ABCDEF0123456789ABCDEF01234567");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  vault_put_fingerprint (vault, fingerprint, &error);
  g_assert_no_error (error);
  vault_save_async (vault, keep_result, &result);
  vault_save_finish (vault, wait_for (fixture, &none, &result), &error);
  g_assert_no_error (error);
}

static void
end_vault (Vault *vault)
{
  gpointer gone = vault;

  g_object_add_weak_pointer (G_OBJECT (vault), &gone);
  g_object_unref (vault);
  while (gone != NULL)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
}

static void
make_vault (Fixture *fixture)
{
  g_autoptr (VaultKeyStore) store = vault_secret_service_store_new (PATIENT_MS);
  Vault *vault = vault_new (fixture->folder, store);

  open_vault (fixture, &none, vault);
  save_fingerprint (fixture, vault);
  end_vault (vault);
}

static char *
files (Fixture *fixture)
{
  g_autoptr (GBytes) keys = test_folder_read (fixture->folder, "keys");
  g_autoptr (GBytes) trust = test_folder_read (fixture->folder, "trust");
  g_autofree char *keys_sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, keys);
  g_autofree char *trust_sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, trust);

  return g_strconcat (keys_sum, trust_sum, NULL);
}

/* The healed keyring opens it without a call of anybody. */
static void
test_vault (Fixture *fixture, gconstpointer data)
{
  const Fault *fault = ((const Case *)data)->fault;
  g_autoptr (VaultKeyStore) store = NULL;
  g_autofree char *written = NULL, *values = NULL, *before = NULL, *after = NULL, *found = NULL;
  g_autoptr (VaultFingerprint) fingerprint = NULL;
  Vault *vault;

  make_vault (fixture);
  values = items (fixture);
  written = files (fixture);
  store = vault_secret_service_store_new (fault->timeout_ms > 0 ? fault->timeout_ms : PATIENT_MS);
  vault = vault_new (fixture->folder, store);
  tell (fixture, fault->commands);
  before = items (fixture);
  open_vault (fixture, fault, vault);
  g_assert_cmpstr (otrd_vault_to_string (vault_get_state (vault)), ==,
                   otrd_vault_to_string (state_of (fault->get)));
  after = items (fixture);
  g_assert_cmpstr (after, ==, before);
  heal (fixture, fault, values);
  while (vault_get_state (vault) != OTRD_VAULT_READY)
    g_main_context_iteration (NULL, TRUE);
  fingerprint = vault_lookup_fingerprint (vault, "xmpp", "a@x", "b@x",
                                          "0123456789ABCDEF0123456789ABCDEF01234567");
  g_assert_nonnull (fingerprint);
  found = files (fixture);
  g_assert_cmpstr (found, ==, written);
  end_vault (vault);
}

static void
add (const char *kind, const Case *its, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_autofree char *path = g_strdup_printf ("/keyring-faults/%s/%s", kind, its->fault->name);

  g_test_add (path, Fixture, its, set_up, test, tear_down);
}

static void
add_all (Case *cases, FakeKeyring *keyring)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      cases[i] = (Case){ keyring, &faults[i] };
      if (faults[i].get != NOT_TRIED)
        {
          add ("get", &cases[i], test_get);
          add ("vault", &cases[i], test_vault);
        }
      if (faults[i].create != NOT_TRIED)
        add ("create", &cases[i], test_create);
    }
}

int
main (int argc, char **argv)
{
  Case cases[G_N_ELEMENTS (faults)];
  FakeKeyring *keyring;
  TestBus *bus;
  int status;

  test_init_without_engine (280);
  g_test_init (&argc, &argv, NULL);
  bus = test_bus_start ();
  keyring = fake_keyring_new ();
  add_all (cases, keyring);
  g_test_add ("/keyring-faults/keeping-adds-and-never-replaces", Fixture, &cases[0], set_up,
              test_keeping_adds_and_never_replaces, tear_down);
  g_test_add ("/keyring-faults/a-keyring-that-was-there-is-no-news", Fixture, &cases[0], set_up,
              test_a_keyring_that_was_there_is_no_news, tear_down);
  g_test_add ("/keyring-faults/a-key-whose-id-is-known-is-read-at-once", Fixture, &cases[0], set_up,
              test_a_key_whose_id_is_known_is_read_at_once, tear_down);
  g_test_add ("/keyring-faults/a-session-is-ready-for-the-first-who-asks", Fixture, &cases[0],
              set_up, test_a_session_is_ready_for_the_first_who_asks, tear_down);
  g_test_add ("/keyring-faults/a-session-with-a-keyring-that-has-gone-is-not-used", Fixture,
              &cases[0], set_up, test_a_session_with_a_keyring_that_has_gone_is_not_used,
              tear_down);
  status = g_test_run ();
  fake_keyring_free (keyring);
  test_bus_stop (bus);
  return status;
}
