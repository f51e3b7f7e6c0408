// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb auto-lock: when the vault is locked by itself. */

#include "command.h"
#include "target.h"

#include <stdio.h>

static gboolean
show (Command *command, GError **error)
{
  guint idle = otrd_client_get_lock_when_idle (command->client);

  if (!target_check_known (command->client, "When the vault is locked by itself is not known",
                           error))
    return FALSE;
  printf ("screen: %s\n", otrd_client_get_lock_with_screen (command->client) ? "on" : "off");
  if (idle > 0)
    printf ("idle: %u\n", idle);
  else
    printf ("idle: off\n");
  return TRUE;
}

static gboolean
refuse (const char *word, const char *choices, GError **error)
{
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "“%s” is none of %s", word, choices);
  return FALSE;
}

static gboolean
set_option (Command *command, const char *name, GVariant *value, GError **error)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert_value (&options, name, value);
  return otrd_client_set_auto_lock_sync (command->client, g_variant_dict_end (&options), NULL,
                                         error);
}

static gboolean
set_screen (Command *command, const char *word, GError **error)
{
  gboolean is_on = g_str_equal (word, "on");

  if (!is_on && !g_str_equal (word, "off"))
    return refuse (word, "on, off", error);
  return set_option (command, "screen", g_variant_new_boolean (is_on), error);
}

static gboolean
set_idle (Command *command, const char *word, GError **error)
{
  guint64 seconds = 0;

  if (!g_str_equal (word, "off")
      && !g_ascii_string_to_unsigned (word, 10, 1, G_MAXUINT32, &seconds, NULL))
    return refuse (word, "off, a number of seconds", error);
  return set_option (command, "idle", g_variant_new_uint32 ((guint32)seconds), error);
}

gboolean
run_auto_lock (Command *command, GError **error)
{
  guint n = arguments_count_words (command->arguments);
  const char *what = n > 0 ? command_get_word (command, 0) : NULL;

  if (n == 0)
    return show (command, error);
  if (!g_str_equal (what, "screen") && !g_str_equal (what, "idle"))
    return refuse (what, "screen, idle", error);
  if (n == 1)
    return show (command, error);
  return g_str_equal (what, "screen") ? set_screen (command, command_get_word (command, 1), error)
                                      : set_idle (command, command_get_word (command, 1), error);
}
