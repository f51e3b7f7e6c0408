/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Core's parts, shared by the files that make it up. */
#pragma once

#include "core/core.h"
#include "core/idleness.h"
#include "core/slices.h"
#include "core/workers.h"
#include "vault/vault.h"

G_BEGIN_DECLS

typedef struct
{
  guint holds[CORE_N_HOLDS];
  gint64 stirred; /* when something happened last */
  gint64 after;
  guint timer;
  CoreIdleFunc func;
  gpointer user_data;
} CoreIdleness;

typedef struct
{
  VaultAutoLock settings; /* the last that was read */
  gboolean is_by_screen;  /* what the screen has locked, it may open */
  gboolean is_by_hand;    /* opened by the user's Unlock () */
  gint64 used;            /* when the user wanted something last */
  guint timer;
} CoreAutoLock;

struct _Core
{
  GObject parent;

  Vault *vault;
  CoreClock *clock;
  CoreWorkers *workers;
  CoreSlices *slices;
  GPtrArray *accounts;      /* of CoreAccount */
  guint accounts_under_way; /* on their way to the disk, not in there yet */
  gboolean was_open;
  OtrdPolicy shown_default; /* stays over Lock, as what sessions show does */
  gboolean locked_by_user;
  CoreIdleness idleness;
  CoreAutoLock auto_lock;
};

/* core-accounts.c: by canonical names; NULL. */
CoreAccount *core_find_account (Core *core, const char *protocol, const char *name);

/* auto-lock.c: the vault was opened, or has been closed. */
void core_auto_lock_vault_changed (Core *core, gboolean is_open);

/* core.c: those that the vault has, and what it has of them now. */
void core_take_accounts (Core *core);
/* One that the vault has. */
CoreAccount *core_add_account (Core *core, const char *protocol, const char *name);

G_END_DECLS
