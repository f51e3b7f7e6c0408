/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counters, and who asks before they rise. */

#include "bus/program.h"

#include "introspection/otrd-error.h"

const BusLimits bus_limits = {
  .pending = 4096,
  .bytes = 64 * 1024 * 1024,
  .refused = 8192,
  .polite = 4,
  .sessions = 4096,
  .directs = 8,
  .silent = 2,
  .names = 64,
  .callers = 4096,
  .all_directs = 1024,
  .handshake_ms = 10 * 1000,
};

struct _BusProgram
{
  grefcount count;
  const BusLimits *limits;
  GHashTable *programs; /* that it is in; NULL: it is one caller's own */
  char *application;
  guint pending;
  guint refused; /* since it had fewer pending than half its limit */
  gsize bytes;
  BusHaste haste;
  guint directs;
  guint silent;
  GPtrArray *messengers; /* of CoreMessenger, not owned */
};

BusProgram *
bus_program_new (const BusLimits *limits)
{
  BusProgram *program = g_new0 (BusProgram, 1);

  g_ref_count_init (&program->count);
  program->limits = limits;
  program->messengers = g_ptr_array_new ();
  return program;
}

BusProgram *
bus_program_find (GHashTable *programs, const char *application, const BusLimits *limits)
{
  BusProgram *program = g_hash_table_lookup (programs, application);

  if (program != NULL)
    return bus_program_ref (program);
  program = bus_program_new (limits);
  program->programs = g_hash_table_ref (programs);
  program->application = g_strdup (application);
  g_hash_table_insert (programs, program->application, program);
  return program;
}

BusProgram *
bus_program_ref (BusProgram *program)
{
  g_ref_count_inc (&program->count);
  return program;
}

void
bus_program_unref (BusProgram *program)
{
  if (!g_ref_count_dec (&program->count))
    return;
  if (program->programs != NULL)
    {
      g_hash_table_remove (program->programs, program->application);
      g_hash_table_unref (program->programs);
    }
  g_ptr_array_unref (program->messengers);
  g_free (program->application);
  g_free (program);
}

static gboolean
is_below (guint count, guint limit, const char *attempt, const char *what, GError **error)
{
  if (count < limit)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED, "Cannot %s: this program has %u %s",
               attempt, count, what);
  return FALSE;
}

gboolean
bus_program_begin_call (BusProgram *program, gsize size, GError **error)
{
  const BusLimits *limits = program->limits;

  if (program->pending >= limits->pending
      || (program->pending > 0
          && (program->bytes > limits->bytes || size > limits->bytes - program->bytes)))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Cannot take the call: %u of this program's calls are pending, with "
                   "%" G_GSIZE_FORMAT " bytes; wait for their answers",
                   program->pending, program->bytes);
      program->refused++;
      return FALSE;
    }
  program->pending++;
  program->bytes += size;
  return TRUE;
}

void
bus_program_end_call (BusProgram *program, gsize size)
{
  program->pending--;
  program->bytes -= size;
  if (program->pending < program->limits->pending / 2)
    program->refused = 0;
}

gboolean
bus_program_heeds_refusals (BusProgram *program)
{
  return program->refused <= program->limits->refused;
}

gboolean
bus_program_is_greedy (BusProgram *program)
{
  return program->pending > program->limits->polite;
}

BusHaste *
bus_program_get_haste (BusProgram *program)
{
  return &program->haste;
}

void
bus_program_take_over (BusProgram *program, BusProgram *from)
{
  program->pending += from->pending;
  program->bytes += from->bytes;
  from->pending = 0;
  from->bytes = 0;
}

void
bus_program_add_messenger (BusProgram *program, CoreMessenger *messenger)
{
  g_ptr_array_add (program->messengers, messenger);
}

void
bus_program_remove_messenger (BusProgram *program, CoreMessenger *messenger)
{
  g_ptr_array_remove_fast (program->messengers, messenger);
}

gboolean
bus_program_check_names (BusProgram *program, GError **error)
{
  /* The one that is asked for is among them. */
  return program->programs == NULL
         || is_below (MAX (program->messengers->len, 1) - 1, program->limits->names,
                      "serve this connection", "others; close some", error);
}

gboolean
bus_program_check_sessions (BusProgram *program, GError **error)
{
  guint count = 0;

  for (guint i = 0; i < program->messengers->len; i++)
    count += core_messenger_count_sessions (program->messengers->pdata[i]);
  return is_below (count, program->limits->sessions, "open the session", "open; detach from some",
                   error);
}

gboolean
bus_program_open_direct (BusProgram *program, GError **error)
{
  if (!is_below (program->directs, program->limits->directs, "open a direct connection",
                 "of them; close one", error)
      || !is_below (program->silent, program->limits->silent, "open a direct connection",
                    "on which it has not spoken yet; do that first", error))
    return FALSE;
  program->directs++;
  program->silent++;
  return TRUE;
}

void
bus_program_end_silence (BusProgram *program)
{
  program->silent--;
}

void
bus_program_close_direct (BusProgram *program)
{
  program->directs--;
}
