// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A contact's HTML in which every line that begins anew begins with a mark, so
 * that none looks like a line of ours or of libpurple's; free it. Tags that stay
 * within a line are kept, with the attributes that do; every other tag, and
 * every character that ends a line, becomes a marked line break. */
char *markup_mark_lines (const char *html);

G_END_DECLS
