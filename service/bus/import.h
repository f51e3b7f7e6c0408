/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Manager.Import. */
#pragma once

#include "bus/call.h"

G_BEGIN_DECLS

/* @object: the Core. */
void bus_manager_handle_import (BusCall *call, gpointer object, GVariant *arguments);

G_END_DECLS
