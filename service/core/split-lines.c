/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Split lines: those in assembly, by messenger and address, the oldest first. */

#include "core/split-lines.h"

#include <string.h>

#include "core/limits.h"
#include "engine/line.h"

#define START "?OTR:"
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

typedef struct
{
  char *messenger;
  char *from;
  GString *line;
  gint64 last;
} SplitLine;

struct _CoreSplitLines
{
  GQueue open; /* of SplitLine */
};

static void
split_line_free (SplitLine *split)
{
  g_free (split->messenger);
  g_free (split->from);
  g_string_free (split->line, TRUE);
  g_free (split);
}

CoreSplitLines *
core_split_lines_new (void)
{
  return g_new0 (CoreSplitLines, 1);
}

void
core_split_lines_free (CoreSplitLines *lines)
{
  g_queue_clear_full (&lines->open, (GDestroyNotify)split_line_free);
  g_free (lines);
}

static void
drop (CoreSplitLines *lines, GList *link)
{
  split_line_free (link->data);
  g_queue_delete_link (&lines->open, link);
}

static void
drop_late (CoreSplitLines *lines, gint64 now)
{
  GList *next;

  for (GList *link = lines->open.head; link != NULL; link = next)
    {
      next = link->next;
      if (now - ((SplitLine *)link->data)->last > CORE_SPLIT_PATIENCE)
        drop (lines, link);
    }
}

static GList *
find (CoreSplitLines *lines, const char *messenger, const char *from)
{
  for (GList *link = lines->open.head; link != NULL; link = link->next)
    {
      const SplitLine *split = link->data;

      if (g_str_equal (split->messenger, messenger) && g_strcmp0 (split->from, from) == 0)
        return link;
    }
  return NULL;
}

static gboolean
is_full_piece (const char *code)
{
  return strlen (code) >= CORE_SPLIT_PIECE_MIN && code[strspn (code, BASE64)] == '\0';
}

static gboolean
is_last_piece (const char *code)
{
  const char *stop = code + strspn (code, BASE64);

  return *stop == '.' && stop[1 + strspn (stop + 1, " \r\n")] == '\0';
}

static void
begin (CoreSplitLines *lines, const char *messenger, const char *from, const char *line, gint64 now)
{
  SplitLine *split = g_new0 (SplitLine, 1);

  if (lines->open.length >= CORE_SPLIT_MAX_OPEN)
    drop (lines, lines->open.head);
  split->messenger = g_strdup (messenger);
  split->from = g_strdup (from);
  split->line = g_string_new (line);
  split->last = now;
  g_queue_push_tail (&lines->open, split);
}

static CoreSplit
add (CoreSplitLines *lines, GList *link, const char *piece, gint64 now)
{
  SplitLine *split = link->data;

  if (split->line->len + strlen (piece) > CORE_LINE_MAX)
    {
      drop (lines, link);
      return CORE_SPLIT_NOT;
    }
  g_string_append (split->line, piece);
  split->last = now;
  return CORE_SPLIT_WAITS;
}

static CoreSplit
end (CoreSplitLines *lines, GList *link, const char *piece, gint64 now, char **whole)
{
  g_autoptr (EngineLine) line = NULL;

  if (add (lines, link, piece, now) == CORE_SPLIT_NOT)
    return CORE_SPLIT_NOT;
  *whole = g_strdup (((SplitLine *)link->data)->line->str);
  drop (lines, link);
  line = engine_line_read (*whole);
  if (line->type != ENGINE_LINE_MALFORMED)
    return CORE_SPLIT_WHOLE;
  g_clear_pointer (whole, g_free);
  return CORE_SPLIT_NOT;
}

CoreSplit
core_split_lines_take (CoreSplitLines *lines,
                       const char *messenger,
                       const char *from,
                       const char *line,
                       gint64 now,
                       char **whole)
{
  GList *link;

  drop_late (lines, now);
  link = find (lines, messenger, from);
  if (g_str_has_prefix (line, START))
    {
      if (!is_full_piece (line + strlen (START)))
        return CORE_SPLIT_NOT;
      if (link != NULL)
        drop (lines, link);
      begin (lines, messenger, from, line, now);
      return CORE_SPLIT_WAITS;
    }
  if (link == NULL)
    return CORE_SPLIT_NOT;
  if (is_last_piece (line))
    return end (lines, link, line, now, whole);
  return is_full_piece (line) ? add (lines, link, line, now) : CORE_SPLIT_NOT;
}
