/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fuzzes names: a line each for protocol, account, contact, network, casemapping and fingerprint.
 * A canonical name is its own canonical name, and makes an element of an object path. */
#include "fuzz.h"

#include <string.h>

#include "core/names.h"

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  return 0;
}

static void
check_element (const char *name)
{
  g_autofree char *element = core_names_to_path_element (name);

  g_assert_cmpuint (strlen (element), >, 0);
  g_assert_cmpuint (strlen (element), <=, CORE_PATH_ELEMENT_MAX);
  for (const char *at = element; *at != '\0'; at++)
    g_assert_true (g_ascii_isalnum (*at) || *at == '_');
}

static void
check_contact (const char *protocol, const char *account, char **words, gboolean occupant)
{
  g_autofree char *once =
      core_names_read_contact (protocol, account, words[2], occupant, words[4], NULL);
  g_autofree char *twice = NULL;

  if (once == NULL)
    return;
  twice = core_names_read_contact (protocol, account, once, occupant, words[4], NULL);
  g_assert_cmpstr (once, ==, twice);
  check_element (once);
}

static void
check_account (const char *protocol, char **words)
{
  const char *network = *words[3] != '\0' ? words[3] : NULL;
  g_autofree char *once = core_names_read_account (protocol, words[1], network, words[4], NULL);
  g_autofree char *twice = NULL;

  if (once == NULL)
    return;
  twice = core_names_read_account (protocol, once, NULL, words[4], NULL);
  g_assert_cmpstr (once, ==, twice);
  check_element (once);
  check_contact (protocol, once, words, FALSE);
  check_contact (protocol, once, words, TRUE);
}

static void
check_fingerprint (const char *spelling)
{
  g_autofree char *once = core_names_read_fingerprint (spelling, NULL);
  g_autofree char *twice = NULL;

  if (once == NULL)
    return;
  twice = core_names_read_fingerprint (once, NULL);
  g_assert_cmpstr (once, ==, twice);
  g_assert_cmpuint (strlen (once), ==, 40);
}

int
LLVMFuzzerTestOneInput (const uint8_t *input, size_t length)
{
  g_autofree char *text = g_utf8_make_valid ((const char *)input, (gssize)length);
  g_auto (GStrv) words = g_strsplit (text, "\n", 6);
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;

  if (g_strv_length (words) < 6)
    return 0;
  check_fingerprint (words[5]);
  once = core_names_read_protocol (words[0], NULL);
  if (once == NULL)
    return 0;
  twice = core_names_read_protocol (once, NULL);
  g_assert_cmpstr (once, ==, twice);
  check_account (once, words);
  return 0;
}
