// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>

#include "messenger.h"

G_BEGIN_DECLS

/* The contact's clients, and which of them is written to. */

/* 0 while the service is away. */
guint instances_count (OtrdSession *session);
/* In the conversation. */
void instances_tell (Talk *talk);
/* @word: the number in that list, or "best"; empty: a dialog asks. */
void instances_choose (Talk *talk, const char *word);

G_END_DECLS
