// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb table, and what comes of it: finding a verb, checking its words,
 * help, the table for completion; the reading of options; the exit statuses. */

#include "otrctl/exit-status.h"
#include "otrctl/help.h"

#include <string.h>
#include <unistd.h>

static const Verb *
find (const char *line, char ***rest, GError **error)
{
  char **argv = g_strsplit (line, " ", -1);

  *rest = argv;
  return verbs_find (rest, error);
}

static Arguments *
parse (const Option *options, const char *line, GError **error)
{
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);

  return arguments_parse (options, verbs_get_shared_options (), argv, error);
}

/* Runs a whole line through the table; NULL, or what is wrong with it. */
static char *
check_line (const char *line)
{
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  char **rest = argv;
  g_autoptr (GError) error = NULL;
  g_autoptr (Arguments) arguments = NULL;
  const Verb *verb = verbs_find (&rest, &error);

  if (verb != NULL)
    arguments = arguments_parse (verb->options, verbs_get_shared_options (), rest, &error);
  if (arguments != NULL && verbs_check_words (verb, arguments, &error))
    return NULL;
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  return g_strdup (error->message);
}

static void
test_every_verb_can_run (void)
{
  for (const Verb *verb = verbs_get (); verb->name != NULL; verb++)
    {
      g_assert_nonnull (verb->run);
      g_assert_nonnull (verb->words);
      g_assert_cmpuint (strlen (verb->summary), >, 0);
      g_assert_cmpuint (strlen (verb->summary), <, 60);
    }
}

static void
test_a_verb_is_found_with_its_second_word (void)
{
  char **rest;
  const Verb *verb = find ("key show xmpp:a@b", &rest, NULL);

  g_assert_cmpstr (verb->name, ==, "key");
  g_assert_cmpstr (verb->subverb, ==, "show");
  g_assert_cmpstr (*rest, ==, "xmpp:a@b");
  g_strfreev (rest - 2);
}

static void
test_wrong_words_are_refused (void)
{
  static const char *const wrong[] = {
    "frobnicate",
    "key",
    "key frob a",
    "trust a b c",
    "trust a b c maybe",
    "trust a b c verified more",
    "status word",
    "status --frob",
    "status --json=yes",
    "verify a b --question",
    "relay xmpp a",
    "forget",
    "accept",
    "accept a b c d",
    "verify",
    "trust verified",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *message = check_line (wrong[i]);

      g_test_message ("%s: %s", wrong[i], message != NULL ? message : "taken");
      g_assert_nonnull (message);
    }
}

static void
test_right_words_are_taken (void)
{
  static const char *const right[] = {
    "status",
    "status --json --no-prompt",
    "trust a b c rejected",
    "policy",
    "policy a b never",
    "verify a b --question What? --secret-stdin",
    "verify --question=What? a b",
    "accept a b",
    "accept b",
    "verify b",
    "trust b c verified",
    "history b",
    "help key",
    "relay irc me@net you --max-message-size 400 --application x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    g_assert_null (check_line (right[i]));
}

static const Option some_options[] = {
  { "name", "NAME", "" },
  { "size", "N", "" },
  { "flag", NULL, "" },
  { NULL },
};

static void
test_options_stand_anywhere (void)
{
  g_autoptr (Arguments) arguments = parse (some_options, "a --name x b --flag --name=y=z c", NULL);

  g_assert_cmpuint (arguments_count_words (arguments), ==, 3);
  g_assert_cmpstr (arguments_get_word (arguments, 1), ==, "b");
  g_assert_null (arguments_get_word (arguments, 3));
  g_assert_cmpstr (arguments_get_value (arguments, "name"), ==, "y=z");
  g_assert_true (arguments_has (arguments, "flag"));
  g_assert_false (arguments_has (arguments, "size"));
}

static void
test_after_two_dashes_all_is_words (void)
{
  g_autoptr (Arguments) arguments = parse (some_options, "-- --name x --", NULL);

  g_assert_cmpuint (arguments_count_words (arguments), ==, 3);
  g_assert_cmpstr (arguments_get_word (arguments, 0), ==, "--name");
}

static void
test_a_number_is_a_number (void)
{
  g_autoptr (Arguments) good = parse (some_options, "--size 400", NULL);
  g_autoptr (Arguments) bad = parse (some_options, "--size -1", NULL);
  g_autoptr (Arguments) none = parse (some_options, "", NULL);
  g_autoptr (GError) error = NULL;
  guint size = 7;

  g_assert_true (arguments_get_number (none, "size", &size, NULL));
  g_assert_cmpuint (size, ==, 7);
  g_assert_true (arguments_get_number (good, "size", &size, NULL));
  g_assert_cmpuint (size, ==, 400);
  g_assert_false (arguments_get_number (bad, "size", &size, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
}

static void
test_help_has_every_verb_and_option (void)
{
  g_autofree char *all = help_describe_all ();
  g_autofree char *table = help_describe_table ();

  for (const Verb *verb = verbs_get (); verb->name != NULL; verb++)
    {
      g_autofree char *usage = verbs_describe_usage (verb);
      g_autofree char *own = help_describe_verb (verb->name);

      g_assert_nonnull (strstr (all, usage));
      g_assert_nonnull (strstr (own, usage));
      for (const Option *option = verb->options; option != NULL && option->name; option++)
        {
          g_assert_nonnull (strstr (own, option->name));
          g_assert_nonnull (strstr (table, option->name));
        }
    }
  g_assert_null (help_describe_verb ("frobnicate"));
}

static void
test_help_fits_a_terminal (void)
{
  for (const Verb *verb = verbs_get (); verb->name != NULL; verb++)
    {
      g_autofree char *own = help_describe_verb (verb->name);
      g_auto (GStrv) lines = g_strsplit (own, "\n", -1);

      for (guint i = 0; lines[i] != NULL; i++)
        if (g_utf8_strlen (lines[i], -1) > 100)
          g_error ("too long: %s", lines[i]);
    }
}

static void
test_every_error_has_a_status (void)
{
  for (int code = OTRD_ERROR_FAILED; code <= OTRD_ERROR_NOT_SUPPORTED; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (OTRD_ERROR, code, "why");
      ExitStatus status = exit_status_of_error (error, TRUE);

      g_assert_cmpint (status, !=, EXIT_STATUS_DONE);
      g_assert_nonnull (exit_status_describe (status));
    }
}

static void
test_a_failure_without_a_service_is_told_apart (void)
{
  g_autoptr (GError) failed = g_error_new_literal (OTRD_ERROR, OTRD_ERROR_FAILED, "why");
  g_autoptr (GError) locked = g_error_new_literal (OTRD_ERROR, OTRD_ERROR_LOCKED, "why");
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "why");

  g_assert_cmpint (exit_status_of_error (failed, TRUE), ==, EXIT_STATUS_FAILED);
  g_assert_cmpint (exit_status_of_error (failed, FALSE), ==, EXIT_STATUS_NO_SERVICE);
  g_assert_cmpint (exit_status_of_error (foreign, FALSE), ==, EXIT_STATUS_NO_SERVICE);
  g_assert_cmpint (exit_status_of_error (locked, FALSE), ==, EXIT_STATUS_LOCKED);
}

int
main (int argc, char **argv)
{
  alarm (280);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/otrctl/every-verb-can-run", test_every_verb_can_run);
  g_test_add_func ("/otrctl/a-verb-is-found-with-its-second-word",
                   test_a_verb_is_found_with_its_second_word);
  g_test_add_func ("/otrctl/wrong-words-are-refused", test_wrong_words_are_refused);
  g_test_add_func ("/otrctl/right-words-are-taken", test_right_words_are_taken);
  g_test_add_func ("/otrctl/options-stand-anywhere", test_options_stand_anywhere);
  g_test_add_func ("/otrctl/after-two-dashes-all-is-words", test_after_two_dashes_all_is_words);
  g_test_add_func ("/otrctl/a-number-is-a-number", test_a_number_is_a_number);
  g_test_add_func ("/otrctl/help-has-every-verb-and-option", test_help_has_every_verb_and_option);
  g_test_add_func ("/otrctl/help-fits-a-terminal", test_help_fits_a_terminal);
  g_test_add_func ("/otrctl/every-error-has-a-status", test_every_error_has_a_status);
  g_test_add_func ("/otrctl/a-failure-without-a-service-is-told-apart",
                   test_a_failure_without_a_service_is_told_apart);
  return g_test_run ();
}
