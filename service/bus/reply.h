/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Replies: a turn as the contract's results.
 */
#pragma once

#include "core/session.h"

G_BEGIN_DECLS

/* All are floating. */
GVariant *bus_reply_from_send (CoreSession *session, const EngineTurn *turn);
GVariant *bus_reply_from_receive (CoreSession *session, const EngineTurn *turn);
GVariant *bus_reply_from_turn (const EngineTurn *turn);
/* (h, turn); @handle: an index into the reply's descriptors. */
GVariant *bus_reply_from_key (gint32 handle, const EngineTurn *turn);
/* (h, a{sv}) */
GVariant *bus_reply_from_taken_key (gint32 handle, const EngineTurn *turn);

G_END_DECLS
