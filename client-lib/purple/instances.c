// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Clients are counted from 1, in the service's order. */

#include "instances.h"

#include "notices.h"
#include "table.h"
#include "talk.h"

guint
instances_count (OtrdSession *session)
{
  GVariant *instances = otrd_session_get_instances (session);

  return instances != NULL ? (guint)g_variant_n_children (instances) : 0;
}

static guint
count_instances (Talk *talk)
{
  return instances_count (talk_get_session (talk));
}

/* @number from 1. */
static guint32
get_tag (Talk *talk, guint number)
{
  guint32 tag;

  g_variant_get_child (otrd_session_get_instances (talk_get_session (talk)), number - 1,
                       "(u@a{sv})", &tag, NULL);
  return tag;
}

static void
append_last_seen (GString *words, GVariant *details)
{
  guint64 seconds = 0;
  g_autoptr (GDateTime) when = NULL;
  g_autofree char *time = NULL;

  if (!g_variant_lookup (details, "last-seen", "t", &seconds) || seconds == 0)
    return;
  when = g_date_time_new_from_unix_local ((gint64)seconds);
  time = when != NULL ? g_date_time_format (when, "%Y-%m-%d %H:%M") : NULL;
  g_string_append_printf (words, ", last seen %s", time != NULL ? time : "long ago");
}

/* The words live with what is returned. */
static GVariant *
get_instance (Talk *talk,
              guint number,
              guint32 *tag,
              const char **address,
              const char **state,
              const char **trust)
{
  GVariant *details;

  *address = *state = *trust = "";
  g_variant_get_child (otrd_session_get_instances (talk_get_session (talk)), number - 1,
                       "(u@a{sv})", tag, &details);
  g_variant_lookup (details, "address", "&s", address);
  g_variant_lookup (details, "state", "&s", state);
  g_variant_lookup (details, "trust", "&s", trust);
  return details;
}

/* "bob@example.org/Phone: private, verified, last seen ..."; free it. */
static char *
describe (Talk *talk, guint number)
{
  const char *address, *state, *trust;
  guint32 tag;
  g_autoptr (GVariant) details = get_instance (talk, number, &tag, &address, &state, &trust);
  GString *words = g_string_new (NULL);

  g_string_append_printf (
      words, "%s (%08x): %s", *address != '\0' ? address : talk_get_who (talk), tag,
      notices_describe (otrd_state_from_string (state), otrd_trust_from_string (trust)));
  append_last_seen (words, details);
  return g_string_free (words, FALSE);
}

void
instances_tell (Talk *talk)
{
  PurpleConversation *conversation = talk_get_conversation (talk);
  guint32 chosen = otrd_session_get_instance (talk_get_session (talk));

  if (count_instances (talk) == 0)
    notices_tell (conversation, "No client of the contact has been seen yet.");
  for (guint number = 1; number <= count_instances (talk); number++)
    {
      g_autofree char *words = describe (talk, number);

      notices_tell (conversation, "%u. %s%s", number, words,
                    chosen == get_tag (talk, number) ? ", chosen" : "");
    }
  if (chosen == 0 && count_instances (talk) > 0)
    notices_tell (conversation, "None is chosen: the best one is written to.");
}

typedef struct
{
  Talk *talk;
  Table *table; /* NULL, or the window in which it was made */
} Choice;

static void
choice_free (Choice *self)
{
  talk_unref (self->talk);
  g_clear_pointer (&self->table, table_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Choice, choice_free)

static void
on_selected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Choice) choice = user_data;
  Talk *talk = choice->talk;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn =
      otrd_session_select_instance_finish (OTRD_SESSION (source), result, &error);

  if (turn != NULL && choice->table != NULL)
    table_close (choice->table);
  if (turn != NULL && talk_get_messenger (talk) != NULL)
    instances_tell (talk);
  talk_take_turn (talk, turn, error, "choose the client");
}

/* @table: NULL if it was not chosen in one. */
static void
select_instance (Talk *talk, guint32 tag, Table *table)
{
  Choice *choice = g_new0 (Choice, 1);

  choice->talk = talk_ref (talk);
  choice->table = table != NULL ? table_ref (table) : NULL;
  otrd_session_select_instance (talk_get_session (talk), tag, NULL, NULL, on_selected, choice);
}

static void
on_chosen (Table *table, guint button, gpointer tag, gpointer talk)
{
  if (talk_get_messenger (talk) != NULL)
    select_instance (talk, GPOINTER_TO_UINT (tag), table);
}

static void
add_row (Table *table, Talk *talk, guint number)
{
  const char *address, *state, *trust;
  guint32 tag;
  g_autoptr (GVariant) details = get_instance (talk, number, &tag, &address, &state, &trust);
  g_autofree char *client = g_strdup_printf ("%u (%08x)", number, tag);

  table_add_row (table, (const char *[]){ client, state, trust, address, NULL },
                 GUINT_TO_POINTER (tag), NULL);
}

/* At once, so that Finch gives the window the keyboard. */
static void
ask (Talk *talk)
{
  static const char *const columns[] = { "Client", "State", "Trust", "Address", NULL };
  static const char *const buttons[] = { "Write to it", NULL };
  static const char *const best[] = { "The best one", "", "", "", NULL };
  g_autoptr (Table) table = table_new ("OTR", columns);

  table_add_row (table, best, NULL, NULL);
  for (guint number = 1; number <= count_instances (talk); number++)
    add_row (table, talk, number);
  table_show (table, "Whom to write to", "Your messages go to one of the contact's clients.",
              buttons, on_chosen, talk_ref (talk), (GDestroyNotify)talk_unref);
}

void
instances_choose (Talk *talk, const char *word)
{
  guint64 number = 0;

  if (*word == '\0')
    ask (talk);
  else if (g_str_equal (word, "best"))
    select_instance (talk, 0, NULL);
  else if (g_ascii_string_to_unsigned (word, 10, 1, count_instances (talk), &number, NULL))
    select_instance (talk, get_tag (talk, (guint)number), NULL);
  else
    notices_warn (talk_get_conversation (talk),
                  "/otr instance NUMBER, or best. See /otr instances.");
}
