/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Slices: one thing done to many sessions, a few at a time from the main loop.
 *
 * What concerns a thousand sessions holds up nobody.  The first few are done at
 * once if nothing is before them; jobs keep their order.
 */
#pragma once

#include "core/session.h"

G_BEGIN_DECLS

/* Sessions of one dispatch. */
#define CORE_SLICE_SESSIONS 8

typedef struct _CoreSlices CoreSlices;

typedef void (*CoreSlice) (CoreSession *session, gpointer user_data);

CoreSlices *core_slices_new (void);
/* What is not done is dropped. */
void core_slices_free (CoreSlices *slices);

/* Takes @sessions (of CoreSession, owned by it); @user_data may be NULL. */
void core_slices_add (CoreSlices *slices,
                      GPtrArray *sessions,
                      CoreSlice each,
                      gpointer user_data,
                      GDestroyNotify destroy);
/* Calls @done, with NULL, when all that was added before is done; at once if it is. */
void core_slices_await (CoreSlices *slices, CoreSlice done, gpointer user_data);

/* For tests: the most sessions that one dispatch had. */
guint core_slices_get_longest (CoreSlices *slices);

G_END_DECLS
