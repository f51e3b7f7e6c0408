/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A secret that a caller hands over behind a descriptor: a pipe, a socket or a
 * file. The caller is not trusted: it may send too much, never end, or read its
 * own pipe empty; the main loop never waits for it. */

#pragma once

#include <gio/gio.h>

#include "secret/secret.h"

G_BEGIN_DECLS

/* Takes @fd and reads it to its end, a file from its beginning: at most @limit
 * bytes, for at most @timeout_ms (a file: as long as its disk takes). Errors:
 * InvalidArgument (not one of the three, unreadable, or not at its end in time),
 * LimitExceeded (more than @limit bytes). */
void secret_read_async (
    int fd, gsize limit, guint timeout_ms, GAsyncReadyCallback callback, gpointer user_data);
Secret *secret_read_finish (GAsyncResult *result, GError **error);

G_END_DECLS
