// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Keeps the client of the service and the talks, and marks what the plugin
 * itself hands to libpurple, so that its own hooks let it pass. */

#include "messenger.h"

#include "talk.h"

typedef struct
{
  MessengerTask run;
  gpointer user_data;
  GDestroyNotify destroy;
} Task;

struct _Messenger
{
  PurplePlugin *plugin; /* NULL: closed */
  OtrdClient *client;
  gboolean connecting;
  GCancellable *cancellable;
  GHashTable *talks; /* key to Talk, owned */
  GQueue tasks;      /* Task, until the client is there */
  guint entered;
};

static char *
key_of (PurpleAccount *account, const char *who)
{
  return g_strdup_printf ("%p %s", account, purple_normalize (account, who));
}

Messenger *
messenger_new (PurplePlugin *plugin)
{
  Messenger *self = g_rc_box_new0 (Messenger);

  self->plugin = plugin;
  g_queue_init (&self->tasks);
  self->cancellable = g_cancellable_new ();
  self->talks =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)talk_abandon);
  return self;
}

static void
task_free (Task *task)
{
  if (task->destroy != NULL)
    task->destroy (task->user_data);
  g_free (task);
}

void
messenger_close (Messenger *self)
{
  g_cancellable_cancel (self->cancellable);
  g_hash_table_remove_all (self->talks);
  g_queue_clear_full (&self->tasks, (GDestroyNotify)task_free);
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  self->plugin = NULL;
  messenger_unref (self);
}

static void
messenger_clear (Messenger *self)
{
  g_hash_table_unref (self->talks);
  g_object_unref (self->cancellable);
}

Messenger *
messenger_ref (Messenger *self)
{
  return g_rc_box_acquire (self);
}

void
messenger_unref (Messenger *self)
{
  g_rc_box_release_full (self, (GDestroyNotify)messenger_clear);
}

PurplePlugin *
messenger_get_plugin (Messenger *self)
{
  return self->plugin;
}

GPtrArray *
messenger_list_talks (Messenger *self, PurpleAccount *account)
{
  g_autoptr (GPtrArray) talks = g_ptr_array_new_with_free_func ((GDestroyNotify)talk_unref);
  GHashTableIter iter;
  Talk *talk;

  g_hash_table_iter_init (&iter, self->talks);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *)&talk))
    if (account == NULL || talk_get_account (talk) == account)
      g_ptr_array_add (talks, talk_ref (talk));
  return g_steal_pointer (&talks);
}

/* What could not be read while the service was away is read when it is back. */
static void
on_available_changed (Messenger *self)
{
  g_autoptr (GPtrArray) talks = NULL;

  if (!otrd_client_get_available (self->client))
    return;
  talks = messenger_list_talks (self, NULL);
  for (guint i = 0; i < talks->len; i++)
    talk_go_on (talks->pdata[i]);
}

static void
run_tasks (Messenger *self, const GError *error)
{
  g_autoptr (Messenger) keep = messenger_ref (self);
  GQueue tasks = self->tasks;
  Task *task;

  /* One that asks for another try must not find itself in the queue. */
  g_queue_init (&self->tasks);
  while ((task = g_queue_pop_head (&tasks)) != NULL)
    {
      task->run (self, self->client, error, task->user_data);
      task_free (task);
    }
}

static void
on_client_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdClient) client = otrd_client_new_finish (result, &error);
  g_autoptr (GPtrArray) talks = NULL;
  Messenger *self;

  /* The messenger is gone with the plugin. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = user_data;
  self->connecting = FALSE;
  self->client = g_steal_pointer (&client);
  if (self->client != NULL)
    g_signal_connect_swapped (self->client, "notify::available", G_CALLBACK (on_available_changed),
                              self);
  talks = messenger_list_talks (self, NULL);
  for (guint i = 0; i < talks->len; i++)
    talk_client_made (talks->pdata[i], error);
  run_tasks (self, error);
}

/* The id under which all of them know a program. */
static const char *
find_application (void)
{
  const char *ui = purple_core_get_ui ();

  if (ui == NULL)
    return "libpurple";
  if (g_str_equal (ui, "gnt-purple"))
    return "finch";
  return g_str_equal (ui, "gtk-gaim") ? "pidgin" : ui;
}

OtrdClient *
messenger_get_client (Messenger *self)
{
  const char *application = find_application ();

  if (self->client == NULL && !self->connecting)
    {
      self->connecting = TRUE;
      otrd_client_new (NULL, application, application, self->cancellable, on_client_made, self);
    }
  return self->client;
}

void
messenger_do (Messenger *self, MessengerTask task, gpointer user_data, GDestroyNotify destroy)
{
  Task *waiting = g_memdup2 (&(Task){ task, user_data, destroy }, sizeof (Task));

  g_queue_push_tail (&self->tasks, waiting);
  if (messenger_get_client (self) != NULL)
    run_tasks (self, NULL);
}

Talk *
messenger_find_talk (Messenger *self, PurpleAccount *account, const char *who)
{
  g_autofree char *key = key_of (account, who);

  return g_hash_table_lookup (self->talks, key);
}

Talk *
messenger_get_talk (Messenger *self, PurpleAccount *account, const char *who)
{
  Talk *talk = messenger_find_talk (self, account, who);

  if (talk == NULL)
    {
      talk = talk_new (self, account, purple_normalize (account, who));
      g_hash_table_insert (self->talks, key_of (account, who), talk);
    }
  return talk;
}

void
messenger_drop_talk (Messenger *self, Talk *talk)
{
  g_autofree char *key = key_of (talk_get_account (talk), talk_get_who (talk));

  g_hash_table_remove (self->talks, key);
}

/* A removed account has no conversation to say it in. */
static void
tell_unsent (Messenger *self, Talk *talk)
{
  g_autofree char *unsent = talk_describe_unsent (talk);

  if (unsent != NULL)
    purple_notify_warning (self->plugin, "OTR: not sent", unsent, "The account is removed.");
}

void
messenger_drop_account (Messenger *self, PurpleAccount *account)
{
  g_autoptr (GPtrArray) talks = messenger_list_talks (self, account);

  for (guint i = 0; i < talks->len; i++)
    {
      tell_unsent (self, talks->pdata[i]);
      messenger_drop_talk (self, talks->pdata[i]);
    }
}

void
messenger_enter (Messenger *self)
{
  self->entered++;
}

void
messenger_leave (Messenger *self)
{
  self->entered--;
}

gboolean
messenger_is_entered (Messenger *self)
{
  return self->entered > 0;
}
