/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is owed: lines and events that no running call can carry, in order,
 * until a messenger takes them. One a session: whoever is served next takes
 * all of it, so that the contact sees the lines in the order of their making.
 */
#pragma once

#include "engine/turn.h"

G_BEGIN_DECLS

typedef struct _CoreOwed CoreOwed;

CoreOwed *core_owed_new (void);
void core_owed_free (CoreOwed *owed);

gboolean core_owed_is_empty (CoreOwed *owed);
/* Something for the network is among it, or texts of the user's that came back: a messenger is
 * waited for. */
gboolean core_owed_is_for_somebody (CoreOwed *owed);
/* Moves lines and events of @turn behind what is there. */
void core_owed_add (CoreOwed *owed, EngineTurn *turn);
/* Puts all of it before the lines and events of @turn. */
void core_owed_take (CoreOwed *owed, EngineTurn *turn);

G_END_DECLS
