// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The help, all of it from the verb table. */

#include "help.h"
#include "exit-status.h"

#include <stdio.h>

static void
append_pair (GString *text, const char *left, const char *right, int width)
{
  if (g_utf8_strlen (left, -1) <= width)
    g_string_append_printf (text, "  %-*s  %s\n", width, left, right);
  else
    g_string_append_printf (text, "  %s\n  %-*s  %s\n", left, width, "", right);
}

static void
append_options (GString *text, const Option *options)
{
  for (; options != NULL && options->name != NULL; options++)
    {
      g_autofree char *left = g_strdup_printf ("--%s%s%s", options->name, options->value ? " " : "",
                                               options->value ? options->value : "");

      append_pair (text, left, options->summary, 24);
    }
}

static void
append_statuses (GString *text)
{
  g_string_append (text, "\nExit status:\n");
  for (guint i = 0; exit_status_describe (i) != NULL; i++)
    g_string_append_printf (text, "  %2u  %s\n", i, exit_status_describe (i));
}

char *
help_describe_all (void)
{
  GString *text = g_string_new ("Usage: otrctl VERB [ARGUMENT...] [OPTION...]\n\n"
                                "The user's OTR service from the command line.\n\n");

  for (const Verb *verb = verbs_get (); verb->name != NULL; verb++)
    {
      g_autofree char *usage = verbs_describe_usage (verb);

      append_pair (text, usage, verb->summary, 30);
    }
  g_string_append (text,
                   "\nAn ACCOUNT is written protocol:name (xmpp:alice@example.org), or as the\n"
                   "name alone if no other account has it. A FINGERPRINT is 40 hex digits in\n"
                   "any usual spelling.\n\nOptions of every verb:\n");
  append_options (text, verbs_get_shared_options ());
  append_statuses (text);
  return g_string_free (text, FALSE);
}

static void
append_verb (GString *text, const Verb *verb)
{
  g_autofree char *usage = verbs_describe_usage (verb);
  g_autofree char *summary = g_strdup (verb->summary);

  *summary = g_ascii_toupper (*summary);
  g_string_append_printf (text, "%sUsage: otrctl %s%s\n\n%s.\n", text->len > 0 ? "\n" : "", usage,
                          verb->options != NULL ? " [OPTION...]" : "", summary);
  if (verb->details != NULL)
    g_string_append_printf (text, "\n%s\n", verb->details);
  g_string_append (text, "\nOptions:\n");
  append_options (text, verb->options);
  append_options (text, verbs_get_shared_options ());
}

char *
help_describe_verb (const char *name)
{
  GString *text = g_string_new (NULL);

  for (const Verb *verb = verbs_get (); verb->name != NULL; verb++)
    if (g_str_equal (verb->name, name))
      append_verb (text, verb);
  return g_string_free (text, text->len == 0);
}

char *
help_describe_table (void)
{
  GString *text = g_string_new (NULL);

  for (const Verb *verb = verbs_get (); verb->name != NULL; verb++)
    {
      g_string_append_printf (text, "%s\t%s\t%s\t", verb->name, verb->subverb ? verb->subverb : "-",
                              *verb->words ? verb->words : "-");
      for (const Option *option = verb->options; option != NULL && option->name != NULL; option++)
        g_string_append_printf (text, "--%s ", option->name);
      for (const Option *option = verbs_get_shared_options (); option->name != NULL; option++)
        g_string_append_printf (text, "--%s%s", option->name, option[1].name != NULL ? " " : "\n");
    }
  return g_string_free (text, FALSE);
}

gboolean
run_help (Command *command, GError **error)
{
  const char *name = command_get_word (command, 0);
  g_autofree char *text = command_has (command, "table") ? help_describe_table ()
                          : name != NULL                 ? help_describe_verb (name)
                                                         : help_describe_all ();

  if (text != NULL)
    {
      fputs (text, stdout);
      return TRUE;
    }
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "There is no verb “%s”", name);
  return FALSE;
}

gboolean
run_version (Command *command, GError **error)
{
  printf ("otrctl %s\n", OTRD_VERSION);
  return TRUE;
}
