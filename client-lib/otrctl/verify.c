// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb verify: prove to each other that both know the same secret, answer
 * when the contact has asked, or compare fingerprints by eye. The lines that it
 * takes are carried by the messenger that has the session. */

#include "command.h"
#include "exit-status.h"
#include "fingerprint.h"
#include "known.h"
#include "subject.h"
#include "target.h"
#include "tty.h"

#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

/* How it is done. */
typedef struct
{
  gboolean manual;
  gboolean pin;
  char *question; /* NULL: none */
} Method;

static void
method_clear (Method *method)
{
  g_clear_pointer (&method->question, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Method, method_clear)

/* One verification, from the call that begins it to its result. */
typedef struct
{
  OtrdClient *client;
  OtrdSession *session;
  GMainLoop *loop;
  Method method;
  gboolean answering;
  gboolean begun;
  gboolean given_up;
  GError *error;
} Run;

/* ---- Side by side ---- */

static gboolean
check_private (OtrdSession *session, GError **error)
{
  if (otrd_session_get_state (session) == OTRD_STATE_PRIVATE)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE,
               "%s cannot be verified now: the session is not private",
               otrd_session_get_contact (session));
  return FALSE;
}

static void
print_both (OtrdAccount *account, OtrdSession *session, const char *theirs)
{
  g_autofree char *our_name = target_name (account);
  g_autofree char *their_name = tty_make_printable (otrd_session_get_contact (session));
  g_autofree char *text = fingerprint_lay_out (our_name, otrd_account_get_fingerprint (account),
                                               their_name, theirs, tty_get_width ());
  const char *our_half, *their_half;

  printf ("%s\n", text);
  if (otrd_session_get_session_id (session, &our_half, &their_half))
    printf ("This session: %s %s\n", our_half, their_half);
  printf ("Compare both with %s, face to face or by telephone.\n", their_name);
  fflush (stdout);
}

/* What is trusted is what was shown, even if the session has changed since. */
static gboolean
compare_fingerprints (Command *command, OtrdAccount *account, OtrdSession *session, GError **error)
{
  g_autofree char *theirs = g_strdup (otrd_session_get_fingerprint (session));
  gboolean yes = FALSE;

  if (!known_print (account, session, error))
    return FALSE;
  print_both (account, session, theirs);
  if (!tty_ask_yes ("Are they the same on the other end?", &yes, error))
    return FALSE;
  if (!yes)
    {
      puts ("Nothing was changed. If they differ, somebody is between you:\n"
            "“otrctl trust ACCOUNT CONTACT FINGERPRINT rejected” ends it.");
      command->status = EXIT_STATUS_NOT_VERIFIED;
      return TRUE;
    }
  if (!otrd_account_set_trust_sync (account, otrd_session_get_contact (session), theirs,
                                    OTRD_TRUST_VERIFIED, NULL, NULL, error))
    return FALSE;
  puts ("verified");
  return TRUE;
}

/* ---- By a secret ---- */

static void
print_question (OtrdSession *session)
{
  g_autoptr (GVariant) details =
      otrd_session_get_verification_details_sync (session, NULL, NULL, NULL);
  const char *question = NULL;
  g_autofree char *contact = tty_make_printable (otrd_session_get_contact (session));
  g_autofree char *shown = NULL;

  if (details == NULL || !g_variant_lookup (details, "question", "&s", &question))
    {
      fprintf (stderr, "%s asks for the secret that you share.\n", contact);
      return;
    }
  shown = tty_make_printable (question);
  fprintf (stderr, "%s asks: %s\n", contact, shown);
}

static GBytes *
read_secret (Command *command, gboolean answering, GError **error)
{
  if (command_has (command, "secret-stdin"))
    return tty_read_secret_from (STDIN_FILENO, error);
  return tty_read_secret (answering ? "Answer: " : "Secret that you share: ", error);
}

static void
print_events (OtrdTurn *turn)
{
  for (guint i = 0; i < otrd_turn_get_n_events (turn); i++)
    {
      OtrdEvent *event = otrd_turn_get_event (turn, i);
      const char *pin = otrd_event_get_string (event, "pin");

      if (g_str_equal (otrd_event_get_name (event), "verification-pin") && pin != NULL)
        printf ("pin: %s\n", pin);
    }
  fflush (stdout);
}

static void
on_changed (Run *run)
{
  if (run->begun && otrd_session_get_verification (run->session) == OTRD_VERIFICATION_IDLE)
    g_main_loop_quit (run->loop);
}

static void
on_available_changed (Run *run)
{
  if (otrd_client_get_available (run->client))
    return;
  if (run->error == NULL)
    run->error = g_error_new_literal (OTRD_ERROR, OTRD_ERROR_FAILED,
                                      "The service has gone, and the verification with it");
  g_main_loop_quit (run->loop);
}

static void
on_begun (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (OtrdTurn) turn =
      run->answering ? otrd_session_answer_verification_finish (run->session, result, &run->error)
                     : otrd_session_start_verification_finish (run->session, result, &run->error);

  if (turn == NULL)
    {
      g_main_loop_quit (run->loop);
      return;
    }
  print_events (turn);
  fprintf (stderr, "Waiting for the contact; Ctrl-C gives up ...\n");
  run->begun = TRUE;
  on_changed (run);
}

static gboolean
on_given_up (gpointer user_data)
{
  Run *run = user_data;

  run->given_up = TRUE;
  g_main_loop_quit (run->loop);
  return G_SOURCE_CONTINUE;
}

static void
begin (Command *command, Run *run, GBytes *secret)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (run->method.pin)
    g_variant_dict_insert (&options, "pin", "b", TRUE);
  if (command_has (command, "normalise"))
    g_variant_dict_insert (&options, "normalise", "b", TRUE);
  if (run->answering)
    otrd_session_answer_verification (run->session, secret, g_variant_dict_end (&options), NULL,
                                      on_begun, run);
  else
    otrd_session_start_verification (run->session, secret, run->method.question,
                                     g_variant_dict_end (&options), NULL, on_begun, run);
}

static void
wait_for_result (Run *run, guint timeout)
{
  guint interrupt = g_unix_signal_add (SIGINT, on_given_up, run);
  guint timer = timeout > 0 ? g_timeout_add_seconds (timeout, on_given_up, run) : 0;
  gulong changed =
      g_signal_connect_swapped (run->session, "notify::verification", G_CALLBACK (on_changed), run);
  gulong available = g_signal_connect_swapped (run->client, "notify::available",
                                               G_CALLBACK (on_available_changed), run);

  g_main_loop_run (run->loop);
  g_signal_handler_disconnect (run->session, changed);
  g_signal_handler_disconnect (run->client, available);
  g_source_remove (interrupt);
  if (timer != 0)
    g_source_remove (timer);
}

static gboolean
give_up (Command *command, Run *run, GError **error)
{
  g_autoptr (OtrdTurn) turn =
      otrd_session_abort_verification_sync (run->session, NULL, NULL, error);

  if (turn == NULL)
    return FALSE;
  puts ("aborted");
  command->status = EXIT_STATUS_NOT_VERIFIED;
  return TRUE;
}

/* An older service does not say it; what we asked has proved them in any case. */
static gboolean
proves_contact (GVariant *details, gboolean answering)
{
  gboolean proves = !answering;

  g_variant_lookup (details, "proves-contact", "b", &proves);
  return proves;
}

static void
print_answered (OtrdSession *session)
{
  g_autofree char *contact = tty_make_printable (otrd_session_get_contact (session));

  puts ("answered");
  fprintf (stderr,
           "%s knows now that it is you. That does not verify them: to know that it is them, ask "
           "back.\n",
           contact);
}

static gboolean
print_result (Command *command, Run *run, GError **error)
{
  g_autoptr (GVariant) details =
      otrd_session_get_verification_details_sync (run->session, NULL, NULL, error);
  const char *verdict = "unknown";

  if (details == NULL)
    return FALSE;
  g_variant_lookup (details, "result", "&s", &verdict);
  if (g_str_equal (verdict, "verified") && !proves_contact (details, run->answering))
    {
      print_answered (run->session);
      return TRUE;
    }
  puts (verdict);
  if (!g_str_equal (verdict, "verified"))
    command->status = EXIT_STATUS_NOT_VERIFIED;
  return TRUE;
}

static gboolean
finish_run (Command *command, Run *run, GError **error)
{
  if (run->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&run->error));
      return FALSE;
    }
  return run->given_up ? give_up (command, run, error) : print_result (command, run, error);
}

static gboolean
is_asked (OtrdSession *session)
{
  return otrd_session_get_verification (session) == OTRD_VERIFICATION_ASKED;
}

static gboolean
verify_by_secret (Command *command, OtrdSession *session, const Method *method, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GBytes) secret = NULL;
  guint timeout = 0;
  Run run = {
    .client = command->client,
    .session = session,
    .loop = loop,
    .method = *method,
    .answering = is_asked (session) && !method->pin && method->question == NULL,
  };

  if (!arguments_get_number (command->arguments, "timeout", &timeout, error))
    return FALSE;
  if (run.answering)
    print_question (session);
  if (!method->pin && (secret = read_secret (command, run.answering, error)) == NULL)
    return FALSE;
  begin (command, &run, secret);
  wait_for_result (&run, timeout);
  return finish_run (command, &run, error);
}

/* ---- How ---- */

static gboolean
ask_question (Method *method, GError **error)
{
  method->question = tty_ask_line ("Question that only they can answer: ", error);
  if (method->question == NULL || *method->question != '\0')
    return method->question != NULL;
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_DISMISSED, "Nothing was entered");
  return FALSE;
}

static gboolean
ask_method (OtrdSession *session, Method *method, GError **error)
{
  g_autofree char *contact = tty_make_printable (otrd_session_get_contact (session));
  g_autofree char *prompt = g_strdup_printf ("How do you want to verify %s?\n"
                                             "  q  a question that only they can answer\n"
                                             "  s  a secret that you share\n"
                                             "  p  a number, told on another channel\n"
                                             "  m  compare the fingerprints\n"
                                             "[q/s/p/m] ",
                                             contact);
  g_autofree char *answer = tty_ask_line (prompt, error);

  if (answer == NULL)
    return FALSE;
  method->pin = g_str_equal (answer, "p");
  method->manual = g_str_equal (answer, "m");
  if (g_str_equal (answer, "q"))
    return ask_question (method, error);
  if (method->pin || method->manual || g_str_equal (answer, "s"))
    return TRUE;
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_DISMISSED, "Nothing was chosen");
  return FALSE;
}

static gboolean
choose_method (Command *command, OtrdSession *session, Method *method, GError **error)
{
  method->manual = command_has (command, "manual");
  method->pin = command_has (command, "pin");
  method->question = g_strdup (arguments_get_value (command->arguments, "question"));
  if (method->manual || method->pin || method->question != NULL || is_asked (session)
      || command_has (command, "secret") || command_has (command, "secret-stdin"))
    return TRUE;
  return ask_method (session, method, error);
}

static gboolean
verify (Command *command, OtrdAccount *account, OtrdSession *session, GError **error)
{
  g_auto (Method) method = { 0 };

  if (!check_private (session, error) || !choose_method (command, session, &method, error))
    return FALSE;
  return method.manual ? compare_fingerprints (command, account, session, error)
                       : verify_by_secret (command, session, &method, error);
}

gboolean
run_verify (Command *command, GError **error)
{
  g_autoptr (Subject) subject =
      subject_read (command, arguments_count_words (command->arguments), error);
  g_autoptr (OtrdSession) session = NULL;
  g_autoptr (OtrdTurn) turn = NULL;

  if (subject == NULL)
    return FALSE;
  session = target_find_session (command->client, subject->account, subject->contact, error);
  if (session == NULL)
    return FALSE;
  if (!command_has (command, "abort"))
    return verify (command, subject->account, session, error);
  turn = otrd_session_abort_verification_sync (session, NULL, NULL, error);
  return turn != NULL;
}
