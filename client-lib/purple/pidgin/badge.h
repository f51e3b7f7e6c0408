// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <gtkconv.h>

G_BEGIN_DECLS

/* The badge of a conversation window: a menu in its menu bar whose title is how
 * private the conversation in front is, and whose entries are what can be done
 * about it. */

/* Draws the badge for the conversation in front; makes it if there is none. */
void badge_show (PidginWindow *window);
void badge_remove (PidginWindow *window);

G_END_DECLS
