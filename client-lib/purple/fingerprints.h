// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* The fingerprints that are known of contacts: listed, verified by hand, rejected,
 * forgotten. */

/* All of them, in a dialog. */
void fingerprints_show_all (Messenger *messenger);
/* Those of the contact, in the conversation. */
void fingerprints_tell (Talk *talk);
/* @digits: the fingerprint, or as many of its first digits as tell it apart. */
void fingerprints_forget (Talk *talk, const char *digits);

G_END_DECLS
