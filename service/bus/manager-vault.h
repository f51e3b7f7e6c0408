/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What im.otrd1.Manager does about the vault: opening and locking it, and what
 * opens it. */
#pragma once

#include "bus/call.h"

G_BEGIN_DECLS

void bus_manager_unlock (BusCall *call, gpointer object, GVariant *arguments);
void bus_manager_lock (BusCall *call, gpointer object, GVariant *arguments);
void bus_manager_set_auto_lock (BusCall *call, gpointer object, GVariant *arguments);
void bus_manager_check_vault (BusCall *call, gpointer object, GVariant *arguments);
void bus_manager_set_key_store (BusCall *call, gpointer object, GVariant *arguments);

/* The descriptor of the option `passphrase`; *@descriptor is -1 without one. */
gboolean
bus_manager_take_passphrase (BusCall *call, GVariant *options, int *descriptor, GError **error);

G_END_DECLS
