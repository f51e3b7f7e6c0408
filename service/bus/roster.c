/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list of the callers of each connection. */

#include "bus/roster.h"

#include "bus/callers.h"

struct _BusRoster
{
  grefcount count;
  Core *core;
  BusHappened happened;
  gpointer user_data;
  BusTurns *turns;
  GPtrArray *callers; /* of BusCallers, not owned: each takes itself off */
};

BusRoster *
bus_roster_new (Core *core, BusHappened happened, gpointer user_data)
{
  BusRoster *roster = g_new0 (BusRoster, 1);

  g_ref_count_init (&roster->count);
  roster->core = g_object_ref (core);
  roster->happened = happened;
  roster->user_data = user_data;
  roster->turns = bus_turns_new (bus_caller_take_turn);
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
  bus_turns_free (roster->turns);
  g_object_unref (roster->core);
  g_free (roster);
}

void
bus_roster_close (BusRoster *roster)
{
  roster->happened = NULL;
}

Core *
bus_roster_get_core (BusRoster *roster)
{
  return roster->core;
}

BusTurns *
bus_roster_get_turns (BusRoster *roster)
{
  return roster->turns;
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

GVariant *
bus_roster_list (BusRoster *roster, BusSessionPath get_path, gpointer user_data)
{
  GVariantBuilder records;

  g_variant_builder_init (&records, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < roster->callers->len; i++)
    bus_callers_list (roster->callers->pdata[i], &records, get_path, user_data);
  return g_variant_builder_end (&records);
}
