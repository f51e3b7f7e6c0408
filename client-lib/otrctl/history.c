// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb history: what is known of a contact's fingerprints, in the order in
 * which it came about. */

#include "columns.h"
#include "command.h"
#include "subject.h"

typedef struct
{
  guint64 when;
  GVariant *line; /* a{sv} */
} Moment;

static void
moment_clear (gpointer user_data)
{
  Moment *moment = user_data;

  g_variant_unref (moment->line);
}

static int
compare_moments (gconstpointer a, gconstpointer b)
{
  const Moment *left = a;
  const Moment *right = b;

  return left->when < right->when ? -1 : left->when > right->when;
}

static void
copy_text (GVariantDict *line, GVariant *from, const char *key)
{
  const char *text;

  if (g_variant_lookup (from, key, "&s", &text))
    g_variant_dict_insert (line, key, "s", text);
}

/* @state: NULL: the fingerprint was just there. */
static void
add_moment (GArray *moments, guint64 when, const char *event, GVariant *record, GVariant *state)
{
  Moment moment = { .when = when };
  GVariantDict line;

  g_variant_dict_init (&line, NULL);
  g_variant_dict_insert (&line, "when", "t", when);
  g_variant_dict_insert (&line, "event", "s", event);
  copy_text (&line, record, "contact");
  copy_text (&line, record, "fingerprint");
  if (state != NULL)
    {
      copy_text (&line, state, "method");
      copy_text (&line, state, "application");
    }
  moment.line = g_variant_ref_sink (g_variant_dict_end (&line));
  g_array_append_val (moments, moment);
}

/* What began with the first sight alone is no judgement of anybody. */
static void
add_state (GArray *moments, GVariant *record, GVariant *state)
{
  const char *trust = "";
  const char *method = "";
  guint64 since;

  g_variant_lookup (state, "trust", "&s", &trust);
  if (g_variant_lookup (state, "trust-since", "t", &since)
      && g_variant_lookup (state, "method", "&s", &method))
    add_moment (moments, since, trust, record, state);
}

static void
add_sight (GArray *moments, GVariant *record, const char *key)
{
  guint64 when;

  if (g_variant_lookup (record, key, "t", &when))
    add_moment (moments, when, key, record, NULL);
}

static void
add_record (GArray *moments, GVariant *record)
{
  g_autoptr (GVariant) history =
      g_variant_lookup_value (record, "history", G_VARIANT_TYPE ("aa{sv}"));
  gsize n_states = history != NULL ? g_variant_n_children (history) : 0;

  add_sight (moments, record, "first-seen");
  for (gsize i = 0; i < n_states; i++)
    {
      g_autoptr (GVariant) state = g_variant_get_child_value (history, i);

      add_state (moments, record, state);
    }
  add_state (moments, record, record);
  add_sight (moments, record, "last-seen");
}

static GVariant *
list_moments (GVariant *records)
{
  g_autoptr (GArray) moments = g_array_new (FALSE, FALSE, sizeof (Moment));
  GVariantBuilder lines;

  g_array_set_clear_func (moments, moment_clear);
  for (gsize i = 0; i < g_variant_n_children (records); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (records, i);

      add_record (moments, record);
    }
  g_array_sort (moments, compare_moments);
  g_variant_builder_init (&lines, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < moments->len; i++)
    g_variant_builder_add_value (&lines, g_array_index (moments, Moment, i).line);
  return g_variant_ref_sink (g_variant_builder_end (&lines));
}

static GVariant *
fetch_records (Subject *subject, GError **error)
{
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  g_variant_dict_insert (&filter, "contact", "s", subject->contact);
  if (subject->fingerprint != NULL)
    g_variant_dict_insert (&filter, "fingerprint", "s", subject->fingerprint);
  return otrd_account_list_fingerprints_sync (subject->account, g_variant_dict_end (&filter), NULL,
                                              NULL, error);
}

gboolean
run_history (Command *command, GError **error)
{
  static const char *const keys[] = {
    "when", "event", "method", "application", "fingerprint", NULL
  };
  g_autoptr (Subject) subject =
      subject_read (command, arguments_count_words (command->arguments), error);
  g_autoptr (GVariant) records = NULL;
  g_autoptr (GVariant) moments = NULL;

  if (subject == NULL || (records = fetch_records (subject, error)) == NULL)
    return FALSE;
  moments = list_moments (records);
  columns_print (moments, keys, command_has (command, "json"), FALSE);
  return TRUE;
}
