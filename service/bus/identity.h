/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An identity: what is behind a name of the bus, by the word of the kernel and
 * the bus, never by its own.
 *
 * Who cannot be identified is sandboxed, in a sandbox without a name, so that
 * nothing is ever granted to it.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  BUS_SANDBOX_NONE,
  BUS_SANDBOX_FLATPAK,
  BUS_SANDBOX_SNAP,
  BUS_SANDBOX_UNKNOWN,
} BusSandbox;

typedef struct
{
  BusSandbox sandbox;
  char *application; /* the sandbox's id of the program; "" */
  guint32 process;   /* 0: not known; for display */
  char *unit;        /* of systemd; "": none; for display */
} BusIdentity;

BusIdentity *bus_identity_copy (const BusIdentity *identity);
void bus_identity_free (BusIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusIdentity, bus_identity_free)

/* What nothing is known of. */
BusIdentity *bus_identity_new_unknown (void);

/* The contract's word: `flatpak`, `snap`, `unknown`; NULL: not sandboxed. */
const char *bus_identity_get_sandbox (const BusIdentity *identity);

/* Asks who is behind the unique @name.  Never fails: what is not known is BUS_SANDBOX_UNKNOWN. */
void bus_identity_find (GDBusConnection *connection,
                        const char *name,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* (transfer full) */
BusIdentity *bus_identity_find_finish (GAsyncResult *result);

G_END_DECLS
