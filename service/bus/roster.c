/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list of the callers of each connection. */

#include "bus/roster.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bus/callers.h"
#include "introspection/otrd-error.h"

/* As the workers' that do what takes milliseconds. */
#define WRITER_NICENESS 5

struct _BusRoster
{
  grefcount count;
  Core *core;
  const BusLimits *limits;
  BusHappened happened;
  gpointer user_data;
  BusTurns *turns;
  BusTurns *work;
  BusTurns *greed;      /* work for greedy programs */
  BusPace *pace;        /* of turns and greed */
  GThreadPool *writer;  /* one thread, of Writing; NULL: not needed yet */
  GPtrArray *callers;   /* of BusCallers, not owned: each takes itself off */
  GHashTable *programs; /* application -> BusProgram, not owned */
  guint64 n_named;      /* direct connections that there ever were */
  guint n_directs;      /* that there are */
};

static gint64
get_cpu (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
rest (BusRoster *roster, BusTurns *turns, BusProgram *program, gint64 cost)
{
  bus_turns_rest (turns, bus_pace_spend (roster->pace, program, cost, g_get_monotonic_time ()));
}

/* The last call of a connection may be what keeps the roster, and the queue. */
static gboolean
take_turn (gpointer queue, gpointer user_data)
{
  g_autoptr (BusRoster) roster = bus_roster_ref (user_data);
  g_autoptr (BusProgram) program = bus_program_ref (bus_queue_get_program (queue));
  gint64 before = get_cpu ();
  gboolean has_more = bus_queue_take_turn (queue);

  rest (roster, roster->turns, program, get_cpu () - before + BUS_PACE_CALL);
  return has_more;
}

static gboolean
go_on (gpointer item, gpointer user_data)
{
  g_autoptr (BusRoster) roster = bus_roster_ref (user_data);
  BusWork *work = item;
  BusProgram *greedy = work->greedy;
  gint64 before = get_cpu ();
  gboolean has_more = work->go_on (work);

  if (greedy != NULL)
    rest (roster, roster->greed, greedy, get_cpu () - before);
  return has_more;
}

void
bus_roster_add_work (BusRoster *roster, BusWork *work)
{
  bus_turns_add (work->greedy != NULL ? roster->greed : roster->work, work);
}

void
bus_roster_hurry_work (BusRoster *roster, BusWork *work)
{
  work->greedy = NULL;
  if (bus_turns_remove (roster->greed, work))
    bus_turns_add (roster->work, work);
}

typedef struct
{
  BusRoster *roster; /* @work has it */
  BusWork *work;
  BusWriting write;
  BusWriting written;
  gint64 cost;
} Writing;

/* Who is greedy pays for the thread's time, too. */
static gboolean
is_written (gpointer user_data)
{
  Writing *writing = user_data;
  BusRoster *roster = writing->roster;

  if (writing->work->greedy != NULL)
    rest (roster, roster->greed, writing->work->greedy, writing->cost);
  writing->written (writing->work);
  return G_SOURCE_REMOVE;
}

static void
write_in_thread (gpointer data, gpointer unused)
{
  Writing *writing = data;
  gint64 before = get_cpu ();

  /* a system that does not let it be niced has it as it is */
  setpriority (PRIO_PROCESS, gettid (), WRITER_NICENESS);
  writing->write (writing->work);
  writing->cost = get_cpu () - before;
  g_idle_add_full (G_PRIORITY_DEFAULT, is_written, writing, g_free);
}

void
bus_roster_write (BusRoster *roster, BusWork *work, BusWriting write, BusWriting written)
{
  Writing *writing = g_new0 (Writing, 1);

  writing->roster = roster;
  writing->work = work;
  writing->write = write;
  writing->written = written;
  if (roster->writer == NULL)
    roster->writer = g_thread_pool_new (write_in_thread, NULL, 1, TRUE, NULL);
  g_thread_pool_push (roster->writer, writing, NULL);
}

BusRoster *
bus_roster_new (Core *core, const BusLimits *limits, BusHappened happened, gpointer user_data)
{
  BusRoster *roster = g_new0 (BusRoster, 1);

  g_ref_count_init (&roster->count);
  roster->core = g_object_ref (core);
  roster->limits = limits;
  roster->programs = g_hash_table_new (g_str_hash, g_str_equal);
  roster->happened = happened;
  roster->user_data = user_data;
  roster->turns = bus_turns_new (take_turn, roster, G_PRIORITY_DEFAULT_IDLE);
  roster->work = bus_turns_new (go_on, roster, G_PRIORITY_DEFAULT);
  roster->greed = bus_turns_new (go_on, roster, G_PRIORITY_DEFAULT);
  roster->pace = bus_pace_new ();
  roster->callers = g_ptr_array_new ();
  return roster;
}

BusRoster *
bus_roster_ref (BusRoster *roster)
{
  g_ref_count_inc (&roster->count);
  return roster;
}

void
bus_roster_unref (BusRoster *roster)
{
  if (!g_ref_count_dec (&roster->count))
    return;
  g_ptr_array_unref (roster->callers);
  g_hash_table_unref (roster->programs);
  bus_turns_free (roster->turns);
  bus_turns_free (roster->work);
  bus_turns_free (roster->greed);
  bus_pace_free (roster->pace);
  if (roster->writer != NULL)
    g_thread_pool_free (roster->writer, FALSE, FALSE);
  g_object_unref (roster->core);
  g_free (roster);
}

void
bus_roster_close (BusRoster *roster)
{
  roster->happened = NULL;
}

gboolean
bus_roster_is_open (BusRoster *roster)
{
  return roster->happened != NULL;
}

Core *
bus_roster_get_core (BusRoster *roster)
{
  return roster->core;
}

const BusLimits *
bus_roster_get_limits (BusRoster *roster)
{
  return roster->limits;
}

BusProgram *
bus_roster_get_program (BusRoster *roster, const char *application)
{
  return bus_program_find (roster->programs, application, roster->limits);
}

gboolean
bus_roster_open_direct (BusRoster *roster, GError **error)
{
  if (roster->n_directs >= roster->limits->all_directs)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Cannot open a direct connection: all programs have %u; use the bus",
                   roster->n_directs);
      return FALSE;
    }
  roster->n_directs++;
  return TRUE;
}

void
bus_roster_close_direct (BusRoster *roster)
{
  roster->n_directs--;
}

char *
bus_roster_name_direct (BusRoster *roster)
{
  return g_strdup_printf ("direct-%" G_GUINT64_FORMAT, ++roster->n_named);
}

BusTurns *
bus_roster_get_turns (BusRoster *roster)
{
  return roster->turns;
}

BusPace *
bus_roster_get_pace (BusRoster *roster)
{
  return roster->pace;
}

void
bus_roster_note (BusRoster *roster)
{
  if (roster->happened != NULL)
    roster->happened (roster->user_data);
}

void
bus_roster_add (BusRoster *roster, BusCallers *callers)
{
  g_ptr_array_add (roster->callers, callers);
}

void
bus_roster_remove (BusRoster *roster, BusCallers *callers)
{
  g_ptr_array_remove (roster->callers, callers);
}

GPtrArray *
bus_roster_list_callers (BusRoster *roster)
{
  GPtrArray *callers = g_ptr_array_new_with_free_func ((GDestroyNotify)bus_caller_unref);

  for (guint i = 0; i < roster->callers->len; i++)
    bus_callers_list (roster->callers->pdata[i], callers);
  return callers;
}
