/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The side: what bus and messengers do around core, in a few lines. */
#include "side.h"

#include <string.h>

#include "../support/test-folder.h"
#include "../vault/memory-key-store.h"
#include "core/account-private.h"
#include "core/session-private.h"

/* The clock of the tests. */

typedef struct
{
  guint id;
  gint64 when;
  CoreClockFunc func;
  gpointer user_data;
} Timer;

static gint64 test_now = 1000 * G_USEC_PER_SEC;
static GList *timers;
static guint next_timer = 1;

static gint64
test_get_now (CoreClock *clock)
{
  return test_now;
}

static gint64
test_get_real_time (CoreClock *clock)
{
  return 1700000000 + test_now / G_USEC_PER_SEC;
}

static guint
test_call_at (CoreClock *clock, gint64 when, CoreClockFunc func, gpointer user_data)
{
  Timer *timer = g_new0 (Timer, 1);

  timer->id = next_timer++;
  timer->when = when;
  timer->func = func;
  timer->user_data = user_data;
  timers = g_list_append (timers, timer);
  return timer->id;
}

static GList *
find_timer (guint id)
{
  for (GList *link = timers; link != NULL; link = link->next)
    if (((Timer *)link->data)->id == id)
      return link;
  return NULL;
}

static void
test_cancel (CoreClock *clock, guint id)
{
  GList *link = find_timer (id);

  g_assert_nonnull (link);
  g_free (link->data);
  timers = g_list_delete_link (timers, link);
}

static CoreClock test_clock = { test_get_now, test_get_real_time, test_call_at, test_cancel };

static Timer *
take_due_timer (void)
{
  for (GList *link = timers; link != NULL; link = link->next)
    {
      Timer *timer = link->data;

      if (timer->when > test_now)
        continue;
      timers = g_list_delete_link (timers, link);
      return timer;
    }
  return NULL;
}

void
clock_turn (gint64 microseconds)
{
  Timer *timer;

  test_now += microseconds;
  while ((timer = take_due_timer ()) != NULL)
    {
      timer->func (timer->user_data);
      g_free (timer);
    }
}

static void
note_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static void
await (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Sides. */

static void
put_fixture_key (Side *side, const char *key)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "fixtures", key, NULL);
  g_autoptr (VaultAccount) record = vault_lookup_account (side->vault, "xmpp", side->name);
  g_autofree char *bytes = NULL;
  g_autoptr (EngineKey) engine_key = NULL;
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  record->private_key = secret_new (bytes, length);
  engine_key = engine_key_new_from_secret (record->private_key, &error);
  g_assert_no_error (error);
  g_free (record->fingerprint);
  record->fingerprint = g_strdup (engine_key_get_fingerprint (engine_key));
  vault_put_account (side->vault, record, &error);
  g_assert_no_error (error);
  vault_save_async (side->vault, note_result, &saved);
  await (&saved);
  vault_save_finish (side->vault, saved, &error);
  g_assert_no_error (error);
  core_account_load (side->account);
}

static void
open_session (Side *side)
{
  const CoreSessionOptions options = { .create = TRUE };
  g_autoptr (GError) error = NULL;

  g_clear_object (&side->session);
  side->session = core_account_open_session (side->account, side->contact, &options, &error);
  g_assert_no_error (error);
  g_object_ref (side->session);
}

static CoreAccount *
try_account (Side *side, GError **error)
{
  const CoreAccountOptions options = { .create = TRUE };
  g_autoptr (GAsyncResult) result = NULL;

  core_open_account (side->core, "prpl-jabber", side->name, &options, note_result, &result);
  await (&result);
  return core_open_account_finish (side->core, result, error);
}

/* The last vault may still be letting go of the folder, on the thread of its last save. */
static void
open_account (Side *side)
{
  g_autoptr (GError) error = NULL;

  while ((side->account = try_account (side, &error)) == NULL)
    {
      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_BUSY);
      g_clear_error (&error);
      g_thread_yield ();
    }
}

void
side_start_alone (Side *side)
{
  side->vault = vault_new (side->folder, side->key_store);
  side->core = core_new (side->vault, &test_clock);
  open_account (side);
}

void
side_start (Side *side)
{
  side_start_alone (side);
  open_session (side);
}

static void
answer_free (Answer *answer)
{
  g_clear_error (&answer->error);
  g_free (answer->text);
  g_ptr_array_unref (answer->lines);
  g_ptr_array_unref (answer->events);
  g_free (answer);
}

static void
actor_free (Actor *actor)
{
  g_clear_object (&actor->messenger);
  g_free (actor);
}

Side *
side_new (const char *name, const char *contact, const char *key)
{
  Side *side = g_new0 (Side, 1);

  side->folder = test_folder_new ();
  side->key_store = VAULT_KEY_STORE (memory_key_store_new ());
  side->name = g_strdup (name);
  side->contact = g_strdup (contact);
  side->actors = g_ptr_array_new_with_free_func ((GDestroyNotify)actor_free);
  side->answers = g_ptr_array_new_with_free_func ((GDestroyNotify)answer_free);
  side->events = g_ptr_array_new_with_free_func (g_free);
  side->texts = g_ptr_array_new_with_free_func (g_free);
  side->wire = g_ptr_array_new_with_free_func (g_free);
  side_start (side);
  if (key != NULL)
    put_fixture_key (side, key);
  return side;
}

void
side_join (Side *side, Side *peer)
{
  side->peer = peer;
  peer->peer = side;
}

void
side_stop (Side *side)
{
  side_wait (side);
  for (guint i = 0; i < side->actors->len; i++)
    actor_leave (g_ptr_array_index (side->actors, i));
  side_wait (side);
  g_clear_object (&side->session);
  g_clear_object (&side->account);
  g_object_run_dispose (G_OBJECT (side->core));
  g_clear_object (&side->core);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&side->vault);
}

void
side_restart (Side *side)
{
  side_stop (side);
  side_start (side);
}

void
side_free (Side *side)
{
  if (side->core != NULL)
    side_stop (side);
  g_clear_object (&side->key_store);
  g_queue_clear_full (&side->inbox, g_free);
  g_ptr_array_unref (side->actors);
  g_ptr_array_unref (side->answers);
  g_ptr_array_unref (side->events);
  g_ptr_array_unref (side->texts);
  g_ptr_array_unref (side->wire);
  g_free (side->name);
  g_free (side->contact);
  test_folder_remove (side->folder);
  g_free (side);
}

/* Messengers. */

static void
on_bell (CoreMessenger *messenger, CoreSession *session, gpointer user_data)
{
  Actor *actor = user_data;

  actor->bells++;
  if (!actor->deaf)
    actor_collect (actor);
}

static Actor *
add_actor (Side *side, gboolean sandboxed)
{
  Actor *actor = g_new0 (Actor, 1);
  g_autofree char *id = g_strdup_printf (":1.%u", side->actors->len);

  actor->side = side;
  actor->messenger = core_messenger_new (id, sandboxed, on_bell, actor);
  g_ptr_array_add (side->actors, actor);
  return actor;
}

static Actor *
attach (Side *side, const char *application, gboolean sandboxed)
{
  Actor *actor = add_actor (side, sandboxed);
  const CoreConfiguration configuration = { 0 };
  g_autoptr (GError) error = NULL;

  core_messenger_introduce (actor->messenger, application, NULL);
  open_session (side);
  core_session_attach (side->session, actor->messenger, &configuration, &error);
  g_assert_no_error (error);
  if (core_session_owes (side->session, actor->messenger))
    actor_collect (actor);
  return actor;
}

Actor *
side_attach (Side *side, const char *application)
{
  return attach (side, application, FALSE);
}

Actor *
side_attach_sandboxed (Side *side, const char *application)
{
  return attach (side, application, TRUE);
}

Actor *
side_add_stranger (Side *side)
{
  return add_actor (side, FALSE);
}

void
actor_leave (Actor *actor)
{
  if (actor->messenger != NULL)
    core_messenger_vanish (actor->messenger);
}

static Answer *
expect_answer (Actor *actor)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->actor = actor;
  answer->lines = g_ptr_array_new_with_free_func (g_free);
  answer->events = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (actor->side->answers, answer);
  return answer;
}

static void
transmit (Side *side, Answer *answer, const char *line)
{
  answer->n_lines++;
  g_ptr_array_add (answer->lines, g_strdup (line));
  g_ptr_array_add (side->wire, g_strdup (line));
  if (side->peer != NULL)
    g_queue_push_tail (&side->peer->inbox, g_strdup (line));
}

static void
on_reply (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data)
{
  Answer *answer = user_data;
  Side *side = answer->actor->side;

  g_assert_false (answer->done);
  answer->done = TRUE;
  if (error != NULL)
    {
      answer->error = g_error_copy (error);
      return;
    }
  answer->verdict = turn->verdict;
  answer->text = g_strdup (turn->text);
  answer->repeated = turn->repeated;
  if (turn->text != NULL && !turn->repeated)
    g_ptr_array_add (side->texts, g_strdup (turn->text));
  for (guint i = 0; i < turn->transmissions->len; i++)
    transmit (side, answer,
              ((EngineTransmission *)g_ptr_array_index (turn->transmissions, i))->line);
  for (guint i = 0; i < turn->events->len; i++)
    {
      const EngineEvent *event = g_ptr_array_index (turn->events, i);
      g_autofree char *details = g_variant_print (event->details, FALSE);

      g_ptr_array_add (answer->events, g_strconcat (event->name, " ", details, NULL));
      g_ptr_array_add (side->events, g_strconcat (event->name, " ", details, NULL));
    }
}

Answer *
actor_send_with (Actor *actor,
                 const char *text,
                 const char *at_least,
                 const CoreSendOptions *options)
{
  Answer *answer = expect_answer (actor);

  core_session_send (actor->side->session, actor->messenger, text, at_least, options, on_reply,
                     answer);
  return answer;
}

Answer *
actor_send (Actor *actor, const char *text, guint64 id)
{
  const CoreSendOptions options = { .has_id = id != 0, .id = id };

  return actor_send_with (actor, text, "", &options);
}

Answer *
actor_receive_with (Actor *actor, const char *line, const CoreReceiveOptions *options)
{
  Answer *answer = expect_answer (actor);

  core_session_receive (actor->side->session, actor->messenger, line, options, on_reply, answer);
  return answer;
}

Answer *
actor_receive (Actor *actor, const char *line)
{
  const CoreReceiveOptions options = { 0 };

  return actor_receive_with (actor, line, &options);
}

#define SIMPLE_CALL(function, ...)                                                                 \
  Answer *answer = expect_answer (actor);                                                          \
                                                                                                   \
  function (actor->side->session, actor->messenger, __VA_ARGS__ on_reply, answer);                 \
  return answer

#define NOTHING

Answer *
actor_start (Actor *actor)
{
  SIMPLE_CALL (core_session_start, FALSE, );
}

Answer *
actor_end (Actor *actor)
{
  SIMPLE_CALL (core_session_end, NOTHING);
}

Answer *
actor_collect (Actor *actor)
{
  SIMPLE_CALL (core_session_collect, NOTHING);
}

Answer *
actor_detach (Actor *actor)
{
  SIMPLE_CALL (core_session_detach, FALSE, );
}

Answer *
actor_verify (Actor *actor, const char *secret, const char *question)
{
  g_autoptr (Secret) bytes = secret != NULL ? secret_new (secret, strlen (secret)) : NULL;
  const CoreVerificationOptions options = { .question = question, .pin = secret == NULL };

  SIMPLE_CALL (core_session_start_verification, bytes, &options, );
}

Answer *
actor_verify_with (Actor *actor, Secret *secret, const CoreVerificationOptions *options)
{
  SIMPLE_CALL (core_session_start_verification, secret, options, );
}

Answer *
actor_answer (Actor *actor, const char *secret)
{
  g_autoptr (Secret) bytes = secret_new (secret, strlen (secret));

  SIMPLE_CALL (core_session_answer_verification, bytes, FALSE, );
}

Answer *
actor_answer_with (Actor *actor, Secret *secret, gboolean normalise)
{
  SIMPLE_CALL (core_session_answer_verification, secret, normalise, );
}

Answer *
actor_abort_verification (Actor *actor)
{
  SIMPLE_CALL (core_session_abort_verification, NOTHING);
}

/* For a use of no name. */
Answer *
actor_export_key (Actor *actor)
{
  SIMPLE_CALL (core_session_export_key, 1, NULL, );
}

Answer *
actor_accept (Actor *actor, const char *fingerprint)
{
  SIMPLE_CALL (core_session_accept_fingerprint, fingerprint, );
}

Answer *
actor_set_online (Actor *actor, gboolean online)
{
  const CoreConfiguration configuration = { .has_online = TRUE, .online = online };

  SIMPLE_CALL (core_session_configure, &configuration, );
}

/* Settling. */

static gboolean
is_busy (Side *side)
{
  return side->session != NULL
         && (side->session->running != NULL || side->session->calls.length > 0
             || side->account->generating || side->session->feeding);
}

void
side_wait (Side *side)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  while (is_busy (side))
    g_main_context_iteration (NULL, TRUE);
}

/* The line goes to the messenger that attached last and is still there. */
static gboolean
deliver_one (Side *side)
{
  g_autofree char *line = NULL;
  CoreAttachment *served = core_session_find_served (side->session);

  if (served == NULL || side->inbox.length == 0)
    return FALSE;
  line = g_queue_pop_head (&side->inbox);
  for (guint i = 0; i < side->actors->len; i++)
    {
      Actor *actor = g_ptr_array_index (side->actors, i);

      if (actor->messenger == served->messenger)
        actor_receive (actor, line);
    }
  return TRUE;
}

void
side_settle (Side *side)
{
  do
    {
      side_wait (side);
      side_wait (side->peer);
    }
  while (deliver_one (side) || deliver_one (side->peer) || is_busy (side) || is_busy (side->peer));
}

void
side_go_private (Side *side)
{
  Actor *actor = g_ptr_array_index (side->actors, side->actors->len - 1);

  actor_start (actor);
  side_settle (side);
  g_assert_cmpstr (core_session_get_state (side->session), ==, "private");
  g_assert_cmpstr (core_session_get_state (side->peer->session), ==, "private");
}

static gboolean
has_words (GPtrArray *events, const char *words)
{
  for (guint i = 0; i < events->len; i++)
    if (strstr (g_ptr_array_index (events, i), words) != NULL)
      return TRUE;
  return FALSE;
}

gboolean
side_has_event (Side *side, const char *words)
{
  return has_words (side->events, words);
}

gboolean
answer_has_event (const Answer *answer, const char *words)
{
  return has_words (answer->events, words);
}

guint
side_count_on_wire (Side *side, const char *words)
{
  guint count = 0;

  g_assert_nonnull (strpbrk (words, " ?{<"));
  for (guint i = 0; i < side->wire->len; i++)
    count += strstr (g_ptr_array_index (side->wire, i), words) != NULL;
  return count;
}

void
side_set_policy (Side *side, const char *policy)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  core_account_set_policy (side->account, side->contact, policy, note_result, &result);
  await (&result);
  core_account_change_finish (side->account, result, &error);
  g_assert_no_error (error);
}

void
side_set_trust (Side *side, const char *fingerprint, const char *trust)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  core_account_set_trust (side->account, side->contact, fingerprint, trust, "test", note_result,
                          &result);
  await (&result);
  core_account_change_finish (side->account, result, &error);
  g_assert_no_error (error);
  /* The session follows in a call of its own. */
  side_wait (side);
}

void
side_lock (Side *side)
{
  core_lock (side->core, NULL, NULL);
  while (!g_str_equal (core_get_vault_state (side->core), "locked"))
    g_main_context_iteration (NULL, TRUE);
}

void
side_unlock (Side *side)
{
  core_unlock (side->core, NULL, FALSE, NULL, NULL);
  while (!g_str_equal (core_get_vault_state (side->core), "ready"))
    g_main_context_iteration (NULL, TRUE);
}

/* Talks. */

void
talk_free (Talk *talk)
{
  side_settle (talk->alice);
  talk->alice->peer = talk->bob->peer = NULL;
  side_free (talk->alice);
  side_free (talk->bob);
  g_free (talk);
}

Talk *
talk_new_with (const char *alice_key, const char *bob_key)
{
  Talk *talk = g_new0 (Talk, 1);

  talk->alice = side_new ("alice@example.org", "bob@example.org", alice_key);
  talk->bob = side_new ("bob@example.org", "alice@example.org", bob_key);
  side_join (talk->alice, talk->bob);
  talk->a = side_attach (talk->alice, "pidgin");
  talk->b = side_attach (talk->bob, "gajim");
  return talk;
}

Talk *
talk_new (void)
{
  return talk_new_with ("alice.key", "bob.key");
}

void
talk_assert_read (Side *side, guint count)
{
  g_assert_cmpuint (side->texts->len, ==, count);
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      g_assert_cmpstr (g_ptr_array_index (side->texts, i), ==, text);
    }
}
