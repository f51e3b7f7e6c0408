/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bad input, as tables: each gets an error of the contract, and the service
 * stays up. */

#include <dlfcn.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/limits.h"
#include "fixture.h"

#define DIGITS "0123456789ABCDEF0123456789ABCDEF01234567"

typedef struct
{
  const char *method;
  const char *arguments; /* as g_variant_new_parsed () reads them */
  OtrdError code;
} Bad;

static void
must_fail_all (
    GDBusConnection *caller, const char *path, const char *interface, const Bad *table, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) arguments =
          g_variant_parse (NULL, table[i].arguments, NULL, NULL, &error);

      g_assert_no_error (error);
      fixture_must_fail (caller, path, interface, table[i].method, arguments, table[i].code);
    }
}

static void
must_be_up (Fixture *fixture)
{
  g_autofree char *vault = fixture_get_word (fixture->second, MANAGER, "Manager", "Vault");

  g_assert_nonnull (vault);
}

static void
the_manager_refuses_it (Fixture *fixture, gconstpointer unused)
{
  static const Bad table[] = {
    { "Register", "('', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Register", "('a\\nb', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Register", "('a', {'name': <1>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Register", "('a', {'name': <'x\\u0007'>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('', 'alice@example.org', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('x mpp', 'alice@example.org', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('xmpp', '', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('xmpp', 'ali\\u0001ce@example.org', @a{sv} {})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('xmpp', 'a@b@c', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('irc', 'alice', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('irc', 'alice', {'network': <true>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('xmpp', 'alice@example.org', {'create': <'yes'>})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenAccount", "('xmpp', 'nobody@example.org', {'create': <false>})", OTRD_ERROR_NOT_FOUND },
    { "OpenSession", "('xmpp', 'alice@example.org', '', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenSession", "('xmpp', 'alice@example.org', 'b\\tb@example.org', @a{sv} {})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenSession", "('xmpp', 'alice@example.org', 'bob@example.org', {'create': <false>})",
      OTRD_ERROR_NOT_FOUND },
    { "OpenSession", "('xmpp', 'alice@example.org', 'bob@example.org', {'online': <1>})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenSession",
      "('xmpp', 'alice@example.org', 'bob@example.org', {'content-type': <'text/rtf'>})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenSession",
      "('xmpp', 'alice@example.org', 'bob@example.org', {'max-message-size': <uint32 37>})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenSession",
      "('xmpp', 'alice@example.org', 'bob@example.org', {'max-message-size': <400>})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "OpenSession", "('xmpp', 'alice@example.org', 'room@example.org', {'occupant': <true>})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "SetDefaultPolicy", "('sometimes', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetDefaultPolicy", "('', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetAutoLock", "({'screen': <'yes'>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetAutoLock", "({'idle': <int32 -1>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "Unlock", "({'passphrase': <'in the clear'>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "Unlock", "({'passphrase': <handle 0>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "Unlock", "({'passphrase': <handle -1>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetKeyStore", "('passphrase', {'passphrase': <handle 3>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetKeyStore", "('passphrase', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetKeyStore", "('attic', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "BackupVault", "(handle 0, @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "RestoreVault", "(handle 1000, @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Import", "('libotr', {'fingerprints': handle 0}, @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Import", "('libotr', @a{sh} {}, @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetGrant", "('a', 'xmpp', 'a@b', 'perhaps', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
  };

  must_fail_all (fixture->first, MANAGER, "Manager", table, G_N_ELEMENTS (table));
  must_be_up (fixture);
}

static void
accounts_refuse_it (Fixture *fixture, gconstpointer unused)
{
  static const Bad table[] = {
    { "GenerateKey", "({'replace': <'no'>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "ListFingerprints", "({'limit': <'all'>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "ListFingerprints", "({'trust': <uint32 1>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "ListFingerprints", "({'fingerprint': <'0123'>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetTrust", "('bob@example.org', '0123', 'verified', @a{sv} {})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "SetTrust", "('bob@example.org', '" DIGITS "8', 'verified', @a{sv} {})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "SetTrust", "('bob@example.org', 'X" DIGITS "', 'verified', @a{sv} {})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "SetTrust", "('bob@example.org', '" DIGITS "', 'perhaps', @a{sv} {})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "SetTrust", "('b ob', '" DIGITS "', 'verified', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetTrust", "('bob@example.org', '" DIGITS "', 'verified', {'method': <'smp'>})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "SetTrust", "('bob@example.org', '" DIGITS "', 'verified', {'method': <7>})",
      OTRD_ERROR_INVALID_ARGUMENT },
    { "Forget", "('bob@example.org', '" DIGITS "', @a{sv} {})", OTRD_ERROR_NOT_FOUND },
    { "Forget", "('bob@example.org', 'x', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "GetPolicy", "('b ob', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetPolicy", "('bob@example.org', 'maybe', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SetPolicy", "('\\u0002', 'never', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Remove", "(@a{sv} {},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "Remove", "({'confirm': <'bob@example.org'>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "Remove", "({'confirm': <true>},)", OTRD_ERROR_INVALID_ARGUMENT },
  };
  g_autoptr (GVariant) opened = fixture_must_call (
      fixture->first, MANAGER, "Manager", "OpenAccount",
      g_variant_new_parsed ("('prpl-jabber', 'Alice@example.org/Home', @a{sv} {})"));
  const char *account;

  g_variant_get (opened, "(&o)", &account);
  g_assert_cmpstr (account, ==, "/im/otrd1/account/xmpp_3aalice_40example_2eorg");
  must_fail_all (fixture->first, account, "Account", table, G_N_ELEMENTS (table));
  must_be_up (fixture);
}

static void
sessions_refuse_it (Fixture *fixture, gconstpointer unused)
{
  static const Bad table[] = {
    { "Send", "('text', 'secret', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Send", "('text', '', {'id': <'one'>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Send", "('text', '', {'id': <uint32 1>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Send", "('text', '', {'clear': <1>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Send", "('text', 'private', @a{sv} {})", OTRD_ERROR_NOT_PRIVATE },
    { "Send", "('text', 'verified', @a{sv} {})", OTRD_ERROR_NOT_PRIVATE },
    { "Receive", "('line', {'from': <1>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Receive", "('line', {'id': <uint64 1>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Receive", "('line', {'sent': <'yes'>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Receive", "('line', {'history': <0>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "Configure", "({'online': <'no'>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "Configure", "({'content-type': <''>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "Configure", "({'max-message-size': <uint32 1>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "Detach", "({'end-if-last': <1>},)", OTRD_ERROR_INVALID_ARGUMENT },
    { "StartVerification", "('', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "StartVerification", "('secret', {'pin': <true>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "StartVerification", "('secret', {'question': <1>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "StartVerification", "('', {'secret': <'words'>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "StartVerification", "('', {'secret': <handle 0>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "StartVerification", "('secret', @a{sv} {})", OTRD_ERROR_NOT_PRIVATE },
    { "AnswerVerification", "('', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "AnswerVerification", "('', {'secret': <handle 9>})", OTRD_ERROR_INVALID_ARGUMENT },
    { "AcceptFingerprint", "('nonsense', @a{sv} {})", OTRD_ERROR_INVALID_ARGUMENT },
    { "SelectInstance", "(uint32 4711, @a{sv} {})", OTRD_ERROR_NOT_FOUND },
    { "ExportKey", "(uint32 1, b'x', @a{sv} {})", OTRD_ERROR_NOT_PRIVATE },
    { "TakeKey", "(uint64 1, @a{sv} {})", OTRD_ERROR_NOT_FOUND },
  };
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");

  must_fail_all (fixture->first, session, "Session", table, G_N_ELEMENTS (table));
  must_be_up (fixture);
}

static void
an_answer_that_nobody_asked_for_is_refused (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;

  fixture_make_private (fixture->first, &alice, &bob);
  fixture_must_fail (fixture->first, alice, "Session", "AnswerVerification",
                     g_variant_new ("(sa{sv})", "secret", NULL), OTRD_ERROR_NO_VERIFICATION);
  fixture_must_fail (fixture->first, alice, "Session", "AbortVerification",
                     g_variant_new ("(a{sv})", NULL), OTRD_ERROR_NO_VERIFICATION);
  must_be_up (fixture);
}

static void
what_is_too_long_is_refused (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *text = g_strnfill (1024 * 1024 + 1, 'x');
  g_autofree char *line = g_strnfill (1536 * 1024 + 1, 'x');
  g_autofree char *name = g_strnfill (1024, 'x');
  g_autofree char *fits = g_strnfill (1024 * 1024, 'x');
  g_autofree char *secret = g_strnfill (CORE_SECRET_MAX + 1, 'x');
  g_autoptr (GVariant) sent = NULL;

  fixture_must_fail (fixture->first, session, "Session", "Send",
                     g_variant_new ("(ssa{sv})", text, "", NULL), OTRD_ERROR_LIMIT_EXCEEDED);
  fixture_must_fail (fixture->first, session, "Session", "Receive",
                     g_variant_new ("(sa{sv})", line, NULL), OTRD_ERROR_LIMIT_EXCEEDED);
  fixture_must_fail (fixture->first, session, "Session", "StartVerification",
                     g_variant_new ("(sa{sv})", secret, NULL), OTRD_ERROR_LIMIT_EXCEEDED);
  fixture_must_fail (fixture->first, MANAGER, "Manager", "Register",
                     g_variant_new ("(sa{sv})", name, NULL), OTRD_ERROR_INVALID_ARGUMENT);
  fixture_must_fail (fixture->first, MANAGER, "Manager", "OpenAccount",
                     g_variant_new ("(ssa{sv})", "icq", name, NULL), OTRD_ERROR_INVALID_ARGUMENT);
  sent = fixture_send (fixture->first, session, fits);
}

static void
paths_that_do_not_exist_are_not_found (Fixture *fixture, gconstpointer unused)
{
  static const char *const paths[] = {
    "/im/otrd1/account/nobody",
    "/im/otrd1/account/nobody/session/nobody",
    "/im/otrd1/account/xmpp_3aalice_40example_2eorg/session/nobody",
    "/im/otrd1/account/xmpp_3aalice_40example_2eorg/session/nobody/deeper",
  };
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      fixture_must_fail (fixture->first, paths[i], "Session", "Collect",
                         g_variant_new ("(a{sv})", NULL), OTRD_ERROR_NOT_FOUND);
      fixture_must_fail (fixture->first, paths[i], "org.freedesktop.DBus.Properties", "GetAll",
                         g_variant_new ("(s)", "im.otrd1.Session"), OTRD_ERROR_NOT_FOUND);
    }
  must_be_up (fixture);
}

/* Descriptors that are there */

typedef struct
{
  gboolean answered;
  GError *error;
} Answer;

static void
call_is_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;
  g_autoptr (GVariant) value = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (source), NULL, result, &answer->error);

  answer->answered = TRUE;
}

static void
begin_to_verify_with (GDBusConnection *caller, const char *session, int descriptor, Answer *answer)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new_from_array (&descriptor, 1);

  g_dbus_connection_call_with_unix_fd_list (
      caller, "im.otrd1", session, "im.otrd1.Session", "StartVerification",
      g_variant_new_parsed ("('', {'secret': <handle 0>})"), NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
      list, NULL, call_is_answered, answer);
}

static GError *
verify_with (GDBusConnection *caller, const char *session, int descriptor)
{
  Answer answer = { 0 };

  begin_to_verify_with (caller, session, descriptor, &answer);
  fixture_wait_until (answer.answered);
  return answer.error;
}

/* A memory file as callers leave it: with its offset at the end. */
static int
open_memory_file (const char *bytes, gsize length)
{
  int descriptor = memfd_create ("secret", MFD_CLOEXEC);

  g_assert_cmpint (write (descriptor, bytes, length), ==, length);
  return descriptor;
}

static void
secrets_come_by_descriptor (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autofree char *state = NULL;
  g_autofree char *endless = g_strnfill (CORE_SECRET_MAX + 1, 'x');
  g_autoptr (GError) empty = NULL;
  g_autoptr (GError) too_long = NULL;
  g_autoptr (GError) good = NULL;

  fixture_make_private (fixture->first, &alice, &bob);
  empty = verify_with (fixture->first, alice, open_memory_file ("", 0));
  g_assert_error (empty, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  too_long = verify_with (fixture->first, alice, open_memory_file (endless, strlen (endless)));
  g_assert_error (too_long, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  good = verify_with (fixture->first, alice, open_memory_file ("secret", 6));
  g_assert_no_error (good);
  state = fixture_get_word (fixture->first, alice, "Session", "Verification");
  g_assert_cmpstr (state, ==, "waiting");
}

/* The reading end of a pipe; -1: nobody steals. */
static int thief = -1;
static guint n_stolen;

static void
steal_from (int descriptor)
{
  struct stat theirs, ours;
  char byte;

  if (fstat (descriptor, &theirs) == 0 && fstat (thief, &ours) == 0 && theirs.st_ino == ours.st_ino
      && theirs.st_dev == ours.st_dev)
    n_stolen += read (thief, &byte, 1) == 1;
}

/* In place of libc's: what was there to read has gone when it is read. */
int
poll (struct pollfd *descriptors, nfds_t n_descriptors, int timeout)
{
  int (*real) (struct pollfd *, nfds_t, int) = dlsym (RTLD_NEXT, "poll");
  int n_ready = real (descriptors, n_descriptors, timeout);

  for (nfds_t i = 0; thief >= 0 && n_ready > 0 && i < n_descriptors; i++)
    if ((descriptors[i].revents & POLLIN) != 0)
      steal_from (descriptors[i].fd);
  return n_ready;
}

static void
a_secret_that_is_taken_back_holds_nobody_up (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autofree char *path = NULL;
  Answer answer = { 0 };
  int ends[2];

  fixture_make_private (fixture->first, &alice, &bob);
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  path = g_strdup_printf ("/proc/self/fd/%d", ends[0]);
  thief = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  begin_to_verify_with (fixture->first, alice, ends[0], &answer);
  while (n_stolen < 10)
    {
      g_assert_cmpint (write (ends[1], "x", 1), ==, 1);
      must_be_up (fixture);
    }
  close (thief);
  thief = -1;
  g_assert_cmpint (write (ends[1], "secret", 6), ==, 6);
  close (ends[1]);
  fixture_wait_until (answer.answered);
  g_assert_no_error (answer.error);
}

/* Extra symmetric keys */

typedef struct
{
  GVariant *reply;
  guint8 key[64];
  gssize length;
} Handed;

static void
key_is_handed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Handed *handed = user_data;
  g_autoptr (GUnixFDList) list = NULL;
  g_autoptr (GError) error = NULL;
  int descriptor;

  handed->reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source),
                                                                   &list, result, &error);
  g_assert_no_error (error);
  descriptor = g_unix_fd_list_get (list, 0, &error);
  g_assert_no_error (error);
  handed->length = read (descriptor, handed->key, sizeof handed->key);
  close (descriptor);
}

static void
ask_for_key (GDBusConnection *caller,
             const char *session,
             const char *method,
             GVariant *arguments,
             Handed *handed)
{
  g_dbus_connection_call_with_unix_fd_list (caller, "im.otrd1", session, "im.otrd1.Session", method,
                                            arguments, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
                                            NULL, key_is_handed, handed);
  fixture_wait_until (handed->reply != NULL);
}

/* What is owed must not be lost in the reply of TakeKey, which has no room for it. */
static void
both_sides_get_the_same_extra_key (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *alice = NULL;
  g_autofree char *bob = NULL;
  g_autofree char *nothing = NULL;
  g_autoptr (GVariant) details = NULL;
  g_autoptr (GVariant) ended = NULL;
  g_autoptr (GVariant) owed = NULL;
  g_autoptr (GVariant) lines = NULL;
  Handed ours = { 0 };
  Handed theirs = { 0 };
  guint32 use;

  fixture_make_private (fixture->first, &alice, &bob);
  ask_for_key (fixture->first, alice, "ExportKey",
               g_variant_new_parsed ("(uint32 7, [byte 0x66], @a{sv} {})"), &ours);
  nothing = fixture_carry (fixture->first, ours.reply, alice, bob);
  ended =
      fixture_must_call (fixture->second, bob, "Session", "Start", g_variant_new ("(a{sv})", NULL));
  ask_for_key (fixture->first, bob, "TakeKey", g_variant_new ("(ta{sv})", (guint64)1, NULL),
               &theirs);
  g_assert_cmpint (ours.length, ==, 32);
  g_assert_cmpmem (ours.key, ours.length, theirs.key, theirs.length);
  details = g_variant_get_child_value (theirs.reply, 1);
  g_assert_true (g_variant_lookup (details, "use", "u", &use));
  g_assert_cmpuint (use, ==, 7);
  g_assert_true (g_variant_lookup (details, "fingerprint", "&s", NULL));

  owed = fixture_must_call (fixture->first, bob, "Session", "Collect",
                            g_variant_new ("(a{sv})", NULL));
  lines = g_variant_get_child_value (owed, 0);
  g_assert_cmpuint (g_variant_n_children (lines), ==, 1);
  fixture_must_fail (fixture->first, bob, "Session", "TakeKey",
                     g_variant_new ("(ta{sv})", (guint64)1, NULL), OTRD_ERROR_NOT_FOUND);
  g_variant_unref (ours.reply);
  g_variant_unref (theirs.reply);
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/input/the-manager-refuses-it", the_manager_refuses_it);
  fixture_add_test ("/bus/input/accounts-refuse-it", accounts_refuse_it);
  fixture_add_test ("/bus/input/sessions-refuse-it", sessions_refuse_it);
  fixture_add_test ("/bus/input/an-answer-that-nobody-asked-for-is-refused",
                    an_answer_that_nobody_asked_for_is_refused);
  fixture_add_test ("/bus/input/what-is-too-long-is-refused", what_is_too_long_is_refused);
  fixture_add_test ("/bus/input/paths-that-do-not-exist-are-not-found",
                    paths_that_do_not_exist_are_not_found);
  fixture_add_test ("/bus/input/secrets-come-by-descriptor", secrets_come_by_descriptor);
  fixture_add_test ("/bus/input/a-secret-that-is-taken-back-holds-nobody-up",
                    a_secret_that_is_taken_back_holds_nobody_up);
  fixture_add_test ("/bus/input/both-sides-get-the-same-extra-key",
                    both_sides_get_the_same_extra_key);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
