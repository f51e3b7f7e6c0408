// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* otrctl: the user's OTR service from the command line. Finds the verb, reads
 * its words, makes the client, runs it, and turns an error into words and an
 * exit status. */

#include "exit-status.h"
#include "help.h"
#include "tty.h"
#include "verbs.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static int
print_usage_error (const Verb *verb, const GError *error)
{
  fprintf (stderr, "otrctl: %s\n", error->message);
  fprintf (stderr, "Try “otrctl help%s%s”.\n", verb != NULL ? " " : "",
           verb != NULL ? verb->name : "");
  return EXIT_STATUS_USAGE;
}

static int
print_error (const Command *command, const GError *error)
{
  gboolean there = command->client != NULL && otrd_client_get_available (command->client);
  g_autofree char *message = tty_make_printable (error->message);

  fprintf (stderr, "otrctl: %s\n", message);
  if (g_error_matches (error, OTRD_ERROR, OTRD_ERROR_LOCKED))
    fprintf (stderr, "otrctl: “otrctl unlock” opens the vault\n");
  if (there && otrd_client_get_vault (command->client) == OTRD_VAULT_DAMAGED
      && strstr (message, "--previous") == NULL)
    fprintf (stderr, "otrctl: “otrctl vault check” says what is damaged, “otrctl vault restore "
                     "--previous” goes back to the generation before\n");
  return exit_status_of_error (error, there);
}

static gboolean
connect_client (Command *command, GError **error)
{
  command->client = otrd_client_new_sync (NULL, "otrctl", NULL, NULL, error);
  if (command->client == NULL)
    return FALSE;
  otrd_client_set_interactive (command->client, !command_has (command, "no-prompt"));
  return TRUE;
}

static int
run_verb (const Verb *verb, Command *command)
{
  g_autoptr (GError) error = NULL;

  if (!verb->alone && !connect_client (command, &error))
    return print_error (command, error);
  if (!verb->run (command, &error))
    return print_error (command, error);
  return command->status;
}

static gboolean
is_one_of (const char *word, const char *one, const char *other)
{
  return g_strcmp0 (word, one) == 0 || g_strcmp0 (word, other) == 0;
}

/* Options that take no value may stand before the verb, too: they are put behind it. */
static char **
take_leading_options (char **argv, char ***words)
{
  g_autoptr (GPtrArray) options = g_ptr_array_new ();

  while (*argv != NULL && g_str_has_prefix (*argv, "-"))
    g_ptr_array_add (options, *argv++);
  g_ptr_array_add (options, NULL);
  *words = argv;
  return (char **)g_ptr_array_free (g_steal_pointer (&options), FALSE);
}

static Arguments *
parse_arguments (const Verb *verb, char **leading, char **words, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  for (; *leading != NULL; leading++)
    g_ptr_array_add (all, *leading);
  for (; *words != NULL; words++)
    g_ptr_array_add (all, *words);
  g_ptr_array_add (all, NULL);
  return arguments_parse (verb->options, verbs_get_shared_options (), (char **)all->pdata, error);
}

/* "key --help" asks for the help of all that begins with "key". */
static gboolean
asks_for_help (char **leading, char **words)
{
  return is_one_of (leading[0], "--help", "-h")
         || (words[0] != NULL && is_one_of (words[1], "--help", "-h"));
}

static gboolean
print_help (const char *verb)
{
  g_autofree char *text = verb != NULL ? help_describe_verb (verb) : help_describe_all ();

  if (text != NULL)
    fputs (text, stdout);
  return text != NULL;
}

static int
dispatch (char **argv)
{
  char **words;
  g_autofree char **leading = take_leading_options (argv, &words);
  g_autoptr (Arguments) arguments = NULL;
  g_autoptr (GError) error = NULL;
  Command command = { 0 };
  const Verb *verb;
  int status;

  if (asks_for_help (leading, words) && print_help (words[0]))
    return EXIT_STATUS_DONE;
  verb = verbs_find (&words, &error);
  if (verb != NULL)
    arguments = parse_arguments (verb, leading, words, &error);
  if (arguments != NULL && arguments_has (arguments, "help") && print_help (verb->name))
    return EXIT_STATUS_DONE;
  if (arguments == NULL || !verbs_check_words (verb, arguments, &error))
    return print_usage_error (verb, error);
  command.arguments = arguments;
  status = run_verb (verb, &command);
  g_clear_object (&command.client);
  return status;
}

/* What scripts would take for success must not be lost in a full disk. */
static int
flush_output (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  fprintf (stderr, "otrctl: The output could not be written\n");
  return status != EXIT_STATUS_DONE ? status : EXIT_STATUS_FAILED;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  if (argc < 2)
    {
      g_autofree char *text = help_describe_all ();

      fputs (text, stderr);
      return EXIT_STATUS_USAGE;
    }
  if (g_str_equal (argv[1], "--version"))
    argv[1] += strlen ("--");
  return flush_output (dispatch (argv + 1));
}
