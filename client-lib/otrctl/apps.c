// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verbs apps, allow, deny and ask: what sandboxed programs may use. */

#include "columns.h"
#include "command.h"

#include <string.h>

gboolean
run_apps (Command *command, GError **error)
{
  static const char *const keys[] = { "application", "protocol", "account", "grant", NULL };
  g_autoptr (GVariant) grants =
      otrd_client_list_applications_sync (command->client, NULL, NULL, error);

  if (grants == NULL)
    return FALSE;
  columns_print (grants, keys, command_has (command, "json"), FALSE);
  return TRUE;
}

/* The account need not exist yet: it is PROTOCOL:NAME as the program asked for it. */
static gboolean
set_grant (Command *command, const char *grant, GError **error)
{
  const char *account = command_get_word (command, 1);
  const char *colon = strchr (account, ':');
  g_autofree char *protocol = colon != NULL ? g_strndup (account, colon - account) : NULL;

  if (colon == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "“%s” is no account: write it as xmpp:name@example.org", account);
      return FALSE;
    }
  return otrd_client_set_grant_sync (command->client, command_get_word (command, 0), protocol,
                                     colon + 1, grant, NULL, NULL, error);
}

gboolean
run_allow (Command *command, GError **error)
{
  return set_grant (command, "allow", error);
}

gboolean
run_deny (Command *command, GError **error)
{
  return set_grant (command, "deny", error);
}

gboolean
run_ask (Command *command, GError **error)
{
  return set_grant (command, "ask", error);
}
