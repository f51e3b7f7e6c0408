// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A key is made by the service, for all messengers. The dialog that waits for it
 * can be sent away; the key is made all the same. */

#include "own-key.h"

#include "accounts.h"
#include "notices.h"
#include "talk.h"

/* A key is mostly there before anybody could read a dialog. */
#define PATIENCE_MS 700

/* A wait for a key. */
typedef struct
{
  Messenger *messenger;
  GCancellable *cancellable;
  char *account;
  guint timer;
  gboolean shown;
  gboolean tell; /* the user wants to hear of it */
} Wait;

static void
wait_free (Wait *self)
{
  if (self->timer != 0)
    purple_timeout_remove (self->timer);
  if (self->shown)
    purple_request_close_with_handle (self);
  g_object_unref (self->cancellable);
  g_free (self->account);
  messenger_unref (self->messenger);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wait, wait_free)

static void
on_not_waited (gpointer user_data)
{
  Wait *self = user_data;

  self->shown = FALSE;
  g_cancellable_cancel (self->cancellable);
}

static gboolean
on_long (gpointer user_data)
{
  Wait *self = user_data;

  self->timer = 0;
  self->shown = TRUE;
  purple_request_action (self, "OTR key", "Your key is being made", self->account, 0, NULL, NULL,
                         NULL, self, 1, "Do not wait", G_CALLBACK (on_not_waited));
  return G_SOURCE_REMOVE;
}

static void
tell_result (Wait *self, const char *fingerprint, const GError *error)
{
  PurplePlugin *plugin = messenger_get_plugin (self->messenger);
  g_autofree char *spelled = notices_spell_fingerprint (fingerprint != NULL ? fingerprint : "");

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    purple_notify_info (plugin, "OTR key", "Your key is still being made.",
                        "It is there when it is needed.");
  else if (error != NULL)
    purple_notify_error (plugin, "OTR key", "No key could be made.", error->message);
  else
    purple_notify_info (plugin, "OTR key", self->account, spelled);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Wait) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint =
      otrd_account_generate_key_finish (OTRD_ACCOUNT (source), result, &error);

  if (self->tell && messenger_get_plugin (self->messenger) != NULL)
    tell_result (self, fingerprint, error);
}

/* Whoever asks while one is made shares the result. */
static void
wait_for_key (Messenger *messenger, OtrdAccount *account, gboolean tell)
{
  Wait *self = g_new0 (Wait, 1);

  self->messenger = messenger_ref (messenger);
  self->cancellable = g_cancellable_new ();
  self->account = g_strdup (otrd_account_get_name (account));
  self->tell = tell;
  self->timer = purple_timeout_add (PATIENCE_MS, on_long, self);
  otrd_account_generate_key (account, NULL, self->cancellable, on_made, self);
}

/* In a conversation */

static void
tell (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  g_autofree char *spelled = notices_spell_fingerprint (otrd_account_get_fingerprint (account));

  if (*spelled != '\0')
    notices_tell (talk_get_conversation (talk), "Your fingerprint (%s): %s",
                  otrd_account_get_name (account), spelled);
  else if (otrd_account_get_key_state (account) == OTRD_KEY_STATE_LOCKED)
    notices_tell (talk_get_conversation (talk), "Your keys are locked. See /otr unlock.");
  else
    notices_tell (talk_get_conversation (talk),
                  "There is no key of yours yet (%s). It is made when it is needed, or with "
                  "/otr key make.",
                  otrd_account_get_name (account));
}

void
own_key_tell (Talk *talk)
{
  account_do (talk, "look up your key", tell, NULL, NULL);
}

static void
make (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  wait_for_key (talk_get_messenger (talk), account, TRUE);
}

void
own_key_make (Talk *talk)
{
  account_do (talk, "make a key", make, NULL, NULL);
}

static void
wait_silently (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  if (otrd_account_get_key_state (account) == OTRD_KEY_STATE_GENERATING)
    wait_for_key (talk_get_messenger (talk), account, FALSE);
}

void
own_key_handle_event (Talk *talk, OtrdEvent *event)
{
  if (g_str_equal (otrd_event_get_name (event), "waiting")
      && g_strcmp0 (otrd_event_get_string (event, "reason"), "generating") == 0)
    account_do (talk, "look up your key", wait_silently, NULL, NULL);
}

/* Of all accounts */

static void
on_opened_to_make (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Messenger) messenger = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdAccount) account =
      otrd_client_open_account_finish (OTRD_CLIENT (source), result, &error);

  if (messenger_get_plugin (messenger) == NULL)
    return;
  if (account == NULL)
    purple_notify_error (messenger_get_plugin (messenger), "OTR key", "No key could be made.",
                         error->message);
  else
    wait_for_key (messenger, account, TRUE);
}

static void
on_make (gpointer user_data, PurpleRequestFields *fields)
{
  g_autoptr (Messenger) messenger = user_data;
  PurpleAccount *own = purple_request_fields_get_account (fields, "account");
  OtrdClient *client = messenger_get_client (messenger);

  if (client != NULL && own != NULL)
    otrd_client_open_account (client, purple_account_get_protocol_id (own),
                              purple_account_get_username (own), NULL, NULL, on_opened_to_make,
                              messenger_ref (messenger));
}

static void
on_close (gpointer user_data, PurpleRequestFields *fields)
{
  messenger_unref (user_data);
}

/* In the text: Finch has no fields that only say something. */
static char *
describe_all (GPtrArray *own_accounts)
{
  GString *words = g_string_new ("What your contacts see of you:\n\n");

  for (guint i = 0; i < own_accounts->len; i++)
    {
      const OwnAccount *own = g_ptr_array_index (own_accounts, i);
      g_autofree char *name = own_account_describe (own);
      g_autofree char *spelled = notices_spell_fingerprint (
          own->account != NULL ? otrd_account_get_fingerprint (own->account) : "");

      g_string_append_printf (words, "%s:\n%s\n\n", name,
                              *spelled != '\0' ? spelled
                                               : "no key yet; it is made when it is needed");
    }
  return g_string_free (words, FALSE);
}

static PurpleRequestFields *
lay_out (void)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestField *account =
      purple_request_field_account_new ("account", "Make a key for", NULL);

  purple_request_field_account_set_show_all (account, TRUE);
  purple_request_field_group_add_field (group, account);
  purple_request_fields_add_group (fields, group);
  return fields;
}

static void
on_accounts_read (Messenger *messenger, GPtrArray *taken, const GError *error, gpointer user_data)
{
  g_autoptr (GPtrArray) own_accounts = taken;
  g_autofree char *words = own_accounts != NULL ? describe_all (own_accounts) : NULL;

  if (own_accounts == NULL)
    purple_notify_error (messenger_get_plugin (messenger), "OTR keys",
                         "Could not look up your keys.", error->message);
  else
    purple_request_fields (messenger_get_plugin (messenger), "OTR keys", "Your own keys", words,
                           lay_out (), "Make a key", G_CALLBACK (on_make), "Close",
                           G_CALLBACK (on_close), NULL, NULL, NULL, messenger_ref (messenger));
}

void
own_key_show_all (Messenger *messenger)
{
  own_accounts_read (messenger, on_accounts_read, NULL);
}
