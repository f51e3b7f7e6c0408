// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Reads the HTML of messengers, which is seldom right, and writes it anew: what
 * is not understood here may be understood by the program that shows it, so
 * nothing is passed on as it came but text. */

#include "markup.h"

#include <string.h>

#define LINE_BREAK "<br>&gt; "
/* Open at once. */
#define TAGS_MAX 64

typedef struct
{
  const char *at; /* what is not read yet */
  GString *out;
  guint n_breaks;   /* before what comes next */
  gboolean begun;   /* something is written that can be seen */
  GPtrArray *names; /* char *, of the tags that are open */
} Markup;

static const char *const inline_tags[] = {
  "a",    "abbr",   "acronym", "b",   "big",    "bold", "cite", "code",      "del",  "em",
  "font", "i",      "img",     "ins", "italic", "kbd",  "q",    "s",         "samp", "small",
  "span", "strike", "strong",  "sub", "sup",    "tt",   "u",    "underline", "var",  NULL
};
static const char *const frames[] = { "html", "body", "head", NULL };
static const char *const attributes[] = { "alt",  "back", "color", "face",  "href", "id",
                                          "size", "src",  "style", "title", NULL };
static const char *const styles[] = { "background",  "background-color", "color",
                                      "font-family", "font-size",        "font-style",
                                      "font-weight", "text-decoration",  NULL };

static gboolean
ends_line (gunichar c)
{
  return (c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028
         || c == 0x2029;
}

static void
break_line (Markup *self)
{
  if (self->begun)
    self->n_breaks++;
}

static void
close_tags (Markup *self)
{
  while (self->names->len > 0)
    {
      g_autofree char *name = g_ptr_array_steal_index (self->names, self->names->len - 1);

      g_string_append_printf (self->out, "</%s>", name);
    }
}

/* Before anything that can be seen. The looks of letters end with the line: a
 * mark in the colour of the paper would be none. */
static void
write_breaks (Markup *self)
{
  if (self->n_breaks > 0)
    close_tags (self);
  for (; self->n_breaks > 0; self->n_breaks--)
    g_string_append (self->out, LINE_BREAK);
  self->begun = TRUE;
}

/* Text */

/* "&#8232;" is as good as the character itself. */
static gunichar
read_entity (const char *text, gsize *length)
{
  gboolean is_hex = text[2] == 'x' || text[2] == 'X';
  const char *digits = text + (is_hex ? 3 : 2);
  char *end;
  guint64 c;

  if (!g_str_has_prefix (text, "&#") || !g_ascii_isxdigit (*digits))
    return 0;
  c = g_ascii_strtoull (digits, &end, is_hex ? 16 : 10);
  *length = (gsize)(end - text) + (*end == ';');
  return c <= 0x10ffff ? (gunichar)c : 0;
}

static void
read_character (Markup *self)
{
  gsize length = (gsize)(g_utf8_next_char (self->at) - self->at);
  gunichar c = g_utf8_get_char (self->at);

  if (c == '&' && self->at[1] == '#')
    c = read_entity (self->at, &length);
  if (ends_line (c))
    break_line (self);
  else
    {
      write_breaks (self);
      if (*self->at == '<')
        g_string_append (self->out, "&lt;");
      else
        g_string_append_len (self->out, self->at, (gssize)length);
    }
  self->at += length;
}

/* Tags */

/* Only what changes the looks of letters: "display" makes a line of anything. */
static char *
keep_style (const char *style)
{
  g_auto (GStrv) parts = g_strsplit (style, ";", -1);
  GString *kept = g_string_new (NULL);

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) halves = g_strsplit (parts[i], ":", 2);
      g_autofree char *name = g_ascii_strdown (halves[0] != NULL ? halves[0] : "", -1);

      if (g_strv_contains (styles, g_strstrip (name)))
        g_string_append_printf (kept, "%s;", parts[i]);
    }
  return g_string_free (kept, FALSE);
}

static char *
read_value (Markup *self)
{
  char quote = *self->at;
  const char *begin = self->at;

  if (quote == '"' || quote == '\'')
    {
      const char *end = strchr (begin + 1, quote);

      if (end == NULL)
        end = begin + strlen (begin);
      self->at = *end != '\0' ? end + 1 : end;
      return g_strndup (begin + 1, (gsize)(end - begin - 1));
    }
  self->at += strcspn (begin, " \t\r\n>");
  return g_strndup (begin, (gsize)(self->at - begin));
}

static void
write_value (GString *tag, const char *value)
{
  for (const char *at = value; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '"')
        g_string_append (tag, "&quot;");
      else if (c != '<' && c != '>' && !ends_line (c))
        g_string_append_unichar (tag, c);
    }
}

static void
read_attribute (Markup *self, GString *tag)
{
  gsize length = strcspn (self->at, " \t\r\n=>");
  g_autofree char *name = g_ascii_strdown (self->at, (gssize)length);
  g_autofree char *value = NULL;

  self->at += length;
  self->at += strspn (self->at, " \t\r\n");
  if (*self->at != '=')
    return;
  self->at++;
  self->at += strspn (self->at, " \t\r\n");
  value = read_value (self);
  if (!g_strv_contains (attributes, name))
    return;
  if (g_str_equal (name, "style"))
    {
      g_autofree char *all = g_steal_pointer (&value);

      value = keep_style (all);
    }
  g_string_append_printf (tag, " %s=\"", name);
  write_value (tag, value);
  g_string_append_c (tag, '"');
}

/* Reads what stands between the name and the end. */
static char *
read_attributes (Markup *self)
{
  GString *tag = g_string_new (NULL);

  while (*self->at != '\0' && *self->at != '>')
    {
      gsize n_blanks = strspn (self->at, " \t\r\n/=");

      if (n_blanks > 0)
        self->at += n_blanks;
      else
        read_attribute (self, tag);
    }
  if (*self->at == '>')
    self->at++;
  return g_string_free (tag, FALSE);
}

static void
write_tag (Markup *self, const char *name, const char *rest)
{
  gboolean is_alone = g_str_equal (name, "img");

  if (self->names->len >= TAGS_MAX && !is_alone)
    return;
  if (self->n_breaks > 0)
    write_breaks (self);
  g_string_append_printf (self->out, "<%s%s>", name, rest);
  if (!is_alone)
    g_ptr_array_add (self->names, g_strdup (name));
}

static void
write_end_tag (Markup *self, const char *name)
{
  guint place;

  for (place = self->names->len; place > 0; place--)
    if (g_str_equal (self->names->pdata[place - 1], name))
      break;
  if (place == 0)
    return;
  g_ptr_array_remove_index (self->names, place - 1);
  g_string_append_printf (self->out, "</%s>", name);
}

static void
read_tag (Markup *self)
{
  gboolean is_end = self->at[1] == '/';
  const char *begin = self->at + 1 + is_end;
  gsize length = strcspn (begin, " \t\r\n/>");
  g_autofree char *name = g_ascii_strdown (begin, (gssize)length);
  g_autofree char *rest = NULL;

  self->at = begin + length;
  rest = read_attributes (self);
  if (g_strv_contains (inline_tags, name) && is_end)
    write_end_tag (self, name);
  else if (g_strv_contains (inline_tags, name))
    write_tag (self, name, rest);
  else if (g_str_equal (name, "br") ? !is_end
                                    : !g_strv_contains (frames, name) && self->n_breaks == 0)
    break_line (self);
}

static void
skip_comment (Markup *self)
{
  gboolean is_comment = g_str_has_prefix (self->at, "<!--");
  const char *mark = is_comment ? "-->" : ">";
  const char *end = strstr (self->at + (is_comment ? 4 : 2), mark);

  self->at = end != NULL ? end + strlen (mark) : self->at + strlen (self->at);
}

static void
read_next (Markup *self)
{
  if (self->at[0] == '\r' && self->at[1] == '\n')
    self->at++;
  if (*self->at != '<')
    read_character (self);
  else if (self->at[1] == '!' || self->at[1] == '?')
    skip_comment (self);
  else if (g_ascii_isalpha (self->at[1]) || self->at[1] == '/')
    read_tag (self);
  else
    read_character (self);
}

char *
markup_mark_lines (const char *html)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  Markup self = { .at = html, .out = g_string_new (NULL), .names = names };

  while (*self.at != '\0')
    read_next (&self);
  close_tags (&self);
  return g_string_free (self.out, FALSE);
}
