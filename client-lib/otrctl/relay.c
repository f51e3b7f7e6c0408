// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb relay: a messenger for scripts. One line of input is done with
 * before the next is taken, so that the order of the output is the order in
 * which things happened. libotrd answers the bell by itself; what comes of it
 * is printed like the rest. */

#include "command.h"
#include "relay-input.h"
#include "relay-order.h"
#include "relay-output.h"

#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

typedef struct
{
  OtrdClient *client;
  OtrdSession *session;
  RelayInput *input;
  GCancellable *reading;
  GMainLoop *loop;
  guint64 number; /* of the line of input under way */
  RelayVerb verb; /* what it asks */
  char *state;    /* the last that was printed */
  guint state_idle;
  gboolean busy; /* a line of input is under way */
  gboolean ending;
  gboolean end_if_last;
  GError *error;
} Relay;

static void detach (Relay *self);
static void read_next (Relay *self);

/* ---- What is printed ---- */

static void
write_line (char *line)
{
  fputs (line, stdout);
  putchar ('\n');
  fflush (stdout);
  g_free (line);
}

static void
print_state (Relay *self)
{
  g_autofree char *state = relay_output_state (self->session);

  if (g_strcmp0 (state, self->state) == 0)
    return;
  g_free (self->state);
  self->state = g_strdup (state);
  write_line (g_steal_pointer (&state));
}

/* Several properties change at once: they are one state. */
static gboolean
on_state_idle (gpointer user_data)
{
  Relay *self = user_data;

  self->state_idle = 0;
  print_state (self);
  return G_SOURCE_REMOVE;
}

static void
on_notify (Relay *self)
{
  if (self->state_idle == 0)
    self->state_idle = g_idle_add (on_state_idle, self);
}

static void
print_line (Relay *self, char *line)
{
  print_state (self);
  write_line (line);
}

static void
print_turn (Relay *self, OtrdTurn *turn)
{
  for (guint i = 0; i < otrd_turn_get_n_transmissions (turn); i++)
    print_line (self, relay_output_transmission (otrd_turn_get_transmission (turn, i)));
  for (guint i = 0; i < otrd_turn_get_n_events (turn); i++)
    print_line (self, relay_output_event (otrd_turn_get_event (turn, i)));
}

static void
on_turn (Relay *self, OtrdTurn *turn)
{
  print_turn (self, turn);
}

static void
on_available_changed (Relay *self)
{
  print_line (self, relay_output_service (otrd_client_get_available (self->client)));
}

/* ---- What a line of input asks ---- */

typedef void (*BeginCall) (OtrdSession *session,
                           GVariant *options,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
typedef OtrdTurn *(*FinishCall) (OtrdSession *session, GAsyncResult *result, GError **error);

/* A call that has arguments beside its options is begun by call_with_arguments (). */
static const struct
{
  BeginCall begin;
  FinishCall finish;
} calls[] = {
  [RELAY_SEND] = { NULL, otrd_session_send_finish },
  [RELAY_RECEIVE] = { NULL, otrd_session_receive_finish },
  [RELAY_START] = { otrd_session_start, otrd_session_start_finish },
  [RELAY_END] = { otrd_session_end, otrd_session_end_finish },
  [RELAY_COLLECT] = { otrd_session_collect, otrd_session_collect_finish },
  [RELAY_VERIFY] = { NULL, otrd_session_start_verification_finish },
  [RELAY_ANSWER] = { NULL, otrd_session_answer_verification_finish },
  [RELAY_ABORT] = { otrd_session_abort_verification, otrd_session_abort_verification_finish },
  [RELAY_ACCEPT] = { NULL, otrd_session_accept_fingerprint_finish },
  [RELAY_SELECT] = { NULL, otrd_session_select_instance_finish },
  [RELAY_CONFIGURE] = { otrd_session_configure, otrd_session_configure_finish },
  [RELAY_DETACH] = { otrd_session_detach, otrd_session_detach_finish },
};

static void
finish_line (Relay *self)
{
  print_line (self, relay_output_done (self->number));
  self->busy = FALSE;
  if (self->verb == RELAY_DETACH)
    g_main_loop_quit (self->loop);
  else if (self->ending)
    detach (self);
  else
    read_next (self);
}

static void
fail_line (Relay *self, const GError *error)
{
  print_line (self, relay_output_error (error, self->number));
  finish_line (self);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Relay *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = calls[self->verb].finish (self->session, result, &error);

  if (turn == NULL)
    {
      fail_line (self, error);
      return;
    }
  print_turn (self, turn);
  if (self->verb == RELAY_SEND)
    print_line (self, relay_output_sent (turn));
  else if (self->verb == RELAY_RECEIVE)
    print_line (self, relay_output_received (turn));
  finish_line (self);
}

static void
call_with_arguments (Relay *self, const RelayOrder *order)
{
  OtrdSession *session = self->session;
  GVariant *options = order->options;

  if (order->verb == RELAY_SEND)
    otrd_session_send (session, order->text, order->at_least, options, NULL, on_answered, self);
  else if (order->verb == RELAY_RECEIVE)
    otrd_session_receive (session, order->text, options, NULL, on_answered, self);
  else if (order->verb == RELAY_VERIFY)
    otrd_session_start_verification (session, order->secret, order->question, options, NULL,
                                     on_answered, self);
  else if (order->verb == RELAY_ANSWER)
    otrd_session_answer_verification (session, order->secret, options, NULL, on_answered, self);
  else if (order->verb == RELAY_ACCEPT)
    otrd_session_accept_fingerprint (session, order->text, options, NULL, on_answered, self);
  else
    otrd_session_select_instance (session, order->instance, options, NULL, on_answered, self);
}

static void
call_session (Relay *self, const RelayOrder *order)
{
  BeginCall begin = calls[order->verb].begin;

  if (begin != NULL)
    begin (self->session, order->options, NULL, on_answered, self);
  else
    call_with_arguments (self, order);
}

static void
take_line (Relay *self, const GString *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelayOrder) order = relay_order_parse (line->str, line->len, &error);

  self->busy = TRUE;
  self->verb = order != NULL ? order->verb : RELAY_COLLECT;
  if (order != NULL)
    call_session (self, order);
  else
    fail_line (self, error);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Relay *self = user_data;
  g_autoptr (GError) error = NULL;
  GString *line = relay_input_read_finish (self->input, result, &self->number, &error);

  if (line != NULL)
    {
      take_line (self, line);
      relay_input_line_free (line);
      return;
    }
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->error = g_steal_pointer (&error);
  detach (self);
}

static void
read_next (Relay *self)
{
  relay_input_read (self->input, self->reading, on_line, self);
}

/* ---- How it ends ---- */

static void
on_detached (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Relay *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn = otrd_session_detach_finish (self->session, result, &error);

  if (turn != NULL)
    print_turn (self, turn);
  else
    print_line (self, relay_output_error (error, 0));
  g_main_loop_quit (self->loop);
}

static void
detach (Relay *self)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (self->end_if_last)
    g_variant_dict_insert (&options, "end-if-last", "b", TRUE);
  otrd_session_detach (self->session, g_variant_dict_end (&options), NULL, on_detached, self);
}

static gboolean
on_terminated (gpointer user_data)
{
  Relay *self = user_data;

  self->ending = TRUE;
  if (!self->busy)
    g_cancellable_cancel (self->reading);
  return G_SOURCE_CONTINUE;
}

/* ---- How it begins ---- */

static gboolean
read_options (Command *command, GVariantDict *options, GError **error)
{
  static const char *const strings[] = { "content-type", "network" };
  guint size = 0;

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    if (command_has (command, strings[i]))
      g_variant_dict_insert (options, strings[i], "s",
                             arguments_get_value (command->arguments, strings[i]));
  if (command_has (command, "occupant"))
    g_variant_dict_insert (options, "occupant", "b", TRUE);
  if (!arguments_get_number (command->arguments, "max-message-size", &size, error))
    return FALSE;
  if (command_has (command, "max-message-size"))
    g_variant_dict_insert (options, "max-message-size", "u", size);
  return TRUE;
}

static OtrdSession *
open_session (Command *command, GError **error)
{
  const char *application = arguments_get_value (command->arguments, "application");
  g_autoptr (GVariantDict) options = g_variant_dict_new (NULL);

  if (!read_options (command, options, error)
      || !otrd_client_register_sync (
          command->client, application != NULL ? application : "otrctl-relay", NULL, NULL, error))
    return NULL;
  return otrd_client_open_session_sync (
      command->client, command_get_word (command, 0), command_get_word (command, 1),
      command_get_word (command, 2), g_variant_dict_end (options), NULL, error);
}

static void
run_until_the_end (Relay *self)
{
  guint interrupt = g_unix_signal_add (SIGINT, on_terminated, self);
  guint terminate = g_unix_signal_add (SIGTERM, on_terminated, self);

  g_signal_connect_swapped (self->session, "turn", G_CALLBACK (on_turn), self);
  g_signal_connect_swapped (self->session, "notify", G_CALLBACK (on_notify), self);
  g_signal_connect_swapped (self->client, "notify::available", G_CALLBACK (on_available_changed),
                            self);
  write_line (relay_output_ready (self->session));
  print_state (self);
  read_next (self);
  g_main_loop_run (self->loop);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_signal_handlers_disconnect_by_data (self->client, self);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  if (self->state_idle != 0)
    g_source_remove (self->state_idle);
}

gboolean
run_relay (Command *command, GError **error)
{
  g_autoptr (OtrdSession) session = open_session (command, error);
  g_autoptr (RelayInput) input = relay_input_new (STDIN_FILENO);
  g_autoptr (GCancellable) reading = g_cancellable_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *state = NULL;
  Relay self = {
    .client = command->client,
    .session = session,
    .input = input,
    .reading = reading,
    .loop = loop,
    .end_if_last = command_has (command, "end-if-last"),
  };

  if (session == NULL)
    return FALSE;
  run_until_the_end (&self);
  state = self.state;
  if (self.error == NULL)
    return TRUE;
  g_propagate_error (error, self.error);
  return FALSE;
}
