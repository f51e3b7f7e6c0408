// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "arguments.h"
#include "otrd/otrd.h"

G_BEGIN_DECLS

/**
 * Command:
 * @arguments: the words after the verb, and the options
 * @client: the service; NULL for a verb that needs none
 * @status: what otrctl ends with if the verb does not fail
 * One run of otrctl: all that a verb is handed.
 */
typedef struct
{
  Arguments *arguments;
  OtrdClient *client;
  int status;
} Command;

/** command_get_word: short for the word at @index, or NULL. */
static inline const char *
command_get_word (const Command *command, guint index)
{
  return arguments_get_word (command->arguments, index);
}

/** command_has: short for whether the option was given. */
static inline gboolean
command_has (const Command *command, const char *option)
{
  return arguments_has (command->arguments, option);
}

/* What runs the verbs; each prints to standard output. FALSE with @error set:
 * main () prints it and chooses the exit status. */
gboolean run_accept (Command *command, GError **error);
gboolean run_account_add (Command *command, GError **error);
gboolean run_account_remove (Command *command, GError **error);
gboolean run_accounts (Command *command, GError **error);
gboolean run_allow (Command *command, GError **error);
gboolean run_apps (Command *command, GError **error);
gboolean run_ask (Command *command, GError **error);
gboolean run_auto_lock (Command *command, GError **error);
gboolean run_clients (Command *command, GError **error);
gboolean run_deny (Command *command, GError **error);
gboolean run_fingerprints (Command *command, GError **error);
gboolean run_forget (Command *command, GError **error);
gboolean run_help (Command *command, GError **error);
gboolean run_history (Command *command, GError **error);
gboolean run_import (Command *command, GError **error);
gboolean run_key_generate (Command *command, GError **error);
gboolean run_key_show (Command *command, GError **error);
gboolean run_key_store (Command *command, GError **error);
gboolean run_lock (Command *command, GError **error);
gboolean run_monitor (Command *command, GError **error);
gboolean run_policy (Command *command, GError **error);
gboolean run_relay (Command *command, GError **error);
gboolean run_sessions (Command *command, GError **error);
gboolean run_status (Command *command, GError **error);
gboolean run_trust (Command *command, GError **error);
gboolean run_unlock (Command *command, GError **error);
gboolean run_vault_backup (Command *command, GError **error);
gboolean run_vault_check (Command *command, GError **error);
gboolean run_vault_restore (Command *command, GError **error);
gboolean run_verify (Command *command, GError **error);
gboolean run_version (Command *command, GError **error);

G_END_DECLS
