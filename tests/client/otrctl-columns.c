// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* How records, fingerprints and accounts are written: the same line for a
 * script whatever the terminal, and nothing that could steer one. */

#include "otrctl/columns.h"
#include "otrctl/fingerprint.h"
#include "otrctl/link.h"
#include "otrctl/target.h"
#include "otrctl/tty.h"

#include <string.h>
#include <unistd.h>

#define FINGERPRINT "0123456789ABCDEF0123456789ABCDEF01234567"
#define GROUPED "01234567 89ABCDEF 01234567 89ABCDEF 01234567"

static const char *const keys[] = { "contact", "trust", "fingerprint", NULL };

static GVariant *
make_records (void)
{
  return g_variant_ref_sink (g_variant_new_parsed (
      "[{'contact': <'bob@example.org'>, 'trust': <'verified'>, 'fingerprint': <'" FINGERPRINT "'>,"
      "  'in-use': <true>, 'method': <'smp'>},"
      " {'contact': <'c'>, 'trust': <'rejected'>, 'fingerprint': <''>}]"));
}

static void
test_a_fingerprint_has_five_groups_of_eight (void)
{
  g_autofree char *grouped = fingerprint_group (FINGERPRINT);
  g_autofree char *short_one = fingerprint_group ("0123");
  g_autofree char *strange = fingerprint_group ("zz23456789ABCDEF0123456789ABCDEF01234567");

  g_assert_cmpstr (grouped, ==, GROUPED);
  g_assert_cmpstr (short_one, ==, "0123");
  g_assert_cmpuint (strlen (strange), ==, 40);
}

static void
test_two_fingerprints_stand_side_by_side_where_there_is_room (void)
{
  g_autofree char *wide = fingerprint_lay_out ("alice", FINGERPRINT, "bob", FINGERPRINT, 100);
  g_autofree char *narrow = fingerprint_lay_out ("alice", FINGERPRINT, "bob", FINGERPRINT, 60);

  g_assert_nonnull (strstr (wide, GROUPED "  " GROUPED "\n"));
  g_assert_cmpstr (narrow, ==, "alice\n  " GROUPED "\nbob\n  " GROUPED "\n");
}

/* The other name begins where the other fingerprint does, whatever the letters' width. */
static void
test_wide_letters_take_two_columns (void)
{
  g_autofree char *text =
      fingerprint_lay_out ("\u6771\u4eac", FINGERPRINT, "bob", FINGERPRINT, 100);
  const char *second = strchr (text, '\n') + 1;
  g_autofree char *before = g_strndup (text, (gsize)(strstr (text, "bob") - text));

  g_assert_cmpint (tty_measure (before), ==, strlen (GROUPED "  "));
  g_assert_true (g_str_has_prefix (second, GROUPED "  " GROUPED));
}

static void
test_a_fingerprint_is_known_in_any_spelling (void)
{
  static const char *const spellings[] = {
    FINGERPRINT,
    "0x" FINGERPRINT,
    " 01234567 89abcdef\t01234567\r\n89ABCDEF:0123-4567\n",
    "01234567\u00a089ABCDEF\u202f01234567\u200989ABCDEF\u00a001234567",
  };
  static const char *const others[] = {
    "",
    "0123",
    FINGERPRINT "0",
    "bob@example.org",
    "0123456789ABCDEF0123456789ABCDEF0123456g",
    FINGERPRINT "\xff",
  };

  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    g_assert_true (fingerprint_is (spellings[i]));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (fingerprint_is (others[i]));
}

static void
test_a_link_is_read_back (void)
{
  static const char *const addresses[] = { "alice@example.org", "a?b;c&d#e%f\u00fc@example.org" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *link = link_make ("xmpp", addresses[i], FINGERPRINT);
      g_autofree char *contact = NULL;
      g_autofree char *fingerprint = NULL;

      g_assert_true (link_read (link, &contact, &fingerprint));
      g_assert_cmpstr (contact, ==, addresses[i]);
      g_assert_cmpstr (fingerprint, ==, FINGERPRINT);
    }
  g_assert_null (link_make ("irc", "nick@net", FINGERPRINT));
}

static void
test_only_a_link_is_read_as_one (void)
{
  static const char *const others[] = {
    "alice@example.org",
    "xmpp:alice@example.org",
    "xmpp:alice@example.org?message",
    "xmpp:alice@example.org?not-otr-fingerprint=" FINGERPRINT,
    "irc:alice@example.org?otr-fingerprint=" FINGERPRINT,
    "xmpp:%00@example.org?otr-fingerprint=" FINGERPRINT,
    "xmpp:%zz@example.org?otr-fingerprint=" FINGERPRINT,
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *contact = NULL;
      g_autofree char *fingerprint = NULL;

      g_assert_false (link_read (others[i], &contact, &fingerprint));
      g_assert_null (contact);
      g_assert_null (fingerprint);
    }
}

static void
test_a_script_reads_tabs (void)
{
  g_autoptr (GVariant) records = make_records ();
  g_autofree char *text = columns_to_text (records, keys, COLUMNS_TABS);

  g_assert_cmpstr (text, ==,
                   "bob@example.org\tverified\t" GROUPED "\n"
                   "c\trejected\t-\n");
}

static void
test_a_table_is_headed_and_aligned (void)
{
  g_autoptr (GVariant) records = make_records ();
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new_parsed ("@aa{sv} []"));
  g_autofree char *text = columns_to_text (records, keys, COLUMNS_TABLE);
  g_autofree char *empty = columns_to_text (none, keys, COLUMNS_TABLE);

  g_assert_cmpstr (text, ==,
                   "CONTACT          TRUST     FINGERPRINT\n"
                   "bob@example.org  verified  " GROUPED "\n"
                   "c                rejected  -\n");
  g_assert_cmpstr (empty, ==, "");
}

static void
test_long_shows_what_else_is_known (void)
{
  g_autoptr (GVariant) records = make_records ();
  g_autofree char *text = columns_to_text (records, keys, COLUMNS_LONG);
  g_autofree char *narrow = columns_to_text (records, keys, COLUMNS_NARROW);

  g_assert_null (strstr (narrow, "in-use"));
  g_assert_nonnull (strstr (narrow, "\n\ncontact: c\n"));
  g_assert_cmpstr (text, ==,
                   "contact: bob@example.org\ntrust: verified\nfingerprint: " GROUPED "\n"
                   "in-use: yes\nmethod: smp\n"
                   "\ncontact: c\ntrust: rejected\nfingerprint: -\n");
}

static void
test_json_keeps_every_field_as_it_is (void)
{
  g_autoptr (GVariant) records = make_records ();
  g_autofree char *text = columns_to_text (records, keys, COLUMNS_JSON);

  g_assert_nonnull (strstr (text, "\"" FINGERPRINT "\""));
  g_assert_nonnull (strstr (text, "\"in-use\" : true"));
}

static void
test_remote_words_cannot_steer_the_terminal (void)
{
  g_autofree char *escape = tty_make_printable ("a\033[31mb\r\nc\tgross");
  g_autofree char *turned = tty_make_printable ("abc\xe2\x80\xae"
                                                "def");
  g_autofree char *broken = tty_make_printable ("a\xff"
                                                "b");
  g_autofree char *kept = tty_make_printable ("ünïcode 日本");

  g_assert_null (strpbrk (escape, "\033\r\n\t"));
  g_assert_null (strstr (turned, "\xe2\x80\xae"));
  g_assert_true (g_utf8_validate (broken, -1, NULL));
  g_assert_cmpstr (kept, ==, "ünïcode 日本");
}

static void
test_an_account_is_protocol_and_name (void)
{
  static const struct
  {
    const char *word, *protocol, *name;
  } cases[] = {
    { "xmpp:alice@example.org", "xmpp", "alice@example.org" },
    { "prpl-jabber:alice@example.org/Home", "prpl-jabber", "alice@example.org/Home" },
    { "alice@example.org", NULL, "alice@example.org" },
    { "matrix:@alice:example.org", "matrix", "@alice:example.org" },
    { "@alice:example.org", NULL, "@alice:example.org" },
    { ":x", NULL, ":x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *protocol = NULL;
      g_autofree char *name = NULL;

      target_split (cases[i].word, &protocol, &name);
      g_assert_cmpstr (protocol, ==, cases[i].protocol);
      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

int
main (int argc, char **argv)
{
  alarm (280);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/otrctl/a-link-is-read-back", test_a_link_is_read_back);
  g_test_add_func ("/otrctl/only-a-link-is-read-as-one", test_only_a_link_is_read_as_one);
  g_test_add_func ("/otrctl/a-fingerprint-has-five-groups-of-eight",
                   test_a_fingerprint_has_five_groups_of_eight);
  g_test_add_func ("/otrctl/two-fingerprints-stand-side-by-side-where-there-is-room",
                   test_two_fingerprints_stand_side_by_side_where_there_is_room);
  g_test_add_func ("/otrctl/wide-letters-take-two-columns", test_wide_letters_take_two_columns);
  g_test_add_func ("/otrctl/a-fingerprint-is-known-in-any-spelling",
                   test_a_fingerprint_is_known_in_any_spelling);
  g_test_add_func ("/otrctl/a-script-reads-tabs", test_a_script_reads_tabs);
  g_test_add_func ("/otrctl/a-table-is-headed-and-aligned", test_a_table_is_headed_and_aligned);
  g_test_add_func ("/otrctl/long-shows-what-else-is-known", test_long_shows_what_else_is_known);
  g_test_add_func ("/otrctl/json-keeps-every-field-as-it-is", test_json_keeps_every_field_as_it_is);
  g_test_add_func ("/otrctl/remote-words-cannot-steer-the-terminal",
                   test_remote_words_cannot_steer_the_terminal);
  g_test_add_func ("/otrctl/an-account-is-protocol-and-name", test_an_account_is_protocol_and_name);
  return g_test_run ();
}
