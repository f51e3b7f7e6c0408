/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The form of private texts. On the wire a text is plain where it can be, and what
 * would be taken for HTML is HTML; each messenger has it in the form that it
 * shows. Between any two messengers a text arrives as it was typed.
 */
#pragma once

#include "core/session.h"

G_BEGIN_DECLS

/* What goes into the encrypted message. (transfer full) */
char *core_form_to_wire (const char *text, CoreContentType content_type);

/* What a messenger of this form shows. (transfer full) */
char *core_form_from_wire (const char *wire, CoreContentType content_type);

G_END_DECLS
