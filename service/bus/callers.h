/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Callers: who calls on one connection, each a CoreMessenger as long as its bus
 * name lives.
 *
 * A name of the bus is the caller's identity; it is never used twice.  On a
 * connection without a bus there is one caller, known from the start: the
 * other end.
 */
#pragma once

#include <gio/gio.h>

#include "bus/identity.h"
#include "bus/queue.h"
#include "bus/rights.h"
#include "bus/roster.h"
#include "core/messenger.h"

G_BEGIN_DECLS

typedef struct _BusCaller BusCaller;
/* @name is known, and welcome to all that there is; or has gone. */
typedef void (*BusCallerAdmitted) (const char *name, gboolean is_here, gpointer user_data);

/* @identity, @program: of the one caller of a connection without a bus; NULL on a bus.  @bell rings
 * for one of the messengers; @user_data outlives the callers. */
BusCallers *bus_callers_new (GDBusConnection *connection,
                             BusRoster *roster,
                             BusDoor door,
                             const BusIdentity *identity,
                             BusProgram *program,
                             CoreBell bell,
                             BusCallerAdmitted admitted,
                             gpointer user_data);

/* Everybody detaches. */
void bus_callers_free (BusCallers *callers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusCallers, bus_callers_free)

/* Counts a call of @sender (NULL without a bus) of @size bytes as pending until
 * bus_caller_end_call ().  LimitExceeded when it has too many. */
BusCaller *
bus_callers_begin_call (BusCallers *callers, const char *sender, gsize size, GError **error);
/* Where its calls wait until it is known who it is, and for their turn. */
BusQueue *bus_caller_get_queue (BusCaller *caller);
void bus_caller_end_call (BusCaller *caller, gsize size);

/* LIMIT_EXCEEDED: its application has too many callers, and this one is not served. */
gboolean bus_caller_check (BusCaller *caller, GError **error);
/* LIMIT_EXCEEDED: its program has too many sessions for another one. */
gboolean bus_caller_check_sessions (BusCaller *caller, GError **error);

/* Its name has vanished: nothing may be attached to it any more. */
gboolean bus_caller_has_gone (BusCaller *caller);

BusProgram *bus_caller_get_program (BusCaller *caller);
/* Its program, if that has more calls pending than a polite one; else NULL. */
BusProgram *bus_caller_get_greedy (BusCaller *caller);

/* Of a caller that is known. */
CoreMessenger *bus_caller_get_messenger (BusCaller *caller);
const BusIdentity *bus_caller_get_identity (BusCaller *caller);
BusDoor bus_caller_get_door (BusCaller *caller);

/* What it calls itself; a sandboxed one is what its sandbox says, whatever it claims. */
void bus_caller_introduce (BusCaller *caller, const char *application, const char *name);

/* The one caller of a connection without a bus. */
BusCaller *bus_callers_get_only (BusCallers *callers);

/* Our end is served until the other end closes, or @caller's bus name vanishes; the other end is
 * the result, -1 on error. */
int bus_caller_open_direct (BusCaller *caller, char **guid, GError **error);

/* Adds those that are of interest to people to @into, a reference to each. */
void bus_callers_list (BusCallers *callers, GPtrArray *into);
void bus_caller_unref (BusCaller *caller);
/* Adds all that is known of it but its sessions to an a{sv}. */
void bus_caller_describe (BusCaller *caller, GVariantBuilder *record);

G_END_DECLS
