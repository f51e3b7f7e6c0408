/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Patience with a keyring that did not answer in time, or failed. It asks, later
 * and later, a question that has no deadline: one that hangs is woken by nobody
 * and answers when it goes on. A keyring that is gone is not waited for. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _VaultKeyringRetry VaultKeyringRetry;

/* @answers: it does, and what failed may go better. */
typedef void (*VaultKeyringAnswers) (gpointer user_data);

VaultKeyringRetry *vault_keyring_retry_new (VaultKeyringAnswers answers, gpointer user_data);
void vault_keyring_retry_free (VaultKeyringRetry *retry);

/* A call has failed. */
void vault_keyring_retry_begin (VaultKeyringRetry *retry);
/* One has gone well, or nothing is to be had from it. */
void vault_keyring_retry_end (VaultKeyringRetry *retry);

G_END_DECLS
