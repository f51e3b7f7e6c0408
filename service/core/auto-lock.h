/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locking by itself, if the user wishes: with the screen, or when the user has
 * wanted nothing for a while.
 *
 * What the screen has locked opens again with it, if that takes no prompt; what
 * the user or idleness has locked, only the user's Unlock opens. The wish is kept
 * in the vault, and known from its first opening on.
 */
#pragma once

#include "core/core.h"

G_BEGIN_DECLS

gboolean core_get_lock_with_screen (Core *core);
guint32 core_get_lock_when_idle (Core *core); /* seconds; 0: never */

/* On disk before the answer. NULL: as it is. */
void core_set_auto_lock (Core *core,
                         const gboolean *with_screen,
                         const guint32 *when_idle,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean core_set_auto_lock_finish (Core *core, GAsyncResult *result, GError **error);

/* The screen is locked now, or (@is_news FALSE) was found so. */
void core_screen_was_locked (Core *core, gboolean is_news);
void core_screen_was_unlocked (Core *core);

/* The user wants something: the while begins anew. */
void core_user_was_here (Core *core);

G_END_DECLS
