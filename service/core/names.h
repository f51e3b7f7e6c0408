/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Names: what protocols, accounts, contacts and fingerprints are called, in one
 * spelling each.
 *
 * Two messengers that spell an address differently must meet at the same
 * account and session; two persons must never meet at one.  Where both cannot
 * be had a name splits one person rather than merge two.  Every name that
 * comes from outside goes through here first.  XMPP addresses are prepared by
 * libidn (RFC 6122: Nodeprep, Nameprep and IDNA, Resourceprep).
 *
 * All errors are OTRD_ERROR_INVALID_ARGUMENT and repeat nothing of the name.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CORE_NAME_MAX 1023

/* The longest element of an object path that a name makes. */
#define CORE_PATH_ELEMENT_MAX 200

/* "prpl-jabber" -> "xmpp", "prpl-gg" -> "gadu-gadu", ... */
char *core_names_read_protocol (const char *protocol, GError **error);

/* @protocol: canonical.  @network: of an IRC account, over the one in its name; NULL.
 * @casemapping: how the network folds nicks ("ascii", "rfc1459", "strict-rfc1459"); NULL or one
 * not known: "ascii", which merges least. */
char *core_names_read_account (const char *protocol,
                               const char *name,
                               const char *network,
                               const char *casemapping,
                               GError **error);

/* @account: the canonical account that the contact is one of.  @occupant: of a room; its resource
 * is part of the name. */
char *core_names_read_contact (const char *protocol,
                               const char *account,
                               const char *name,
                               gboolean occupant,
                               const char *casemapping,
                               GError **error);

/* What any name must be (1 to 1023 bytes of UTF-8 without control characters); @what names it in
 * the message ("the application"). */
gboolean core_names_check (const char *name, const char *what, GError **error);

/* One element of an object path: stable, readable, never the same for two names. */
char *core_names_to_path_element (const char *name);

/* 40 upper-case hexadecimal digits from any usual spelling: groups, colons, lower case, "0x",
 * "xmpp:someone?otr-fingerprint=...". */
char *core_names_read_fingerprint (const char *spelling, GError **error);
/* A link names an address too.  INVALID_ARGUMENT: it is not that of @contact (canonical). */
gboolean core_names_check_link (const char *protocol,
                                const char *account,
                                const char *spelling,
                                const char *contact,
                                GError **error);

G_END_DECLS
