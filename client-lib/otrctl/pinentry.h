// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The program that the person has for passphrases, if there is one. */

/**
 * pinentry_ask:
 * @description: what it is for
 * @complaint: (nullable): what was wrong with the answer before
 * @is_there: (out): %FALSE where there is no such program, or it cannot ask; @error
 *   is not set then, and one asks on the terminal
 * @error: Dismissed when the person closed it
 *
 * Asks for a passphrase. `OTRCTL_PINENTRY` names the program (`pinentry`); empty, or
 * `none`, means that there is none. The bytes are wiped when freed.
 */
GBytes *
pinentry_ask (const char *description, const char *complaint, gboolean *is_there, GError **error);

G_END_DECLS
