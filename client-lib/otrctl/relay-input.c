// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Reads the relay's input: as much as comes, cut into lines, handed out one by
 * one. A line is bounded, so that input without an end of line is. */

#include "relay-input.h"
#include "otrd/otrd.h"

#include <gio/gunixinputstream.h>
#include <string.h>

#define CHUNK (64 * 1024)
#define LINE_LIMIT (16 * 1024 * 1024)

struct _RelayInput
{
  GInputStream *stream;
  GString *pending; /* read, not handed out */
  gsize searched;   /* of it, without an end of line */
  guint64 number;
  gboolean ended;
  char *chunk;
};

RelayInput *
relay_input_new (int descriptor)
{
  RelayInput *self = g_new0 (RelayInput, 1);

  self->stream = g_unix_input_stream_new (descriptor, FALSE);
  self->pending = g_string_new (NULL);
  self->chunk = g_malloc (CHUNK);
  return self;
}

void
relay_input_line_free (GString *line)
{
  explicit_bzero (line->str, line->allocated_len);
  g_string_free (line, TRUE);
}

void
relay_input_free (RelayInput *self)
{
  g_object_unref (self->stream);
  relay_input_line_free (self->pending);
  explicit_bzero (self->chunk, CHUNK);
  g_free (self->chunk);
  g_free (self);
}

static gboolean
is_blank (const GString *line)
{
  return strspn (line->str, " \t\r") == line->len;
}

static void
drop_front (RelayInput *self, gsize length)
{
  GString *rest = g_string_new_len (self->pending->str + length, self->pending->len - length);

  relay_input_line_free (self->pending);
  self->pending = rest;
  self->searched = 0;
}

/* The next whole line of what was read, or NULL. */
static GString *
take_line (RelayInput *self)
{
  const char *start = self->pending->str;
  const char *found = memchr (start + self->searched, '\n', self->pending->len - self->searched);
  GString *line;

  if (found == NULL && !(self->ended && self->pending->len > 0))
    {
      self->searched = self->pending->len;
      return NULL;
    }
  line = g_string_new_len (start, found != NULL ? found - start : (gssize)self->pending->len);
  drop_front (self, line->len + (found != NULL ? 1 : 0));
  return line;
}

static GString *
take_full_line (RelayInput *self)
{
  GString *line;

  while ((line = take_line (self)) != NULL && is_blank (line))
    relay_input_line_free (line);
  return line;
}

static void
free_line (gpointer line)
{
  relay_input_line_free (line);
}

/* Returns the line, or the end, if it is there already. */
static gboolean
return_what_is_there (RelayInput *self, GTask *task)
{
  GString *line = take_full_line (self);

  if (line == NULL && !self->ended)
    return FALSE;
  g_task_return_pointer (task, line, free_line);
  return TRUE;
}

static void read_more (RelayInput *self, GTask *task);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RelayInput *self = g_task_get_task_data (task);
  GError *error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  g_string_append_len (self->pending, self->chunk, n);
  explicit_bzero (self->chunk, n);
  self->ended = n == 0;
  if (return_what_is_there (self, task))
    return;
  if (self->pending->len > LINE_LIMIT)
    g_task_return_new_error (task, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                             "A line of input is longer than %d bytes", LINE_LIMIT);
  else
    read_more (self, g_steal_pointer (&task));
}

static void
read_more (RelayInput *self, GTask *task)
{
  g_input_stream_read_async (self->stream, self->chunk, CHUNK, G_PRIORITY_DEFAULT,
                             g_task_get_cancellable (task), on_read, task);
}

void
relay_input_read (RelayInput *self,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, relay_input_read);
  g_task_set_task_data (task, self, NULL);
  if (!return_what_is_there (self, task))
    read_more (self, g_steal_pointer (&task));
}

GString *
relay_input_read_finish (RelayInput *self, GAsyncResult *result, guint64 *number, GError **error)
{
  GString *line = g_task_propagate_pointer (G_TASK (result), error);

  if (line != NULL)
    *number = ++self->number;
  return line;
}
