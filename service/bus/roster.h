/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The roster: who is connected, over all connections of the service.
 *
 * The trees of the bus, of the portal and of each direct connection share it.
 */
#pragma once

#include <gio/gio.h>

#include "bus/pace.h"
#include "bus/program.h"
#include "bus/turns.h"
#include "core/core.h"

G_BEGIN_DECLS

typedef struct _BusRoster BusRoster;
typedef struct _BusCallers BusCallers;

/* Something that is done in slices; the first member of what does it. */
typedef struct _BusWork BusWork;
struct _BusWork
{
  /* A slice of it; whether there is more. */
  gboolean (*go_on) (BusWork *work);
  /* The greedy program that it is for; NULL: it is not greed. */
  BusProgram *greedy;
};

/* Objects of one slice: half a millisecond. */
#define BUS_SLICE_OBJECTS 8

/* Told after each answered call, and when callers come and go. */
typedef void (*BusHappened) (gpointer user_data);

/* @limits outlives it. */
BusRoster *
bus_roster_new (Core *core, const BusLimits *limits, BusHappened happened, gpointer user_data);
BusRoster *bus_roster_ref (BusRoster *roster);
void bus_roster_unref (BusRoster *roster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusRoster, bus_roster_unref)

/* Nobody is told of anything any more. */
void bus_roster_close (BusRoster *roster);

gboolean bus_roster_is_open (BusRoster *roster);

Core *bus_roster_get_core (BusRoster *roster);
void bus_roster_note (BusRoster *roster);

void bus_roster_add (BusRoster *roster, BusCallers *callers);
void bus_roster_remove (BusRoster *roster, BusCallers *callers);

const BusLimits *bus_roster_get_limits (BusRoster *roster);
/* That of a sandboxed application.  (transfer full) */
BusProgram *bus_roster_get_program (BusRoster *roster, const char *application);

/* A direct connection is opened (LIMIT_EXCEEDED: there are too many), and closed. */
gboolean bus_roster_open_direct (BusRoster *roster, GError **error);
void bus_roster_close_direct (BusRoster *roster);

/* A messenger's id for the caller of a connection without a bus: never used twice. */
char *bus_roster_name_direct (BusRoster *roster);

/* Of all connections. */
BusTurns *bus_roster_get_turns (BusRoster *roster);
BusPace *bus_roster_get_pace (BusRoster *roster);

/* What takes more than one dispatch: a BusWork a turn, one after the other. */
void bus_roster_add_work (BusRoster *roster, BusWork *work);
/* It is no greed any more, and does not wait with that. */
void bus_roster_hurry_work (BusRoster *roster, BusWork *work);

typedef void (*BusWriting) (BusWork *work);

/* Runs @write in a thread that gives way to all others, and then @written here.  @work keeps
 * @roster. */
void bus_roster_write (BusRoster *roster, BusWork *work, BusWriting write, BusWriting written);

/* Of BusCaller: for people.  (transfer full) */
GPtrArray *bus_roster_list_callers (BusRoster *roster);

G_END_DECLS
