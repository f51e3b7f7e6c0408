// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Remembers which lines have been shown, the last ones, and not what was in them. */
typedef struct _ShownLines ShownLines;

ShownLines *shown_lines_new (void);
void shown_lines_free (ShownLines *self);

/* Notes that it is shown, and says whether it was before. */
gboolean shown_lines_take (ShownLines *self, const char *line);

G_END_DECLS
