// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The error domain and its names on the bus: one table, registered with GDBus
 * once, so that replies and their remote errors are translated both ways. */

#include "introspection/otrd-error.h"

static const GDBusErrorEntry error_entries[] = {
  { OTRD_ERROR_FAILED, "im.otrd1.Error.Failed" },
  { OTRD_ERROR_INVALID_ARGUMENT, "im.otrd1.Error.InvalidArgument" },
  { OTRD_ERROR_ACCESS_DENIED, "im.otrd1.Error.AccessDenied" },
  { OTRD_ERROR_NOT_FOUND, "im.otrd1.Error.NotFound" },
  { OTRD_ERROR_EXISTS, "im.otrd1.Error.Exists" },
  { OTRD_ERROR_LOCKED, "im.otrd1.Error.Locked" },
  { OTRD_ERROR_DISMISSED, "im.otrd1.Error.Dismissed" },
  { OTRD_ERROR_KEY_STORE_UNAVAILABLE, "im.otrd1.Error.KeyStoreUnavailable" },
  { OTRD_ERROR_VAULT_DAMAGED, "im.otrd1.Error.VaultDamaged" },
  { OTRD_ERROR_STORAGE_FAILED, "im.otrd1.Error.StorageFailed" },
  { OTRD_ERROR_NOT_PRIVATE, "im.otrd1.Error.NotPrivate" },
  { OTRD_ERROR_FINISHED, "im.otrd1.Error.Finished" },
  { OTRD_ERROR_FINGERPRINT_CHANGED, "im.otrd1.Error.FingerprintChanged" },
  { OTRD_ERROR_REJECTED, "im.otrd1.Error.Rejected" },
  { OTRD_ERROR_NO_VERIFICATION, "im.otrd1.Error.NoVerification" },
  { OTRD_ERROR_NO_MESSENGER, "im.otrd1.Error.NoMessenger" },
  { OTRD_ERROR_LIMIT_EXCEEDED, "im.otrd1.Error.LimitExceeded" },
  { OTRD_ERROR_BUSY, "im.otrd1.Error.Busy" },
  { OTRD_ERROR_IN_USE, "im.otrd1.Error.InUse" },
  { OTRD_ERROR_NOT_SUPPORTED, "im.otrd1.Error.NotSupported" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (error_entries) == OTRD_ERROR_NOT_SUPPORTED + 1);

/* The registration is a once-init of its own. */
GQuark
otrd_error_quark (void)
{
  static gsize quark;

  g_dbus_error_register_error_domain ("otrd-error-quark", &quark, error_entries,
                                      G_N_ELEMENTS (error_entries));
  return (GQuark)quark;
}
