// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A line that was typed stays in the program's history, so a secret is better
 * given to the dialogs of /otr verify and /otr unlock. */

#include "verbs.h"

#include "accounts.h"
#include "changed-key.h"
#include "fingerprints.h"
#include "instances.h"
#include "notices.h"
#include "own-key.h"
#include "policy.h"
#include "takeover.h"
#include "talk.h"
#include "unlock.h"
#include "verification.h"

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = otrd_session_start_finish (OTRD_SESSION (source), result, &error);

  talk_take_turn (talk, turn, error, "start a private conversation");
}

static void
run_start (Talk *talk, const char *words)
{
  otrd_session_start (talk_get_session (talk), NULL, NULL, on_started, talk_ref (talk));
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = otrd_session_end_finish (OTRD_SESSION (source), result, &error);

  talk_take_turn (talk, turn, error, "end the private conversation");
}

static void
run_end (Talk *talk, const char *words)
{
  otrd_session_end (talk_get_session (talk), NULL, NULL, on_ended, talk_ref (talk));
}

/* A question is told from its answer by " = ": a secret may well have "=" in it. */
static void
run_verify (Talk *talk, const char *words)
{
  g_auto (GStrv) halves = g_strsplit (words, " = ", 2);

  if (*words == '\0')
    verification_begin (talk);
  else if (g_str_equal (words, "manual"))
    verification_begin_manual (talk, NULL);
  else if (halves[1] == NULL)
    verification_begin_with (talk, NULL, words);
  else
    verification_begin_with (talk, g_strstrip (halves[0]), g_strstrip (halves[1]));
}

static void
run_answer (Talk *talk, const char *words)
{
  verification_answer (talk, words);
}

static void
run_abort (Talk *talk, const char *words)
{
  verification_abort (talk);
}

static void
run_trust (Talk *talk, const char *words)
{
  if (*words == '\0')
    verification_begin_manual (talk, NULL);
  else if (g_str_equal (words, "no"))
    verification_set_trust (talk, OTRD_TRUST_UNVERIFIED);
  else if (!g_str_equal (words, "reject"))
    notices_warn (talk_get_conversation (talk), "/otr trust, /otr trust no, or /otr trust reject");
  else if (changed_key_get_fingerprint (talk) != NULL)
    changed_key_reject (talk);
  else
    verification_set_trust (talk, OTRD_TRUST_REJECTED);
}

static void
run_accept (Talk *talk, const char *words)
{
  changed_key_accept (talk);
}

static void
tell_fingerprints (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  const char *contacts = otrd_session_get_fingerprint (talk_get_session (talk));
  g_autofree char *spelled = notices_spell_fingerprint (contacts);

  own_key_tell (talk);
  if (*contacts != '\0')
    notices_tell (talk_get_conversation (talk), "Your contact's fingerprint (%s): %s",
                  talk_get_who (talk), spelled);
}

static const char *
describe_blocked (OtrdBlocked blocked)
{
  switch (blocked)
    {
    case OTRD_BLOCKED_FINGERPRINT_CHANGED:
      return " THE KEY HAS CHANGED: nothing is sent until you have decided.";
    case OTRD_BLOCKED_REJECTED:
      return " You have rejected the key: nothing is sent.";
    case OTRD_BLOCKED_LOCKED:
      return " Your keys are locked: see /otr unlock.";
    case OTRD_BLOCKED_NO:
    case OTRD_BLOCKED_FINISHED:
    case OTRD_BLOCKED_UNKNOWN:
    default:
      return "";
    }
}

static void
run_status (Talk *talk, const char *words)
{
  OtrdSession *session = talk_get_session (talk);
  const char *policy = otrd_policy_to_string (otrd_session_get_policy (session));

  notices_tell (
      talk_get_conversation (talk),
      "Status: %s. Policy: %s. Clients of the contact: %u. Waiting texts: %u.%s",
      notices_describe (otrd_session_get_state (session), otrd_session_get_trust (session)),
      policy != NULL ? policy : "unknown", instances_count (session),
      otrd_session_get_held (session), describe_blocked (otrd_session_get_blocked (session)));
  account_do (talk, "look up the fingerprints", tell_fingerprints, NULL, NULL);
}

static void
run_key (Talk *talk, const char *words)
{
  if (*words == '\0')
    own_key_tell (talk);
  else if (g_str_equal (words, "make"))
    own_key_make (talk);
  else
    notices_warn (talk_get_conversation (talk), "/otr key, or /otr key make");
}

static void
run_fingerprints (Talk *talk, const char *words)
{
  if (g_str_equal (words, "all"))
    fingerprints_show_all (talk_get_messenger (talk));
  else
    fingerprints_tell (talk);
}

static void
run_instances (Talk *talk, const char *words)
{
  instances_tell (talk);
}

static void
run_unlock (Talk *talk, const char *words)
{
  unlock_for_talk (talk);
}

static void
run_import (Talk *talk, const char *words)
{
  takeover_begin (talk_get_messenger (talk));
}

static void run_help (Talk *talk, const char *words);

static const struct
{
  const char *word;
  Verb run;
  const char *words; /* that may follow; NULL: none */
  const char *help;  /* NULL: another name of the one before */
} verbs[] = {
  { "start", run_start, NULL, "a private conversation; again: with new keys" },
  { "refresh", run_start, NULL, NULL },
  { "end", run_end, NULL, "it; what follows is NOT private" },
  { "status", run_status, NULL, "how private it is, and both fingerprints" },
  { "verify", run_verify, "[QUESTION = ANSWER, or SECRET]",
    "that it is your contact; without words a dialog asks" },
  { "answer", run_answer, "TEXT", "what your contact asks" },
  { "abort", run_abort, NULL, "the verification" },
  { "trust", run_trust, "[no, or reject]",
    "the contact's fingerprint, when you have compared it; not any more; never" },
  { "accept", run_accept, NULL, "a changed key" },
  { "fingerprints", run_fingerprints, "[all]", "that are known of the contact, or of all" },
  { "forget", fingerprints_forget, "FINGERPRINT", "one of them; the first digits will do" },
  { "key", run_key, "[make]", "your own fingerprint; make a key now" },
  { "instances", run_instances, NULL, "the contact's clients" },
  { "instance", instances_choose, "[NUMBER, or best]", "the one that you write to" },
  { "policy", policy_run, "[account, or default] [POLICY]", "when conversations become private" },
  { "unlock", run_unlock, NULL, "your keys" },
  { "import", run_import, NULL, "keys and contacts of pidgin-otr" },
  { "help", run_help, NULL, "this" },
};

static void
run_help (Talk *talk, const char *words)
{
  PurpleConversation *conversation = talk_get_conversation (talk);

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (verbs[i].help != NULL)
      notices_tell (conversation, "/otr %s%s%s: %s", verbs[i].word,
                    verbs[i].words != NULL ? " " : "", verbs[i].words != NULL ? verbs[i].words : "",
                    verbs[i].help);
}

Verb
verbs_find (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (word, verbs[i].word))
      return verbs[i].run;
  return NULL;
}
