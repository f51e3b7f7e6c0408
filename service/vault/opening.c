/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening the vault: read the files (on a worker), ask the key store, unseal
 * and load (on a worker). Everybody who asks meanwhile waits for the same
 * attempt; when one of them allows a prompt and the attempt did not, there is a
 * second one. Who would only like to have it open waits for no person, and for
 * a key store not long. */

#include "vault/attempt.h"

#include <string.h>

/* How long vault_open_async () without a prompt waits for an attempt. */
#define PATIENCE_MS 2000

/* What one caller allows and brings. */
typedef struct
{
  gboolean interactive;
  gboolean is_patient; /* waits for as long as it takes */
  Secret *passphrase;
  Secret *key; /* NULL: not known */
} Wish;

static void
wish_free (gpointer memory)
{
  Wish *wish = memory;

  g_clear_pointer (&wish->passphrase, secret_unref);
  g_clear_pointer (&wish->key, secret_unref);
  g_free (wish);
}

static void begin_attempt (Vault *vault);

static const Wish *
get_wish (GTask *task)
{
  return g_task_get_task_data (task);
}

/* A prompt for one is a prompt for all; passphrases are tried one at a time. */
static void
take_wishes (VaultAttempt *attempt, GPtrArray *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      const Wish *wish = get_wish (tasks->pdata[i]);

      attempt->interactive |= wish->interactive;
      if (attempt->passphrase == NULL && wish->passphrase != NULL)
        attempt->passphrase = secret_ref (wish->passphrase);
      if (attempt->key == NULL && wish->key != NULL)
        attempt->key = secret_ref (wish->key);
    }
}

static void
answer (Vault *vault, GTask *task, const GError *failure)
{
  if (failure != NULL && (get_wish (task)->interactive || !vault_is_open (vault)))
    g_task_return_error (task, g_error_copy (failure));
  else
    g_task_return_boolean (task, TRUE);
}

static GError *
new_slow_error (void)
{
  return g_error_new (OTRD_ERROR, OTRD_ERROR_LOCKED,
                      "Could not open the vault: what unlocks it has not answered yet; answer its "
                      "prompt if there is one, and try again when it is open");
}

/* From now on only those wait who said that they would. */
static void
leave_to_the_patient (Vault *vault)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&vault->opening_tasks);
  g_autoptr (GError) error = new_slow_error ();

  g_clear_handle_id (&vault->patience_timer, g_source_remove);
  vault->is_slow = TRUE;
  vault->opening_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    if (get_wish (tasks->pdata[i])->is_patient)
      g_ptr_array_add (vault->opening_tasks, g_object_ref (tasks->pdata[i]));
    else
      g_task_return_error (tasks->pdata[i], g_error_copy (error));
}

static gboolean
on_patience_over (gpointer user_data)
{
  Vault *vault = user_data;

  vault->patience_timer = 0;
  leave_to_the_patient (vault);
  return G_SOURCE_REMOVE;
}

/* Whether another attempt could do what this one could not. */
static gboolean
wants_another (Vault *vault, const Wish *wish, gboolean was_interactive, Secret *tried)
{
  if (vault->is_locked_on_purpose)
    return FALSE;
  if (wish->passphrase != NULL)
    return wish->passphrase != tried;
  return wish->interactive && !was_interactive;
}

/* Answers those whom this attempt was for; begins the next for the others. */
static void
end_attempt (Vault *vault, gboolean was_interactive, Secret *tried, const GError *failure)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&vault->opening_tasks);

  vault->opening_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  vault->is_opening = vault->drops_opening = vault->is_slow = FALSE;
  g_clear_handle_id (&vault->patience_timer, g_source_remove);
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = tasks->pdata[i];
      if (vault->n_locking > 0)
        g_ptr_array_add (vault->opening_tasks, g_object_ref (task));
      else if (failure != NULL && wants_another (vault, get_wish (task), was_interactive, tried))
        g_ptr_array_add (vault->opening_tasks, g_object_ref (task));
      else
        answer (vault, task, failure);
    }
  if (vault->opening_tasks->len > 0 && !vault->is_opening && vault->n_locking == 0)
    begin_attempt (vault);
  vault_hear_news (vault);
}

void
vault_leave_attempt (Vault *vault)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&vault->opening_tasks);

  vault->opening_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_new_error (tasks->pdata[i], OTRD_ERROR, OTRD_ERROR_LOCKED,
                             "Could not open the vault: it was locked meanwhile; unlock it");
}

/* Of what was written well there may be a generation that is whole. */
static void
add_advice (GError *reason)
{
  g_autofree char *message = g_steal_pointer (&reason->message);

  reason->message = g_strconcat (message,
                                 ". “otrctl vault check” says which file it is; “otrctl vault "
                                 "restore --previous” goes back to the one before it",
                                 NULL);
}

/* A dismissal is an answer to those who asked; to others the vault is locked. */
static void
forget_dismissal (GError *reason)
{
  if (reason->code != OTRD_ERROR_DISMISSED)
    return;
  reason->code = OTRD_ERROR_LOCKED;
  g_free (reason->message);
  reason->message = g_strdup ("The vault is locked, and its prompt was dismissed; unlock it");
}

/* The attempt's end without an open vault. */
static void
fail_attempt (Vault *vault, VaultAttempt *attempt, OtrdVault state, GError *reason)
{
  g_autoptr (GError) failure = NULL;

  if (g_error_matches (reason, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED))
    add_advice (reason);
  failure = g_error_copy (reason);
  g_clear_pointer (&vault->findings, g_ptr_array_unref);
  vault->findings = g_steal_pointer (&attempt->findings);
  forget_dismissal (reason);
  vault_set_state (vault, state, reason);
  end_attempt (vault, attempt->interactive, attempt->passphrase, failure);
}

/* Ends it when the user has locked the vault meanwhile. */
static gboolean
is_dropped (Vault *vault, VaultAttempt *attempt)
{
  if (!vault->drops_opening)
    return FALSE;
  fail_attempt (vault, attempt, OTRD_VAULT_LOCKED,
                g_error_new (OTRD_ERROR, OTRD_ERROR_LOCKED,
                             "Could not open the vault: it was locked meanwhile; unlock it"));
  return TRUE;
}

static gboolean
is_opened_alike (Vault *vault, const VaultSealedHeader *header)
{
  if (header->sealed_by != vault->sealed_by)
    return FALSE;
  return header->parameters == NULL || vault->parameters == NULL
             ? header->parameters == vault->parameters
             : g_bytes_equal (header->parameters, vault->parameters);
}

/* Whether a passphrase that was replaced still opens the generation before. */
static gboolean
keeps_old_passphrase (Vault *vault, const VaultSealedHeader *previous)
{
  g_autofree char *key_id = vault_key_make_id (vault->key);

  return previous->parameters != NULL && g_str_equal (previous->key_id, key_id)
         && !is_opened_alike (vault, previous);
}

/* Of a move to another key store, or passphrase, that was interrupted: what opened the
 * vault is what opens it from now on, and nothing of the other remains. */
static void
end_move (Vault *vault, const VaultAttempt *attempt)
{
  gboolean is_moving = !is_opened_alike (vault, &attempt->headers[VAULT_FILE_KEYS])
                       || !is_opened_alike (vault, &attempt->headers[VAULT_FILE_TRUST]);

  for (guint i = 0; i < VAULT_N_FILES && attempt->files[VAULT_FILE_KEYS] != NULL; i++)
    if (is_moving || keeps_old_passphrase (vault, &attempt->previous[i]))
      {
        vault->forgets_previous[i] = TRUE;
        vault_mark_changed (vault, i);
      }
}

/* Both are written before anything that is changed from now on is said to last. */
static void
end_restore (Vault *vault, const VaultAttempt *attempt)
{
  if (attempt->restored == NULL)
    return;
  for (guint i = 0; i < VAULT_N_FILES; i++)
    {
      vault->forgets_previous[i] |= !attempt->is_sound[i];
      vault_mark_changed (vault, i);
    }
  vault->ends_restore = TRUE;
}

static void
on_files_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  VaultAttempt *attempt = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  vault->folder = g_steal_pointer (&attempt->folder);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail_attempt (vault, attempt, OTRD_VAULT_DAMAGED, error);
      return;
    }
  if (is_dropped (vault, attempt))
    return;
  g_clear_pointer (&vault->table, vault_table_free);
  vault->table = g_steal_pointer (&attempt->table);
  g_clear_pointer (&vault->key, secret_unref);
  vault->key = g_steal_pointer (&attempt->key);
  for (guint i = 0; i < VAULT_N_FILES; i++)
    vault->generations[i] = attempt->headers[i].generation;
  vault->has_beginning = TRUE;
  vault->is_locked_on_purpose = FALSE;
  vault->key_place = VAULT_KEY_PLACE_KEPT;
  vault_set_open_state (vault);
  end_restore (vault, attempt);
  if (attempt->restored == NULL)
    end_move (vault, attempt);
  if (attempt->restored == NULL && vault->generations[VAULT_FILE_TRUST] == 0)
    vault_mark_changed (vault, VAULT_FILE_TRUST); /* its first save was interrupted */
  end_attempt (vault, attempt->interactive, attempt->passphrase, NULL);
}

static OtrdVault
state_of_outcome (VaultKeyOutcome outcome)
{
  switch (outcome)
    {
    case VAULT_KEY_ABSENT:
      return OTRD_VAULT_KEYLESS;
    case VAULT_KEY_LOCKED:
    case VAULT_KEY_DISMISSED:
      return OTRD_VAULT_LOCKED;
    default:
      return OTRD_VAULT_UNAVAILABLE;
    }
}

/* What the keyring does not have is not merely "not found" when files need it. */
static GError *
reason_of_outcome (VaultKeyOutcome outcome, GError *error)
{
  if (outcome != VAULT_KEY_ABSENT)
    return error;
  g_error_free (error);
  return g_error_new (OTRD_ERROR, OTRD_ERROR_KEY_STORE_UNAVAILABLE,
                      "Could not open the vault: the keyring no longer has its key; "
                      "restore the keyring (nothing was made anew)");
}

/* Takes @key, NULL with the state and the error. */
static void
use_key (VaultAttempt *attempt, Secret *key, OtrdVault state, GError *error)
{
  Vault *vault = attempt->vault;

  attempt->key = key;
  if (is_dropped (vault, attempt))
    g_clear_error (&error);
  else if (key != NULL)
    vault_attempt_load (attempt, on_files_loaded);
  else
    fail_attempt (vault, attempt, state, error);
  vault_attempt_unref (attempt);
}

static void
show_unlocking (Vault *vault)
{
  vault_set_state (vault, OTRD_VAULT_UNLOCKING,
                   g_error_new (OTRD_ERROR, OTRD_ERROR_LOCKED,
                                "The vault is being unlocked; answer its prompt if there is one, "
                                "and try again when it is open"));
}

static void
wait_for_person (Vault *vault)
{
  show_unlocking (vault);
  leave_to_the_patient (vault);
}

static void
begin_asking (Vault *vault, gboolean interactive)
{
  vault->is_asking = TRUE;
  vault->is_prompting = interactive;
  if (interactive)
    wait_for_person (vault);
}

static void
end_asking (Vault *vault)
{
  vault->is_asking = vault->is_prompting = FALSE;
}

static void
on_key_got (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  Secret *key = NULL;
  VaultKeyOutcome outcome = vault_key_store_finish (VAULT_KEY_STORE (source), result, &key, &error);

  end_asking (((VaultAttempt *)user_data)->vault);
  if (outcome != VAULT_KEY_OK)
    error = reason_of_outcome (outcome, error);
  use_key (user_data, key, state_of_outcome (outcome), error);
}

static void
on_guessed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  g_autoptr (GBytes) opened = NULL;
  GError *error = NULL;
  Secret *key = vault_guess_finish (vault, result, &opened, &error);
  gboolean is_wrong = g_error_matches (error, OTRD_ERROR, OTRD_ERROR_LOCKED)
                      || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_FAILED);

  if (key != NULL)
    vault_set_sealed_by (vault, VAULT_SEALED_BY_PASSPHRASE, opened);
  use_key (user_data, key, is_wrong ? OTRD_VAULT_LOCKED : OTRD_VAULT_DAMAGED, error);
}

static void
on_new_key_obtained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  g_autoptr (GError) error = NULL;

  end_asking (vault);
  if (vault_obtain_key_finish (vault, result, &error) && !vault_is_open (vault))
    error = vault_new_state_error (vault, "open the vault");
  end_attempt (vault, vault_is_open (vault), NULL, error);
}

static void
obtain_new_key (Vault *vault)
{
  begin_asking (vault, FALSE);
  vault_obtain_key_async (vault, TRUE, on_new_key_obtained, NULL);
}

static void
begin_new_vault (Vault *vault, VaultAttempt *attempt)
{
  g_clear_pointer (&vault->table, vault_table_free);
  vault->table = vault_table_new ();
  vault->has_beginning = vault->is_locked_on_purpose = FALSE;
  memset (vault->generations, 0, sizeof vault->generations);
  vault_set_open_state (vault);
  if (attempt->interactive)
    obtain_new_key (vault);
  else
    end_attempt (vault, FALSE, NULL, NULL);
}

static void
ask_key_store (Vault *vault, VaultAttempt *attempt, const VaultSealedHeader *header)
{
  begin_asking (vault, attempt->interactive);
  vault_key_store_get_async (vault->key_store, header->key_id, attempt->interactive, on_key_got,
                             g_atomic_rc_box_acquire (attempt));
}

/* When a move to another key store was interrupted, or a header was changed, the two
 * files say different things: a passphrase may be that of either. NULL: none but @header's. */
static GBytes *
find_other_parameters (const VaultAttempt *attempt, const VaultSealedHeader *header)
{
  for (guint i = 0; i < VAULT_N_FILES && attempt->restored == NULL; i++)
    {
      GBytes *parameters = attempt->headers[i].parameters;

      if (parameters != NULL
          && (header->parameters == NULL || !g_bytes_equal (parameters, header->parameters)))
        return parameters;
    }
  return NULL;
}

static void
ask_passphrase (Vault *vault, VaultAttempt *attempt, const VaultSealedHeader *header)
{
  GBytes *other = find_other_parameters (attempt, header);

  if (attempt->passphrase == NULL)
    {
      fail_attempt (vault, attempt, OTRD_VAULT_LOCKED,
                    g_error_new (OTRD_ERROR, OTRD_ERROR_LOCKED,
                                 "Could not open the vault: it is locked with a passphrase; "
                                 "unlock it with that (otrctl unlock)"));
      return;
    }
  wait_for_person (vault);
  vault_guess_async (vault, &vault->n_wrong,
                     header->parameters != NULL ? header->parameters : other,
                     header->parameters != NULL ? other : NULL, attempt->passphrase, on_guessed,
                     g_atomic_rc_box_acquire (attempt));
}

/* Opened again: the key was there all along. */
static gboolean
has_its_key (VaultAttempt *attempt, const VaultSealedHeader *header)
{
  g_autofree char *key_id = attempt->key != NULL ? vault_key_make_id (attempt->key) : NULL;

  if (key_id != NULL && g_str_equal (key_id, header->key_id))
    return TRUE;
  g_clear_pointer (&attempt->key, secret_unref);
  return FALSE;
}

/* A move from one key store to another writes the keys first: they say where it went. */
static void
get_key (Vault *vault, VaultAttempt *attempt)
{
  guint file = attempt->files[VAULT_FILE_KEYS] != NULL ? VAULT_FILE_KEYS : VAULT_FILE_TRUST;
  const VaultSealedHeader *header =
      attempt->restored != NULL ? &attempt->restored_header : &attempt->headers[file];
  gboolean by_passphrase =
      header->sealed_by == VAULT_SEALED_BY_PASSPHRASE && header->parameters != NULL;

  vault_set_sealed_by (vault,
                       by_passphrase ? VAULT_SEALED_BY_PASSPHRASE : VAULT_SEALED_BY_SECRET_SERVICE,
                       by_passphrase ? header->parameters : NULL);
  if (has_its_key (attempt, header))
    vault_attempt_load (attempt, on_files_loaded);
  else if (by_passphrase
           || (attempt->passphrase != NULL && find_other_parameters (attempt, header) != NULL))
    ask_passphrase (vault, attempt, header);
  else if (attempt->passphrase != NULL)
    fail_attempt (vault, attempt, OTRD_VAULT_LOCKED,
                  g_error_new (OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                               "Could not open the vault with a passphrase: the keyring opens it; "
                               "unlock without one"));
  else
    ask_key_store (vault, attempt, header);
}

static void
on_folder_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Vault *vault = VAULT_VAULT (source);
  VaultAttempt *attempt = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;
  gboolean is_damaged;

  vault->folder = g_steal_pointer (&attempt->folder);
  vault->has_waited = TRUE;
  if (is_dropped (vault, attempt))
    return;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      is_damaged = g_error_matches (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED)
                   || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED);
      fail_attempt (vault, attempt, is_damaged ? OTRD_VAULT_DAMAGED : OTRD_VAULT_UNAVAILABLE,
                    error);
    }
  else if (attempt->files[VAULT_FILE_TRUST] == NULL && attempt->restored == NULL)
    begin_new_vault (vault, attempt);
  else
    get_key (vault, attempt);
}

static void
begin_attempt (Vault *vault)
{
  VaultAttempt *attempt;

  vault->is_opening = TRUE;
  vault->patience_timer = g_timeout_add (PATIENCE_MS, on_patience_over, vault);
  if (vault_is_open (vault)) /* a new one: only its key is wanted */
    {
      obtain_new_key (vault);
      return;
    }
  attempt = g_atomic_rc_box_new0 (VaultAttempt);
  attempt->vault = g_object_ref (vault);
  attempt->path = g_strdup (vault->path);
  attempt->is_patient = !vault->has_waited;
  take_wishes (attempt, vault->opening_tasks);
  vault_attempt_read (attempt, on_folder_read);
  vault_attempt_unref (attempt);
}

void
vault_open_after_lock (Vault *vault)
{
  if (vault->n_locking > 0 || vault->is_opening || vault->opening_tasks->len == 0)
    return;
  if (vault->is_locked_on_purpose)
    vault_leave_attempt (vault);
  else
    begin_attempt (vault);
}

void
vault_open_again_async (Vault *vault, Secret *key, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (vault, NULL, callback, user_data);
  Wish *wish = g_new0 (Wish, 1);

  wish->is_patient = TRUE;
  wish->key = key != NULL ? secret_ref (key) : NULL;
  g_task_set_task_data (task, wish, wish_free);
  g_ptr_array_add (vault->opening_tasks, task);
  begin_attempt (vault);
}

static void
open_with (GTask *task, Secret *passphrase, gboolean interactive, gboolean is_patient)
{
  Vault *vault = g_task_get_source_object (task);
  Wish *wish = g_new0 (Wish, 1);

  wish->interactive = interactive;
  wish->is_patient = is_patient;
  wish->passphrase = passphrase != NULL ? secret_ref (passphrase) : NULL;
  g_task_set_task_data (task, wish, wish_free);
  if (vault->n_locking > 0 && is_patient)
    {
      g_ptr_array_add (vault->opening_tasks, task);
      return;
    }
  if (vault_is_open (vault) && (!interactive || vault->key != NULL))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  if (vault->is_slow && !is_patient)
    {
      g_task_return_error (task, new_slow_error ());
      g_object_unref (task);
      return;
    }
  g_ptr_array_add (vault->opening_tasks, task);
  if (!vault->is_opening)
    begin_attempt (vault);
}

void
vault_open_async (Vault *vault,
                  gboolean interactive,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  GTask *task;

  g_return_if_fail (VAULT_IS_VAULT (vault));

  task = g_task_new (vault, NULL, callback, user_data);
  if (!vault->is_locked_on_purpose || vault_is_open (vault))
    {
      open_with (task, NULL, interactive, interactive);
      return;
    }
  g_task_return_error (task, vault_new_state_error (vault, "open the vault"));
  g_object_unref (task);
}

void
vault_unlock_async (Vault *vault,
                    Secret *passphrase,
                    gboolean interactive,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_return_if_fail (VAULT_IS_VAULT (vault));

  if (vault->drops_opening && vault->is_prompting) /* the prompt is still up */
    show_unlocking (vault);
  vault->is_locked_on_purpose = vault->drops_opening = FALSE;
  open_with (g_task_new (vault, NULL, callback, user_data), passphrase, interactive, TRUE);
}

void
vault_await_opening (Vault *vault, GAsyncReadyCallback callback, gpointer user_data)
{
  open_with (g_task_new (vault, NULL, callback, user_data), NULL, FALSE, TRUE);
}

gboolean
vault_open_finish (Vault *vault, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, vault), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
