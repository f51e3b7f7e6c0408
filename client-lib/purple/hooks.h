// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* Connects the messenger to what libpurple sends, receives, and tells. */
void hooks_connect (Messenger *messenger);
/* Contacts and windows are told that the plugin is no longer there. */
void hooks_disconnect (Messenger *messenger);

G_END_DECLS
