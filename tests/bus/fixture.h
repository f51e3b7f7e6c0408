/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A fixture: the service on a private bus, with a vault in a folder of its own
 * and a key store that always answers, and two programs that call it.
 *
 * Service and callers share this process and its main loop; they meet on a
 * real dbus-daemon.
 */
#pragma once

#include <gio/gio.h>

#include "bus/service.h"
#include "core/core.h"
#include "introspection/otrd-error.h"
#include "vault/vault.h"

G_BEGIN_DECLS

#define MANAGER "/im/otrd1"
#define ALICE "alice@example.org"
#define BOB "bob@example.org"

typedef struct
{
  GTestDBus *bus;
  char *home;
  VaultKeyStore *key_store;
  Vault *vault;
  Core *core;
  GDBusConnection *server;
  BusService *service;
  BusLimits limits;      /* read at each use: a test may lower them */
  BusServiceState state; /* the last that the service told */
  GDBusConnection *first;
  GDBusConnection *second;
} Fixture;

/* main () of every test of the bus. */
int fixture_run_tests (int argc, char **argv, void (*add_tests) (void));
/* Adds a test that gets a fixture. */
void fixture_add_test (const char *name, void (*test) (Fixture *fixture, gconstpointer unused));

/* The service, without the callers; for tests of its life. */
void fixture_start_service (Fixture *fixture);
void fixture_stop_service (Fixture *fixture);
GDBusConnection *fixture_connect (Fixture *fixture);

/* The other end of a direct connection, opened by @opener, yet without a word; -1: @error is set.
 */
int fixture_take_direct (GDBusConnection *opener, GError **error);
/* And after the handshake; NULL: @error is set. */
GDBusConnection *fixture_open_direct (GDBusConnection *opener, GError **error);

/* Runs the main loop until @condition is true.  One that calls, and so runs the main loop itself,
 * may have seen the last event there is: it is asked again every now and then. */
#define fixture_wait_until(condition)                                                              \
  do                                                                                               \
    {                                                                                              \
      guint fixture_source = g_timeout_add (200, fixture_ask_again, NULL);                         \
                                                                                                   \
      while (!(condition))                                                                         \
        g_main_context_iteration (NULL, TRUE);                                                     \
      g_source_remove (fixture_source);                                                            \
    }                                                                                              \
  while (FALSE)
gboolean fixture_ask_again (gpointer unused);

/* A call to im.otrd1; @signature of the arguments in @format, "" for none. NULL: @error is set.
 * The interface is the one whose last part is @interface ("Session"). */
GVariant *fixture_call (GDBusConnection *caller,
                        const char *path,
                        const char *interface,
                        const char *method,
                        GVariant *arguments,
                        GError **error);
/* One that must succeed, and one that must fail so. */
GVariant *fixture_must_call (GDBusConnection *caller,
                             const char *path,
                             const char *interface,
                             const char *method,
                             GVariant *arguments);
void fixture_must_fail (GDBusConnection *caller,
                        const char *path,
                        const char *interface,
                        const char *method,
                        GVariant *arguments,
                        OtrdError code);

/* OpenSession with these options (a{sv} text, "{}" for none): the path. */
char *fixture_open_session (GDBusConnection *caller,
                            const char *account,
                            const char *contact,
                            const char *options);
GVariant *fixture_get_property (GDBusConnection *caller,
                                const char *path,
                                const char *interface,
                                const char *property);
char *fixture_get_word (GDBusConnection *caller,
                        const char *path,
                        const char *interface,
                        const char *property);

/* A Send: the whole reply. */
GVariant *fixture_send (GDBusConnection *caller, const char *session, const char *text);

/* Carries all that is in the turn at the end of @reply from @session to @other_session, and what
 * comes of it back and forth, until nothing is left; the last text that was read, or NULL. */
char *fixture_carry (GDBusConnection *caller,
                     GVariant *reply,
                     const char *session,
                     const char *other_session);
/* Alice's session with Bob and Bob's with Alice, both of @caller, private. */
void fixture_make_private (GDBusConnection *caller, char **alice, char **bob);

G_END_DECLS
