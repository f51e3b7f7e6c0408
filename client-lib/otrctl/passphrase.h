// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Passphrases, from the person: by pinentry if there is one, else on the terminal. The
 * bytes are wiped when freed. */

/**
 * passphrase_ask:
 * @of: what it opens, such as "the vault"
 * @error: Dismissed, or InvalidArgument where there is nobody to ask
 */
GBytes *passphrase_ask (const char *of, GError **error);

/**
 * passphrase_ask_new:
 * @of: what it is to open
 * @not_done: what was not done when the two differ, such as "The backup was not made"
 * @error: as above, and InvalidArgument when the two differ or are empty
 *
 * Asks twice: a slip would cost what it opens.
 */
GBytes *passphrase_ask_new (const char *of, const char *not_done, GError **error);

G_END_DECLS
