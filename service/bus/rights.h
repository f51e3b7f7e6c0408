/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rights: which caller may call what.  What is not allowed here is denied.
 *
 * Asked once for every message, before its handler.
 */
#pragma once

#include <gio/gio.h>

#include "bus/identity.h"

G_BEGIN_DECLS

/* How a caller has come. */
typedef enum
{
  BUS_DOOR_BUS,    /* im.otrd1 */
  BUS_DOOR_PORTAL, /* im.otrd1.Portal */
  BUS_DOOR_DIRECT, /* a direct connection, opened through either */
} BusDoor;

/* @member of @interface, a property or a method: AccessDenied, or TRUE. */
gboolean bus_rights_check (const BusIdentity *identity,
                           BusDoor door,
                           const char *interface,
                           const char *member,
                           GError **error);

/* It sees only what is its own. */
gboolean bus_rights_are_narrow (const BusIdentity *identity);

G_END_DECLS
