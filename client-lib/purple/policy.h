// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>
#include <purple.h>

#include "messenger.h"

G_BEGIN_DECLS

/* When conversations become private: by default, by account, by contact. */

/* @words: "[account|default] [POLICY]", without a policy it is told. */
void policy_run (Talk *talk, const char *words);
/* Of one contact, with the log of what is private: a dialog. */
void policy_ask_for_contact (Messenger *messenger, PurpleBuddy *contact);
/* The default, and that of each account: a window. */
void policy_ask_for_all (Messenger *messenger);

G_END_DECLS
