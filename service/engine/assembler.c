/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The assembler: open assemblies in order of age, bounded in number and bytes. */
#include "engine/assembler.h"

#include <string.h>

typedef struct
{
  char *messenger;
  guint32 sender;
  guint32 receiver;
  guint pieces;
  guint have;
  GString *line;
} Assembly;

struct _EngineAssembler
{
  GQueue open; /* of Assembly, the oldest first */
  gsize bytes;
};

static void
assembly_free (Assembly *assembly)
{
  g_free (assembly->messenger);
  g_string_free (assembly->line, TRUE);
  g_free (assembly);
}

EngineAssembler *
engine_assembler_new (void)
{
  return g_new0 (EngineAssembler, 1);
}

void
engine_assembler_free (EngineAssembler *assembler)
{
  g_queue_clear_full (&assembler->open, (GDestroyNotify)assembly_free);
  g_free (assembler);
}

static void
drop (EngineAssembler *assembler, GList *link)
{
  Assembly *assembly = link->data;

  assembler->bytes -= assembly->line->len;
  assembly_free (assembly);
  g_queue_delete_link (&assembler->open, link);
}

static GList *
find (EngineAssembler *assembler, const char *messenger, const EngineLine *piece)
{
  for (GList *link = assembler->open.head; link != NULL; link = link->next)
    {
      Assembly *assembly = link->data;

      if (assembly->sender == piece->sender && assembly->receiver == piece->receiver
          && g_str_equal (assembly->messenger, messenger))
        return link;
    }
  return NULL;
}

static GList *
begin (EngineAssembler *assembler, const char *messenger, const EngineLine *piece)
{
  Assembly *assembly = g_new0 (Assembly, 1);

  if (assembler->open.length >= ENGINE_ASSEMBLER_MAX_OPEN)
    drop (assembler, assembler->open.head);
  assembly->messenger = g_strdup (messenger);
  assembly->sender = piece->sender;
  assembly->receiver = piece->receiver;
  assembly->pieces = piece->pieces;
  assembly->line = g_string_new (NULL);
  g_queue_push_tail (&assembler->open, assembly);
  return assembler->open.tail;
}

static gboolean
fits (EngineAssembler *assembler, GList *link, gsize length)
{
  Assembly *assembly = link->data;

  if (assembly->line->len + length > ENGINE_LINE_MAX)
    return FALSE;
  while (assembler->bytes + length > ENGINE_ASSEMBLER_MAX_BYTES && assembler->open.head != link)
    drop (assembler, assembler->open.head);
  return assembler->bytes + length <= ENGINE_ASSEMBLER_MAX_BYTES;
}

char *
engine_assembler_add (EngineAssembler *assembler, const char *messenger, const EngineLine *piece)
{
  GList *link = find (assembler, messenger, piece);
  gsize length = strlen (piece->text);
  Assembly *assembly;
  char *line;

  if (piece->piece == 1)
    {
      if (link != NULL)
        drop (assembler, link);
      link = begin (assembler, messenger, piece);
    }
  if (link == NULL)
    return NULL;

  assembly = link->data;
  if (piece->pieces != assembly->pieces || piece->piece != assembly->have + 1
      || !fits (assembler, link, length))
    {
      drop (assembler, link);
      return NULL;
    }

  g_string_append_len (assembly->line, piece->text, length);
  assembler->bytes += length;
  assembly->have++;
  if (assembly->have < assembly->pieces)
    return NULL;

  line = g_strndup (assembly->line->str, assembly->line->len);
  drop (assembler, link);
  return line;
}

void
engine_assembler_forget (EngineAssembler *assembler, const char *messenger)
{
  GList *next;

  for (GList *link = assembler->open.head; link != NULL; link = next)
    {
      Assembly *assembly = link->data;

      next = link->next;
      if (g_str_equal (assembly->messenger, messenger))
        drop (assembler, link);
    }
}
