// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* Taking over from pidgin-otr: its keys and fingerprints are shown first, and
 * imported when the user says so. Its files stay as they are. */

void takeover_add_preferences (void);
/* At the first start with such files that have something new. */
void takeover_offer (Messenger *messenger);
/* The user asks for it. */
void takeover_begin (Messenger *messenger);

G_END_DECLS
