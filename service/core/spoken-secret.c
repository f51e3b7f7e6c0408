/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Secrets as they are spoken. The normal form is made by hand: GLib's own
 * function leaves copies of the text behind in the heap.
 *
 * Source: Unicode Standard Annex 15, "Unicode Normalization Forms".
 */
#include "core/spoken-secret.h"

#include <string.h>

#include "introspection/otrd-error.h"

/* No character of Unicode has a longer decomposition. */
#define DECOMPOSITION_MAX 18

Secret *
core_spoken_secret_new_pin (char shown[CORE_PIN_DIGITS + 1])
{
  guint length = 0;

  while (length < CORE_PIN_DIGITS)
    {
      g_autoptr (Secret) random = secret_new_random (1);
      guint8 byte = *secret_get (random, NULL);

      /* Below 250, so that all digits are equally likely. */
      if (byte < 250)
        shown[length++] = (char)('0' + byte % 10);
    }
  shown[length] = '\0';
  return secret_new (shown, length);
}

/* What is between white space, in *@end too. */
static const char *
trim (const char *text, const char **end)
{
  while (text < *end && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  while (text < *end && g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (*end))))
    *end = g_utf8_prev_char (*end);
  return text;
}

/* @characters: NULL: only counts. */
static gsize
decompose (const char *text, const char *end, gunichar *characters)
{
  gunichar parts[DECOMPOSITION_MAX];
  gsize count = 0;

  for (; text < end; text = g_utf8_next_char (text))
    {
      gsize n_parts =
          g_unichar_fully_decompose (g_utf8_get_char (text), FALSE, parts, DECOMPOSITION_MAX);

      for (gsize i = 0; i < n_parts && characters != NULL; i++)
        characters[count + i] = parts[i];
      count += n_parts;
    }
  explicit_bzero (parts, sizeof parts);
  return count;
}

/* Marks on one letter, in the order of their classes; those of one class stay as they are. */
static void
order_marks (gunichar *characters, gsize length)
{
  for (gsize i = 1; i < length; i++)
    {
      gunichar mark = characters[i];
      int class = g_unichar_combining_class (mark);
      gsize at = i;

      for (; class != 0 && at > 0 && g_unichar_combining_class (characters[at - 1]) > class; at--)
        characters[at] = characters[at - 1];
      characters[at] = mark;
    }
}

/* Joins in place what has a character of its own; how many are left. */
static gsize
compose (gunichar *characters, gsize length)
{
  gsize starter = G_MAXSIZE;
  gsize out = 0;
  int last_class = -1;

  for (gsize i = 0; i < length; i++)
    {
      int class = g_unichar_combining_class (characters[i]);
      gunichar joined;

      if (starter != G_MAXSIZE
          && last_class < class && g_unichar_compose (characters[starter], characters[i], &joined))
        {
          characters[starter] = joined;
          continue;
        }
      if (class == 0)
        starter = out;
      last_class = class == 0 ? -1 : class;
      characters[out++] = characters[i];
    }
  return out;
}

static Secret *
to_utf8 (const gunichar *characters, gsize length)
{
  gsize n_bytes = 0;
  guint8 *bytes;
  Secret *secret;

  for (gsize i = 0; i < length; i++)
    n_bytes += g_unichar_to_utf8 (characters[i], NULL);
  secret = secret_new_to_fill (n_bytes, &bytes);
  for (gsize i = 0; i < length; i++)
    bytes += g_unichar_to_utf8 (characters[i], (char *)bytes);
  return secret;
}

static Secret *
to_normal_form (const char *text, const char *end)
{
  gsize length = decompose (text, end, NULL);
  g_autoptr (Secret) room = NULL;
  guint8 *bytes;
  gunichar *characters;

  room = secret_new_to_fill (length * sizeof (gunichar), &bytes);
  characters = (gunichar *)(gpointer)bytes;
  decompose (text, end, characters);
  order_marks (characters, length);
  return to_utf8 (characters, compose (characters, length));
}

Secret *
core_spoken_secret_normalise (Secret *secret, GError **error)
{
  gsize length;
  const char *text = (const char *)secret_get (secret, &length);
  const char *end = text + length;

  if (!g_utf8_validate (text, (gssize)length, NULL))
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                           "Nothing was verified: the secret is not a text");
      return NULL;
    }
  text = trim (text, &end);
  if (text < end)
    return to_normal_form (text, end);
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                       "Nothing was verified: the secret is empty");
  return NULL;
}
