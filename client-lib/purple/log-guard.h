// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* Keeps out of libpurple's log what other parts of the program write into a
 * conversation as sent, and which goes out as privately as what is typed. A buddy
 * pounce does that: it writes its text before anybody knows how it will go. */
void log_guard_connect (Messenger *messenger);

G_END_DECLS
