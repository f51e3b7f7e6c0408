/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Markup: the two forms in which messengers show texts, and the way between them.
 *
 * OTR does not say which form a text has; some clients write HTML, some plain
 * text.  What a parser takes without a complaint and finds markup in is HTML;
 * everything else is plain text, so that "a < b" or "List<String>" stay as
 * they were typed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean core_markup_is_html (const char *text);

/* (transfer full): the words, with line breaks, and each link's address behind it. */
char *core_markup_to_plain (const char *html);

/* (transfer full): HTML that shows @plain as it is. */
char *core_markup_from_plain (const char *plain);

/* Whether @html says more than its plain text: emphasis, links, pictures. */
gboolean core_markup_has_formatting (const char *html);

G_END_DECLS
