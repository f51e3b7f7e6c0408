// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>

#include "messenger.h"

G_BEGIN_DECLS

/* The user's own keys, and the wait for one that is being made. */

/* Shows the fingerprint of each account; a key can be made for those without. */
void own_key_show_all (Messenger *messenger);
/* In the conversation: that of its account. */
void own_key_tell (Talk *talk);
void own_key_make (Talk *talk);

/* One is made because the conversation needs it: the user is told to wait. */
void own_key_handle_event (Talk *talk, OtrdEvent *event);

G_END_DECLS
