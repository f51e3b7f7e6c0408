// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Links. An address may hold what a URI may not: it is escaped, but for the
 * characters that XEP-0147 leaves as they are. */

#include "link.h"

#include <string.h>

#define SCHEME "xmpp:"
#define KEY "otr-fingerprint="

char *
link_make (const char *protocol, const char *address, const char *fingerprint)
{
  g_autofree char *escaped = NULL;

  if (!g_str_equal (protocol, "xmpp"))
    return NULL;
  escaped = g_uri_escape_string (address, "@", FALSE);
  return g_strconcat (SCHEME, escaped, "?" KEY, fingerprint, NULL);
}

static const char *
find_fingerprint (const char *query)
{
  while (query != NULL && g_ascii_strncasecmp (query, KEY, strlen (KEY)) != 0)
    {
      query = strpbrk (query, ";&");
      query = query != NULL ? query + 1 : NULL;
    }
  return query != NULL ? query + strlen (KEY) : NULL;
}

gboolean
link_read (const char *word, char **contact, char **fingerprint)
{
  const char *address = word + strlen (SCHEME);
  const char *query;
  const char *digits;

  *contact = *fingerprint = NULL;
  if (g_ascii_strncasecmp (word, SCHEME, strlen (SCHEME)) != 0)
    return FALSE;
  query = strchr (address, '?');
  digits = query != NULL ? find_fingerprint (query + 1) : NULL;
  if (digits == NULL)
    return FALSE;
  address += strspn (address, "/");
  *contact = g_uri_unescape_segment (address, query, NULL);
  *fingerprint = g_uri_unescape_segment (digits, digits + strcspn (digits, ";&#"), NULL);
  if (*contact != NULL && *fingerprint != NULL)
    return TRUE;
  g_clear_pointer (contact, g_free);
  g_clear_pointer (fingerprint, g_free);
  return FALSE;
}
