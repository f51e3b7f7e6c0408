/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Faults of the disk, for a program that is linked with this: the calls by which
 * files are written are counted, and one of them goes wrong. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FAULT_NONE, /* only counts */
  FAULT_ERROR,
  FAULT_KILL_BEFORE, /* the process is killed, as by SIGKILL, when it would be made */
  FAULT_KILL_AFTER,  /* and when it was made */
} FaultKind;

/* From now on: the call number @at (1 is the next) goes wrong, with @code as its errno. */
void fault_arm (FaultKind kind, guint at, int code);
/* Ends that; how many calls there were. */
guint fault_disarm (void);

G_END_DECLS
