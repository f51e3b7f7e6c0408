// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* The last way to the network that all messages take: the protocol's own
 * function. Only lines of the service get through; what anybody else sends
 * (buddy pounces, other plugins, answers for an absent user) goes to the talk
 * with that contact, and leaves as privately as what is typed. */

void outlet_guard (Messenger *messenger);
void outlet_release (void);

/* Negative: the network did not take it. */
int outlet_transmit (PurpleConnection *link, const char *who, const char *line);

G_END_DECLS
