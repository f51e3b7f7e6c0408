/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A direct connection: D-Bus over a socket pair, with nobody between us and the
 * one that holds the other end.
 *
 * It has the objects and rules of the bus, and one caller, whose identity was
 * found out when it asked for the connection.
 */
#pragma once

#include "bus/roster.h"
#include "bus/identity.h"

G_BEGIN_DECLS

typedef struct _BusDirect BusDirect;

/* The other end has closed, or does not speak D-Bus, or not in time: frees @direct. */
typedef void (*BusDirectClosed) (BusDirect *direct, gpointer user_data);

/* *@peer: the other end, to be handed out.  LIMIT_EXCEEDED: @program, or all, have too many. */
BusDirect *bus_direct_new (BusRoster *roster,
                           const BusIdentity *identity,
                           BusProgram *program,
                           BusDirectClosed closed,
                           gpointer user_data,
                           int *peer,
                           GError **error);
/* Closes it. */
void bus_direct_free (BusDirect *direct);

const char *bus_direct_get_guid (BusDirect *direct);

G_END_DECLS
