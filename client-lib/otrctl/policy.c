// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb policy: what is encrypted, by default, for an account, for a
 * contact; and where that comes from. */

#include "command.h"
#include "target.h"

#include <stdio.h>
#include <string.h>

/* The words of one command: up to two places and, last, a policy to set. */
typedef struct
{
  const char *account;
  const char *contact;
  const char *policy;
} PolicyWords;

static gboolean
is_policy (const char *word)
{
  OtrdPolicy policy = otrd_policy_from_string (word);

  return g_str_equal (word, "inherit")
         || (policy != OTRD_POLICY_UNKNOWN && policy != OTRD_POLICY_INHERIT);
}

static gboolean
read_words (Command *command, PolicyWords *words, GError **error)
{
  guint n = arguments_count_words (command->arguments);
  const char *last = n > 0 ? command_get_word (command, n - 1) : NULL;

  memset (words, 0, sizeof *words);
  if (last != NULL && is_policy (last))
    words->policy = command_get_word (command, --n);
  if (n == 3)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "“%s” is none of never, manual, opportunistic, always, inherit", last);
      return FALSE;
    }
  words->account = n > 0 ? command_get_word (command, 0) : NULL;
  words->contact = n > 1 ? command_get_word (command, 1) : "";
  return TRUE;
}

static OtrdPolicy
read_policy (const char *word)
{
  return g_str_equal (word, "inherit") ? OTRD_POLICY_INHERIT : otrd_policy_from_string (word);
}

static void
print_policy (OtrdPolicy policy, const char *origin)
{
  const char *word = otrd_policy_to_string (policy);

  printf ("%s (%s)\n", word != NULL ? word : "unknown", origin);
}

static gboolean
run_default (Command *command, const PolicyWords *words, GError **error)
{
  if (words->policy == NULL)
    {
      print_policy (otrd_client_get_default_policy (command->client), "default");
      return TRUE;
    }
  if (g_str_equal (words->policy, "inherit"))
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                           "The default policy cannot be inherited from anything");
      return FALSE;
    }
  return otrd_client_set_default_policy_sync (command->client, read_policy (words->policy), NULL,
                                              NULL, error);
}

static gboolean
show_policy (OtrdAccount *account, const char *contact, GError **error)
{
  g_autofree char *origin = NULL;
  OtrdPolicy policy =
      otrd_account_get_contact_policy_sync (account, contact, NULL, &origin, NULL, error);

  if (policy == OTRD_POLICY_UNKNOWN && origin == NULL)
    return FALSE;
  print_policy (policy, origin);
  return TRUE;
}

gboolean
run_policy (Command *command, GError **error)
{
  g_autoptr (OtrdAccount) account = NULL;
  PolicyWords words;

  if (!read_words (command, &words, error))
    return FALSE;
  if (words.account == NULL)
    return run_default (command, &words, error);
  account = target_find_account (command->client, words.account, error);
  if (account == NULL)
    return FALSE;
  if (words.policy == NULL)
    return show_policy (account, words.contact, error);
  return otrd_account_set_contact_policy_sync (account, words.contact, read_policy (words.policy),
                                               NULL, NULL, error);
}
