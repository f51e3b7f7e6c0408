/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading lines: every length is checked against what is there. */
#include "engine/line.h"

#include <string.h>

#define MARK "?OTR"
#define TAG_BASE " \t  \t\t\t\t \t \t \t  "
#define TAG_V2 "  \t\t  \t "
#define TAG_V3 "  \t\t  \t\t"
#define TAG_LEN 8
#define MAC_LEN 20
#define HASH_LEN 32
#define LOWEST_INSTANCE_TAG 0x100

/* What is left to read of a decoded body; running out leaves it broken. */
typedef struct
{
  const guint8 *at;
  gsize left;
  gboolean broken;
} Cursor;

static const guint8 *
take (Cursor *cursor, gsize length)
{
  const guint8 *start = cursor->at;

  if (cursor->broken || cursor->left < length)
    {
      cursor->broken = TRUE;
      return NULL;
    }
  cursor->at += length;
  cursor->left -= length;
  return start;
}

static guint32
take_int (Cursor *cursor)
{
  const guint8 *bytes = take (cursor, 4);

  if (bytes == NULL)
    return 0;
  return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 | bytes[3];
}

/* Protocol v3, "Data types": DATA and MPI are a length and that many bytes. */
static const guint8 *
take_counted (Cursor *cursor, gsize *length)
{
  *length = take_int (cursor);
  return take (cursor, *length);
}

static gboolean
read_message (EngineLine *line, Cursor *cursor)
{
  const guint8 *flags = take (cursor, 1);
  const guint8 *counter;
  gsize length;

  line->ignore_unreadable = flags != NULL && (*flags & 1) != 0;
  line->sender_keyid = take_int (cursor);
  line->receiver_keyid = take_int (cursor);
  take_counted (cursor, &length);
  counter = take (cursor, sizeof line->counter);
  if (counter != NULL)
    memcpy (line->counter, counter, sizeof line->counter);
  take_counted (cursor, &length);
  line->mac_offset = line->body_len - cursor->left;
  take (cursor, MAC_LEN);
  take_counted (cursor, &length);
  return !cursor->broken && cursor->left == 0;
}

static gboolean
read_commit (EngineLine *line, Cursor *cursor)
{
  gsize length;
  const guint8 *hash;

  take_counted (cursor, &length);
  hash = take_counted (cursor, &length);
  if (cursor->broken || length != HASH_LEN || cursor->left != 0)
    return FALSE;
  memcpy (line->hashed_gx, hash, HASH_LEN);
  return TRUE;
}

static gboolean
read_tags (EngineLine *line, Cursor *cursor)
{
  if (line->version == 2)
    return TRUE;
  line->sender = take_int (cursor);
  line->receiver = take_int (cursor);
  return !cursor->broken && line->sender >= LOWEST_INSTANCE_TAG
         && (line->receiver == 0 || line->receiver >= LOWEST_INSTANCE_TAG);
}

static gboolean
read_body (EngineLine *line)
{
  Cursor cursor = { line->body, line->body_len, FALSE };
  const guint8 *head = take (&cursor, 3);

  if (head == NULL || head[0] != 0 || (head[1] != 2 && head[1] != 3))
    return FALSE;
  line->version = head[1];
  if (!read_tags (line, &cursor))
    return FALSE;

  switch (head[2])
    {
    case 0x02:
      line->type = ENGINE_LINE_COMMIT;
      return read_commit (line, &cursor);
    case 0x03:
      line->type = ENGINE_LINE_MESSAGE;
      return read_message (line, &cursor);
    case 0x0a:
      line->type = ENGINE_LINE_DH_KEY;
      return TRUE;
    case 0x11:
      line->type = ENGINE_LINE_REVEAL_SIGNATURE;
      return TRUE;
    case 0x12:
      line->type = ENGINE_LINE_SIGNATURE;
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_base64 (const char *text, gsize length)
{
  gsize data = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

  while (data < length && text[data] == '=' && length - data <= 2)
    data++;
  return data == length && length % 4 == 0 && length > 0;
}

static void
read_encoded (EngineLine *line, const char *start)
{
  const char *code = start + strlen (MARK ":");
  const char *stop = strchr (code, '.');

  line->type = ENGINE_LINE_MALFORMED;
  if (stop == NULL || !is_base64 (code, stop - code))
    return;

  line->text = g_strndup (start, stop + 1 - start);
  line->body = (guint8 *)g_strndup (code, stop - code);
  g_base64_decode_inplace ((char *)line->body, &line->body_len);
  if (!read_body (line))
    line->type = ENGINE_LINE_MALFORMED;
}

/* Reads a number in @base up to the byte @end and steps over that. */
static gboolean
step_number (const char **at, guint base, char end, guint32 most, guint32 *number)
{
  char *stop;
  guint64 value;

  if (!g_ascii_isxdigit (**at))
    return FALSE;
  value = g_ascii_strtoull (*at, &stop, base);
  if (*stop != end || value > most)
    return FALSE;
  *number = value;
  *at = stop + 1;
  return TRUE;
}

/* Protocol v3, "Fragmentation": ?OTR|sender|receiver,k,n,piece, and for v2 ?OTR,k,n,piece, */
static void
read_fragment (EngineLine *line, const char *at)
{
  guint32 piece, pieces;
  const char *stop;

  line->type = ENGINE_LINE_MALFORMED;
  line->version = *at++ == '|' ? 3 : 2;
  if (line->version == 3
      && (!step_number (&at, 16, '|', G_MAXUINT32, &line->sender)
          || !step_number (&at, 16, ',', G_MAXUINT32, &line->receiver)
          || line->sender < LOWEST_INSTANCE_TAG))
    return;
  if (!step_number (&at, 10, ',', G_MAXUINT16, &piece)
      || !step_number (&at, 10, ',', G_MAXUINT16, &pieces))
    return;

  stop = strchr (at, ',');
  if (stop == NULL || stop == at || piece < 1 || piece > pieces)
    return;
  line->type = ENGINE_LINE_FRAGMENT;
  line->piece = piece;
  line->pieces = pieces;
  line->text = g_strndup (at, stop - at);
}

/* Protocol v3, "OTR Query Messages": ?OTR?, ?OTRv23?, ?OTR?v2? */
static gboolean
read_query (EngineLine *line, const char *at)
{
  const char *start = at;
  const char *end;

  if (*at == '?')
    at++;
  if (*at != 'v')
    {
      /* "?OTR?" alone offers v1, which we never speak. */
      line->type = ENGINE_LINE_QUERY;
      return at != start;
    }

  end = strchr (at, '?');
  if (end == NULL || (gsize)(end - at) != strspn (at, "v0123456789x"))
    {
      line->type = ENGINE_LINE_QUERY;
      return at != start;
    }
  line->type = ENGINE_LINE_QUERY;
  line->offers_v2 = memchr (at, '2', end - at) != NULL;
  line->offers_v3 = memchr (at, '3', end - at) != NULL;
  return TRUE;
}

static gboolean
read_marked (EngineLine *line, const char *mark)
{
  const char *after = mark + strlen (MARK);

  if (*after == ':')
    read_encoded (line, mark);
  else if (*after == '|' || *after == ',')
    read_fragment (line, after);
  else if (g_str_has_prefix (after, " Error:"))
    {
      line->type = ENGINE_LINE_ERROR;
      line->text = g_strstrip (g_strdup (after + strlen (" Error:")));
    }
  else
    return read_query (line, after);
  return TRUE;
}

static gboolean
is_tag (const char *at)
{
  return strspn (at, " \t") >= TAG_LEN;
}

/* Protocol v3, "Tagged plaintext messages". */
static gboolean
read_offer (EngineLine *line, const char *text)
{
  const char *start = strstr (text, TAG_BASE);
  const char *at;

  if (start == NULL)
    return FALSE;
  for (at = start + strlen (TAG_BASE); is_tag (at); at += TAG_LEN)
    {
      line->offers_v2 |= strncmp (at, TAG_V2, TAG_LEN) == 0;
      line->offers_v3 |= strncmp (at, TAG_V3, TAG_LEN) == 0;
    }
  line->type = ENGINE_LINE_OFFER;
  line->text = g_strdup_printf ("%.*s%s", (int)(start - text), text, at);
  return TRUE;
}

EngineLine *
engine_line_read (const char *text)
{
  EngineLine *line = g_new0 (EngineLine, 1);
  const char *mark = strstr (text, MARK);

  if (mark != NULL && read_marked (line, mark))
    return line;
  if (read_offer (line, text))
    return line;
  line->type = ENGINE_LINE_TEXT;
  line->text = g_strdup (text);
  return line;
}

void
engine_line_free (EngineLine *line)
{
  if (line->text != NULL)
    explicit_bzero (line->text, strlen (line->text));
  g_free (line->text);
  g_free (line->body);
  g_free (line);
}

gboolean
engine_line_is_exchange (const EngineLine *line)
{
  return line->type == ENGINE_LINE_COMMIT || line->type == ENGINE_LINE_DH_KEY
         || line->type == ENGINE_LINE_REVEAL_SIGNATURE || line->type == ENGINE_LINE_SIGNATURE;
}

char *
engine_line_new_query (gboolean v2, gboolean v3)
{
  return g_strdup_printf (MARK
                          "v%s%s? I would like to talk privately; your program cannot (no OTR).",
                          v2 ? "2" : "", v3 ? "3" : "");
}

char *
engine_line_new_offer (const char *text, gboolean v2, gboolean v3)
{
  return g_strconcat (text, TAG_BASE, v2 ? TAG_V2 : "", v3 ? TAG_V3 : "", NULL);
}

char *
engine_line_new_error (const char *words, guint version, guint32 ours, guint32 theirs)
{
  if (version != 3 || theirs == 0)
    return g_strdup_printf (MARK " Error: %s", words);
  return g_strdup_printf (MARK "|%08x|%08x,00001,00001," MARK " Error: %s,", ours, theirs, words);
}

static char *
fragment_new (const char *piece,
              gsize length,
              guint number,
              guint count,
              guint version,
              guint32 ours,
              guint32 theirs)
{
  if (version == 3)
    return g_strdup_printf (MARK "|%08x|%08x,%05u,%05u,%.*s,", ours, theirs, number, count,
                            (int)length, piece);
  return g_strdup_printf (MARK ",%05u,%05u,%.*s,", number, count, (int)length, piece);
}

GPtrArray *
engine_line_cut (const char *line, gsize max, guint version, guint32 ours, guint32 theirs)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (g_free);
  gsize length = strlen (line);
  gsize overhead = version == 3 ? strlen (MARK "|00000000|00000000,00000,00000,,")
                                : strlen (MARK ",00000,00000,,");
  gsize room, count;

  if (max == 0 || length <= max)
    {
      g_ptr_array_add (pieces, g_strdup (line));
      return g_steal_pointer (&pieces);
    }

  g_return_val_if_fail (max >= ENGINE_LINE_MIN_SIZE, NULL);
  room = max - overhead;
  count = (length + room - 1) / room;
  if (count > G_MAXUINT16)
    return NULL;
  for (gsize i = 0; i < count; i++)
    g_ptr_array_add (pieces, fragment_new (line + i * room, MIN (room, length - i * room), i + 1,
                                           count, version, ours, theirs));
  return g_steal_pointer (&pieces);
}
