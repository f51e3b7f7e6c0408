// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

/* A small padlock in a colour (0xRRGGBB), shut or open; free it. */
GdkPixbuf *padlock_draw (guint32 colour, gboolean shut);

G_END_DECLS
