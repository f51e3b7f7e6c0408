// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Finds accounts and sessions by the words of a command line. Canonical names
 * are the service's business: a word with a protocol goes to it as it is. */

#include "target.h"

#include <string.h>

#define PROTOCOL_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

void
target_split (const char *word, char **protocol, char **name)
{
  gsize length = strspn (word, PROTOCOL_CHARACTERS);

  *protocol = length > 0 && word[length] == ':' ? g_strndup (word, length) : NULL;
  *name = g_strdup (*protocol != NULL ? word + length + 1 : word);
}

char *
target_name (OtrdAccount *account)
{
  return g_strdup_printf ("%s:%s", otrd_account_get_protocol (account),
                          otrd_account_get_name (account));
}

static gboolean
is_closed (OtrdVault vault)
{
  return vault == OTRD_VAULT_LOCKED || vault == OTRD_VAULT_UNLOCKING
         || vault == OTRD_VAULT_UNAVAILABLE || vault == OTRD_VAULT_KEYLESS
         || vault == OTRD_VAULT_DAMAGED;
}

static void
set_closed_error (OtrdVault vault, const char *what, GError **error)
{
  int code = vault == OTRD_VAULT_LOCKED || vault == OTRD_VAULT_UNLOCKING ? OTRD_ERROR_LOCKED
             : vault == OTRD_VAULT_DAMAGED                               ? OTRD_ERROR_VAULT_DAMAGED
                                           : OTRD_ERROR_KEY_STORE_UNAVAILABLE;

  g_set_error (error, OTRD_ERROR, code, "%s: the vault is %s", what, otrd_vault_to_string (vault));
}

/* What was read before the vault was locked still holds. */
gboolean
target_is_known (OtrdClient *client, GPtrArray *accounts)
{
  return accounts->len > 0 || !is_closed (otrd_client_get_vault (client));
}

static int
compare_accounts (gconstpointer a, gconstpointer b)
{
  return strcmp (otrd_account_get_path (*(OtrdAccount **)a),
                 otrd_account_get_path (*(OtrdAccount **)b));
}

static int
compare_sessions (gconstpointer a, gconstpointer b)
{
  return strcmp (otrd_session_get_path (*(OtrdSession **)a),
                 otrd_session_get_path (*(OtrdSession **)b));
}

GPtrArray *
target_list_sessions (OtrdClient *client, GError **error)
{
  GPtrArray *sessions = otrd_client_list_sessions_sync (client, NULL, error);

  if (sessions != NULL)
    g_ptr_array_sort (sessions, compare_sessions);
  return sessions;
}

GPtrArray *
target_list_accounts (OtrdClient *client, GError **error)
{
  g_autoptr (GPtrArray) accounts = otrd_client_list_accounts_sync (client, NULL, error);

  if (accounts == NULL)
    return NULL;
  g_ptr_array_sort (accounts, compare_accounts);
  if (target_is_known (client, accounts))
    return g_steal_pointer (&accounts);
  set_closed_error (otrd_client_get_vault (client), "The accounts are not known", error);
  return NULL;
}

gboolean
target_check_known (OtrdClient *client, const char *what, GError **error)
{
  g_autoptr (GPtrArray) accounts = otrd_client_list_accounts_sync (client, NULL, error);

  if (accounts == NULL)
    return FALSE;
  if (target_is_known (client, accounts))
    return TRUE;
  set_closed_error (otrd_client_get_vault (client), what, error);
  return FALSE;
}

char *
target_name_of_path (GPtrArray *accounts, const char *path)
{
  for (guint i = 0; i < accounts->len; i++)
    if (g_str_equal (otrd_account_get_path (accounts->pdata[i]), path))
      return target_name (accounts->pdata[i]);
  return g_strdup (path);
}

static GPtrArray *
find_by_name (GPtrArray *accounts, const char *name)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < accounts->len; i++)
    if (g_ascii_strcasecmp (otrd_account_get_name (accounts->pdata[i]), name) == 0)
      g_ptr_array_add (found, g_object_ref (accounts->pdata[i]));
  return found;
}

void
target_set_ambiguous_error (GPtrArray *found, const char *word, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    {
      g_autofree char *name = target_name (found->pdata[i]);

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", name);
    }
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "“%s” may be any of %s", word,
               names->str);
}

OtrdAccount *
target_find_account (OtrdClient *client, const char *word, GError **error)
{
  g_autofree char *protocol = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GPtrArray) found = NULL;

  target_split (word, &protocol, &name);
  if (protocol != NULL)
    return otrd_client_open_account_sync (
        client, protocol, name, g_variant_new_parsed ("{'create': <false>}"), NULL, error);
  accounts = target_list_accounts (client, error);
  if (accounts == NULL)
    return NULL;
  found = find_by_name (accounts, name);
  if (found->len == 1)
    return g_object_ref (found->pdata[0]);
  if (found->len > 1)
    target_set_ambiguous_error (found, word, error);
  else
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND, "There is no account “%s”", word);
  return NULL;
}

/* A contact may be given with the resource that the network shows. */
static gboolean
is_contact (const char *canonical, const char *word)
{
  gsize length = strlen (canonical);

  return g_ascii_strcasecmp (canonical, word) == 0
         || (g_ascii_strncasecmp (canonical, word, length) == 0 && word[length] == '/');
}

gboolean
target_is_session (OtrdSession *session, OtrdAccount *account, const char *contact)
{
  return g_str_equal (otrd_session_get_account (session), otrd_account_get_path (account))
         && is_contact (otrd_session_get_contact (session), contact);
}

OtrdSession *
target_find_session (OtrdClient *client, OtrdAccount *account, const char *contact, GError **error)
{
  g_autoptr (GPtrArray) sessions = target_list_sessions (client, error);

  for (guint i = 0; sessions != NULL && i < sessions->len; i++)
    if (target_is_session (sessions->pdata[i], account, contact))
      return g_object_ref (sessions->pdata[i]);
  if (sessions != NULL)
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                 "There is no session with “%s”: no messenger has this conversation open", contact);
  return NULL;
}
