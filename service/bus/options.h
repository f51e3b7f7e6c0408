/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options: typed reading of the contract's a{sv} arguments.
 *
 * Unknown keys are ignored; a known key of a wrong type is InvalidArgument.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads triples of key, type and where to put the value, ended by NULL:
 *
 *   bus_options_read (options, &error, "create", "b", &create, "from", "s", &from, NULL)
 *
 * Types: "b" gboolean, "u" guint32, "t" guint64, "h" gint32 (a handle), "s" const char * (lives
 * as long as @options).  What is absent leaves its variable as it was. */
gboolean bus_options_read (GVariant *options, GError **error, ...) G_GNUC_NULL_TERMINATED;

gboolean bus_options_have (GVariant *options, const char *key);

G_END_DECLS
