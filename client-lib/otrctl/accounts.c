// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verbs about accounts and their keys. */

#include "columns.h"
#include "command.h"
#include "fingerprint.h"
#include "link.h"
#include "qr.h"
#include "target.h"
#include "tty.h"

#include <stdio.h>

static const char *
describe_policy (OtrdPolicy policy)
{
  const char *word = otrd_policy_to_string (policy);

  return policy == OTRD_POLICY_INHERIT ? "inherit" : word != NULL ? word : "unknown";
}

static const char *
describe_key_state (OtrdKeyState state)
{
  const char *word = otrd_key_state_to_string (state);

  return word != NULL ? word : "unknown";
}

static void
add_account (GVariantBuilder *records, OtrdAccount *account)
{
  g_autofree char *name = target_name (account);
  const char *key_state = describe_key_state (otrd_account_get_key_state (account));

  g_variant_builder_open (records, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (records, "{sv}", "account", g_variant_new_string (name));
  g_variant_builder_add (records, "{sv}", "key", g_variant_new_string (key_state));
  g_variant_builder_add (
      records, "{sv}", "policy",
      g_variant_new_string (describe_policy (otrd_account_get_policy (account))));
  g_variant_builder_add (records, "{sv}", "fingerprint",
                         g_variant_new_string (otrd_account_get_fingerprint (account)));
  g_variant_builder_close (records);
}

gboolean
run_accounts (Command *command, GError **error)
{
  static const char *const keys[] = { "account", "key", "policy", "fingerprint", NULL };
  g_autoptr (GPtrArray) accounts = target_list_accounts (command->client, error);
  g_autoptr (GVariant) list = NULL;
  GVariantBuilder records;

  if (accounts == NULL)
    return FALSE;
  g_variant_builder_init (&records, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < accounts->len; i++)
    add_account (&records, accounts->pdata[i]);
  list = g_variant_ref_sink (g_variant_builder_end (&records));
  columns_print (list, keys, command_has (command, "json"), FALSE);
  return TRUE;
}

gboolean
run_account_add (Command *command, GError **error)
{
  const char *network = arguments_get_value (command->arguments, "network");
  g_autoptr (OtrdAccount) account = NULL;
  g_autofree char *name = NULL;
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (network != NULL)
    g_variant_dict_insert (&options, "network", "s", network);
  account = otrd_client_open_account_sync (command->client, command_get_word (command, 0),
                                           command_get_word (command, 1),
                                           g_variant_dict_end (&options), NULL, error);
  if (account == NULL)
    return FALSE;
  name = target_name (account);
  puts (name);
  return TRUE;
}

static gboolean
confirm_removal (Command *command, OtrdAccount *account, GError **error)
{
  g_autofree char *name = target_name (account);
  g_autofree char *question =
      g_strdup_printf ("Remove %s with its key and all that is known of its contacts?", name);
  gboolean yes = FALSE;

  if (command_has (command, "yes"))
    return TRUE;
  if (!tty_ask_yes (question, &yes, error))
    return FALSE;
  if (!yes)
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_FAILED, "%s was not removed", name);
  return yes;
}

gboolean
run_account_remove (Command *command, GError **error)
{
  g_autoptr (OtrdAccount) account =
      target_find_account (command->client, command_get_word (command, 0), error);
  GVariantDict options;

  if (account == NULL || !confirm_removal (command, account, error))
    return FALSE;
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "confirm", "s", otrd_account_get_name (account));
  return otrd_account_remove_sync (account, g_variant_dict_end (&options), NULL, error);
}

static void
print_fingerprint (const char *fingerprint)
{
  g_autofree char *grouped = fingerprint_group (fingerprint);

  puts (grouped);
}

/* Nothing is made where a key is there already. */
static void
print_notice (Command *command, OtrdAccount *account)
{
  g_autofree char *name = target_name (account);

  if (otrd_account_get_key_state (account) != OTRD_KEY_STATE_READY
      || command_has (command, "replace"))
    fprintf (stderr, "Making a key for %s; this may take a while ...\n", name);
}

gboolean
run_key_generate (Command *command, GError **error)
{
  g_autoptr (OtrdAccount) account =
      target_find_account (command->client, command_get_word (command, 0), error);
  g_autofree char *fingerprint = NULL;
  GVariantDict options;

  if (account == NULL)
    return FALSE;
  print_notice (command, account);
  g_variant_dict_init (&options, NULL);
  if (command_has (command, "replace"))
    g_variant_dict_insert (&options, "replace", "b", TRUE);
  fingerprint =
      otrd_account_generate_key_sync (account, g_variant_dict_end (&options), NULL, error);
  if (fingerprint == NULL)
    return FALSE;
  print_fingerprint (fingerprint);
  return TRUE;
}

static gboolean
print_link (Command *command, OtrdAccount *account, GError **error)
{
  g_autofree char *link =
      link_make (otrd_account_get_protocol (account), otrd_account_get_name (account),
                 otrd_account_get_fingerprint (account));
  g_autofree char *drawn = NULL;

  if (link == NULL)
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED,
                           "Only an XMPP address has such a link; print the fingerprint itself");
      return FALSE;
    }
  if (command_has (command, "qr") && (drawn = qr_draw (link, tty_has_colours (), error)) == NULL)
    return FALSE;
  if (drawn != NULL)
    fputs (drawn, stdout);
  puts (link);
  return TRUE;
}

static gboolean
check_shown (Command *command, OtrdAccount *account, GError **error)
{
  if (*otrd_account_get_fingerprint (account) != '\0')
    return TRUE;
  if (otrd_account_get_key_state (account) == OTRD_KEY_STATE_LOCKED)
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_LOCKED, "The key of %s is in the locked vault",
                 command_get_word (command, 0));
  else
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                 "%s has no key yet; “otrctl key generate” makes one, or the first conversation",
                 command_get_word (command, 0));
  return FALSE;
}

gboolean
run_key_show (Command *command, GError **error)
{
  g_autoptr (OtrdAccount) account =
      target_find_account (command->client, command_get_word (command, 0), error);

  if (account == NULL || !check_shown (command, account, error))
    return FALSE;
  if (command_has (command, "link") || command_has (command, "qr"))
    return print_link (command, account, error);
  print_fingerprint (otrd_account_get_fingerprint (account));
  return TRUE;
}
