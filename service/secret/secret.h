/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Secret: bytes that nobody else may see. It never changes, knows its length, is
 * counted (from any thread), lives in the arena and is wiped with its last
 * reference. It never goes into a log, an error, an argument or the environment. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Secret Secret;

Secret *secret_new (gconstpointer bytes, gsize length);

/* @length bytes from the system's random generator, fit for keys. */
Secret *secret_new_random (gsize length);

/* For producers that write in place: *@bytes are the zeroed bytes of the new
 * secret, to be filled before anybody else sees it and never after. */
Secret *secret_new_to_fill (gsize length, guint8 **bytes);

Secret *secret_ref (Secret *secret);
void secret_unref (Secret *secret);

/* The bytes live as long as the caller's reference. A NUL follows them, which
 * is not counted in *@length (nullable). */
const guint8 *secret_get (const Secret *secret, gsize *length);
gsize secret_get_length (const Secret *secret);

/* In a time that depends on the lengths only. */
gboolean secret_equal (const Secret *secret, const Secret *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Secret, secret_unref)

G_END_DECLS
