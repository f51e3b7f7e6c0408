// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>

#include "otrd-api.h"

G_BEGIN_DECLS

/*
 * The one error domain of otrd. Service and client share it: what the service
 * answers with one of these codes arrives at the client as the same code.
 */

/**
 * OTRD_ERROR:
 *
 * The error domain of otrd. On the bus its codes are `im.otrd1.Error.Failed`,
 * `im.otrd1.Error.InvalidArgument` and so on.
 */
#define OTRD_ERROR (otrd_error_quark ())

/**
 * OtrdError:
 * @OTRD_ERROR_FAILED: something went wrong that no other code names, or the
 *   service is not there and could not be started
 * @OTRD_ERROR_INVALID_ARGUMENT: the caller handed in something that cannot be
 * @OTRD_ERROR_ACCESS_DENIED: the caller may not do this
 * @OTRD_ERROR_NOT_FOUND: no such account, session, record or key
 * @OTRD_ERROR_EXISTS: there already, and not to be replaced unasked
 * @OTRD_ERROR_LOCKED: the vault is locked; unlock it and try again
 * @OTRD_ERROR_DISMISSED: the user closed the prompt
 * @OTRD_ERROR_KEY_STORE_UNAVAILABLE: no key store answers
 * @OTRD_ERROR_VAULT_DAMAGED: the vault cannot be read
 * @OTRD_ERROR_STORAGE_FAILED: a change could not be made to last, and is undone
 * @OTRD_ERROR_NOT_PRIVATE: the session is less than what was asked for
 * @OTRD_ERROR_FINISHED: private before and not ended by the user
 * @OTRD_ERROR_FINGERPRINT_CHANGED: the contact's key is not the one that was
 *   verified
 * @OTRD_ERROR_REJECTED: the contact's key is one that the user has rejected
 * @OTRD_ERROR_NO_VERIFICATION: no verification is under way
 * @OTRD_ERROR_NO_MESSENGER: no messenger is there to transmit what comes of it
 * @OTRD_ERROR_LIMIT_EXCEEDED: too long or too many
 * @OTRD_ERROR_BUSY: not now; try again
 * @OTRD_ERROR_IN_USE: a session is using it
 * @OTRD_ERROR_NOT_SUPPORTED: this program, or the contact's, cannot do it
 *
 * The codes of %OTRD_ERROR.
 */
typedef enum
{
  OTRD_ERROR_FAILED,
  OTRD_ERROR_INVALID_ARGUMENT,
  OTRD_ERROR_ACCESS_DENIED,
  OTRD_ERROR_NOT_FOUND,
  OTRD_ERROR_EXISTS,
  OTRD_ERROR_LOCKED,
  OTRD_ERROR_DISMISSED,
  OTRD_ERROR_KEY_STORE_UNAVAILABLE,
  OTRD_ERROR_VAULT_DAMAGED,
  OTRD_ERROR_STORAGE_FAILED,
  OTRD_ERROR_NOT_PRIVATE,
  OTRD_ERROR_FINISHED,
  OTRD_ERROR_FINGERPRINT_CHANGED,
  OTRD_ERROR_REJECTED,
  OTRD_ERROR_NO_VERIFICATION,
  OTRD_ERROR_NO_MESSENGER,
  OTRD_ERROR_LIMIT_EXCEEDED,
  OTRD_ERROR_BUSY,
  OTRD_ERROR_IN_USE,
  OTRD_ERROR_NOT_SUPPORTED,
} OtrdError;

OTRD_API GQuark otrd_error_quark (void);

G_END_DECLS
