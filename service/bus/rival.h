/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rival: another otrd on the same bus.
 *
 * Both names may be called at once, and then the bus starts two processes. It
 * takes it for a failure when the one that it started for im.otrd1.Portal goes
 * before somebody has that name: so whoever comes second waits until the first
 * has both, and takes its place if it goes.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How long a rival is given to have both names. */
#define BUS_RIVAL_SECONDS 10

typedef struct _BusRival BusRival;

/* @is_settled: there is one and it has both names, or has had its time; else nobody has im.otrd1.
 * Told at first, and whenever it changes. */
typedef void (*BusRivalSeen) (gboolean is_settled, gpointer user_data);

BusRival *bus_rival_new (GDBusConnection *connection, BusRivalSeen seen, gpointer user_data);
void bus_rival_free (BusRival *rival);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusRival, bus_rival_free)

G_END_DECLS
