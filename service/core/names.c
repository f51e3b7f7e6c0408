/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Canonical names: protocols by a table, XMPP by libidn, IRC by its case
 * mappings, all others as they are. */

#include "core/names.h"

#include <idna.h>
#include <stdlib.h>
#include <string.h>
#include <stringprep.h>

#include "introspection/otrd-error.h"

/* Of an XMPP address, each part (RFC 6122, 2.1). */
#define PART_MAX 1023
/* Bytes of a fingerprint with everything around it. */
#define SPELLING_MAX 4096
#define FINGERPRINT_DIGITS 40

static gpointer
refuse (GError **error, const char *what, const char *why)
{
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "Cannot use %s: %s", what, why);
  return NULL;
}

static gboolean
has_controls (const char *name)
{
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    switch (g_unichar_type (g_utf8_get_char (at)))
      {
      case G_UNICODE_CONTROL:
      case G_UNICODE_LINE_SEPARATOR:
      case G_UNICODE_PARAGRAPH_SEPARATOR:
        return TRUE;
      default:
        break;
      }
  return FALSE;
}

static const char *
find_fault (const char *name)
{
  if (name == NULL || *name == '\0')
    return "it is empty";
  if (strlen (name) > CORE_NAME_MAX)
    return "it is longer than 1023 bytes";
  if (!g_utf8_validate (name, -1, NULL))
    return "it is not UTF-8";
  if (has_controls (name))
    return "it has control characters in it";
  return NULL;
}

gboolean
core_names_check (const char *name, const char *what, GError **error)
{
  const char *fault = find_fault (name);

  if (fault != NULL)
    refuse (error, what, fault);
  return fault == NULL;
}

/* Protocols */

static const struct
{
  const char *alias;
  const char *protocol;
} protocol_aliases[] = {
  { "jabber", "xmpp" },
  { "gg", "gadu-gadu" },
};

static const char *const protocol_prefixes[] = { "prpl-", "libpurple-" };

static gboolean
is_protocol (const char *word)
{
  gsize length = strspn (word, "abcdefghijklmnopqrstuvwxyz0123456789.-");

  return length >= 1 && length <= 32 && word[length] == '\0';
}

/* However many there are: what is left has none, and is its own canonical name. */
static const char *
skip_protocol_prefix (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (protocol_prefixes); i++)
    if (g_str_has_prefix (word, protocol_prefixes[i]))
      return skip_protocol_prefix (word + strlen (protocol_prefixes[i]));
  return word;
}

char *
core_names_read_protocol (const char *protocol, GError **error)
{
  g_autofree char *lower = NULL;
  const char *word;

  if (!core_names_check (protocol, "the protocol", error))
    return NULL;
  lower = g_ascii_strdown (protocol, -1);
  word = skip_protocol_prefix (lower);
  for (gsize i = 0; i < G_N_ELEMENTS (protocol_aliases); i++)
    if (g_str_equal (word, protocol_aliases[i].alias))
      word = protocol_aliases[i].protocol;
  if (!is_protocol (word))
    return refuse (error, "the protocol", "it must be 1 to 32 of the characters a-z, 0-9, . and -");
  return g_strdup (word);
}

/* XMPP */

/* Runs @part through one of libidn's profiles; NULL if it refuses or nothing is left. */
static char *
prepare (const char *part, const Stringprep_profile *profile)
{
  g_autofree char *prepared = g_malloc0 (PART_MAX + 1);

  if (strlen (part) > PART_MAX)
    return NULL;
  memcpy (prepared, part, strlen (part));
  if (stringprep (prepared, PART_MAX + 1, 0, profile) != STRINGPREP_OK || *prepared == '\0')
    return NULL;
  return g_steal_pointer (&prepared);
}

/* What must not be in a domain once it is prepared: Nameprep maps wide forms of them to these. */
static gboolean
is_domain (const char *domain)
{
  if (*domain == '[')
    return strspn (domain + 1, "0123456789abcdef:.") == strlen (domain) - 2
           && domain[strlen (domain) - 1] == ']';
  for (const char *at = domain; *at != '\0'; at++)
    if (g_ascii_isprint (*at) && !g_ascii_isalnum (*at) && strchr (".-_", *at) == NULL)
      return FALSE;
  return *domain != '.' && strstr (domain, "..") == NULL;
}

/* Both the xn-- and the written form of a domain give the written one. */
static char *
prepare_domain (const char *domain)
{
  g_autofree char *prepared = prepare (domain, stringprep_nameprep);
  char *ascii = NULL;
  char *written = NULL;
  char *result = NULL;

  if (prepared == NULL || !is_domain (prepared))
    return NULL;
  if (g_str_has_suffix (prepared, "."))
    prepared[strlen (prepared) - 1] = '\0';
  if (*prepared == '[')
    return g_steal_pointer (&prepared);
  if (idna_to_ascii_8z (prepared, &ascii, IDNA_ALLOW_UNASSIGNED) == IDNA_SUCCESS
      && idna_to_unicode_8z8z (ascii, &written, IDNA_ALLOW_UNASSIGNED) == IDNA_SUCCESS
      && is_domain (written) && *written != '\0')
    result = g_strdup (written);
  free (ascii);
  free (written);
  return result;
}

/* [local@]domain[/resource]: the first slash ends the address, the first @ before it the local
 * part (RFC 6122, 2.1). */
static char *
read_jid (const char *name, gboolean keep_resource, const char *what, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", 2);
  char *at = strchr (parts[0], '@');
  g_autofree char *local = NULL;
  g_autofree char *domain = prepare_domain (at != NULL ? at + 1 : parts[0]);
  g_autofree char *resource = NULL;

  if (domain == NULL)
    return refuse (error, what, "its domain is not one that XMPP allows");
  if (at != NULL)
    {
      *at = '\0';
      local = prepare (parts[0], stringprep_xmpp_nodeprep);
      if (local == NULL)
        return refuse (error, what, "the part before the @ is not one that XMPP allows");
    }
  if (keep_resource)
    {
      resource = parts[1] != NULL ? prepare (parts[1], stringprep_xmpp_resourceprep) : NULL;
      if (resource == NULL)
        return refuse (error, what, "an occupant of a room needs a resource that XMPP allows");
    }
  return g_strconcat (local != NULL ? local : "", local != NULL ? "@" : "", domain,
                      resource != NULL ? "/" : NULL, resource, NULL);
}

/* IRC */

/* RFC 1459, 2.2: {}|^ are the small letters of []\~; strictly, without the last pair. */
static char
fold_char (char c, gboolean rfc1459, gboolean strict)
{
  if (g_ascii_isupper (c))
    return g_ascii_tolower (c);
  if (rfc1459 && strchr ("[]\\", c) != NULL && c != '\0')
    return c + ('{' - '[');
  return rfc1459 && !strict && c == '~' ? '^' : c;
}

static char *
fold_nick (const char *nick, const char *casemapping)
{
  gboolean strict = g_strcmp0 (casemapping, "strict-rfc1459") == 0;
  gboolean rfc1459 = strict || g_strcmp0 (casemapping, "rfc1459") == 0;
  char *folded = g_strdup (nick);

  for (char *at = folded; *at != '\0'; at++)
    *at = fold_char (*at, rfc1459, strict);
  return folded;
}

static char *
read_nick (const char *nick, const char *casemapping, const char *what, GError **error)
{
  if (*nick == '\0' || strpbrk (nick, " ,!@") != NULL)
    return refuse (error, what, "the nick is not one that IRC allows");
  return fold_nick (nick, casemapping);
}

static char *
read_irc_account (const char *name, const char *network, const char *casemapping, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, "@", 2);
  g_autofree char *nick = read_nick (parts[0], casemapping, "the account", error);
  g_autofree char *folded = NULL;

  if (nick == NULL)
    return NULL;
  if (network == NULL)
    network = parts[1];
  if (network == NULL || *network == '\0' || strpbrk (network, " @") != NULL)
    return refuse (error, "the account",
                   "an IRC account is nick@network; give the network in the name or as an option");
  folded = g_ascii_strdown (network, -1);
  return g_strconcat (nick, "@", folded, NULL);
}

/* "bob@network" of the account's own network is bob; of another one it is nobody. */
static char *
read_irc_contact (const char *account, const char *name, const char *casemapping, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, "@", 2);
  const char *network = strchr (account, '@');

  if (parts[1] != NULL && (network == NULL || g_ascii_strcasecmp (parts[1], network + 1) != 0))
    return refuse (error, "the contact", "it is not on the network of the account");
  return read_nick (parts[0], casemapping, "the contact", error);
}

/* Accounts and contacts */

static char *
check_result (char *canonical, const char *what, GError **error)
{
  g_autofree char *name = canonical;

  if (name == NULL || !core_names_check (name, what, error))
    return NULL;
  return g_steal_pointer (&name);
}

char *
core_names_read_account (const char *protocol,
                         const char *name,
                         const char *network,
                         const char *casemapping,
                         GError **error)
{
  if (!core_names_check (name, "the account", error))
    return NULL;
  if (network != NULL && !core_names_check (network, "the network", error))
    return NULL;
  if (g_str_equal (protocol, "xmpp"))
    return check_result (read_jid (name, FALSE, "the account", error), "the account", error);
  if (g_str_equal (protocol, "irc"))
    return check_result (read_irc_account (name, network, casemapping, error), "the account",
                         error);
  return g_strdup (name);
}

char *
core_names_read_contact (const char *protocol,
                         const char *account,
                         const char *name,
                         gboolean occupant,
                         const char *casemapping,
                         GError **error)
{
  if (!core_names_check (name, "the contact", error))
    return NULL;
  if (g_str_equal (protocol, "xmpp"))
    return check_result (read_jid (name, occupant, "the contact", error), "the contact", error);
  if (g_str_equal (protocol, "irc"))
    return check_result (read_irc_contact (account, name, casemapping, error), "the contact",
                         error);
  return g_strdup (name);
}

/* Paths */

/* The first 150 bytes or fewer, cut between escapes. */
static gsize
cut_between_escapes (const char *escaped)
{
  gsize cut = 0;
  gsize next = 0;

  while (next <= 150)
    {
      cut = next;
      next += escaped[cut] == '_' ? 3 : 1;
    }
  return cut;
}

char *
core_names_to_path_element (const char *name)
{
  g_autoptr (GString) escaped = g_string_new (NULL);
  g_autofree char *digest = NULL;

  for (const char *at = name; *at != '\0'; at++)
    if (g_ascii_isalnum (*at))
      g_string_append_c (escaped, *at);
    else
      g_string_append_printf (escaped, "_%02x", (guchar)*at);
  if (escaped->len <= CORE_PATH_ELEMENT_MAX)
    return g_strdup (escaped->str);

  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  digest[32] = '\0';
  g_string_truncate (escaped, cut_between_escapes (escaped->str));
  return g_strconcat (escaped->str, "__", digest, NULL);
}

/* Fingerprints */

/* What stands behind "otr-fingerprint=" in a URI, or all of it; percent-escapes read. */
static char *
find_fingerprint (const char *spelling)
{
  static const char key[] = "otr-fingerprint=";
  g_autofree char *lower = g_ascii_strdown (spelling, -1);
  const char *found = strstr (lower, key);

  if (found == NULL)
    return g_strdup (spelling);
  found += strlen (key);
  return g_uri_unescape_segment (found, found + strcspn (found, "&;#"), NULL);
}

static gboolean
is_separator (gunichar c)
{
  return g_unichar_isspace (c) || c == ':' || c == '-';
}

char *
core_names_read_fingerprint (const char *spelling, GError **error)
{
  g_autofree char *found = NULL;
  g_autoptr (GString) digits = g_string_new (NULL);
  const char *at;

  if (spelling != NULL && strlen (spelling) <= SPELLING_MAX && g_utf8_validate (spelling, -1, NULL))
    found = find_fingerprint (spelling);
  at = found != NULL ? g_strchug (found) : "";
  if (g_ascii_strncasecmp (at, "0x", 2) == 0)
    at += 2;
  for (; *at != '\0' && digits->len <= FINGERPRINT_DIGITS; at = g_utf8_next_char (at))
    if (!is_separator (g_utf8_get_char (at)))
      g_string_append_c (digits, g_ascii_isxdigit (*at) ? g_ascii_toupper (*at) : '?');
  if (digits->len != FINGERPRINT_DIGITS || strchr (digits->str, '?') != NULL)
    return refuse (error, "the fingerprint", "it must have 40 hexadecimal digits");
  return g_strdup (digits->str);
}

gboolean
core_names_check_link (const char *protocol,
                       const char *account,
                       const char *spelling,
                       const char *contact,
                       GError **error)
{
  const char *address = strchr (spelling, ':');
  const char *end = address != NULL ? strchr (address, '?') : NULL;
  g_autofree char *written = NULL;
  g_autofree char *canonical = NULL;

  if (end == NULL)
    return TRUE;
  written = g_uri_unescape_segment (address + 1, end, NULL);
  if (written != NULL)
    canonical = core_names_read_contact (protocol, account, written, FALSE, NULL, NULL);
  if (g_strcmp0 (canonical, contact) == 0)
    return TRUE;
  refuse (error, "the fingerprint", "the link is one of another contact");
  return FALSE;
}
