/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Markup: no tags shown, no text swallowed, whichever form the two messengers use. */
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "core/markup.h"

static void
test_plain_texts_are_plain (void)
{
  static const char *const texts[] = {
    "hello",
    "",
    "a < b && c > d",
    "List<String> list",
    "use <b> for bold",
    "I <3 you",
    "AT&T",
    "mail <alice@example.org>",
    "</b>",
    "<",
    "&",
    "&nosuch;",
    "<!-- a comment that does not end",
    "two\nlines",
    "/me waves",
    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xf0\x9f\x94\x92",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *html = core_markup_from_plain (texts[i]);
      g_autofree char *back = core_markup_to_plain (html);

      if (core_markup_is_html (texts[i]))
        g_error ("\"%s\" was taken for HTML", texts[i]);
      g_assert_cmpstr (back, ==, texts[i]);
    }
}

static void
test_html_is_read (void)
{
  static const struct
  {
    const char *html, *plain;
  } texts[] = {
    { "<b>bold</b> and <i>slanted</i>", "bold and slanted" },
    { "one<br>two<BR/>three", "one\ntwo\nthree" },
    { "<FONT COLOR=\"#ff0000\">red</FONT>", "red" },
    { "a &lt; b &amp;&amp; c &gt; d", "a < b && c > d" },
    { "<a href=\"https://example.org/x\">there</a>", "there <https://example.org/x>" },
    { "<a href=\"https://example.org/x\">https://example.org/x</a>", "https://example.org/x" },
    { "<p>one</p><p>two</p>", "one\ntwo" },
    { "<html><body>framed</body></html>", "framed" },
    { "caf&eacute; \xe2\x98\x95", "caf\xc3\xa9 \xe2\x98\x95" },
    { "<img src=\"x\" alt=\"a smile\">", "a smile" },
    { "<script>alert(1)</script>x", "x" },
    { "<b>/me waves</b>", "/me waves" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *plain = core_markup_to_plain (texts[i].html);

      if (!core_markup_is_html (texts[i].html))
        g_error ("\"%s\" was not taken for HTML", texts[i].html);
      g_assert_cmpstr (plain, ==, texts[i].plain);
    }
}

static void
test_formatting (void)
{
  g_assert_true (core_markup_has_formatting ("<b>x</b>"));
  g_assert_false (core_markup_has_formatting ("a &lt; b<br>c"));
}

static void
test_long_and_deep (void)
{
  g_autofree char *word = g_strnfill (1024 * 1024, 'x');
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autofree char *same = core_markup_to_plain (word);
  g_autofree char *plain = NULL;

  g_assert_cmpstr (same, ==, word);
  for (guint i = 0; i < 20000; i++)
    g_string_append (deep, "<b>");
  g_string_append (deep, "deep");
  for (guint i = 0; i < 20000; i++)
    g_string_append (deep, "</b>");
  plain = core_markup_to_plain (deep->str);
  g_assert_nonnull (strstr (plain, "deep"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);

  g_test_add_func ("/markup/plain-texts-stay-as-typed", test_plain_texts_are_plain);
  g_test_add_func ("/markup/html-is-read-without-its-tags", test_html_is_read);
  g_test_add_func ("/markup/formatting-is-told-from-line-breaks", test_formatting);
  g_test_add_func ("/markup/long-and-deep-texts-are-read", test_long_and_deep);
  return g_test_run ();
}
