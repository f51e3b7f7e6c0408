/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* libotr and libsecret in one process: each would set libgcrypt's allocation,
 * and blocks of one freed by the other end the process. */

#include <gcrypt.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/key.h"
#include "secret/arena.h"
#include "tests/support/test-bus.h"
#include "tests/support/test-keyring.h"
#include "vault/secret-service-store.h"

static void
keep_result (GObject *source, GAsyncResult *result, gpointer kept)
{
  *(GAsyncResult **)kept = g_object_ref (result);
}

static void
get_key (VaultKeyStore *store, VaultKeyOutcome expected)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (Secret) key = NULL;

  vault_key_store_get_async (store, NULL, FALSE, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (vault_key_store_finish (store, result, &key, NULL), ==, expected);
}

static void
test_libsecret_after_libotr_ends_nothing (void)
{
  GSubprocess *keyring = test_keyring_start (TRUE);
  g_autoptr (VaultKeyStore) store = vault_secret_service_store_new (0);
  g_autoptr (EngineKey) before = engine_key_generate (NULL);
  g_autoptr (EngineKey) after = NULL;
  g_autoptr (Secret) bytes = NULL;
  gcry_mpi_t number = gcry_mpi_snew (1024);

  get_key (store, VAULT_KEY_ABSENT);
  after = engine_key_generate (NULL);
  bytes = engine_key_to_secret (before);
  g_assert_true (arena_contains (secret_get (bytes, NULL)));
  g_clear_pointer (&before, engine_key_unref);
  get_key (store, VAULT_KEY_ABSENT);
  gcry_mpi_release (number);
  test_keyring_stop (keyring);
}

static void
test_libsecret_does_not_take_the_allocation_over (void)
{
  gpointer secure = gcry_malloc_secure (32);

  g_assert_true (arena_contains (secure));
  gcry_free (secure);
}

int
main (int argc, char **argv)
{
  TestBus *bus;
  int status;

  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  bus = test_bus_start ();
  g_test_add_func ("/one-allocator/libsecret-after-libotr-ends-nothing",
                   test_libsecret_after_libotr_ends_nothing);
  g_test_add_func ("/one-allocator/libsecret-does-not-take-the-allocation-over",
                   test_libsecret_does_not_take_the_allocation_over);
  status = g_test_run ();
  test_bus_stop (bus);
  return status;
}
