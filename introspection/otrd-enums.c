// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The words of the contract: one table an enumeration, read in both
 * directions. The tables are short; a search costs less than a hash. */

#include "introspection/otrd-enums.h"

typedef struct
{
  int value;
  const char *word;
} Word;

static const char *
word_of (const Word *words, gsize n_words, int value)
{
  for (gsize i = 0; i < n_words; i++)
    if (words[i].value == value)
      return words[i].word;
  return NULL;
}

static int
value_of (const Word *words, gsize n_words, const char *word, int unknown)
{
  for (gsize i = 0; word != NULL && i < n_words; i++)
    if (g_str_equal (words[i].word, word))
      return words[i].value;
  return unknown;
}

static const Word vault_words[] = {
  { OTRD_VAULT_NEW, "new" },
  { OTRD_VAULT_READY, "ready" },
  { OTRD_VAULT_LOCKED, "locked" },
  { OTRD_VAULT_UNLOCKING, "unlocking" },
  { OTRD_VAULT_READ_ONLY, "read-only" },
  { OTRD_VAULT_UNAVAILABLE, "unavailable" },
  { OTRD_VAULT_KEYLESS, "keyless" },
  { OTRD_VAULT_DAMAGED, "damaged" },
};

const char *
otrd_vault_to_string (OtrdVault vault)
{
  return word_of (vault_words, G_N_ELEMENTS (vault_words), vault);
}

OtrdVault
otrd_vault_from_string (const char *word)
{
  return value_of (vault_words, G_N_ELEMENTS (vault_words), word, OTRD_VAULT_UNKNOWN);
}

static const Word key_state_words[] = {
  { OTRD_KEY_STATE_NONE, "none" },
  { OTRD_KEY_STATE_GENERATING, "generating" },
  { OTRD_KEY_STATE_READY, "ready" },
  { OTRD_KEY_STATE_LOCKED, "locked" },
};

const char *
otrd_key_state_to_string (OtrdKeyState key_state)
{
  return word_of (key_state_words, G_N_ELEMENTS (key_state_words), key_state);
}

OtrdKeyState
otrd_key_state_from_string (const char *word)
{
  return value_of (key_state_words, G_N_ELEMENTS (key_state_words), word, OTRD_KEY_STATE_UNKNOWN);
}

static const Word policy_words[] = {
  { OTRD_POLICY_INHERIT, "" },      { OTRD_POLICY_NEVER, "never" },
  { OTRD_POLICY_MANUAL, "manual" }, { OTRD_POLICY_OPPORTUNISTIC, "opportunistic" },
  { OTRD_POLICY_ALWAYS, "always" },
};

const char *
otrd_policy_to_string (OtrdPolicy policy)
{
  return word_of (policy_words, G_N_ELEMENTS (policy_words), policy);
}

OtrdPolicy
otrd_policy_from_string (const char *word)
{
  return value_of (policy_words, G_N_ELEMENTS (policy_words), word, OTRD_POLICY_UNKNOWN);
}

static const Word state_words[] = {
  { OTRD_STATE_PLAINTEXT, "plaintext" },
  { OTRD_STATE_STARTING, "starting" },
  { OTRD_STATE_PRIVATE, "private" },
  { OTRD_STATE_FINISHED, "finished" },
};

const char *
otrd_state_to_string (OtrdState state)
{
  return word_of (state_words, G_N_ELEMENTS (state_words), state);
}

OtrdState
otrd_state_from_string (const char *word)
{
  return value_of (state_words, G_N_ELEMENTS (state_words), word, OTRD_STATE_UNKNOWN);
}

static const Word trust_words[] = {
  { OTRD_TRUST_NONE, "none" },
  { OTRD_TRUST_UNVERIFIED, "unverified" },
  { OTRD_TRUST_VERIFIED, "verified" },
  { OTRD_TRUST_REJECTED, "rejected" },
};

const char *
otrd_trust_to_string (OtrdTrust trust)
{
  return word_of (trust_words, G_N_ELEMENTS (trust_words), trust);
}

OtrdTrust
otrd_trust_from_string (const char *word)
{
  return value_of (trust_words, G_N_ELEMENTS (trust_words), word, OTRD_TRUST_UNKNOWN);
}

static const Word blocked_words[] = {
  { OTRD_BLOCKED_NO, "" },
  { OTRD_BLOCKED_FINGERPRINT_CHANGED, "fingerprint-changed" },
  { OTRD_BLOCKED_REJECTED, "rejected" },
  { OTRD_BLOCKED_FINISHED, "finished" },
  { OTRD_BLOCKED_LOCKED, "locked" },
};

const char *
otrd_blocked_to_string (OtrdBlocked blocked)
{
  return word_of (blocked_words, G_N_ELEMENTS (blocked_words), blocked);
}

OtrdBlocked
otrd_blocked_from_string (const char *word)
{
  return value_of (blocked_words, G_N_ELEMENTS (blocked_words), word, OTRD_BLOCKED_UNKNOWN);
}

static const Word verification_words[] = {
  { OTRD_VERIFICATION_IDLE, "idle" },
  { OTRD_VERIFICATION_WAITING, "waiting" },
  { OTRD_VERIFICATION_ASKED, "asked" },
};

const char *
otrd_verification_to_string (OtrdVerification verification)
{
  return word_of (verification_words, G_N_ELEMENTS (verification_words), verification);
}

OtrdVerification
otrd_verification_from_string (const char *word)
{
  return value_of (verification_words, G_N_ELEMENTS (verification_words), word,
                   OTRD_VERIFICATION_UNKNOWN);
}

static const Word verdict_words[] = {
  { OTRD_VERDICT_PRIVATE, "private" },
  { OTRD_VERDICT_PLAINTEXT, "plaintext" },
  { OTRD_VERDICT_HELD, "held" },
  { OTRD_VERDICT_UNEXPECTED_PLAINTEXT, "unexpected-plaintext" },
  { OTRD_VERDICT_PROTOCOL, "protocol" },
  { OTRD_VERDICT_UNREADABLE, "unreadable" },
  { OTRD_VERDICT_OTHER_INSTANCE, "other-instance" },
  { OTRD_VERDICT_OWN, "own" },
};

const char *
otrd_verdict_to_string (OtrdVerdict verdict)
{
  return word_of (verdict_words, G_N_ELEMENTS (verdict_words), verdict);
}

OtrdVerdict
otrd_verdict_from_string (const char *word)
{
  return value_of (verdict_words, G_N_ELEMENTS (verdict_words), word, OTRD_VERDICT_UNKNOWN);
}

static const Word known_words[] = {
  { OTRD_KNOWN_FIRST_SEEN, "first-seen" },
  { OTRD_KNOWN_KNOWN, "known" },
  { OTRD_KNOWN_CHANGED, "changed" },
  { OTRD_KNOWN_CHANGED_FROM_VERIFIED, "changed-from-verified" },
  { OTRD_KNOWN_REJECTED, "rejected" },
};

const char *
otrd_known_to_string (OtrdKnown known)
{
  return word_of (known_words, G_N_ELEMENTS (known_words), known);
}

OtrdKnown
otrd_known_from_string (const char *word)
{
  return value_of (known_words, G_N_ELEMENTS (known_words), word, OTRD_KNOWN_UNKNOWN);
}
