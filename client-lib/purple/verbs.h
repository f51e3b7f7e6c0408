// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* What follows /otr. It runs when the session is open; @words is what follows the
 * verb. */
typedef void (*Verb) (Talk *talk, const char *words);

/* NULL: there is no such verb. */
Verb verbs_find (const char *word);

G_END_DECLS
