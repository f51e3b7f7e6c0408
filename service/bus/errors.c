/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one place where other domains are folded into the contract's. */

#include "bus/errors.h"

#include "introspection/otrd-error.h"

static OtrdError
fold_code (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return OTRD_ERROR_BUSY;
  if (error->domain == G_FILE_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY))
    return OTRD_ERROR_STORAGE_FAILED;
  if (error->domain == G_DBUS_ERROR)
    return OTRD_ERROR_KEY_STORE_UNAVAILABLE;
  return OTRD_ERROR_FAILED;
}

/* The words of foreign errors may hold anything: only those of GIO, which name files and
 * services, are passed on. */
static const char *
fold_words (const GError *error)
{
  if (error->domain == G_IO_ERROR || error->domain == G_FILE_ERROR || error->domain == G_DBUS_ERROR)
    return error->message;
  return "something went wrong inside otrd; nothing was sent";
}

GError *
bus_error_fold (GError *error)
{
  g_autoptr (GError) foreign = error;

  if (foreign == NULL)
    return g_error_new (OTRD_ERROR, OTRD_ERROR_FAILED, "The call failed and does not say why");
  if (foreign->domain == OTRD_ERROR)
    return g_steal_pointer (&foreign);
  return g_error_new (OTRD_ERROR, fold_code (foreign), "The call failed: %s", fold_words (foreign));
}
