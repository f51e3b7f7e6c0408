// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verbs about the service itself: status, unlock, lock, clients. */

#include "columns.h"
#include "command.h"
#include "passphrase.h"
#include "target.h"
#include "tty.h"

#include <stdio.h>
#include <unistd.h>

static guint
count_private (GPtrArray *sessions)
{
  guint n = 0;

  for (guint i = 0; i < sessions->len; i++)
    n += otrd_session_get_state (sessions->pdata[i]) == OTRD_STATE_PRIVATE ? 1 : 0;
  return n;
}

static const char *
word_or_unknown (const char *word)
{
  return word != NULL ? word : "unknown";
}

/* Of the vault. */
static void
add_what_was_read (GVariantBuilder *records, OtrdClient *client, GPtrArray *accounts)
{
  g_variant_builder_add (records, "{sv}", "default-policy",
                         g_variant_new_string (word_or_unknown (
                             otrd_policy_to_string (otrd_client_get_default_policy (client)))));
  g_variant_builder_add (records, "{sv}", "accounts", g_variant_new_uint32 (accounts->len));
}

static GVariant *
describe_service (OtrdClient *client, GPtrArray *accounts, GPtrArray *sessions)
{
  GVariantBuilder records;

  g_variant_builder_init (&records, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_open (&records, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&records, "{sv}", "service",
                         g_variant_new_string (otrd_client_get_program_version (client)));
  g_variant_builder_add (&records, "{sv}", "contract",
                         g_variant_new_uint32 (otrd_client_get_version (client)));
  g_variant_builder_add (&records, "{sv}", "vault",
                         g_variant_new_string (word_or_unknown (
                             otrd_vault_to_string (otrd_client_get_vault (client)))));
  g_variant_builder_add (&records, "{sv}", "key-store",
                         g_variant_new_string (otrd_client_get_key_store (client)));
  if (target_is_known (client, accounts))
    add_what_was_read (&records, client, accounts);
  g_variant_builder_add (&records, "{sv}", "direct",
                         g_variant_new_boolean (otrd_client_get_direct (client)));
  g_variant_builder_add (&records, "{sv}", "sessions", g_variant_new_uint32 (sessions->len));
  g_variant_builder_add (&records, "{sv}", "private-sessions",
                         g_variant_new_uint32 (count_private (sessions)));
  g_variant_builder_close (&records);
  return g_variant_ref_sink (g_variant_builder_end (&records));
}

gboolean
run_status (Command *command, GError **error)
{
  static const char *const keys[] = { "service",          "contract", "vault",    "key-store",
                                      "default-policy",   "direct",   "accounts", "sessions",
                                      "private-sessions", NULL };
  g_autoptr (GPtrArray) accounts = otrd_client_list_accounts_sync (command->client, NULL, error);
  g_autoptr (GPtrArray) sessions = NULL;
  g_autoptr (GVariant) records = NULL;

  if (accounts == NULL)
    return FALSE;
  sessions = otrd_client_list_sessions_sync (command->client, NULL, error);
  if (sessions == NULL)
    return FALSE;
  records = describe_service (command->client, accounts, sessions);
  columns_print (records, keys, command_has (command, "json"), TRUE);
  return TRUE;
}

static gboolean
is_open (OtrdClient *client)
{
  OtrdVault vault = otrd_client_get_vault (client);

  return vault == OTRD_VAULT_READY || vault == OTRD_VAULT_READ_ONLY;
}

/* A passphrase is asked for where one opens the vault; the desktop's keyring asks by
 * itself. That of an open vault is not tried, so nothing is said of it. */
gboolean
run_unlock (Command *command, GError **error)
{
  g_autoptr (GBytes) passphrase = NULL;
  gboolean from_input = command_has (command, "passphrase-stdin");
  gboolean asked = g_str_equal (otrd_client_get_key_store (command->client), "passphrase")
                   && !command_has (command, "no-prompt");

  if (is_open (command->client) && otrd_client_get_available (command->client))
    {
      puts ("The vault is open already; no passphrase was tried.");
      return TRUE;
    }
  if (from_input)
    passphrase = tty_read_secret_from (STDIN_FILENO, error);
  else if (asked)
    passphrase = passphrase_ask ("the vault", error);
  if (passphrase == NULL && (from_input || asked))
    return FALSE;
  return otrd_client_unlock_sync (command->client, passphrase, NULL, NULL, error);
}

static GBytes *
read_new_passphrase (Command *command, GError **error)
{
  return command_has (command, "passphrase-stdin")
             ? tty_read_secret_from (STDIN_FILENO, error)
             : passphrase_ask_new ("the vault", "The key store was not changed", error);
}

gboolean
run_key_store (Command *command, GError **error)
{
  const char *key_store = command_get_word (command, 0);
  g_autoptr (GBytes) passphrase = NULL;

  if (key_store == NULL)
    {
      g_print ("%s\n", otrd_client_get_key_store (command->client));
      return TRUE;
    }
  if (g_str_equal (key_store, "passphrase"))
    {
      passphrase = read_new_passphrase (command, error);
      if (passphrase == NULL)
        return FALSE;
    }
  return otrd_client_set_key_store_sync (command->client, key_store, passphrase, NULL, NULL, error);
}

gboolean
run_lock (Command *command, GError **error)
{
  return otrd_client_lock_sync (command->client, NULL, NULL, error);
}

static void
warn_of_missing_key (GVariant *report)
{
  const char *key = "";

  g_variant_lookup (report, "key", "&s", &key);
  if (g_str_equal (key, "missing"))
    g_printerr ("The keyring has lost the key of the vault, and does not take it back: unlock the "
                "keyring, or move the vault to a passphrase (otrctl key-store passphrase) while "
                "it is open; if it is keyless, restore the keyring, or a backup of the vault "
                "(otrctl vault restore)\n");
}

/* A vault with a file that is not sound, or without its key, ends with status 1. */
gboolean
run_vault_check (Command *command, GError **error)
{
  static const char *const keys[] = { "name", "sound", "generation", "read", "problem", NULL };
  g_autoptr (GVariant) report = otrd_client_check_vault_sync (command->client, NULL, NULL, error);
  g_autoptr (GVariant) files = NULL;
  gboolean is_sound = FALSE;

  if (report == NULL)
    return FALSE;
  files = g_variant_lookup_value (report, "files", G_VARIANT_TYPE ("aa{sv}"));
  if (files != NULL)
    columns_print (files, keys, command_has (command, "json"), FALSE);
  warn_of_missing_key (report);
  g_variant_lookup (report, "sound", "b", &is_sound);
  command->status = is_sound ? 0 : 1;
  return TRUE;
}

gboolean
run_clients (Command *command, GError **error)
{
  static const char *const keys[] = { "application", "name",     "process", "sandbox",
                                      "direct",      "sessions", NULL };
  g_autoptr (GVariant) clients = otrd_client_list_clients_sync (command->client, NULL, NULL, error);

  if (clients == NULL)
    return FALSE;
  columns_print (clients, keys, command_has (command, "json"), FALSE);
  return TRUE;
}
