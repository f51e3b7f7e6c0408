// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ExitStatus:
 * What otrctl ends with. Scripts depend on the numbers: they never change.
 */
typedef enum
{
  EXIT_STATUS_DONE = 0,
  EXIT_STATUS_FAILED = 1,
  EXIT_STATUS_USAGE = 2,
  EXIT_STATUS_NO_SERVICE = 3,
  EXIT_STATUS_NOT_FOUND = 4,
  EXIT_STATUS_LOCKED = 5,
  EXIT_STATUS_DENIED = 6,
  EXIT_STATUS_STORAGE = 7,
  EXIT_STATUS_NOT_NOW = 8,
  EXIT_STATUS_NOT_VERIFIED = 9,
  EXIT_STATUS_NOT_SUPPORTED = 10,
} ExitStatus;

/**
 * exit_status_of_error:
 * @error: what went wrong
 * @service_there: whether the service answers at all
 */
ExitStatus exit_status_of_error (const GError *error, gboolean service_there);

/** exit_status_describe: one line about @status; NULL: there is no such status. */
const char *exit_status_describe (guint status);

G_END_DECLS
