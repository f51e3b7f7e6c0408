// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the user has typed, for the service; wiped when the last reference goes. */
GBytes *typed_secret_new (const char *typed);

G_END_DECLS
