// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <purple.h>

G_BEGIN_DECLS

/* The title of a conversation: first how private it is, in our words, then who
 * it is, in the contact's. An alias of theirs cannot take the first place. */

void title_show (PurpleConversation *conversation, const char *words);
/* Somebody has set the title: ours is put back, where there is one. */
void title_keep (PurpleConversation *conversation);
/* The title is libpurple's again. */
void title_give_up (PurpleConversation *conversation);

G_END_DECLS
