/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The callers that there are at the beginning, one after the other, each with the sessions that it
 * has when its turn comes. */

#include "bus/clients.h"

#include "bus/roster.h"
#include "bus/tree.h"

/* A quarter of a millisecond: so many paths, and a caller is as dear as eight. */
#define SLICE_STEPS 128
#define CALLER_STEPS 8

typedef struct
{
  BusWork work;
  BusCall *call;
  GPtrArray *callers;
  guint caller_at;
  GPtrArray *sessions; /* of the last caller; NULL: it is over */
  guint session_at;
  GVariantBuilder records;
} Clients;

static void
clients_free (Clients *clients)
{
  g_ptr_array_unref (clients->callers);
  g_clear_pointer (&clients->sessions, g_ptr_array_unref);
  g_free (clients);
}

static void
begin_caller (Clients *clients)
{
  BusCaller *caller = clients->callers->pdata[clients->caller_at++];

  g_variant_builder_open (&clients->records, G_VARIANT_TYPE_VARDICT);
  bus_caller_describe (caller, &clients->records);
  g_variant_builder_open (&clients->records, G_VARIANT_TYPE ("{sv}"));
  g_variant_builder_add (&clients->records, "s", "sessions");
  g_variant_builder_open (&clients->records, G_VARIANT_TYPE_VARIANT);
  g_variant_builder_open (&clients->records, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  clients->sessions = core_messenger_list_sessions (bus_caller_get_messenger (caller));
  clients->session_at = 0;
}

static void
add_session (Clients *clients)
{
  BusTree *tree = bus_call_get_tree (clients->call);
  BusExport *export = bus_tree_find (tree, clients->sessions->pdata[clients->session_at++]);

  if (export != NULL)
    g_variant_builder_add (&clients->records, "o", export->path);
}

static void
end_caller (Clients *clients)
{
  for (guint i = 0; i < 4; i++)
    g_variant_builder_close (&clients->records);
  g_clear_pointer (&clients->sessions, g_ptr_array_unref);
}

/* Whether there is more. */
static gboolean
list_some (Clients *clients)
{
  for (guint steps = 0; steps < SLICE_STEPS;)
    if (clients->sessions == NULL && clients->caller_at == clients->callers->len)
      return FALSE;
    else if (clients->sessions == NULL)
      {
        begin_caller (clients);
        steps += CALLER_STEPS;
      }
    else if (clients->session_at < clients->sessions->len)
      {
        add_session (clients);
        steps++;
      }
    else
      end_caller (clients);
  return TRUE;
}

static GVariant *
end_records (Clients *clients)
{
  return g_variant_new ("(aa{sv})", &clients->records);
}

/* Freeing what was written takes as long as writing it. */
static void
write_answer (BusWork *work)
{
  Clients *clients = (Clients *)work;
  g_autoptr (GVariant) results = g_variant_ref_sink (end_records (clients));

  bus_call_write (clients->call, results);
}

static void
answer_is_written (BusWork *work)
{
  Clients *clients = (Clients *)work;

  bus_call_finish (clients->call);
  clients_free (clients);
}

static gboolean
go_on (BusWork *work)
{
  Clients *clients = (Clients *)work;

  if (list_some (clients))
    return TRUE;
  bus_call_prepare (clients->call);
  bus_roster_write (bus_tree_get_roster (bus_call_get_tree (clients->call)), work, write_answer,
                    answer_is_written);
  return FALSE;
}

/* Few need no other dispatch. */
void
bus_clients_handle_list (BusCall *call, gpointer object, GVariant *arguments)
{
  BusRoster *roster = bus_tree_get_roster (bus_call_get_tree (call));
  Clients *clients = g_new0 (Clients, 1);

  clients->work.go_on = go_on;
  clients->work.greedy = bus_caller_get_greedy (bus_call_get_bus_caller (call));
  clients->call = call;
  clients->callers = bus_roster_list_callers (roster);
  g_variant_builder_init (&clients->records, G_VARIANT_TYPE ("aa{sv}"));
  if (list_some (clients))
    {
      bus_roster_add_work (roster, &clients->work);
      return;
    }
  bus_call_return (call, end_records (clients));
  clients_free (clients);
}
