// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb policy: what is encrypted, by default, for an account, for a
 * contact; and where that comes from. */

#include "command.h"
#include "subject.h"
#include "target.h"
#include "tty.h"

#include <stdio.h>

/* What one command is about: all accounts (no account), one (no contact), or a contact of it;
 * and the policy to set. */
typedef struct
{
  OtrdAccount *account;
  const char *contact;
  const char *policy;
} PolicyPlace;

static gboolean
is_policy (const char *word)
{
  OtrdPolicy policy = otrd_policy_from_string (word);

  return g_str_equal (word, "inherit")
         || (policy != OTRD_POLICY_UNKNOWN && policy != OTRD_POLICY_INHERIT);
}

/* One word is an account, or, if there is none of that name, a contact that an account knows. */
static gboolean
read_sole_word (Command *command, PolicyPlace *place, GError **error)
{
  const char *word = command_get_word (command, 0);
  g_autoptr (GError) no_account = NULL;

  place->account = target_find_account (command->client, word, &no_account);
  if (place->account != NULL)
    return TRUE;
  if (!g_error_matches (no_account, OTRD_ERROR, OTRD_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&no_account));
      return FALSE;
    }
  place->contact = word;
  place->account = subject_find_knowing (command->client, word, error);
  return place->account != NULL;
}

static gboolean
read_place (Command *command, PolicyPlace *place, GError **error)
{
  guint n = arguments_count_words (command->arguments);
  const char *last = n > 0 ? command_get_word (command, n - 1) : NULL;

  place->contact = "";
  if (last != NULL && is_policy (last))
    {
      place->policy = last;
      n--;
    }
  if (n == 3)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "“%s” is none of never, manual, opportunistic, always, inherit", last);
      return FALSE;
    }
  if (n == 1)
    return read_sole_word (command, place, error);
  if (n == 0)
    return TRUE;
  place->contact = command_get_word (command, 1);
  place->account = target_find_account (command->client, command_get_word (command, 0), error);
  return place->account != NULL;
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

/* Says whose it is: one word may be read as an account or as a contact. */
static void
print_set (const PolicyPlace *place)
{
  g_autofree char *account = target_name (place->account);
  g_autofree char *contact = tty_make_printable (place->contact);

  if (*contact == '\0')
    printf ("%s (account %s)\n", place->policy, account);
  else
    printf ("%s (contact %s of %s)\n", place->policy, contact, account);
}

static gboolean
set_default (Command *command, const PolicyPlace *place, GError **error)
{
  if (g_str_equal (place->policy, "inherit"))
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                           "The default policy cannot be inherited from anything");
      return FALSE;
    }
  if (!otrd_client_set_default_policy_sync (command->client, read_policy (place->policy), NULL,
                                            NULL, error))
    return FALSE;
  print_policy (read_policy (place->policy), "default");
  return TRUE;
}

static gboolean
show_default (Command *command, GError **error)
{
  if (!target_check_known (command->client, "The default policy is not known", error))
    return FALSE;
  print_policy (otrd_client_get_default_policy (command->client), "default");
  return TRUE;
}

static gboolean
set_policy (const PolicyPlace *place, GError **error)
{
  if (!otrd_account_set_contact_policy_sync (place->account, place->contact,
                                             read_policy (place->policy), NULL, NULL, error))
    return FALSE;
  print_set (place);
  return TRUE;
}

static gboolean
show_policy (const PolicyPlace *place, GError **error)
{
  g_autofree char *origin = NULL;
  OtrdPolicy policy = otrd_account_get_contact_policy_sync (place->account, place->contact, NULL,
                                                            &origin, NULL, error);

  if (policy == OTRD_POLICY_UNKNOWN && origin == NULL)
    return FALSE;
  print_policy (policy, origin);
  return TRUE;
}

gboolean
run_policy (Command *command, GError **error)
{
  PolicyPlace place = { 0 };
  g_autoptr (OtrdAccount) account = NULL;

  if (!read_place (command, &place, error))
    return FALSE;
  account = place.account;
  if (account == NULL)
    return place.policy != NULL ? set_default (command, &place, error)
                                : show_default (command, error);
  return place.policy != NULL ? set_policy (&place, error) : show_policy (&place, error);
}
