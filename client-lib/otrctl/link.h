// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A contact with its fingerprint as people exchange them, on a card or in a QR
 * code: xmpp:alice@example.org?otr-fingerprint=HEX. */

/** link_make: the link of an XMPP address; NULL for another protocol. */
char *link_make (const char *protocol, const char *address, const char *fingerprint);

/**
 * link_read:
 * @word: what was pasted
 * @contact: (out): the address
 * @fingerprint: (out): the first fingerprint in it, for the service to check
 *
 * Returns: whether it is such a link
 */
gboolean link_read (const char *word, char **contact, char **fingerprint);

G_END_DECLS
