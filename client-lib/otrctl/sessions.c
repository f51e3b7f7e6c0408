// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verbs about sessions: list them, accept a key that has changed. */

#include "columns.h"
#include "command.h"
#include "fingerprint.h"
#include "known.h"
#include "subject.h"
#include "target.h"
#include "tty.h"

#include <stdio.h>

static GVariant *
word_variant (const char *word)
{
  return g_variant_new_string (word != NULL ? word : "unknown");
}

/* Its two halves, ours first, to be compared by voice. */
static void
add_session_id (GVariantBuilder *records, OtrdSession *session)
{
  const char *ours, *theirs;

  if (otrd_session_get_session_id (session, &ours, &theirs))
    g_variant_builder_add (records, "{sv}", "session-id",
                           g_variant_new_take_string (g_strconcat (ours, " ", theirs, NULL)));
}

static void
add_session (GVariantBuilder *records, GPtrArray *accounts, OtrdSession *session)
{
  g_autofree char *account = target_name_of_path (accounts, otrd_session_get_account (session));

  g_variant_builder_open (records, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (records, "{sv}", "account", g_variant_new_string (account));
  g_variant_builder_add (records, "{sv}", "contact",
                         g_variant_new_string (otrd_session_get_contact (session)));
  g_variant_builder_add (records, "{sv}", "state",
                         word_variant (otrd_state_to_string (otrd_session_get_state (session))));
  g_variant_builder_add (records, "{sv}", "trust",
                         word_variant (otrd_trust_to_string (otrd_session_get_trust (session))));
  g_variant_builder_add (
      records, "{sv}", "blocked",
      word_variant (otrd_blocked_to_string (otrd_session_get_blocked (session))));
  g_variant_builder_add (
      records, "{sv}", "verification",
      word_variant (otrd_verification_to_string (otrd_session_get_verification (session))));
  g_variant_builder_add (records, "{sv}", "policy",
                         word_variant (otrd_policy_to_string (otrd_session_get_policy (session))));
  g_variant_builder_add (records, "{sv}", "fingerprint",
                         g_variant_new_string (otrd_session_get_fingerprint (session)));
  add_session_id (records, session);
  g_variant_builder_add (records, "{sv}", "otr-version",
                         g_variant_new_uint32 (otrd_session_get_otr_version (session)));
  g_variant_builder_add (records, "{sv}", "held",
                         g_variant_new_uint32 (otrd_session_get_held (session)));
  g_variant_builder_add (records, "{sv}", "messengers",
                         g_variant_new_strv (otrd_session_get_messengers (session), -1));
  g_variant_builder_close (records);
}

gboolean
run_sessions (Command *command, GError **error)
{
  static const char *const keys[] = { "account", "contact", "state",      "trust",
                                      "blocked", "held",    "messengers", NULL };
  g_autoptr (GPtrArray) accounts = target_list_accounts (command->client, error);
  g_autoptr (GPtrArray) sessions = NULL;
  g_autoptr (GVariant) list = NULL;
  GVariantBuilder records;

  if (accounts == NULL)
    return FALSE;
  sessions = target_list_sessions (command->client, error);
  if (sessions == NULL)
    return FALSE;
  g_variant_builder_init (&records, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < sessions->len; i++)
    add_session (&records, accounts, sessions->pdata[i]);
  list = g_variant_ref_sink (g_variant_builder_end (&records));
  columns_print (list, keys, command_has (command, "json"), command_has (command, "long"));
  return TRUE;
}

static gboolean
confirm_fingerprint (OtrdAccount *account, OtrdSession *session, GError **error)
{
  g_autofree char *grouped = fingerprint_group (otrd_session_get_fingerprint (session));
  g_autofree char *contact = tty_make_printable (otrd_session_get_contact (session));
  gboolean yes = FALSE;

  if (!known_print (account, session, error))
    return FALSE;
  printf ("%s now uses another key:\n%s\n\nSomebody else may be pretending to be %s. Ask them on "
          "another channel.\n",
          contact, grouped, contact);
  fflush (stdout);
  if (!tty_ask_yes ("Accept this key, unverified?", &yes, error))
    return FALSE;
  if (!yes)
    g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_FAILED, "The key was not accepted");
  return yes;
}

static gboolean
check_key (OtrdSession *session, GError **error)
{
  if (*otrd_session_get_fingerprint (session) != '\0')
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE,
               "There is no key to accept: the session with %s is not private",
               otrd_session_get_contact (session));
  return FALSE;
}

/* What is accepted is what was shown, even if the session has changed since. */
gboolean
run_accept (Command *command, GError **error)
{
  g_autoptr (Subject) subject =
      subject_read (command, arguments_count_words (command->arguments), error);
  g_autoptr (OtrdSession) session = NULL;
  g_autoptr (OtrdTurn) turn = NULL;
  g_autofree char *fingerprint = NULL;

  if (subject == NULL)
    return FALSE;
  session = target_find_session (command->client, subject->account, subject->contact, error);
  if (session == NULL)
    return FALSE;
  fingerprint = g_strdup (subject->fingerprint);
  if (fingerprint == NULL)
    {
      fingerprint = g_strdup (otrd_session_get_fingerprint (session));
      if (!check_key (session, error) || !confirm_fingerprint (subject->account, session, error))
        return FALSE;
    }
  turn = otrd_session_accept_fingerprint_sync (session, fingerprint, NULL, NULL, error);
  return turn != NULL;
}
