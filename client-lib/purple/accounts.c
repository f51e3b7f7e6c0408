// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* From libpurple's accounts to the service's. Looking at them makes none. */

#include "accounts.h"

#include "notices.h"
#include "talk.h"

/* Of a talk */

typedef struct
{
  Talk *talk;
  const char *what;
  AccountTask task;
  gpointer user_data;
  GDestroyNotify destroy;
} Errand;

static void
errand_free (Errand *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  talk_unref (self->talk);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

static void
on_account (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdAccount) account =
      otrd_client_open_account_finish (OTRD_CLIENT (source), result, &error);

  if (talk_get_messenger (errand->talk) == NULL)
    return;
  if (account == NULL)
    notices_warn (talk_get_conversation (errand->talk), "Could not %s: %s", errand->what,
                  error->message);
  else
    errand->task (errand->talk, account, errand->user_data);
}

void
account_do (
    Talk *talk, const char *what, AccountTask task, gpointer user_data, GDestroyNotify destroy)
{
  PurpleAccount *own = talk_get_account (talk);
  g_autoptr (Errand) errand = g_new0 (Errand, 1);
  OtrdClient *client = talk_get_client (talk);

  *errand = (Errand){ talk_ref (talk), what, task, user_data, destroy };
  if (client != NULL)
    otrd_client_open_account (client, purple_account_get_protocol_id (own),
                              purple_account_get_username (own), NULL, NULL, on_account,
                              g_steal_pointer (&errand));
}

/* All */

void
own_account_free (OwnAccount *self)
{
  g_free (self->protocol);
  g_free (self->name);
  g_clear_object (&self->account);
  g_free (self);
}

char *
own_account_describe (const OwnAccount *self)
{
  PurplePlugin *protocol = purple_find_prpl (self->protocol);

  return g_strdup_printf ("%s (%s)", self->name,
                          protocol != NULL ? purple_plugin_get_name (protocol) : self->protocol);
}

typedef struct
{
  Messenger *messenger;
  OwnAccountsRead done;
  gpointer user_data;
  GPtrArray *found; /* OwnAccount */
  guint next;
} Reading;

static void
reading_free (Reading *self)
{
  messenger_unref (self->messenger);
  g_ptr_array_unref (self->found);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static void read_next (Reading *taken, OtrdClient *client);

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Reading) self = user_data;
  g_autoptr (GError) error = NULL;
  OwnAccount *own = g_ptr_array_index (self->found, self->next++);

  own->account = otrd_client_open_account_finish (OTRD_CLIENT (source), result, &error);
  if (messenger_get_plugin (self->messenger) == NULL)
    return;
  if (own->account == NULL && !g_error_matches (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND))
    self->done (self->messenger, NULL, error, self->user_data);
  else
    read_next (g_steal_pointer (&self), OTRD_CLIENT (source));
}

static void
read_next (Reading *taken, OtrdClient *client)
{
  g_autoptr (Reading) self = taken;
  const OwnAccount *own;

  if (self->next == self->found->len)
    {
      self->done (self->messenger, g_ptr_array_ref (self->found), NULL, self->user_data);
      return;
    }
  own = g_ptr_array_index (self->found, self->next);
  otrd_client_open_account (client, own->protocol, own->name,
                            g_variant_new_parsed ("{'create': <false>}"), NULL, on_looked_up,
                            g_steal_pointer (&self));
}

static void
on_client (Messenger *messenger, OtrdClient *client, const GError *error, gpointer user_data)
{
  g_autoptr (Reading) self = user_data;

  if (client == NULL)
    self->done (messenger, NULL, error, self->user_data);
  else
    read_next (g_steal_pointer (&self), client);
}

void
own_accounts_read (Messenger *messenger, OwnAccountsRead done, gpointer user_data)
{
  Reading *self = g_new0 (Reading, 1);

  self->messenger = messenger_ref (messenger);
  self->done = done;
  self->user_data = user_data;
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify)own_account_free);
  for (GList *at = purple_accounts_get_all (); at != NULL; at = at->next)
    {
      OwnAccount *own = g_new0 (OwnAccount, 1);

      own->protocol = g_strdup (purple_account_get_protocol_id (at->data));
      own->name = g_strdup (purple_account_get_username (at->data));
      g_ptr_array_add (self->found, own);
    }
  messenger_do (messenger, on_client, self, NULL);
}
