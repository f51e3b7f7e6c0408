// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* Connects the messenger to what libpurple sends, receives, and tells. They go
 * when the plugin's handle is disconnected. */
void hooks_connect (Messenger *messenger);

G_END_DECLS
