// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Opens the session when there is something to do, and takes what comes of it to the
 * network and to the window. */

#include "talk.h"

#include "accounts.h"
#include "beacon.h"
#include "changed-key.h"
#include "jobs.h"
#include "notices.h"
#include "opening.h"
#include "outbox.h"
#include "own-key.h"
#include "title.h"
#include "verification.h"

struct _Talk
{
  Messenger *messenger; /* NULL: abandoned */
  PurpleAccount *account;
  char *who;
  OtrdSession *session;
  gboolean opening;
  Jobs *jobs;
  Outbox *outbox;
  NoticesShown shown;
  gboolean closing_dialogs;
  ChangedKey *changed_key;
  OtrdAccount *own_account;
};

Talk *
talk_new (Messenger *messenger, PurpleAccount *account, const char *who)
{
  Talk *self = g_rc_box_new0 (Talk);

  self->messenger = messenger;
  self->account = account;
  self->who = g_strdup (who);
  self->jobs = jobs_new (self);
  self->outbox = outbox_new (self);
  self->changed_key = changed_key_new ();
  return self;
}

static void
talk_clear (Talk *self)
{
  jobs_free (self->jobs);
  outbox_free (self->outbox);
  g_clear_object (&self->session);
  g_clear_object (&self->own_account);
  changed_key_free (self->changed_key);
  g_free (self->who);
}

Talk *
talk_ref (Talk *self)
{
  return g_rc_box_acquire (self);
}

void
talk_unref (Talk *self)
{
  g_rc_box_release_full (self, (GDestroyNotify)talk_clear);
}

void
talk_set_closing_dialogs (Talk *self, gboolean closing)
{
  self->closing_dialogs = closing;
}

gboolean
talk_is_closing_dialogs (Talk *self)
{
  return self->closing_dialogs;
}

void
talk_abandon (Talk *self)
{
  verification_close (self);
  changed_key_close (self);
  self->messenger = NULL;
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      otrd_session_detach (self->session, NULL, NULL, NULL, NULL);
    }
  talk_unref (self);
}

PurpleAccount *
talk_get_account (Talk *self)
{
  return self->account;
}

const char *
talk_get_who (Talk *self)
{
  return self->who;
}

PurplePlugin *
talk_get_plugin (Talk *self)
{
  return messenger_get_plugin (self->messenger);
}

Messenger *
talk_get_messenger (Talk *self)
{
  return self->messenger;
}

ChangedKey *
talk_get_changed_key (Talk *self)
{
  return self->changed_key;
}

OtrdAccount *
talk_peek_own_account (Talk *self)
{
  return self->own_account;
}

OtrdClient *
talk_get_client (Talk *self)
{
  return self->messenger != NULL ? messenger_get_client (self->messenger) : NULL;
}

OtrdSession *
talk_get_session (Talk *self)
{
  return self->session;
}

Jobs *
talk_get_jobs (Talk *self)
{
  return self->jobs;
}

gboolean
talk_can_ask (Talk *self)
{
  return self->session != NULL && talk_get_client (self) != NULL
         && otrd_client_get_available (talk_get_client (self));
}

char *
talk_describe_unsent (Talk *self)
{
  return outbox_describe_loss (self->outbox);
}

gboolean
talk_has_link (Talk *self)
{
  return outbox_has_link (self->outbox);
}

PurpleConversation *
talk_find_conversation (Talk *self)
{
  return purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, self->who, self->account);
}

PurpleConversation *
talk_get_conversation (Talk *self)
{
  PurpleConversation *conversation = talk_find_conversation (self);

  if (conversation == NULL)
    conversation = purple_conversation_new (PURPLE_CONV_TYPE_IM, self->account, self->who);
  return conversation;
}

/* To the user */

void
talk_show_state (Talk *self)
{
  PurpleConversation *conversation = talk_find_conversation (self);

  if (self->messenger == NULL || conversation == NULL)
    return;
  if (self->session == NULL)
    {
      title_show (conversation, "not known yet");
      return;
    }
  notices_show_state (self, &self->shown);
  beacon_show (talk_get_plugin (self), conversation, self->session);
}

static void
show_events (Talk *self, OtrdTurn *turn)
{
  for (guint i = 0; i < otrd_turn_get_n_events (turn); i++)
    {
      OtrdEvent *event = otrd_turn_get_event (turn, i);

      notices_show_event (self, event);
      verification_handle_event (self, event);
      changed_key_handle_event (self, event);
      own_key_handle_event (self, event);
    }
}

static void
carry_out (Talk *self, OtrdTurn *turn)
{
  outbox_take (self->outbox, turn);
  show_events (self, turn);
}

static void
apply_turn (Talk *self, OtrdTurn *turn)
{
  carry_out (self, turn);
  talk_show_state (self);
}

void
talk_take_turn (Talk *self, OtrdTurn *turn, const GError *error, const char *what)
{
  if (self->messenger == NULL)
    return;
  if (turn != NULL)
    apply_turn (self, turn);
  else
    notices_warn (talk_get_conversation (self), "Could not %s: %s", what, error->message);
}

/* The session */

/* Who looks at the session when it changes. */
static const struct
{
  const char *signal;
  void (*follow) (Talk *self);
} followers[] = {
  { "notify::state", talk_show_state },
  { "notify::trust", talk_show_state },
  { "notify::instances", talk_show_state },
  { "notify::blocked", talk_show_state },
  { "notify::blocked", changed_key_follow },
  { "notify::trust", changed_key_follow },
  { "notify::verification", verification_follow },
};

static void
keep_own_account (Talk *self, OtrdAccount *account, gpointer user_data)
{
  g_set_object (&self->own_account, account);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdSession) session =
      otrd_client_open_session_finish (OTRD_CLIENT (source), result, &error);

  if (self->messenger == NULL)
    return;
  self->opening = FALSE;
  if (session == NULL)
    {
      if (opening_is_refused (error))
        jobs_refuse (self->jobs, error->message);
      else
        jobs_give_back (self->jobs, error->message);
      return;
    }
  self->session = g_steal_pointer (&session);
  g_signal_connect_swapped (self->session, "turn", G_CALLBACK (apply_turn), self);
  for (gsize i = 0; i < G_N_ELEMENTS (followers); i++)
    g_signal_connect_swapped (self->session, followers[i].signal, G_CALLBACK (followers[i].follow),
                              self);
  talk_show_state (self);
  account_do (self, "look up your account", keep_own_account, NULL, NULL);
  changed_key_follow (self);
  jobs_go_on (self->jobs);
}

void
talk_open (Talk *self)
{
  OtrdClient *client;

  if (self->opening)
    return;
  self->opening = TRUE;
  client = talk_get_client (self);
  if (client != NULL)
    opening_begin (self, client, on_opened, talk_ref (self));
}

void
talk_client_made (Talk *self, const GError *error)
{
  if (self->session != NULL || jobs_are_done (self->jobs))
    return;
  self->opening = FALSE;
  if (error != NULL)
    jobs_give_back (self->jobs, error->message);
  else
    jobs_go_on (self->jobs);
}

/* What there is for it */

void
talk_go_on (Talk *self)
{
  jobs_go_on (self->jobs);
}

void
talk_send (Talk *self, const char *text)
{
  jobs_add_text (self->jobs, text, notices_at_least (&self->shown), FALSE);
}

void
talk_send_shown (Talk *self, const char *text)
{
  jobs_add_text (self->jobs, text, notices_at_least (&self->shown), TRUE);
}

void
talk_receive (Talk *self, const char *from, const char *line, PurpleMessageFlags flags)
{
  jobs_add_line (self->jobs, from, line, flags);
}

void
talk_do (Talk *self, TalkTask task, gpointer user_data, GDestroyNotify destroy)
{
  jobs_add_task (self->jobs, task, user_data, destroy);
}

/* What was owed comes with the answer. */
static void
on_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) self = user_data;
  g_autoptr (OtrdTurn) turn = otrd_session_configure_finish (OTRD_SESSION (source), result, NULL);

  if (turn != NULL)
    talk_take_turn (self, turn, NULL, NULL);
}

static void
configure (Talk *self, const char *option, gboolean value)
{
  GVariantDict options;

  if (self->session == NULL)
    return;
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, option, "b", value);
  otrd_session_configure (self->session, g_variant_dict_end (&options), NULL, on_configured,
                          talk_ref (self));
}

void
talk_set_online (Talk *self, gboolean online)
{
  if (online && !outbox_is_empty (self->outbox))
    {
      outbox_transmit (self->outbox);
      notices_tell (talk_get_conversation (self),
                    "The link to the network is back: what waited for it has been sent.");
    }
  configure (self, "online", online);
}

void
talk_set_contact_online (Talk *self, gboolean online)
{
  configure (self, "contact-online", online);
}

/* The answer is waited for: what it brings must be on its way before the link goes. */
static void
say_goodbye (Talk *self)
{
  g_autoptr (OtrdTurn) turn = NULL;

  g_signal_handlers_disconnect_by_data (self->session, self);
  turn = otrd_session_detach_sync (self->session, g_variant_new_parsed ("{'end-if-last': <true>}"),
                                   NULL, NULL);
  if (turn != NULL)
    carry_out (self, turn);
  g_clear_object (&self->session);
}

void
talk_leave (Talk *self, const char *why)
{
  PurpleConversation *conversation;
  g_autofree char *unsent = NULL;

  jobs_settle (self->jobs, why);
  /* What was shown may have had the plugin unloaded. */
  if (self->messenger == NULL)
    return;
  conversation = talk_find_conversation (self);
  if (conversation != NULL && self->shown.told && self->shown.state == OTRD_STATE_PRIVATE)
    notices_warn (conversation, "The private conversation is left. %s", why);
  if (talk_can_ask (self))
    say_goodbye (self);
  unsent = outbox_describe_loss (self->outbox);
  if (unsent != NULL)
    notices_warn (talk_get_conversation (self), "%s %s", unsent, why);
}

void
talk_close (Talk *self)
{
  self->shown = (NoticesShown){ 0 };
  if (!self->opening && jobs_are_done (self->jobs) && outbox_is_empty (self->outbox)
      && (self->session == NULL
          || (otrd_session_get_state (self->session) == OTRD_STATE_PLAINTEXT
              && otrd_session_get_held (self->session) == 0)))
    messenger_drop_talk (self->messenger, self);
}
