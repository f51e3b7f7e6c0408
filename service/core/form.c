/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The form of private texts: a few choices between what core/markup.h can do. */

#include "core/form.h"

#include <string.h>

#include "core/markup.h"

/* Typed as plain: what looks like HTML must not be taken for it. */
static char *
plain_to_wire (const char *plain)
{
  return core_markup_is_html (plain) ? core_markup_from_plain (plain) : g_strdup (plain);
}

char *
core_form_to_wire (const char *text, CoreContentType content_type)
{
  g_autofree char *plain = NULL;

  if (strpbrk (text, "<&\n") == NULL)
    return g_strdup (text);
  if (content_type == CORE_CONTENT_PLAIN)
    return plain_to_wire (text);
  if (core_markup_has_formatting (text))
    return g_strdup (text);
  plain = core_markup_to_plain (text);
  return plain_to_wire (plain);
}

char *
core_form_from_wire (const char *wire, CoreContentType content_type)
{
  gboolean is_html;

  if (strpbrk (wire, "<&\n") == NULL)
    return g_strdup (wire);
  is_html = core_markup_is_html (wire);
  if (is_html == (content_type == CORE_CONTENT_HTML))
    return g_strdup (wire);
  return is_html ? core_markup_to_plain (wire) : core_markup_from_plain (wire);
}
