/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Callers: who calls on one connection, each a CoreMessenger as long as its bus
 * name lives.
 *
 * A name of the bus is the caller's identity; it is never used twice.  On a
 * connection without a bus there is one caller: the other end.
 */
#pragma once

#include <gio/gio.h>

#include "core/messenger.h"

G_BEGIN_DECLS

/* Calls that one caller may have pending; more are LimitExceeded. */
#define BUS_CALLER_PENDING_MAX 4096

typedef struct _BusCallers BusCallers;
typedef struct _BusCaller BusCaller;

/* @bell rings for one of the messengers; @user_data outlives the callers. */
BusCallers *bus_callers_new (GDBusConnection *connection, CoreBell bell, gpointer user_data);

/* Everybody detaches. */
void bus_callers_free (BusCallers *callers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusCallers, bus_callers_free)

/* Counts a call of @sender (NULL without a bus) as pending until bus_caller_end_call ().
 * LimitExceeded when it has too many. */
BusCaller *bus_callers_begin_call (BusCallers *callers, const char *sender, GError **error);
void bus_caller_end_call (BusCaller *caller);

CoreMessenger *bus_caller_get_messenger (BusCaller *caller);

/* For people: one a{sv} a caller, "sessions" by @get_path. */
typedef const char *(*BusSessionPath) (CoreSession *session, gpointer user_data);
void bus_callers_list (BusCallers *callers,
                       GVariantBuilder *records,
                       BusSessionPath get_path,
                       gpointer user_data);

G_END_DECLS
