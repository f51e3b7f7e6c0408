/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sandbox: what the kernel says of the sandbox that a process is in.
 *
 * Only what is known to be none is none.
 */
#pragma once

#include "bus/identity.h"

G_BEGIN_DECLS

/* Tells sandbox, application and unit of @process by its entry in @proc ("/proc") and by @label,
 * its security label as the bus has it (nullable).  May block. */
void bus_sandbox_look (const char *proc, guint32 process, const char *label, BusIdentity *identity);

/* What it means that a process's root cannot be opened, with this errno. */
BusSandbox bus_sandbox_judge_root (int problem, gboolean is_fuse);

G_END_DECLS
