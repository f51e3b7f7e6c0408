/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A listing: all objects of a tree with their properties, for GetManagedObjects.
 *
 * There may be thousands: they are described a few at a time, and the answer is
 * written in a thread, so that nobody else waits.  What changed meanwhile is told
 * of once more after the answer: whoever has it, and has read on, knows all.
 */
#pragma once

#include "bus/call.h"
#include "bus/export.h"

G_BEGIN_DECLS

typedef struct _BusListing BusListing;

/* It is over, and freed. */
typedef void (*BusListed) (gpointer user_data);

/* Takes @calls (of BusCall), all of @tree, and answers each. */
BusListing *bus_listing_new (BusTree *tree, GPtrArray *calls, BusListed listed, gpointer user_data);
/* Somebody polite waits for its end: it is made as if all had been polite. */
void bus_listing_hurry (BusListing *listing);
/* @listed is not called any more; the calls are answered with what there is. */
void bus_listing_abandon (BusListing *listing);

/* Something of @export has changed, or it has come, or it goes. */
void bus_listing_note (BusListing *listing, BusExport *export);

G_END_DECLS
