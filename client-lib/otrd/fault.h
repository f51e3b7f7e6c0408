// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "otrd-error.h"

G_BEGIN_DECLS

/* What an error of the bus means to a caller. */
typedef enum
{
  /* The service has answered. */
  OTRD_FAULT_ANSWER,
  /* The object is not there: nothing has happened. */
  OTRD_FAULT_GONE,
  /* The service went away: nobody knows what has happened. */
  OTRD_FAULT_LOST,
  /* There is no service, and none could be started: nothing has happened. */
  OTRD_FAULT_MISSING,
} OtrdFault;

OtrdFault otrd_fault_of (const GError *error);
/* As an error of OTRD_ERROR, or of cancellation. */
GError *otrd_fault_to_error (const GError *error, const char *method);

G_END_DECLS
