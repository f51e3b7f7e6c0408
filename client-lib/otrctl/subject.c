// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Whom a command line is about. An account that is not named is the one that
 * has a conversation with the contact or knows it, or the only one. */

#include "subject.h"
#include "fingerprint.h"
#include "link.h"
#include "target.h"

#include <string.h>

void
subject_free (Subject *self)
{
  g_clear_object (&self->account);
  g_free (self->contact);
  g_free (self->fingerprint);
  g_free (self);
}

/* ---- The account that is meant ---- */

static gboolean
has_session (GPtrArray *sessions, OtrdAccount *account, const char *contact)
{
  for (guint i = 0; i < sessions->len; i++)
    if (target_is_session (sessions->pdata[i], account, contact))
      return TRUE;
  return FALSE;
}

/* A contact that the account's protocol cannot have is not known to it. */
static gboolean
has_fingerprint (OtrdAccount *account, const char *contact)
{
  g_autoptr (GVariant) records = NULL;
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  g_variant_dict_insert (&filter, "contact", "s", contact);
  g_variant_dict_insert (&filter, "limit", "u", 1);
  records =
      otrd_account_list_fingerprints_sync (account, g_variant_dict_end (&filter), NULL, NULL, NULL);
  return records != NULL && g_variant_n_children (records) > 0;
}

static GPtrArray *
list_knowing (OtrdClient *client, GPtrArray *accounts, const char *contact, GError **error)
{
  g_autoptr (GPtrArray) sessions = target_list_sessions (client, error);
  GPtrArray *knowing;

  if (sessions == NULL)
    return NULL;
  knowing = g_ptr_array_new ();
  for (guint i = 0; i < accounts->len; i++)
    if (has_session (sessions, accounts->pdata[i], contact)
        || has_fingerprint (accounts->pdata[i], contact))
      g_ptr_array_add (knowing, accounts->pdata[i]);
  return knowing;
}

/* A link is of an XMPP address. */
static GPtrArray *
list_possible (OtrdClient *client, gboolean linked, GError **error)
{
  GPtrArray *accounts = target_list_accounts (client, error);

  for (guint i = accounts != NULL && linked ? accounts->len : 0; i > 0; i--)
    if (!g_str_equal (otrd_account_get_protocol (accounts->pdata[i - 1]), "xmpp"))
      g_ptr_array_remove_index (accounts, i - 1);
  return accounts;
}

/* The account that knows @contact; @or_only: else the one there is. */
static OtrdAccount *
find_knowing (
    OtrdClient *client, const char *contact, gboolean linked, gboolean or_only, GError **error)
{
  g_autoptr (GPtrArray) accounts = list_possible (client, linked, error);
  g_autoptr (GPtrArray) knowing =
      accounts != NULL ? list_knowing (client, accounts, contact, error) : NULL;

  if (knowing == NULL)
    return NULL;
  if (knowing->len == 1)
    return g_object_ref (knowing->pdata[0]);
  if (or_only && knowing->len == 0 && accounts->len == 1)
    return g_object_ref (accounts->pdata[0]);
  if (knowing->len > 1)
    target_set_ambiguous_error (knowing, contact, error);
  else if (or_only)
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                 "No account knows “%s”: name the account, too", contact);
  else
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                 "There is no account “%s”, and no account knows a contact of that name", contact);
  return NULL;
}

OtrdAccount *
subject_find_knowing (OtrdClient *client, const char *contact, GError **error)
{
  return find_knowing (client, contact, FALSE, FALSE, error);
}

/* ---- The words ---- */

/* Takes what stands at the end of the words; how many are left. */
static guint
take_contact (Subject *self, Command *command, guint n_words, gboolean *linked)
{
  const char *last = n_words > 0 ? command_get_word (command, n_words - 1) : NULL;

  *linked = last != NULL && link_read (last, &self->contact, &self->fingerprint);
  if (*linked)
    return n_words - 1;
  if (n_words > 1 && fingerprint_is (last))
    {
      self->fingerprint = g_strdup (last);
      last = command_get_word (command, --n_words - 1);
    }
  if (last == NULL)
    return 0;
  self->contact = g_strdup (last);
  return n_words - 1;
}

Subject *
subject_read (Command *command, guint n_words, GError **error)
{
  g_autoptr (Subject) self = g_new0 (Subject, 1);
  gboolean linked;
  guint left = take_contact (self, command, n_words, &linked);

  if (left > 1 || self->contact == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "“%s” is not a fingerprint",
                   command_get_word (command, n_words - 1));
      return NULL;
    }
  self->account = left == 1
                      ? target_find_account (command->client, command_get_word (command, 0), error)
                      : find_knowing (command->client, self->contact, linked, TRUE, error);
  return self->account != NULL ? g_steal_pointer (&self) : NULL;
}
