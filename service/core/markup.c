/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Markup: libxml2's HTML parser fed with our handlers, so that nothing nests or grows. */
#include "core/markup.h"

#include <libxml/HTMLparser.h>
#include <string.h>

/* The text is wrapped, so that an element it leaves open is an error at the end. */
#define WRAP_START "<div>"
#define WRAP_END "</div>"

typedef struct
{
  GString *plain;
  guint elements;   /* without the wrapping */
  guint formatting; /* of them those that are more than a line break */
  guint silent;     /* inside elements whose content is not shown */
  char *address;    /* of the open link */
  gsize link_start; /* where its words begin */
  gsize broken_at;  /* behind the last line end that a block made; <br> makes other ones */
} Reading;

static gboolean
is_one_of (const char *name, const char *const *names)
{
  return g_strv_contains (names, name);
}

static gboolean
is_silent (const char *name)
{
  static const char *const names[] = { "head", "script", "style", "title", NULL };

  return is_one_of (name, names);
}

static gboolean
begins_line (const char *name)
{
  static const char *const names[] = { "blockquote", "div",   "h1", "h2", "h3", "h4",
                                       "h5",         "h6",    "hr", "li", "ol", "p",
                                       "pre",        "table", "tr", "ul", NULL };

  return is_one_of (name, names);
}

static gboolean
is_frame (const char *name)
{
  static const char *const names[] = { "html", "body", "head", NULL };

  return is_one_of (name, names);
}

static const char *
find_attribute (const xmlChar **attributes, const char *name)
{
  for (guint i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
    if (g_str_equal ((const char *)attributes[i], name))
      return (const char *)attributes[i + 1];
  return NULL;
}

static void
break_line (Reading *reading)
{
  GString *plain = reading->plain;

  if (plain->len == 0 || plain->str[plain->len - 1] == '\n')
    return;
  g_string_append_c (plain, '\n');
  reading->broken_at = plain->len;
}

static void
on_start (void *user_data, const xmlChar *xml_name, const xmlChar **attributes)
{
  Reading *reading = user_data;
  const char *name = (const char *)xml_name;

  if (is_frame (name))
    return;
  reading->elements++;
  if (is_silent (name))
    reading->silent++;
  if (g_str_equal (name, "br"))
    {
      g_string_append_c (reading->plain, '\n');
      return;
    }
  if (begins_line (name))
    break_line (reading);
  else
    reading->formatting++;
  if (g_str_equal (name, "a"))
    {
      g_free (reading->address);
      reading->address = g_strdup (find_attribute (attributes, "href"));
      reading->link_start = reading->plain->len;
    }
  if (g_str_equal (name, "img") && find_attribute (attributes, "alt") != NULL)
    g_string_append (reading->plain, find_attribute (attributes, "alt"));
}

/* "words <address>", unless the words are the address. */
static void
end_link (Reading *reading)
{
  g_autofree char *address = g_steal_pointer (&reading->address);
  const char *words;

  if (address == NULL || reading->link_start > reading->plain->len)
    return;
  words = reading->plain->str + reading->link_start;
  if (*words != '\0' && strstr (address, words) == NULL)
    g_string_append_printf (reading->plain, " <%s>", address);
}

static void
on_end (void *user_data, const xmlChar *xml_name)
{
  Reading *reading = user_data;
  const char *name = (const char *)xml_name;

  if (is_silent (name) && reading->silent > 0)
    reading->silent--;
  if (g_str_equal (name, "a"))
    end_link (reading);
  if (begins_line (name))
    break_line (reading);
}

static void
on_characters (void *user_data, const xmlChar *letters, int length)
{
  Reading *reading = user_data;

  if (reading->silent > 0)
    return;
  for (int i = 0; i < length; i++)
    g_string_append_c (reading->plain, letters[i] == '\n' ? ' ' : (char)letters[i]);
}

static void
reading_clear (Reading *reading)
{
  if (reading->plain != NULL)
    {
      explicit_bzero (reading->plain->str, reading->plain->len);
      g_string_free (reading->plain, TRUE);
    }
  g_free (reading->address);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static gboolean
is_document (const char *text)
{
  return g_ascii_strncasecmp (text, "<html", strlen ("<html")) == 0;
}

/* libxml2 sets itself up at the first use, and the first may be on two threads. */
static void
set_up_parser (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  xmlInitParser ();
  g_once_init_leave (&done, 1);
}

/* TRUE: the parser had nothing to complain of. */
static gboolean
read_html (Reading *reading, const char *text)
{
  static htmlSAXHandler handlers = {
    .startElement = on_start,
    .endElement = on_end,
    .characters = on_characters,
    .ignorableWhitespace = on_characters,
  };
  htmlParserCtxtPtr parser;
  gboolean wrap = !is_document (text);
  gboolean is_clean;

  set_up_parser ();
  parser = htmlCreatePushParserCtxt (&handlers, reading, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
  reading->plain = g_string_new (NULL);
  if (parser == NULL)
    return FALSE;
  htmlCtxtUseOptions (parser, HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
  if (wrap)
    htmlParseChunk (parser, WRAP_START, strlen (WRAP_START), 0);
  htmlParseChunk (parser, text, strlen (text), 0);
  htmlParseChunk (parser, WRAP_END, wrap ? strlen (WRAP_END) : 0, 1);
  is_clean = parser->errNo == XML_ERR_OK;
  htmlFreeParserCtxt (parser);
  if (wrap)
    reading->elements -= MIN (reading->elements, 1);
  if (reading->plain->len > 0 && reading->plain->len == reading->broken_at)
    g_string_truncate (reading->plain, reading->plain->len - 1);
  return is_clean;
}

gboolean
core_markup_is_html (const char *text)
{
  g_auto (Reading) reading = { 0 };

  if (strpbrk (text, "<&") == NULL)
    return FALSE;
  return read_html (&reading, text) && *text != '\0'
         && (reading.elements > 0 || is_document (text) || strcmp (reading.plain->str, text) != 0);
}

char *
core_markup_to_plain (const char *html)
{
  g_auto (Reading) reading = { 0 };

  read_html (&reading, html);
  return g_strdup (reading.plain->str);
}

gboolean
core_markup_has_formatting (const char *html)
{
  g_auto (Reading) reading = { 0 };

  read_html (&reading, html);
  return reading.formatting > 0;
}

/* What HTML can have neither as it is nor as a reference: IRC's colours are such. */
static gboolean
is_control (gunichar letter)
{
  return letter != '\t' && g_unichar_iscntrl (letter);
}

static void
append_escaped (GString *html, const char *at)
{
  switch (*at)
    {
    case '<':
      g_string_append (html, "&lt;");
      break;
    case '>':
      g_string_append (html, "&gt;");
      break;
    case '&':
      g_string_append (html, "&amp;");
      break;
    case '\n':
      g_string_append (html, "<br>");
      break;
    default:
      g_string_append_unichar (html,
                               is_control (g_utf8_get_char (at)) ? 0xfffd : g_utf8_get_char (at));
    }
}

char *
core_markup_from_plain (const char *plain)
{
  GString *html = g_string_new (NULL);

  for (const char *at = plain; *at != '\0'; at = g_utf8_next_char (at))
    append_escaped (html, at);
  return g_string_free (html, FALSE);
}
