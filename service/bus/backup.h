/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What im.otrd1.Manager does about backups of the vault. */
#pragma once

#include "bus/call.h"

G_BEGIN_DECLS

void bus_manager_handle_backup_vault (BusCall *call, gpointer object, GVariant *arguments);
void bus_manager_handle_restore_vault (BusCall *call, gpointer object, GVariant *arguments);

G_END_DECLS
