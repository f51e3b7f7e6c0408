// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "otrd/otrd.h"

G_BEGIN_DECLS

/* What the words ACCOUNT and CONTACT mean. */

/**
 * target_split:
 * @word: an account as it is written
 * @protocol: (out): what stands before the colon; NULL: no protocol is named
 * @name: (out): the rest
 */
void target_split (const char *word, char **protocol, char **name);

/** target_name: an account as it is written: protocol:name. */
char *target_name (OtrdAccount *account);

/** target_find_account: the account that @word means; never makes one. */
OtrdAccount *target_find_account (OtrdClient *client, const char *word, GError **error);

/** target_find_session: the session with @contact; does not attach to it. */
OtrdSession *
target_find_session (OtrdClient *client, OtrdAccount *account, const char *contact, GError **error);

/** target_is_session: whether it is the account's with @contact, which may have
 * the resource that the network shows. */
gboolean target_is_session (OtrdSession *session, OtrdAccount *account, const char *contact);

/** target_set_ambiguous_error: @word may mean any of the accounts @found. */
void target_set_ambiguous_error (GPtrArray *found, const char *word, GError **error);

/** target_list_accounts: all accounts, sorted; Locked rather than none while the
 * vault is closed. */
GPtrArray *target_list_accounts (OtrdClient *client, GError **error);

/** target_is_known: whether the service has read the vault, of which these are all
 * accounts; what it says before that is no more than a default. */
gboolean target_is_known (OtrdClient *client, GPtrArray *accounts);

/** target_check_known: the same, with an error that begins with @what. */
gboolean target_check_known (OtrdClient *client, const char *what, GError **error);

/** target_list_sessions: the sessions of all messengers, sorted. */
GPtrArray *target_list_sessions (OtrdClient *client, GError **error);

/** target_name_of_path: the written form of the account at @path among @accounts,
 * or the path. */
char *target_name_of_path (GPtrArray *accounts, const char *path);

G_END_DECLS
