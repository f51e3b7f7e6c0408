/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An unsandboxed program of the user may do everything: it could read the
 * keyring and the process memory of others anyway.  A sandboxed one may talk, in
 * sessions of accounts that the user has granted to it. */

#include "bus/rights.h"

#include <string.h>

#include "introspection/otrd-error.h"

/* What a sandboxed program may do on its direct connection.  It changes no trust, so it verifies
 * nobody; keys of any kind stay here; accounts are not its business. */
static const char *const narrow[] = {
  "org.freedesktop.DBus.ObjectManager.GetManagedObjects",
  "org.freedesktop.DBus.Properties.GetAll",
  "im.otrd1.Manager.Register",
  "im.otrd1.Manager.OpenSession", /* which asks for the grant */
  "im.otrd1.Manager.Version",
  "im.otrd1.Manager.ProgramVersion",
  "im.otrd1.Manager.Vault",
  "im.otrd1.Manager.KeyStore",
  "im.otrd1.Manager.DefaultPolicy",
  "im.otrd1.Manager.LockWithScreen",
  "im.otrd1.Manager.LockWhenIdle",
  "im.otrd1.Session.Send",
  "im.otrd1.Session.Receive",
  "im.otrd1.Session.Collect",
  "im.otrd1.Session.Configure",
  "im.otrd1.Session.Start",
  "im.otrd1.Session.End",
  "im.otrd1.Session.Detach",
  "im.otrd1.Session.GetVerification",
  "im.otrd1.Session.SelectInstance",
  "im.otrd1.Session.Account",
  "im.otrd1.Session.Contact",
  "im.otrd1.Session.Policy",
  "im.otrd1.Session.State",
  "im.otrd1.Session.Trust",
  "im.otrd1.Session.Blocked",
  "im.otrd1.Session.Fingerprint",
  "im.otrd1.Session.OtrVersion",
  "im.otrd1.Session.SessionId",
  "im.otrd1.Session.Instances",
  "im.otrd1.Session.Instance",
  "im.otrd1.Session.Verification",
  "im.otrd1.Session.Held",
  "im.otrd1.Session.Messengers",
  NULL,
};

static gboolean
is_narrow (const char *interface, const char *member)
{
  gsize length = strlen (interface);

  for (guint i = 0; narrow[i] != NULL; i++)
    if (strncmp (narrow[i], interface, length) == 0 && narrow[i][length] == '.'
        && g_str_equal (narrow[i] + length + 1, member))
      return TRUE;
  return FALSE;
}

gboolean
bus_rights_are_narrow (const BusIdentity *identity)
{
  return identity->sandbox != BUS_SANDBOX_NONE;
}

static gboolean
is_allowed (const BusIdentity *identity, BusDoor door, const char *interface, const char *member)
{
  if (door == BUS_DOOR_PORTAL)
    return identity->sandbox != BUS_SANDBOX_UNKNOWN;
  if (!bus_rights_are_narrow (identity))
    return TRUE;
  return door == BUS_DOOR_DIRECT && is_narrow (interface, member);
}

gboolean
bus_rights_check (const BusIdentity *identity,
                  BusDoor door,
                  const char *interface,
                  const char *member,
                  GError **error)
{
  const char *reason = "this program is sandboxed";

  if (is_allowed (identity, door, interface, member))
    return TRUE;
  if (identity->sandbox == BUS_SANDBOX_UNKNOWN)
    reason = "it cannot be told which program this is";
  else if (door == BUS_DOOR_BUS)
    reason = "this program is sandboxed; im.otrd1.Portal opens a connection for it";
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED, "Cannot call %s: %s", member, reason);
  return FALSE;
}
