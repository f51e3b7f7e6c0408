// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib.h>

#include "otrd-api.h"

G_BEGIN_DECLS

/*
 * The words that cross the bus, as enumerations. A word that is not in the
 * table reads as UNKNOWN, which has no word (NULL). Service and client use the
 * same tables.
 */

/**
 * OtrdVault:
 * @OTRD_VAULT_UNKNOWN: a word that this library does not know
 * @OTRD_VAULT_NEW: nothing there yet
 * @OTRD_VAULT_READY: open
 * @OTRD_VAULT_LOCKED: locked
 * @OTRD_VAULT_UNLOCKING: a prompt is up
 * @OTRD_VAULT_READ_ONLY: changes do not last
 * @OTRD_VAULT_UNAVAILABLE: no key store answers
 * @OTRD_VAULT_KEYLESS: files there, their key is not
 * @OTRD_VAULT_DAMAGED: the files cannot be read
 *
 * What rests on disk, and whether it can be used.
 */
typedef enum
{
  OTRD_VAULT_UNKNOWN,
  OTRD_VAULT_NEW,
  OTRD_VAULT_READY,
  OTRD_VAULT_LOCKED,
  OTRD_VAULT_UNLOCKING,
  OTRD_VAULT_READ_ONLY,
  OTRD_VAULT_UNAVAILABLE,
  OTRD_VAULT_KEYLESS,
  OTRD_VAULT_DAMAGED,
} OtrdVault;

/**
 * otrd_vault_to_string:
 * @vault: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_vault_to_string (OtrdVault vault);

/**
 * otrd_vault_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdVault otrd_vault_from_string (const char *word);

/**
 * OtrdKeyState:
 * @OTRD_KEY_STATE_UNKNOWN: a word that this library does not know
 * @OTRD_KEY_STATE_NONE: not made yet
 * @OTRD_KEY_STATE_GENERATING: being made
 * @OTRD_KEY_STATE_READY: there
 * @OTRD_KEY_STATE_LOCKED: in the locked vault
 *
 * The private key of an account.
 */
typedef enum
{
  OTRD_KEY_STATE_UNKNOWN,
  OTRD_KEY_STATE_NONE,
  OTRD_KEY_STATE_GENERATING,
  OTRD_KEY_STATE_READY,
  OTRD_KEY_STATE_LOCKED,
} OtrdKeyState;

/**
 * otrd_key_state_to_string:
 * @key_state: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_key_state_to_string (OtrdKeyState key_state);

/**
 * otrd_key_state_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdKeyState otrd_key_state_from_string (const char *word);

/**
 * OtrdPolicy:
 * @OTRD_POLICY_INHERIT: the empty word: that of the account, or the default
 * @OTRD_POLICY_NEVER: no OTR at all
 * @OTRD_POLICY_MANUAL: answer, do not offer
 * @OTRD_POLICY_OPPORTUNISTIC: offer, start when the contact can
 * @OTRD_POLICY_ALWAYS: nothing leaves in the clear
 * @OTRD_POLICY_UNKNOWN: a word that this library does not know
 *
 * What is encrypted.
 */
typedef enum
{
  OTRD_POLICY_INHERIT,
  OTRD_POLICY_NEVER,
  OTRD_POLICY_MANUAL,
  OTRD_POLICY_OPPORTUNISTIC,
  OTRD_POLICY_ALWAYS,
  OTRD_POLICY_UNKNOWN,
} OtrdPolicy;

/**
 * otrd_policy_to_string:
 * @policy: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_policy_to_string (OtrdPolicy policy);

/**
 * otrd_policy_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdPolicy otrd_policy_from_string (const char *word);

/**
 * OtrdState:
 * @OTRD_STATE_UNKNOWN: not known: the service is away, or a word that this library does not know
 * @OTRD_STATE_PLAINTEXT: in the clear
 * @OTRD_STATE_STARTING: a key exchange is under way
 * @OTRD_STATE_PRIVATE: encrypted
 * @OTRD_STATE_FINISHED: private before; nothing is sent
 *
 * The state of a session. Unknown is to be taken for not private.
 */
typedef enum
{
  OTRD_STATE_UNKNOWN,
  OTRD_STATE_PLAINTEXT,
  OTRD_STATE_STARTING,
  OTRD_STATE_PRIVATE,
  OTRD_STATE_FINISHED,
} OtrdState;

/**
 * otrd_state_to_string:
 * @state: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_state_to_string (OtrdState state);

/**
 * otrd_state_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdState otrd_state_from_string (const char *word);

/**
 * OtrdTrust:
 * @OTRD_TRUST_UNKNOWN: not known, or a word that this library does not know
 * @OTRD_TRUST_NONE: there is none: not private
 * @OTRD_TRUST_UNVERIFIED: seen, not verified
 * @OTRD_TRUST_VERIFIED: verified by the user
 * @OTRD_TRUST_REJECTED: rejected by the user
 *
 * What the user thinks of a fingerprint. Unknown is to be taken for not verified.
 */
typedef enum
{
  OTRD_TRUST_UNKNOWN,
  OTRD_TRUST_NONE,
  OTRD_TRUST_UNVERIFIED,
  OTRD_TRUST_VERIFIED,
  OTRD_TRUST_REJECTED,
} OtrdTrust;

/**
 * otrd_trust_to_string:
 * @trust: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_trust_to_string (OtrdTrust trust);

/**
 * otrd_trust_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdTrust otrd_trust_from_string (const char *word);

/**
 * OtrdBlocked:
 * @OTRD_BLOCKED_NO: the empty word: it would be
 * @OTRD_BLOCKED_FINGERPRINT_CHANGED: the contact's key is not the one that was verified
 * @OTRD_BLOCKED_REJECTED: the user has rejected the contact's key
 * @OTRD_BLOCKED_FINISHED: private before and not ended by the user
 * @OTRD_BLOCKED_LOCKED: the vault is locked
 * @OTRD_BLOCKED_UNKNOWN: a word that this library does not know: it would not be sent
 *
 * Why a text would not be sent.
 */
typedef enum
{
  OTRD_BLOCKED_NO,
  OTRD_BLOCKED_FINGERPRINT_CHANGED,
  OTRD_BLOCKED_REJECTED,
  OTRD_BLOCKED_FINISHED,
  OTRD_BLOCKED_LOCKED,
  OTRD_BLOCKED_UNKNOWN,
} OtrdBlocked;

/**
 * otrd_blocked_to_string:
 * @blocked: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_blocked_to_string (OtrdBlocked blocked);

/**
 * otrd_blocked_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdBlocked otrd_blocked_from_string (const char *word);

/**
 * OtrdVerification:
 * @OTRD_VERIFICATION_UNKNOWN: a word that this library does not know
 * @OTRD_VERIFICATION_IDLE: none under way
 * @OTRD_VERIFICATION_WAITING: for the contact
 * @OTRD_VERIFICATION_ASKED: the user must answer
 *
 * The verification of a contact.
 */
typedef enum
{
  OTRD_VERIFICATION_UNKNOWN,
  OTRD_VERIFICATION_IDLE,
  OTRD_VERIFICATION_WAITING,
  OTRD_VERIFICATION_ASKED,
} OtrdVerification;

/**
 * otrd_verification_to_string:
 * @verification: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_verification_to_string (OtrdVerification verification);

/**
 * otrd_verification_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdVerification otrd_verification_from_string (const char *word);

/**
 * OtrdVerdict:
 * @OTRD_VERDICT_UNKNOWN: a word that this library does not know: show nothing, transmit the list
 * @OTRD_VERDICT_PRIVATE: encrypted
 * @OTRD_VERDICT_PLAINTEXT: in the clear
 * @OTRD_VERDICT_HELD: sent: goes later
 * @OTRD_VERDICT_UNEXPECTED_PLAINTEXT: received in the clear where the user has reason to think
 * otherwise
 * @OTRD_VERDICT_PROTOCOL: received: nothing to show
 * @OTRD_VERDICT_UNREADABLE: received: could not be read
 * @OTRD_VERDICT_OTHER_INSTANCE: received: for another client of ours
 * @OTRD_VERDICT_OWN: received: a line of ours
 *
 * What became of a text or a line.
 */
typedef enum
{
  OTRD_VERDICT_UNKNOWN,
  OTRD_VERDICT_PRIVATE,
  OTRD_VERDICT_PLAINTEXT,
  OTRD_VERDICT_HELD,
  OTRD_VERDICT_UNEXPECTED_PLAINTEXT,
  OTRD_VERDICT_PROTOCOL,
  OTRD_VERDICT_UNREADABLE,
  OTRD_VERDICT_OTHER_INSTANCE,
  OTRD_VERDICT_OWN,
} OtrdVerdict;

/**
 * otrd_verdict_to_string:
 * @verdict: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_verdict_to_string (OtrdVerdict verdict);

/**
 * otrd_verdict_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdVerdict otrd_verdict_from_string (const char *word);

/**
 * OtrdKnown:
 * @OTRD_KNOWN_UNKNOWN: a word that this library does not know
 * @OTRD_KNOWN_FIRST_SEEN: the contact's first
 * @OTRD_KNOWN_KNOWN: seen before
 * @OTRD_KNOWN_CHANGED: not one of those known
 * @OTRD_KNOWN_CHANGED_FROM_VERIFIED: not one of those known, of which one is verified
 * @OTRD_KNOWN_REJECTED: one that the user has rejected
 *
 * How a fingerprint compares with those known of the contact.
 */
typedef enum
{
  OTRD_KNOWN_UNKNOWN,
  OTRD_KNOWN_FIRST_SEEN,
  OTRD_KNOWN_KNOWN,
  OTRD_KNOWN_CHANGED,
  OTRD_KNOWN_CHANGED_FROM_VERIFIED,
  OTRD_KNOWN_REJECTED,
} OtrdKnown;

/**
 * otrd_known_to_string:
 * @known: a value
 *
 * Returns: (nullable): its word on the bus, static; %NULL for unknown
 */
OTRD_API const char *otrd_known_to_string (OtrdKnown known);

/**
 * otrd_known_from_string:
 * @word: (nullable): a word of the bus
 *
 * Returns: its value; unknown if it is in no table
 */
OTRD_API OtrdKnown otrd_known_from_string (const char *word);

G_END_DECLS
