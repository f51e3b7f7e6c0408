/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The screen: tells core when it is locked and unlocked, as the desktop's screen
 * saver says on the session bus and logind, for the user's session, on the system
 * bus. None of them is started for it, and none need be there.
 */
#pragma once

#include <gio/gio.h>

#include "core/core.h"

G_BEGIN_DECLS

typedef struct _BusScreen BusScreen;

/* @core outlives it. */
BusScreen *bus_screen_new (Core *core, GDBusConnection *session_bus);
void bus_screen_free (BusScreen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusScreen, bus_screen_free)

G_END_DECLS
