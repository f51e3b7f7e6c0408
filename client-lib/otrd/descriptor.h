// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/* Secrets cross the bus by descriptor, never in a message. */

/* A descriptor from which the secret is read; -1 with the error set. */
int otrd_descriptor_hold (GBytes *secret, GError **error);
/* The 32 bytes of a key; their memory is wiped when they are let go. */
GBytes *otrd_descriptor_read_key (GUnixFDList *descriptors, int handle, GError **error);

G_END_DECLS
