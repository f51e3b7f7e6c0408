/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Idleness: whether the service may end by itself and lose nothing by it, and
 * when that has been so for a while.
 *
 * What is under way outside core (a call, an open connection) is a hold.
 */
#pragma once

#include "core/core.h"

G_BEGIN_DECLS

typedef enum
{
  CORE_HOLD_CALL,
  CORE_HOLD_CONNECTION, /* a direct one */
  CORE_N_HOLDS,
} CoreHold;

/* Each hold is released once. */
void core_hold (Core *core, CoreHold what);
void core_release (Core *core, CoreHold what);
guint core_count_holds (Core *core, CoreHold what);

/* Something has happened: the while begins anew. */
void core_stir (Core *core);

/* Why the service may not end by itself now, in a word or two; NULL: it may. */
const char *core_find_hindrance (Core *core);

typedef void (*CoreIdleFunc) (gpointer user_data);

/* Calls @func, each time, when nothing has happened and nothing has hindered for @after
 * microseconds; after a hindrance that ends by itself it may be sooner. */
void core_watch_idleness (Core *core, gint64 after, CoreIdleFunc func, gpointer user_data);

G_END_DECLS
