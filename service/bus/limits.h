/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bounds of callers: one greedy program does not keep others out.  Each is
 * written in the contract's XML or in THREATS.md; more is LimitExceeded.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  /* Of one program: see bus/program.h. */
  guint pending;  /* calls */
  gsize bytes;    /* of pending calls; one call alone may have more */
  guint refused;  /* calls one too many, since it had fewer pending than half: more are not heard */
  guint polite;   /* with more calls pending they are served in turns */
  guint sessions; /* attached to */
  guint directs;  /* direct connections */
  guint silent;   /* of these, on which nothing was said yet */
  guint names;    /* bus names, and direct connections, of one sandboxed application */
  /* Of all. */
  guint callers;     /* of one connection */
  guint all_directs; /* direct connections: descriptors */
  /* How long the handshake of a direct connection may take. */
  guint handshake_ms;
} BusLimits;

/* The contract's. */
extern const BusLimits bus_limits;

G_END_DECLS
