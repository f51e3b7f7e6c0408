// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* One conversation. libpurple's hooks want their answer at once and the
 * service's comes later, so a hook only puts a job into the queue here. One job
 * is with the service at a time, so what comes of it is in order as well. */

#include "talk.h"

#include "accounts.h"
#include "beacon.h"
#include "changed-key.h"
#include "notices.h"
#include "outlet.h"
#include "own-key.h"
#include "texts.h"
#include "title.h"
#include "verification.h"

#include <string.h>
#include <time.h>

/* Lines kept while the service is away. */
#define LINES_MAX 1000
/* Of the lines that were shown last: a repeat is not shown again. */
#define DIGESTS_MAX 256

typedef enum
{
  JOB_SEND,
  JOB_RECEIVE,
  JOB_TASK,
} JobKind;

typedef struct
{
  JobKind kind;
  char *text;
  char *from;
  PurpleMessageFlags flags;
  time_t time;
  const char *at_least;
  gboolean shown; /* by who sent it */
  TalkTask task;
  gpointer user_data;
  GDestroyNotify destroy;
} Job;

struct _Talk
{
  Messenger *messenger; /* NULL: abandoned */
  PurpleAccount *account;
  char *who;
  OtrdSession *session;
  GQueue jobs;   /* Job */
  gboolean busy; /* opening, or the first job is with the service */
  gboolean away_told;
  GQueue outbox;  /* OtrdTransmission, while there is no link to the network */
  GQueue digests; /* char *, of the private lines that were shown */
  NoticesShown shown;
  gboolean closing_dialogs;
  ChangedKey *changed_key;
  OtrdAccount *own_account;
};

static void talk_pump (Talk *self);

static void
job_free (Job *job)
{
  if (job->destroy != NULL)
    job->destroy (job->user_data);
  g_free (job->text);
  g_free (job->from);
  g_free (job);
}

Talk *
talk_new (Messenger *messenger, PurpleAccount *account, const char *who)
{
  Talk *self = g_rc_box_new0 (Talk);

  self->messenger = messenger;
  self->account = account;
  self->who = g_strdup (who);
  g_queue_init (&self->jobs);
  g_queue_init (&self->outbox);
  g_queue_init (&self->digests);
  self->changed_key = changed_key_new ();
  return self;
}

static void
talk_clear (Talk *self)
{
  g_queue_clear_full (&self->jobs, (GDestroyNotify)job_free);
  g_queue_clear_full (&self->outbox, (GDestroyNotify)otrd_transmission_unref);
  g_queue_clear_full (&self->digests, g_free);
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

/* To the network */

/* IRC has a way of its own to say /me. */
static char *
spell_line (Talk *self, OtrdTransmission *transmission)
{
  const char *line = otrd_transmission_get_line (transmission);

  if (g_str_equal (purple_account_get_protocol_id (self->account), "prpl-irc")
      && g_str_has_prefix (line, "/me "))
    return g_strdup_printf ("\001ACTION %s\001", line + strlen ("/me "));
  return g_strdup (line);
}

static void
transmit_line (Talk *self, PurpleConnection *link, OtrdTransmission *transmission)
{
  const char *to = otrd_transmission_get_to (transmission);
  g_autofree char *line = spell_line (self, transmission);
  int result;

  result = outlet_transmit (link, to != NULL ? to : self->who, line);
  if (result < 0)
    notices_warn (talk_get_conversation (self),
                  "The network did not take a message to %s: it is lost. Send it again.",
                  self->who);
}

/* NULL: what is to be transmitted waits. */
static PurpleConnection *
find_link (Talk *self)
{
  PurpleConnection *link = purple_account_get_connection (self->account);

  return link != NULL && PURPLE_CONNECTION_IS_CONNECTED (link) ? link : NULL;
}

static void
transmit_all (Talk *self)
{
  PurpleConnection *link = find_link (self);

  if (link == NULL)
    return;
  while (!g_queue_is_empty (&self->outbox))
    {
      g_autoptr (OtrdTransmission) transmission = g_queue_pop_head (&self->outbox);

      transmit_line (self, link, transmission);
    }
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
  for (guint i = 0; i < otrd_turn_get_n_transmissions (turn); i++)
    g_queue_push_tail (&self->outbox, otrd_transmission_ref (otrd_turn_get_transmission (turn, i)));
  transmit_all (self);
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

/* Jobs */

/* The service is there and will not have this contact, however often it is asked. */
static void
refuse_jobs (Talk *self, const char *why)
{
  g_autoptr (Talk) keep = talk_ref (self);
  Job *job;

  while (self->messenger != NULL && (job = g_queue_pop_head (&self->jobs)) != NULL)
    {
      if (job->kind == JOB_SEND)
        texts_tell_unsent (self, job->text, why);
      else if (job->kind == JOB_RECEIVE)
        texts_show_refused (self, &(Text){ job->text, job->flags, job->time }, why);
      else
        notices_warn (talk_get_conversation (self), "%s", why);
      job_free (job);
    }
}

static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT)
         || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED)
         || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED)
         || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED);
}

/* No text waits for a service that is away: the user decides again. Lines wait. */
static void
give_texts_back (Talk *self, const char *why)
{
  gboolean lines = FALSE;

  for (GList *at = self->jobs.head; at != NULL;)
    {
      GList *next = at->next;
      Job *job = at->data;

      if (job->kind == JOB_RECEIVE)
        lines = TRUE;
      else
        {
          if (job->kind == JOB_SEND)
            texts_tell_unsent (self, job->text, why);
          else
            notices_warn (talk_get_conversation (self), "%s", why);
          g_queue_delete_link (&self->jobs, at);
          job_free (job);
        }
      at = next;
    }
  if (lines && !self->away_told)
    notices_warn (talk_get_conversation (self),
                  "A message has come that cannot be shown yet; it is kept. %s", why);
  self->away_told = lines;
}

static void
finish_job (Talk *self)
{
  job_free (g_queue_pop_head (&self->jobs));
  self->busy = FALSE;
  self->away_told = FALSE;
  talk_pump (self);
}

/* Notes that it is shown, and says whether it was before. */
static gboolean
was_shown (Talk *self, const char *line)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, line, -1);

  if (g_queue_find_custom (&self->digests, digest, (GCompareFunc)strcmp) != NULL)
    return TRUE;
  g_queue_push_tail (&self->digests, g_steal_pointer (&digest));
  if (self->digests.length > DIGESTS_MAX)
    g_free (g_queue_pop_head (&self->digests));
  return FALSE;
}

/* A repeat may be one of another messenger, to which the network gave the line
 * as well, or one of ours, whose answer the service could not give. A data
 * message that we have shown is the network's own repeat. */
static gboolean
is_shown (Talk *self, const Job *job, OtrdTurn *turn)
{
  OtrdVerdict verdict = otrd_turn_get_verdict (turn);

  if (otrd_turn_get_text (turn) == NULL)
    return FALSE;
  if (verdict == OTRD_VERDICT_PRIVATE)
    return !was_shown (self, job->text) || !otrd_turn_get_repeated (turn);
  return verdict == OTRD_VERDICT_PLAINTEXT || verdict == OTRD_VERDICT_UNEXPECTED_PLAINTEXT;
}

static void
on_received (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = otrd_session_receive_finish (OTRD_SESSION (source), result, &error);
  const Job *job;

  if (self->messenger == NULL)
    return;
  if (turn == NULL && !otrd_client_get_available (messenger_get_client (self->messenger)))
    {
      self->busy = FALSE;
      give_texts_back (self, error->message);
      return;
    }
  job = g_queue_peek_head (&self->jobs);
  if (turn != NULL)
    apply_turn (self, turn);
  /* What is shown may have the plugin unloaded, here and below. */
  if (self->messenger == NULL)
    return;
  if (turn == NULL)
    texts_show_refused (self, &(Text){ job->text, job->flags, job->time }, error->message);
  if (turn != NULL && is_shown (self, job, turn))
    texts_show_received (self, &(Text){ otrd_turn_get_text (turn), job->flags, job->time },
                         otrd_turn_get_verdict (turn));
  else if (turn != NULL && otrd_turn_get_verdict (turn) == OTRD_VERDICT_UNREADABLE)
    notices_warn (talk_get_conversation (self),
                  "A message of %s could not be read. It has been asked for again.", self->who);
  if (self->messenger != NULL)
    finish_job (self);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = otrd_session_send_finish (OTRD_SESSION (source), result, &error);
  const Job *job;

  if (self->messenger == NULL)
    return;
  job = g_queue_peek_head (&self->jobs);
  if (turn == NULL)
    texts_tell_unsent (self, job->text, error->message);
  else
    {
      if (find_link (self) == NULL && otrd_turn_get_n_transmissions (turn) > 0)
        texts_tell_delayed (self, job->text);
      else if (!job->shown)
        texts_show_sent (self, &(Text){ .html = job->text, .time = job->time },
                         otrd_turn_get_verdict (turn));
      if (self->messenger != NULL)
        apply_turn (self, turn);
    }
  if (self->messenger != NULL)
    finish_job (self);
}

static void
start_sending (Talk *self, const Job *job)
{
  if (find_link (self) == NULL)
    {
      texts_tell_unsent (self, job->text, "There is no link to the network.");
      finish_job (self);
      return;
    }
  otrd_session_send (self->session, job->text, job->at_least, NULL, NULL, on_sent, talk_ref (self));
}

static void
start_job (Talk *self, Job *job)
{
  GVariantDict options;

  self->busy = TRUE;
  switch (job->kind)
    {
    case JOB_SEND:
      start_sending (self, job);
      break;
    case JOB_RECEIVE:
      g_variant_dict_init (&options, NULL);
      if (strchr (job->from, '/') != NULL)
        g_variant_dict_insert (&options, "from", "s", job->from);
      otrd_session_receive (self->session, job->text, g_variant_dict_end (&options), NULL,
                            on_received, talk_ref (self));
      break;
    case JOB_TASK:
      job->task (self, job->user_data);
      finish_job (self);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* The session */

static void
on_turn (Talk *self, OtrdTurn *turn)
{
  apply_turn (self, turn);
}

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
  self->busy = FALSE;
  if (session == NULL)
    {
      if (is_refusal (error))
        refuse_jobs (self, error->message);
      else
        give_texts_back (self, error->message);
      return;
    }
  self->session = g_steal_pointer (&session);
  g_signal_connect_swapped (self->session, "turn", G_CALLBACK (on_turn), self);
  g_signal_connect_swapped (self->session, "notify::state", G_CALLBACK (talk_show_state), self);
  g_signal_connect_swapped (self->session, "notify::trust", G_CALLBACK (talk_show_state), self);
  g_signal_connect_swapped (self->session, "notify::instances", G_CALLBACK (talk_show_state), self);
  g_signal_connect_swapped (self->session, "notify::blocked", G_CALLBACK (talk_show_state), self);
  g_signal_connect_swapped (self->session, "notify::blocked", G_CALLBACK (changed_key_follow),
                            self);
  g_signal_connect_swapped (self->session, "notify::trust", G_CALLBACK (changed_key_follow), self);
  g_signal_connect_swapped (self->session, "notify::verification", G_CALLBACK (verification_follow),
                            self);
  talk_show_state (self);
  account_do (self, "look up your account", keep_own_account, NULL, NULL);
  changed_key_follow (self);
  talk_pump (self);
}

static void
open_session (Talk *self, OtrdClient *client)
{
  const char *protocol = purple_account_get_protocol_id (self->account);
  PurpleBuddy *buddy = purple_find_buddy (self->account, self->who);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "content-type", "s", "text/html");
  g_variant_dict_insert (&options, "online", "b", purple_account_is_connected (self->account));
  if (buddy != NULL)
    g_variant_dict_insert (&options, "contact-online", "b", PURPLE_BUDDY_IS_ONLINE (buddy));
  /* libpurple keeps the resource of those who are in a room, and of nobody else. */
  if (g_str_equal (protocol, "prpl-jabber") && strchr (self->who, '/') != NULL)
    g_variant_dict_insert (&options, "occupant", "b", TRUE);
  otrd_client_open_session (client, protocol, purple_account_get_username (self->account),
                            self->who, g_variant_dict_end (&options), NULL, on_opened,
                            talk_ref (self));
}

static void
talk_pump (Talk *self)
{
  OtrdClient *client;

  if (self->busy || self->messenger == NULL || g_queue_is_empty (&self->jobs))
    return;
  if (self->session != NULL)
    {
      start_job (self, g_queue_peek_head (&self->jobs));
      return;
    }
  self->busy = TRUE;
  client = messenger_get_client (self->messenger);
  if (client != NULL)
    open_session (self, client);
}

void
talk_client_made (Talk *self, const GError *error)
{
  if (self->session != NULL || g_queue_is_empty (&self->jobs))
    return;
  self->busy = FALSE;
  if (error != NULL)
    give_texts_back (self, error->message);
  else
    talk_pump (self);
}

void
talk_go_on (Talk *self)
{
  talk_pump (self);
}

static void
add_job (Talk *self, const Job *job)
{
  g_queue_push_tail (&self->jobs, g_memdup2 (job, sizeof *job));
  talk_pump (self);
}

static void
add_text (Talk *self, const char *text, gboolean shown)
{
  add_job (self, &(Job){ .kind = JOB_SEND,
                         .text = g_strdup (text),
                         .time = time (NULL),
                         .at_least = notices_at_least (&self->shown),
                         .shown = shown });
}

void
talk_send (Talk *self, const char *text)
{
  add_text (self, text, FALSE);
}

void
talk_send_shown (Talk *self, const char *text)
{
  add_text (self, text, TRUE);
}

void
talk_receive (Talk *self, const char *from, const char *line, PurpleMessageFlags flags)
{
  if (self->jobs.length >= LINES_MAX)
    {
      notices_warn (talk_get_conversation (self), "A message was lost: too many wait already.");
      return;
    }
  add_job (self, &(Job){ .kind = JOB_RECEIVE,
                         .text = g_utf8_make_valid (line, -1),
                         .from = g_utf8_make_valid (from, -1),
                         .flags = flags,
                         .time = time (NULL) });
}

void
talk_do (Talk *self, TalkTask task, gpointer user_data, GDestroyNotify destroy)
{
  add_job (self,
           &(Job){ .kind = JOB_TASK, .task = task, .user_data = user_data, .destroy = destroy });
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
  if (online && !g_queue_is_empty (&self->outbox))
    {
      transmit_all (self);
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
  PurpleConversation *conversation = talk_find_conversation (self);

  if (conversation != NULL && self->shown.told && self->shown.state == OTRD_STATE_PRIVATE)
    notices_warn (conversation, "The private conversation is left. %s", why);
  if (self->session != NULL && otrd_client_get_available (messenger_get_client (self->messenger)))
    say_goodbye (self);
  if (!g_queue_is_empty (&self->outbox))
    notices_warn (talk_get_conversation (self),
                  "NOT SENT: what waited for the link to %s is lost. %s", self->who, why);
  refuse_jobs (self, why);
}

void
talk_close (Talk *self)
{
  self->shown = (NoticesShown){ 0 };
  if (!self->busy && g_queue_is_empty (&self->jobs) && g_queue_is_empty (&self->outbox)
      && (self->session == NULL
          || (otrd_session_get_state (self->session) == OTRD_STATE_PLAINTEXT
              && otrd_session_get_held (self->session) == 0)))
    messenger_drop_talk (self->messenger, self);
}
