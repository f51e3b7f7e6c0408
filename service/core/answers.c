/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers: a table, and a queue that knows which is the oldest. */

#include "core/answers.h"

#include <string.h>

#include "core/limits.h"

struct _CoreAnswers
{
  GHashTable *by_key; /* of Answer; owns */
  GQueue order;       /* of Answer */
};

typedef struct
{
  char *application;
  guint64 id;
  EngineVerdict verdict;
  EngineTrust trust;
  guint32 instance;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1];
  GList *link;
} Answer;

static guint
answer_hash (gconstpointer key)
{
  const Answer *answer = key;

  return g_str_hash (answer->application) ^ g_int64_hash (&answer->id);
}

static gboolean
answer_equal (gconstpointer a, gconstpointer b)
{
  const Answer *one = a;
  const Answer *other = b;

  return one->id == other->id && strcmp (one->application, other->application) == 0;
}

static void
answer_free (gpointer key)
{
  Answer *answer = key;

  g_free (answer->application);
  g_free (answer);
}

CoreAnswers *
core_answers_new (void)
{
  CoreAnswers *answers = g_new0 (CoreAnswers, 1);

  answers->by_key = g_hash_table_new_full (answer_hash, answer_equal, answer_free, NULL);
  g_queue_init (&answers->order);
  return answers;
}

void
core_answers_free (CoreAnswers *answers)
{
  g_queue_clear (&answers->order);
  g_hash_table_unref (answers->by_key);
  g_free (answers);
}

static Answer *
find_answer (CoreAnswers *answers, const char *application, guint64 id)
{
  Answer key = { .application = (char *)application, .id = id };

  return g_hash_table_lookup (answers->by_key, &key);
}

static void
remove_answer (CoreAnswers *answers, Answer *answer)
{
  g_queue_delete_link (&answers->order, answer->link);
  g_hash_table_remove (answers->by_key, answer);
}

void
core_answers_keep (CoreAnswers *answers, const char *application, guint64 id, EngineTurn *turn)
{
  Answer *answer = find_answer (answers, application, id);

  if (answer != NULL)
    remove_answer (answers, answer);
  if (answers->order.length >= CORE_SENT_IDS_MAX)
    remove_answer (answers, g_queue_peek_head (&answers->order));
  answer = g_new0 (Answer, 1);
  answer->application = g_strdup (application);
  answer->id = id;
  answer->verdict = turn->verdict;
  answer->trust = turn->trust;
  answer->instance = turn->instance;
  g_strlcpy (answer->fingerprint, turn->fingerprint, sizeof answer->fingerprint);
  g_queue_push_tail (&answers->order, answer);
  answer->link = g_queue_peek_tail_link (&answers->order);
  g_hash_table_add (answers->by_key, answer);
}

gboolean
core_answers_repeat (CoreAnswers *answers, const char *application, guint64 id, EngineTurn *turn)
{
  const Answer *answer = find_answer (answers, application, id);

  if (answer == NULL)
    return FALSE;
  turn->verdict = answer->verdict;
  turn->trust = answer->trust;
  turn->instance = answer->instance;
  turn->repeated = TRUE;
  g_strlcpy (turn->fingerprint, answer->fingerprint, sizeof turn->fingerprint);
  return TRUE;
}

static gboolean
has_id (gpointer key, gpointer value, gpointer id)
{
  Answer *answer = key;

  return answer->id == *(const guint64 *)id;
}

void
core_answers_forget (CoreAnswers *answers, guint64 id)
{
  Answer *answer;

  while ((answer = g_hash_table_find (answers->by_key, has_id, &id)) != NULL)
    remove_answer (answers, answer);
}
