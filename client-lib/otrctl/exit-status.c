// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The exit statuses: what each means, and which error gives which. */

#include "exit-status.h"
#include "otrd/otrd.h"

static const char *const meanings[] = {
  [EXIT_STATUS_DONE] = "done",
  [EXIT_STATUS_FAILED] = "failed, for a reason that no other status names",
  [EXIT_STATUS_USAGE] = "the words given make no sense (see otrctl help)",
  [EXIT_STATUS_NO_SERVICE] = "the service is not there and could not be started",
  [EXIT_STATUS_NOT_FOUND] = "no such account, contact, session or fingerprint",
  [EXIT_STATUS_LOCKED] = "the vault is locked, or the prompt was dismissed",
  [EXIT_STATUS_DENIED] = "not allowed to this program",
  [EXIT_STATUS_STORAGE] = "the key store or the vault cannot be used",
  [EXIT_STATUS_NOT_NOW] = "not in this state (not private, in use, exists already, ...)",
  [EXIT_STATUS_NOT_VERIFIED] = "the verification did not succeed",
  [EXIT_STATUS_NOT_SUPPORTED] = "this service cannot do it",
};

static const ExitStatus status_of_code[] = {
  [OTRD_ERROR_FAILED] = EXIT_STATUS_FAILED,
  [OTRD_ERROR_INVALID_ARGUMENT] = EXIT_STATUS_USAGE,
  [OTRD_ERROR_ACCESS_DENIED] = EXIT_STATUS_DENIED,
  [OTRD_ERROR_NOT_FOUND] = EXIT_STATUS_NOT_FOUND,
  [OTRD_ERROR_EXISTS] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_LOCKED] = EXIT_STATUS_LOCKED,
  [OTRD_ERROR_DISMISSED] = EXIT_STATUS_LOCKED,
  [OTRD_ERROR_KEY_STORE_UNAVAILABLE] = EXIT_STATUS_STORAGE,
  [OTRD_ERROR_VAULT_DAMAGED] = EXIT_STATUS_STORAGE,
  [OTRD_ERROR_STORAGE_FAILED] = EXIT_STATUS_STORAGE,
  [OTRD_ERROR_NOT_PRIVATE] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_FINISHED] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_FINGERPRINT_CHANGED] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_REJECTED] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_NO_VERIFICATION] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_NO_MESSENGER] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_LIMIT_EXCEEDED] = EXIT_STATUS_FAILED,
  [OTRD_ERROR_BUSY] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_IN_USE] = EXIT_STATUS_NOT_NOW,
  [OTRD_ERROR_NOT_SUPPORTED] = EXIT_STATUS_NOT_SUPPORTED,
};

G_STATIC_ASSERT (G_N_ELEMENTS (status_of_code) == OTRD_ERROR_NOT_SUPPORTED + 1);

ExitStatus
exit_status_of_error (const GError *error, gboolean service_there)
{
  ExitStatus status = EXIT_STATUS_FAILED;

  if (error->domain == OTRD_ERROR && (guint)error->code < G_N_ELEMENTS (status_of_code))
    status = status_of_code[error->code];
  return status == EXIT_STATUS_FAILED && !service_there ? EXIT_STATUS_NO_SERVICE : status;
}

const char *
exit_status_describe (guint status)
{
  return status < G_N_ELEMENTS (meanings) ? meanings[status] : NULL;
}
