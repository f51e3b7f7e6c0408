// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* The commands of a conversation: /otr, and those of IRC that send. */
typedef struct _Commands Commands;

Commands *commands_register (Messenger *messenger);
void commands_unregister (Commands *self);

G_END_DECLS
