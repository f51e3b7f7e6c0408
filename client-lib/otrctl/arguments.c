// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Tells words and options apart. An option that the verb does not have is an
 * error, never ignored: a misspelt one could be the one that keeps a secret. */

#include "arguments.h"
#include "otrd/otrd.h"

#include <string.h>

#define GROUPS 5
#define GROUP 8

struct _Arguments
{
  GPtrArray *words;
  GHashTable *values; /* name -> value, "" for an option without one */
};

static const Option *
find_option (const Option *options, const char *name, gsize length)
{
  for (; options != NULL && options->name != NULL; options++)
    if (strlen (options->name) == length && strncmp (options->name, name, length) == 0)
      return options;
  return NULL;
}

static gboolean
add_option (Arguments *self, const Option *option, const char *equals, char ***next, GError **error)
{
  const char *value = "";

  if (option->value == NULL && equals != NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "The option --%s takes no value",
                   option->name);
      return FALSE;
    }
  if (option->value != NULL)
    value = equals != NULL ? equals + 1 : *(*next)++;
  if (value == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "The option --%s needs a value: %s", option->name, option->value);
      return FALSE;
    }
  g_hash_table_insert (self->values, (char *)option->name, g_strdup (value));
  return TRUE;
}

static gboolean
parse_option (Arguments *self,
              const Option *options,
              const Option *shared,
              const char *word,
              char ***next,
              GError **error)
{
  const char *name = word + strlen ("--");
  const char *equals = strchr (name, '=');
  gsize length = equals != NULL ? (gsize)(equals - name) : strlen (name);
  const Option *option = find_option (options, name, length);

  if (option == NULL)
    option = find_option (shared, name, length);
  if (option != NULL)
    return add_option (self, option, equals, next, error);
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "There is no option --%.*s here",
               (int)length, name);
  return FALSE;
}

static gboolean
is_group (const GPtrArray *words, guint index)
{
  const char *word = index < words->len ? words->pdata[index] : "";

  return strlen (word) == GROUP && strspn (word, "0123456789ABCDEFabcdef") == GROUP;
}

static gboolean
are_groups (const GPtrArray *words, guint index)
{
  for (guint i = 0; i < GROUPS; i++)
    if (!is_group (words, index + i))
      return FALSE;
  return TRUE;
}

static void
join_fingerprints (GPtrArray *words)
{
  for (guint i = 0; i < words->len; i++)
    if (are_groups (words, i))
      {
        char *joined = g_strconcat (words->pdata[i], words->pdata[i + 1], words->pdata[i + 2],
                                    words->pdata[i + 3], words->pdata[i + 4], NULL);

        g_ptr_array_remove_range (words, i, GROUPS);
        g_ptr_array_insert (words, i, joined);
      }
}

Arguments *
arguments_parse (const Option *options, const Option *shared, char **argv, GError **error)
{
  g_autoptr (Arguments) self = g_new0 (Arguments, 1);
  gboolean words_only = FALSE;

  self->words = g_ptr_array_new_with_free_func (g_free);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  while (*argv != NULL)
    {
      const char *word = *argv++;

      if (!words_only && g_str_equal (word, "-h"))
        word = "--help";
      if (!words_only && g_str_equal (word, "--"))
        words_only = TRUE;
      else if (words_only || !g_str_has_prefix (word, "--"))
        g_ptr_array_add (self->words, g_strdup (word));
      else if (!parse_option (self, options, shared, word, &argv, error))
        return NULL;
    }
  join_fingerprints (self->words);
  return g_steal_pointer (&self);
}

void
arguments_free (Arguments *self)
{
  g_ptr_array_unref (self->words);
  g_hash_table_unref (self->values);
  g_free (self);
}

guint
arguments_count_words (const Arguments *self)
{
  return self->words->len;
}

const char *
arguments_get_word (const Arguments *self, guint index)
{
  return index < self->words->len ? g_ptr_array_index (self->words, index) : NULL;
}

gboolean
arguments_has (const Arguments *self, const char *name)
{
  return g_hash_table_contains (self->values, name);
}

const char *
arguments_get_value (const Arguments *self, const char *name)
{
  return g_hash_table_lookup (self->values, name);
}

gboolean
arguments_get_number (const Arguments *self, const char *name, guint *number, GError **error)
{
  const char *value = arguments_get_value (self, name);
  guint64 parsed;

  if (value == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, &parsed, NULL))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "The option --%s needs a number, not “%s”", name, value);
      return FALSE;
    }
  *number = parsed;
  return TRUE;
}
