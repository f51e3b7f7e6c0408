/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Descriptors: file descriptors that come and go with calls.
 *
 * Secrets are read from one, asynchronously and within a limit, into locked
 * memory, and written to one.
 */
#pragma once

#include <gio/gio.h>

#include "secret/secret.h"

G_BEGIN_DECLS

/* How long a caller may take to write to a pipe and close it. */
#define BUS_DESCRIPTOR_TIMEOUT_MS 10000

/* The descriptor behind a handle of @invocation's arguments, the caller's to close; -1 and
 * InvalidArgument when there is none. */
int bus_descriptor_take (GDBusMethodInvocation *invocation, gint32 handle, GError **error);

/* Reads @descriptor (taken) to its end, at most @limit bytes; errors as secret_read_async ()'s. */
void bus_descriptor_read_async (int descriptor,
                                gsize limit,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* May have nothing in it. */
Secret *bus_descriptor_read_finish (GAsyncResult *result, GError **error);
/* InvalidArgument if there is nothing in it. */
Secret *bus_descriptor_read_secret_finish (GAsyncResult *result, GError **error);

/* A pipe that has @secret in it and ends there; -1 on error. */
int bus_descriptor_from_secret (Secret *secret, GError **error);

G_END_DECLS
