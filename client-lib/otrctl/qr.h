// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * qr_draw:
 * @text: what it says
 * @coloured: whether the terminal takes colours: then it is black on white,
 *   whatever the terminal's own colours
 * @error: NotSupported if otrctl was built without it
 *
 * A QR code in half blocks, two rows a line.
 */
char *qr_draw (const char *text, gboolean coloured, GError **error);

G_END_DECLS
