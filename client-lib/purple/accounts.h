// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>
#include <purple.h>

#include "messenger.h"

G_BEGIN_DECLS

/* The service's account of a talk. The task runs when it is there, unless the
 * talk has ended; if it cannot be had the user hears `Could not WHAT: ...`. */
typedef void (*AccountTask) (Talk *talk, OtrdAccount *account, gpointer user_data);
void account_do (
    Talk *talk, const char *what, AccountTask task, gpointer user_data, GDestroyNotify destroy);

/* An account of this program, and what the service has of it. */
typedef struct
{
  char *protocol;
  char *name;
  OtrdAccount *account; /* NULL: nothing yet */
} OwnAccount;

void own_account_free (OwnAccount *self);
/* As libpurple and people call it: "alice@example.org (XMPP)"; free it. */
char *own_account_describe (const OwnAccount *self);

/* All accounts of this program; @own_accounts is the callee's to free, NULL: @error. */
typedef void (*OwnAccountsRead) (Messenger *messenger,
                                 GPtrArray *own_accounts,
                                 const GError *error,
                                 gpointer user_data);
void own_accounts_read (Messenger *messenger, OwnAccountsRead done, gpointer user_data);

G_END_DECLS
