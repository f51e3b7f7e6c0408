// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A passphrase goes from a masked field to the service by descriptor. */

#include "unlock.h"

#include "notices.h"
#include "talk.h"
#include "typed-secret.h"

typedef struct
{
  Messenger *messenger;
  UnlockDone done;
  gpointer user_data;
} Unlocking;

static void
unlocking_free (Unlocking *self)
{
  messenger_unref (self->messenger);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Unlocking, unlocking_free)

static void
finish (Unlocking *self, const GError *error)
{
  self->done (self->messenger, error, self->user_data);
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Unlocking) self = user_data;
  g_autoptr (GError) error = NULL;

  otrd_client_unlock_finish (OTRD_CLIENT (source), result, &error);
  finish (self, error);
}

static void
on_typed (gpointer user_data, const char *typed)
{
  g_autoptr (Unlocking) self = user_data;
  g_autoptr (GBytes) passphrase = typed_secret_new (typed != NULL ? typed : "");
  OtrdClient *client = messenger_get_client (self->messenger);

  if (client != NULL)
    otrd_client_unlock (client, passphrase, NULL, NULL, on_unlocked, g_steal_pointer (&self));
}

static void
on_dismissed (gpointer user_data, const char *typed)
{
  g_autoptr (Unlocking) self = user_data;
  g_autoptr (GError) error =
      g_error_new_literal (OTRD_ERROR, OTRD_ERROR_DISMISSED, "No passphrase was given.");

  finish (self, error);
}

static void
ask (Unlocking *self)
{
  purple_request_input (
      messenger_get_plugin (self->messenger), "OTR passphrase", "Your keys are locked",
      "The passphrase that opens them, for all your messengers:", NULL, FALSE, TRUE, NULL, "Unlock",
      G_CALLBACK (on_typed), "Cancel", G_CALLBACK (on_dismissed), NULL, NULL, NULL, self);
}

static void
on_client (Messenger *messenger, OtrdClient *client, const GError *error, gpointer user_data)
{
  Unlocking *self = user_data;

  if (client == NULL)
    {
      finish (self, error);
      unlocking_free (self);
    }
  else if (g_str_equal (otrd_client_get_key_store (client), "passphrase")
           && otrd_client_get_vault (client) != OTRD_VAULT_READY)
    ask (self);
  else
    otrd_client_unlock (client, NULL, NULL, NULL, on_unlocked, self);
}

void
unlock_begin (Messenger *messenger, UnlockDone done, gpointer user_data)
{
  Unlocking *self = g_new0 (Unlocking, 1);

  self->messenger = messenger_ref (messenger);
  self->done = done;
  self->user_data = user_data;
  messenger_do (messenger, on_client, self, NULL);
}

static void
tell_talk (Messenger *messenger, const GError *error, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;

  if (talk_get_messenger (talk) == NULL)
    return;
  if (error != NULL)
    notices_warn (talk_get_conversation (talk), "Could not unlock your keys: %s", error->message);
  else
    notices_tell (talk_get_conversation (talk), "Your keys are unlocked.");
}

void
unlock_for_talk (Talk *talk)
{
  unlock_begin (talk_get_messenger (talk), tell_talk, talk_ref (talk));
}

static void
tell_in_window (Messenger *messenger, const GError *error, gpointer user_data)
{
  PurplePlugin *plugin = messenger_get_plugin (messenger);

  if (plugin == NULL)
    return;
  if (error != NULL)
    purple_notify_error (plugin, "OTR", "Your keys could not be unlocked.", error->message);
  else
    purple_notify_info (plugin, "OTR", "Your keys are unlocked.", NULL);
}

void
unlock_from_menu (Messenger *messenger)
{
  unlock_begin (messenger, tell_in_window, NULL);
}
