// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RelayInput:
 * The lines of a descriptor, one when it is asked for. They are wiped when they
 * have been read: there may be secrets in them.
 */
typedef struct _RelayInput RelayInput;

RelayInput *relay_input_new (int descriptor);

/** relay_input_free: no read may be under way. */
void relay_input_free (RelayInput *self);

/** relay_input_read: reads the next line that is not blank. */
void relay_input_read (RelayInput *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);

/**
 * relay_input_read_finish:
 * @number: (out): which one it is, from 1
 * @error: LimitExceeded for a line over 16 MiB, or what the descriptor says
 * Returns: (nullable): the line, without its end; NULL without @error: there
 *   are no more
 */
GString *
relay_input_read_finish (RelayInput *self, GAsyncResult *result, guint64 *number, GError **error);

/** relay_input_line_free: wipes a line. */
void relay_input_line_free (GString *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelayInput, relay_input_free)

G_END_DECLS
