/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole files behind descriptors of callers: read to the end, or written, on a
 * worker and within a time. What a caller may not read or write, it cannot have
 * done here: it has opened the file. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Takes @descriptor. More than @limit bytes: LimitExceeded. */
void bus_whole_file_read_async (int descriptor,
                                gsize limit,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GBytes *bus_whole_file_read_finish (GAsyncResult *result, GError **error);

/* Takes @descriptor. What is a file on a disk is there for good at the end. */
void bus_whole_file_write_async (int descriptor,
                                 GBytes *bytes,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean bus_whole_file_write_finish (GAsyncResult *result, GError **error);

/* Whether it is open for that. */
gboolean bus_whole_file_is_readable (int descriptor);
gboolean bus_whole_file_is_writable (int descriptor);

G_END_DECLS
