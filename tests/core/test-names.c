/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Canonical names, as tables: what is the same, what stays apart, what is refused. */

#include <string.h>
#include <unistd.h>

#include "core/names.h"
#include "introspection/otrd-error.h"

static void
assert_refused (char *canonical, GError *error, const char *name)
{
  if (canonical != NULL)
    g_error ("\"%s\" was read as \"%s\"", name, canonical);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_error_free (error);
}

static void
protocols_have_one_name (void)
{
  static const char *const cases[][2] = {
    { "xmpp", "xmpp" },
    { "XMPP", "xmpp" },
    { "prpl-jabber", "xmpp" },
    { "jabber", "xmpp" },
    { "Jabber", "xmpp" },
    { "libpurple-Jabber", "xmpp" },
    { "prpl-irc", "irc" },
    { "IRC", "irc" },
    { "prpl-icq", "icq" },
    { "aim", "aim" },
    { "prpl-gg", "gadu-gadu" },
    { "gg", "gadu-gadu" },
    { "Gadu-Gadu", "gadu-gadu" },
    { "matrix", "matrix" },
    { "prpl-Some.Thing-2", "some.thing-2" },
    { "prpl-prpl-x", "x" },
    { "abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *protocol = core_names_read_protocol (cases[i][0], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (protocol, ==, cases[i][1]);
    }
}

static void
strange_protocols_are_refused (void)
{
  static const char *const cases[] = {
    "",       "prpl-",    "libpurple-", "x mpp", "x_mpp",
    "xmpp\n", "\xc3\xa9", "\xff",       "x/y",   "abcdefghijklmnopqrstuvwxyz0123456",
    "x:y"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GError *error = NULL;
      char *protocol = core_names_read_protocol (cases[i], &error);

      assert_refused (protocol, error, cases[i]);
    }
}

typedef struct
{
  const char *protocol;
  const char *name;
  const char *expected; /* NULL: refused */
  const char *network;
  const char *casemapping;
} AccountCase;

static const AccountCase account_cases[] = {
  { "xmpp", "alice@example.org", "alice@example.org" },
  { "xmpp", "alice@example.org/Home", "alice@example.org" },
  { "xmpp", "alice@example.org/", "alice@example.org" },
  { "xmpp", "Alice@EXAMPLE.org/a@b/c", "alice@example.org" },
  { "xmpp", "alice@example.org.", "alice@example.org" },
  { "xmpp", "J\xc3\x9cRGEN@M\xc3\xbcnchen.de", "j\xc3\xbcrgen@m\xc3\xbcnchen.de" },
  { "xmpp", "j@xn--mnchen-3ya.de", "j@m\xc3\xbcnchen.de" },
  { "xmpp", "j@XN--MNCHEN-3YA.de", "j@m\xc3\xbcnchen.de" },
  { "xmpp",
    "j@m\xc3\xbcnchen\xe3\x80\x82"
    "de",
    "j@m\xc3\xbcnchen.de" },
  { "xmpp", "\xef\xbc\xa1lice@example.org", "alice@example.org" }, /* wide A */
  { "xmpp", "alice@localhost", "alice@localhost" },
  { "xmpp", "alice@my_host", "alice@my_host" },
  { "xmpp", "alice@[2001:DB8::1]", "alice@[2001:db8::1]" },
  { "xmpp", "alice\\40work@example.org", "alice\\40work@example.org" },
  { "xmpp", "irc.example.org", "irc.example.org" },
  { "xmpp", "a*b+c@example.org", "a*b+c@example.org" },
  /* a Cyrillic a is another person */
  { "xmpp", "\xd0\xb0lice@example.org", "\xd0\xb0lice@example.org" },

  { "xmpp", "", NULL },
  { "xmpp", "/Home", NULL },
  { "xmpp", "@example.org", NULL },
  { "xmpp", "alice@", NULL },
  { "xmpp", "alice@/Home", NULL },
  { "xmpp", "alice@.", NULL },
  { "xmpp", "alice@..", NULL },
  { "xmpp", "alice@a..b", NULL },
  { "xmpp", "alice@[", NULL },
  { "xmpp", "alice@[]x", NULL },
  { "xmpp", "alice@b@example.org", NULL },
  { "xmpp", "al ice@example.org", NULL },
  { "xmpp", " alice@example.org", NULL },
  { "xmpp", "alice@example.org ", NULL },
  { "xmpp", "alice@exam ple.org", NULL },
  { "xmpp", "al\"ice@example.org", NULL },
  { "xmpp", "al:ice@example.org", NULL },
  { "xmpp", "xmpp:alice@example.org", NULL },
  { "xmpp", "alice@example.org\n", NULL },
  { "xmpp", "ali\tce@example.org", NULL },
  { "xmpp", "alice@example.org/Ho\x01me", NULL },
  { "xmpp", "alice\x7f@example.org", NULL },
  { "xmpp", "alice\xc2\x85@example.org", NULL },
  { "xmpp", "alice\xe2\x80\xa8@example.org", NULL },
  { "xmpp", "alice\xff@example.org", NULL },
  { "xmpp", "alice\xc0\xaf@example.org", NULL },
  { "xmpp", "\xc2\xad@example.org", NULL }, /* nothing is left of it */
  { "xmpp",
    "ali\xef\xbc\xa0"
    "ce@example.org",
    NULL },                                           /* a wide @ */
  { "xmpp", "alice@example.org\xef\xbc\x8fx", NULL }, /* a wide slash */
  { "xmpp",
    "alice@example\xef\xbc\xa0"
    "evil.org",
    NULL },                                          /* a wide @ in the domain */
  { "xmpp", "alice\xe2\x80\xae@example.org", NULL }, /* turns the direction */

  { "irc", "Alice@Libera", "alice@libera" },
  { "irc", "Alice", "alice@libera", "Libera" },
  { "irc", "alice@irc.libera.chat", "alice@libera", "libera" },
  { "irc", "Al[i]ce@net", "al[i]ce@net" },
  { "irc", "Al[i]\\~@net", "al{i}|^@net", NULL, "rfc1459" },
  { "irc", "Al[i]\\~@net", "al{i}|~@net", NULL, "strict-rfc1459" },
  { "irc", "Al[i]\\~@net", "al[i]\\~@net", NULL, "ascii" },
  { "irc", "Al[i]\\~@net", "al[i]\\~@net", NULL, "rfc7613" },
  { "irc", "\xc3\x84nne@net", "\xc3\x84nne@net", NULL, "rfc1459" },
  { "irc", "alice", NULL },
  { "irc", "alice@", NULL },
  { "irc", "@net", NULL },
  { "irc", "alice", NULL, "" },
  { "irc", "alice", NULL, "a b" },
  { "irc", "alice", NULL, "a@b" },
  { "irc", "alice", NULL, "a\nb" },
  { "irc", "al ice@net", NULL },
  { "irc", "alice!user@host", NULL },
  { "irc", "alice@a@b", NULL },

  { "matrix", "@Alice:example.org", "@Alice:example.org" },
  { "aim", "Some One", "Some One" },
  { "icq", "12345", "12345" },
  { "icq", "", NULL },
  { "icq", "12\r345", NULL },
};

static void
accounts_have_one_name (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (account_cases); i++)
    {
      const AccountCase *c = &account_cases[i];
      GError *error = NULL;
      g_autofree char *name =
          core_names_read_account (c->protocol, c->name, c->network, c->casemapping, &error);

      if (c->expected == NULL)
        {
          assert_refused (name, error, c->name);
          continue;
        }
      if (g_strcmp0 (name, c->expected) != 0)
        g_error ("\"%s\" was read as \"%s\" (%s)", c->name, name, error ? error->message : "");
    }
}

/* What is canonical stays as it is: a client may hand back what it was given. */
static void
canonical_names_stay (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (account_cases); i++)
    {
      const AccountCase *c = &account_cases[i];
      g_autofree char *name = NULL;

      if (c->expected == NULL)
        continue;
      name = core_names_read_account (c->protocol, c->expected, NULL, c->casemapping, NULL);
      g_assert_cmpstr (name, ==, c->expected);
    }
}

static void
contacts_have_one_name (void)
{
  static const struct
  {
    const char *protocol, *account, *name;
    gboolean occupant;
    const char *casemapping, *expected;
  } cases[] = {
    { "xmpp", "a@b", "Bob@Example.org/Phone", FALSE, NULL, "bob@example.org" },
    { "xmpp", "a@b", "Room@conf.example.org/Bob B", TRUE, NULL, "room@conf.example.org/Bob B" },
    { "xmpp", "a@b", "room@conf.example.org/bob b", TRUE, NULL, "room@conf.example.org/bob b" },
    { "xmpp", "a@b", "room@conf.example.org", TRUE, NULL, NULL },
    { "xmpp", "a@b", "room@conf.example.org/", TRUE, NULL, NULL },
    { "irc", "alice@net", "Bob", FALSE, NULL, "bob" },
    { "irc", "alice@net", "Bob|away", FALSE, NULL, "bob|away" },
    { "irc", "alice@net", "Bob\\away", FALSE, NULL, "bob\\away" },
    { "irc", "alice@net", "Bob\\away", FALSE, "rfc1459", "bob|away" },
    { "irc", "alice@net", "Bob@NET", FALSE, NULL, "bob" },
    { "irc", "alice@net", "bob@other", FALSE, NULL, NULL },
    { "irc", "alice@net", "bob ", FALSE, NULL, NULL },
    { "icq", "1", "2", FALSE, NULL, "2" },
    { "icq", "1", "2/3", TRUE, NULL, "2/3" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GError *error = NULL;
      g_autofree char *name =
          core_names_read_contact (cases[i].protocol, cases[i].account, cases[i].name,
                                   cases[i].occupant, cases[i].casemapping, &error);

      g_assert_cmpstr (name, ==, cases[i].expected);
      if (cases[i].expected == NULL)
        assert_refused (name, error, cases[i].name);
    }
}

static char *
repeat (const char *piece, guint times, const char *end)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < times; i++)
    g_string_append (text, piece);
  g_string_append (text, end);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
long_names_are_refused (void)
{
  g_autofree char *longest = repeat ("x", 1023, "");
  g_autofree char *longer = repeat ("x", 1024, "");
  g_autofree char *long_local = repeat ("x", 1012, "@example.org");
  g_autofree char *long_label = repeat ("x", 64, ".org");
  /* 3 bytes that Nodeprep makes 33 of */
  g_autofree char *grows = repeat ("\xef\xb7\xba", 300, "@example.org");
  g_autofree char *kept = core_names_read_account ("icq", longest, NULL, NULL, NULL);
  const char *const xmpp[] = { longer, long_local, long_label, grows };

  g_assert_cmpstr (kept, ==, longest);
  for (gsize i = 0; i < G_N_ELEMENTS (xmpp); i++)
    {
      GError *error = NULL;
      char *name = core_names_read_account ("xmpp", xmpp[i], NULL, NULL, &error);

      assert_refused (name, error, xmpp[i]);
    }
  g_assert_false (core_names_check (longer, "the name", NULL));
  g_assert_false (core_names_check (NULL, "the name", NULL));
}

static void
path_elements_are_escaped_and_bounded (void)
{
  g_autofree char *plain = core_names_to_path_element ("xmpp:alice@example.org");
  g_autofree char *underscore = core_names_to_path_element ("a_b");
  g_autofree char *utf8 = core_names_to_path_element ("\xc3\xa4");
  g_autofree char *fits_name = repeat ("a", 200, "");
  g_autofree char *fits = core_names_to_path_element (fits_name);
  g_autofree char *long_name = repeat ("a", 201, "");
  g_autofree char *longer = core_names_to_path_element (long_name);
  g_autofree char *cut_name = repeat ("a@", 100, "");
  g_autofree char *cut = core_names_to_path_element (cut_name);

  g_assert_cmpstr (plain, ==, "xmpp_3aalice_40example_2eorg");
  g_assert_cmpstr (underscore, ==, "a_5fb");
  g_assert_cmpstr (utf8, ==, "_c3_a4");
  g_assert_cmpstr (fits, ==, fits_name);
  g_assert_cmpuint (strlen (longer), ==, 184);
  g_assert_cmpint (strncmp (longer + 150, "__", 2), ==, 0);
  /* sha256 of 201 letters a begins so */
  {
    g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, long_name, -1);

    g_assert_cmpint (strncmp (longer + 152, digest, 32), ==, 0);
  }
  /* 37 times "a_40" are 148 bytes, one more "a" is 149; the escape behind it does not fit */
  g_assert_cmpuint (strlen (cut), ==, 149 + 34);
  g_assert_true (g_str_has_prefix (cut + 145, "_40a__"));
}

static void
long_names_with_one_beginning_have_two_paths (void)
{
  g_autofree char *one = repeat ("a", 300, "1");
  g_autofree char *two = repeat ("a", 300, "2");
  g_autofree char *first = core_names_to_path_element (one);
  g_autofree char *second = core_names_to_path_element (two);

  g_assert_cmpstr (first, !=, second);
}

#define DIGITS "0123456789ABCDEF0123456789ABCDEF01234567"

static void
fingerprints_are_read_in_any_usual_spelling (void)
{
  static const char *const cases[] = {
    DIGITS,
    "0123456789abcdef0123456789abcdef01234567",
    "01234567 89ABCDEF 01234567 89ABCDEF 01234567",
    " 01234567 89abcdef\n01234567\t89ABCDEF 01234567 \n",
    "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67",
    "01234567-89ABCDEF-01234567-89ABCDEF-01234567",
    "01234567\xc2\xa0"
    "89ABCDEF\xe2\x80\xaf"
    "01234567 89ABCDEF 01234567",
    "0x" DIGITS,
    " 0X" DIGITS,
    "otr-fingerprint=" DIGITS,
    "xmpp:bob@example.org?otr-fingerprint=0123456789abcdef0123456789abcdef01234567",
    "xmpp:bob@example.org?message;otr-fingerprint=" DIGITS ";body=hi",
    "XMPP:bob@example.org?OTR-Fingerprint=" DIGITS "&x=y",
    "xmpp:b@c?otr-fingerprint=01234567%2089ABCDEF%2001234567%2089ABCDEF%2001234567",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *fingerprint = core_names_read_fingerprint (cases[i], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (fingerprint, ==, DIGITS);
    }
}

static void
what_is_no_fingerprint_is_refused (void)
{
  g_autofree char *endless = repeat (" ", 100000, DIGITS);
  const char *const cases[] = {
    NULL,
    "",
    "0x",
    "0123456789ABCDEF0123456789ABCDEF0123456",
    DIGITS "8",
    DIGITS DIGITS,
    "0123456789ABCDEF0123456789ABCDEF0123456G",
    "0123456789ABCDEF0123456789ABCDEF0123456\xef\xbc\x91",
    "0123456789ABCDEF0123456789ABCDEF0123456\xff",
    "otr-fingerprint=",
    "otr-fingerprint=%zz" DIGITS,
    "xmpp:bob@example.org",
    "fingerprint " DIGITS,
    endless,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GError *error = NULL;
      char *fingerprint = core_names_read_fingerprint (cases[i], &error);

      assert_refused (fingerprint, error, cases[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  g_test_add_func ("/core/names/protocols-have-one-name", protocols_have_one_name);
  g_test_add_func ("/core/names/strange-protocols-are-refused", strange_protocols_are_refused);
  g_test_add_func ("/core/names/accounts-have-one-name", accounts_have_one_name);
  g_test_add_func ("/core/names/canonical-names-stay", canonical_names_stay);
  g_test_add_func ("/core/names/contacts-have-one-name", contacts_have_one_name);
  g_test_add_func ("/core/names/long-names-are-refused", long_names_are_refused);
  g_test_add_func ("/core/names/path-elements-are-escaped-and-bounded",
                   path_elements_are_escaped_and_bounded);
  g_test_add_func ("/core/names/long-names-with-one-beginning-have-two-paths",
                   long_names_with_one_beginning_have_two_paths);
  g_test_add_func ("/core/names/fingerprints-are-read-in-any-usual-spelling",
                   fingerprints_are_read_in_any_usual_spelling);
  g_test_add_func ("/core/names/what-is-no-fingerprint-is-refused",
                   what_is_no_fingerprint_is_refused);
  return g_test_run ();
}
