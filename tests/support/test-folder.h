/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A folder of its own for each test, gone afterwards. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *test_folder_new (void);
/* With all that is in it; frees @path. */
void test_folder_remove (char *path);

/* The bytes of a file in it, NULL when there is none. */
GBytes *test_folder_read (const char *path, const char *name);
void test_folder_write (const char *path, const char *name, gconstpointer bytes, gsize length);
/* Whether any file in it contains these bytes. */
gboolean test_folder_contains (const char *path, gconstpointer bytes, gsize length);

G_END_DECLS
