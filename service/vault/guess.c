/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* One guess at the passphrase. Wrong ones are counted, and from the third on
 * each makes the next wait twice as long; the right one forgets the count. It is kept in
 * memory alone: while it makes anybody wait, and for some time after, the process does
 * not end for idleness. */

#include "vault/passphrase.h"
#include "vault/vault-private.h"

#define FREE_GUESSES 3
#define WAIT_MS 1000
#define WAIT_MS_MOST 30000
#define REMEMBERED (60 * G_TIME_SPAN_MINUTE)

typedef struct
{
  guint *n_wrong;
  GBytes *wrapped[2]; /* the second is NULL when there is one way only */
  GBytes *opened;     /* which of them it was */
  Secret *passphrase;
} Guess;

static void
guess_free (gpointer memory)
{
  Guess *guess = memory;

  for (guint i = 0; i < G_N_ELEMENTS (guess->wrapped); i++)
    g_clear_pointer (&guess->wrapped[i], g_bytes_unref);
  g_clear_pointer (&guess->opened, g_bytes_unref);
  secret_unref (guess->passphrase);
  g_free (guess);
}

static guint
wait_before (guint n_wrong)
{
  if (n_wrong < FREE_GUESSES)
    return 0;
  return MIN ((guint64)WAIT_MS << MIN (n_wrong - FREE_GUESSES, 10), WAIT_MS_MOST);
}

/* That one of two makes no sense does not make the passphrase right or wrong. */
static Secret *
try_each (Guess *guess, GError **error)
{
  g_autoptr (GError) failure = NULL;
  Secret *key = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (guess->wrapped) && guess->wrapped[i] != NULL; i++)
    {
      g_autoptr (GError) why = NULL;

      key = vault_passphrase_unwrap (guess->wrapped[i], guess->passphrase, &why);
      if (key != NULL)
        {
          guess->opened = g_bytes_ref (guess->wrapped[i]);
          return key;
        }
      if (failure == NULL || g_error_matches (why, OTRD_ERROR, OTRD_ERROR_LOCKED))
        {
          g_clear_error (&failure);
          failure = g_steal_pointer (&why);
        }
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static void
try_on_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  Secret *key = try_each (task_data, &error);

  if (key != NULL)
    g_task_return_pointer (task, key, (GDestroyNotify)secret_unref);
  else
    g_task_return_error (task, error);
}

static gboolean
on_waited (gpointer task)
{
  g_task_run_in_thread (task, try_on_worker);
  return G_SOURCE_REMOVE;
}

void
vault_guess_async (Vault *vault,
                   guint *n_wrong,
                   GBytes *wrapped,
                   GBytes *other,
                   Secret *passphrase,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  GTask *task = g_task_new (vault, NULL, callback, user_data);
  Guess *guess = g_new0 (Guess, 1);

  guess->n_wrong = n_wrong;
  guess->wrapped[0] = g_bytes_ref (wrapped);
  guess->wrapped[1] = other != NULL ? g_bytes_ref (other) : NULL;
  guess->passphrase = secret_ref (passphrase);
  g_task_set_task_data (task, guess, guess_free);
  g_timeout_add_full (G_PRIORITY_DEFAULT, wait_before (*n_wrong), on_waited, task, g_object_unref);
}

static void
note_wrong (Vault *vault, guint *n_wrong, GError **failure)
{
  vault->last_wrong = g_get_monotonic_time ();
  if (++*n_wrong > 1)
    g_prefix_error (failure, "%u wrong passphrases so far. ", *n_wrong);
}

gboolean
vault_remembers_guesses (Vault *vault)
{
  guint n_wrong = MAX (vault->n_wrong, vault->n_wrong_for_backups);

  return n_wrong >= FREE_GUESSES && g_get_monotonic_time () < vault->last_wrong + REMEMBERED;
}

Secret *
vault_guess_finish (Vault *vault, GAsyncResult *result, GBytes **opened, GError **error)
{
  Guess *guess = g_task_get_task_data (G_TASK (result));
  GError *failure = NULL;
  Secret *key = g_task_propagate_pointer (G_TASK (result), &failure);

  if (key != NULL)
    *guess->n_wrong = 0;
  else if (g_error_matches (failure, OTRD_ERROR, OTRD_ERROR_LOCKED))
    note_wrong (vault, guess->n_wrong, &failure);
  if (key == NULL)
    g_propagate_error (error, failure);
  else if (opened != NULL)
    *opened = g_steal_pointer (&guess->opened);
  return key;
}
