/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fuzzes markup: between two that show plain text a text is as it was typed, and whatever is read
 * as HTML gives text that may go over the bus. */
#include "fuzz.h"

#include <string.h>

#include "core/form.h"
#include "core/markup.h"

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  return 0;
}

static gboolean
has_controls (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (*at != '\n' && *at != '\t' && g_unichar_iscntrl (g_utf8_get_char (at)))
      return TRUE;
  return FALSE;
}

static void
check_as_typed (const char *text)
{
  g_autofree char *wire = core_form_to_wire (text, CORE_CONTENT_PLAIN);
  g_autofree char *shown = core_form_from_wire (wire, CORE_CONTENT_PLAIN);
  g_autofree char *html = core_markup_from_plain (text);
  g_autofree char *plain = core_markup_to_plain (html);

  if (!has_controls (text))
    g_assert_cmpstr (shown, ==, text);
  g_assert_true (g_utf8_validate (html, -1, NULL));
  g_assert_true (g_utf8_validate (plain, -1, NULL));
}

static void
check_shown (const char *text, CoreContentType content_type)
{
  g_autofree char *shown = core_form_from_wire (text, content_type);
  g_autofree char *wire = core_form_to_wire (text, content_type);

  g_assert_true (g_utf8_validate (shown, -1, NULL));
  g_assert_true (g_utf8_validate (wire, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *input, size_t length)
{
  g_autofree char *text = g_utf8_make_valid ((const char *)input, (gssize)length);

  check_as_typed (text);
  check_shown (text, CORE_CONTENT_PLAIN);
  check_shown (text, CORE_CONTENT_HTML);
  return 0;
}
