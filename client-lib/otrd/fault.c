// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Errors of the contract come through as they are; those of the bus and of
 * GDBus become the contract's, with words that a user can do something with. */

#include "fault.h"

static gboolean
is_one_of (const GError *error, const GDBusError *codes, gsize n_codes)
{
  if (error->domain != G_DBUS_ERROR)
    return FALSE;
  for (gsize i = 0; i < n_codes; i++)
    if (error->code == (int)codes[i])
      return TRUE;
  return FALSE;
}

static gboolean
is_spawn_error (const GError *error)
{
  g_autofree char *name = NULL;

  if (error->domain != G_DBUS_ERROR && error->domain != G_IO_ERROR)
    return FALSE;
  name = g_dbus_error_get_remote_error (error);
  return name != NULL && g_str_has_prefix (name, "org.freedesktop.DBus.Error.Spawn.");
}

OtrdFault
otrd_fault_of (const GError *error)
{
  static const GDBusError gone[] = { G_DBUS_ERROR_UNKNOWN_OBJECT, G_DBUS_ERROR_UNKNOWN_METHOD,
                                     G_DBUS_ERROR_UNKNOWN_INTERFACE };
  static const GDBusError lost[] = { G_DBUS_ERROR_NO_REPLY, G_DBUS_ERROR_DISCONNECTED };
  static const GDBusError missing[] = { G_DBUS_ERROR_SERVICE_UNKNOWN,
                                        G_DBUS_ERROR_NAME_HAS_NO_OWNER };

  if (is_one_of (error, gone, G_N_ELEMENTS (gone)))
    return OTRD_FAULT_GONE;
  if (is_one_of (error, lost, G_N_ELEMENTS (lost)))
    return OTRD_FAULT_LOST;
  if (is_one_of (error, missing, G_N_ELEMENTS (missing)) || is_spawn_error (error))
    return OTRD_FAULT_MISSING;
  return OTRD_FAULT_ANSWER;
}

static OtrdError
code_of (const GError *error)
{
  static const GDBusError denied[] = { G_DBUS_ERROR_ACCESS_DENIED, G_DBUS_ERROR_AUTH_FAILED };
  static const GDBusError invalid[] = { G_DBUS_ERROR_INVALID_ARGS, G_DBUS_ERROR_INVALID_SIGNATURE };
  static const GDBusError limits[] = { G_DBUS_ERROR_LIMITS_EXCEEDED, G_DBUS_ERROR_NO_MEMORY };
  static const GDBusError unsupported[] = { G_DBUS_ERROR_NOT_SUPPORTED, G_DBUS_ERROR_UNKNOWN_METHOD,
                                            G_DBUS_ERROR_UNKNOWN_INTERFACE };

  if (is_one_of (error, denied, G_N_ELEMENTS (denied)))
    return OTRD_ERROR_ACCESS_DENIED;
  if (is_one_of (error, invalid, G_N_ELEMENTS (invalid)))
    return OTRD_ERROR_INVALID_ARGUMENT;
  if (is_one_of (error, limits, G_N_ELEMENTS (limits)))
    return OTRD_ERROR_LIMIT_EXCEEDED;
  if (is_one_of (error, unsupported, G_N_ELEMENTS (unsupported)))
    return OTRD_ERROR_NOT_SUPPORTED;
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT))
    return OTRD_ERROR_NOT_FOUND;
  return OTRD_ERROR_FAILED;
}

GError *
otrd_fault_to_error (const GError *error, const char *method)
{
  g_autoptr (GError) plain = g_error_copy (error);

  g_dbus_error_strip_remote_error (plain);
  if (plain->domain == OTRD_ERROR || g_error_matches (plain, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_steal_pointer (&plain);
  switch (otrd_fault_of (error))
    {
    case OTRD_FAULT_MISSING:
      return g_error_new (OTRD_ERROR, OTRD_ERROR_FAILED,
                          "%s: the OTR service is not running and could not be started; "
                          "see whether otrd is installed (%s)",
                          method, plain->message);
    case OTRD_FAULT_LOST:
      return g_error_new (OTRD_ERROR, OTRD_ERROR_FAILED,
                          "%s: the OTR service went away before it answered; try again (%s)",
                          method, plain->message);
    case OTRD_FAULT_GONE:
    case OTRD_FAULT_ANSWER:
    default:
      return g_error_new (OTRD_ERROR, code_of (error), "%s: %s", method, plain->message);
    }
}
