/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Core: the rules of the whole. It knows the vault, the clock and the accounts;
 * what is of one account or one session is there.
 *
 * Properties: "vault", "key-store", "default-policy" (words of the contract), "lock-with-screen",
 * "lock-when-idle".
 * Signals: account-added (CoreAccount *), account-removed (CoreAccount *),
 * grant-requested (application, protocol, account), grant-withdrawn (likewise).
 */
#pragma once

#include <gio/gio.h>

#include "core/account.h"
#include "core/clock.h"
#include "core/messenger.h"
#include "core/session.h"

G_BEGIN_DECLS

typedef struct _Vault Vault;

#define CORE_TYPE_CORE (core_get_type ())
G_DECLARE_FINAL_TYPE (Core, core, CORE, CORE, GObject)

/* Takes a reference to @vault; @clock (core_clock_get_system ()) outlives it. */
Core *core_new (Vault *vault, CoreClock *clock);

/* How many threads do what takes milliseconds; before there are accounts. */
void core_set_workers (Core *core, guint count);

const char *core_get_vault_state (Core *core);
const char *core_get_key_store (Core *core);
const char *core_get_default_policy (Core *core);

/* The first look at the vault, without a prompt: ends when its state is known, or when finding out
 * takes long (CORE_LOOK_TIME); it goes on then. Fails only when cancelled. */
void
core_look (Core *core, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean core_look_finish (Core *core, GAsyncResult *result, GError **error);

/* Opens the vault, for Manager.Unlock. @passphrase: NULL for none. */
void core_unlock (Core *core,
                  Secret *passphrase,
                  gboolean interactive,
                  GAsyncReadyCallback callback,
                  gpointer user_data);
gboolean core_unlock_finish (Core *core, GAsyncResult *result, GError **error);
/* Forgets the keys; sessions go on. Only core_unlock () opens again. */
/* Answers when all is saved, and the keys are wiped from memory. */
void core_lock (Core *core, GAsyncReadyCallback callback, gpointer user_data);
gboolean core_lock_finish (Core *core, GAsyncResult *result, GError **error);
/* What opens the vault from now on; @passphrase: the new one, or NULL. */
void core_set_key_store (Core *core,
                         const char *key_store,
                         Secret *passphrase,
                         gboolean interactive,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean core_set_key_store_finish (Core *core, GAsyncResult *result, GError **error);
/* a{sv} as CheckVault has it. */
void core_check_vault (Core *core, GAsyncReadyCallback callback, gpointer user_data);
GVariant *core_check_vault_finish (Core *core, GAsyncResult *result, GError **error);

void core_set_default_policy (Core *core,
                              const char *policy,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean core_set_default_policy_finish (Core *core, GAsyncResult *result, GError **error);

typedef struct
{
  gboolean create;
  const char *network;     /* IRC; NULL */
  const char *casemapping; /* IRC; NULL: ASCII */
} CoreAccountOptions;

/* Finds an account in any spelling of its name, or makes it when @create. A new one is on disk
 * before the answer. While the vault is being opened it waits for that, but for no prompt. */
void core_open_account (Core *core,
                        const char *protocol,
                        const char *name,
                        const CoreAccountOptions *options,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* (transfer full) */
CoreAccount *core_open_account_finish (Core *core, GAsyncResult *result, GError **error);
/* It has not been removed. */
gboolean core_has_account (Core *core, CoreAccount *account);
/* (transfer container) (element-type CoreAccount) */
GPtrArray *core_list_accounts (Core *core);

/* The service is to end: goodbyes to all contacts are owed to the messengers, whose bells ring;
 * the sessions stay latched. Returns how many sessions owe something: bus waits a little for the
 * Collects and then goes. */
guint core_shut_down (Core *core);
/* How many still owe. */
guint core_count_owing (Core *core);

G_END_DECLS
