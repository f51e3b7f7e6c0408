/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A call: one method call from its arrival to its one answer.
 */
#pragma once

#include <gio/gio.h>

#include "bus/callers.h"
#include "bus/export.h"
#include "core/session.h"

G_BEGIN_DECLS

/* Takes @invocation; @method is handled once it is known who calls, if it may: each caller's calls
 * in their order.  @interface and @member are what its rights are asked for. */
void bus_call_take (BusTree *tree,
                    gpointer object,
                    const BusMethod *method,
                    const char *interface,
                    const char *member,
                    GDBusMethodInvocation *invocation);

BusTree *bus_call_get_tree (BusCall *call);
CoreMessenger *bus_call_get_caller (BusCall *call);
BusCaller *bus_call_get_bus_caller (BusCall *call);

/* The call may raise a prompt (D-Bus's ALLOW_INTERACTIVE_AUTHORIZATION). */
gboolean bus_call_is_interactive (BusCall *call);

/* The descriptor behind a handle among the arguments; see bus_descriptor_take (). */
int bus_call_take_descriptor (BusCall *call, gint32 handle, GError **error);

/* Each of these answers @call and ends it.  What has changed meanwhile is told of first. */

/* @results: a tuple, floating; NULL: none. */
void bus_call_return (BusCall *call, GVariant *results);
/* @descriptor is closed; its handle in @results is 0. */
void bus_call_return_with_descriptor (BusCall *call, GVariant *results, int descriptor);
/* In three steps, for one that is long to write: what has changed is told of; it is written, in any
 * thread; @call ends. */
void bus_call_prepare (BusCall *call);
void bus_call_write (BusCall *call, GVariant *results);
void bus_call_finish (BusCall *call);
/* Takes @error, of any domain. */
void bus_call_fail (BusCall *call, GError *error);
void bus_call_refuse (BusCall *call, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
