// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Fingerprints as people read them. */

#include "fingerprint.h"
#include "tty.h"

#include <string.h>

#define DIGITS 40
#define GROUP 8

char *
fingerprint_group (const char *fingerprint)
{
  GString *grouped;

  if (strlen (fingerprint) != DIGITS || strspn (fingerprint, "0123456789ABCDEFabcdef") != DIGITS)
    return g_strdup (fingerprint);
  grouped = g_string_new (NULL);
  for (guint i = 0; i < DIGITS; i += GROUP)
    g_string_append_printf (grouped, "%s%.*s", i > 0 ? " " : "", GROUP, fingerprint + i);
  return g_string_free (grouped, FALSE);
}

/* What stands between the digits where they were copied from; as the service reads it. */
static gboolean
is_separator (const char *at)
{
  return *at == ':' || *at == '-' || g_unichar_isspace (g_utf8_get_char (at));
}

gboolean
fingerprint_is (const char *word)
{
  guint n_digits = 0;

  if (!g_utf8_validate (word, -1, NULL))
    return FALSE;
  while (g_ascii_isspace (*word))
    word++;
  if (g_ascii_strncasecmp (word, "0x", 2) == 0)
    word += 2;
  for (; *word != '\0'; word = g_utf8_next_char (word))
    if (g_ascii_isxdigit (*word))
      n_digits++;
    else if (!is_separator (word))
      return FALSE;
  return n_digits == DIGITS;
}

static void
append_padded (GString *text, const char *cell, glong width)
{
  g_string_append (text, cell);
  for (glong i = tty_measure (cell); i < width; i++)
    g_string_append_c (text, ' ');
}

char *
fingerprint_lay_out (
    const char *our_name, const char *ours, const char *their_name, const char *theirs, guint width)
{
  g_autofree char *our_groups = fingerprint_group (ours);
  g_autofree char *their_groups = fingerprint_group (theirs);
  glong column = MAX (tty_measure (our_groups), tty_measure (our_name)) + 2;
  GString *text = g_string_new (NULL);

  if (column + MAX (tty_measure (their_groups), tty_measure (their_name)) > (glong)width)
    {
      g_string_append_printf (text, "%s\n  %s\n%s\n  %s\n", our_name, our_groups, their_name,
                              their_groups);
      return g_string_free (text, FALSE);
    }
  append_padded (text, our_name, column);
  g_string_append_printf (text, "%s\n", their_name);
  append_padded (text, our_groups, column);
  g_string_append_printf (text, "%s\n", their_groups);
  return g_string_free (text, FALSE);
}
