// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* Opening the vault: the key store asks by itself, or the passphrase is asked for
 * here. */

/* NULL @error: it is open. */
typedef void (*UnlockDone) (Messenger *messenger, const GError *error, gpointer user_data);
void unlock_begin (Messenger *messenger, UnlockDone done, gpointer user_data);

/* With the outcome told in the conversation. */
void unlock_for_talk (Talk *talk);
/* With the outcome told in a window. */
void unlock_from_menu (Messenger *messenger);

G_END_DECLS
