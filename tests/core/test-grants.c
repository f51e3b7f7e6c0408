/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Grants: what a sandboxed program asks for, and what the user says. */

#include "core/grants.h"

#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"
#include "vault/grants.h"

#define APP "org.example.Chat"

typedef struct
{
  Side *side;
  CoreMessenger *program;
  guint questions; /* that a desktop would show */
} Fixture;

static void
question_is_put (Core *core,
                 const char *application,
                 const char *protocol,
                 const char *account,
                 Fixture *fixture)
{
  fixture->questions++;
}

static CoreMessenger *
new_program (void)
{
  CoreMessenger *program = core_messenger_new (":1.7", TRUE, NULL, NULL);

  core_messenger_introduce (program, APP, NULL);
  return program;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->side = side_new ("alice@example.org", "bob@example.org", "alice.key");
  fixture->program = new_program ();
  g_signal_connect (fixture->side->core, "grant-requested", G_CALLBACK (question_is_put), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_signal_handlers_disconnect_by_data (fixture->side->core, fixture);
  g_object_unref (fixture->program);
  side_free (fixture->side);
}

static void
note_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static GError *
await (Fixture *fixture, GAsyncResult **result)
{
  GError *error = NULL;

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  core_grant_finish (fixture->side->core, *result, &error);
  g_clear_object (result);
  return error;
}

static GError *
ask (Fixture *fixture, const char *account)
{
  const CoreAccountOptions options = { 0 };
  GAsyncResult *result = NULL;

  core_ask_grant (fixture->side->core, fixture->program, "xmpp", account, &options, note_result,
                  &result);
  return await (fixture, &result);
}

static GError *
answer (Fixture *fixture, const char *account, const char *grant)
{
  GAsyncResult *result = NULL;

  core_set_grant (fixture->side->core, APP, "xmpp", account, grant, note_result, &result);
  return await (fixture, &result);
}

static guint
count_grants (Fixture *fixture)
{
  g_autoptr (GVariant) grants = g_variant_ref_sink (core_list_grants (fixture->side->core, NULL));

  return g_variant_n_children (grants);
}

static void
fill_with_questions (Fixture *fixture)
{
  for (guint i = 0; i < VAULT_GRANTS_PER_APPLICATION_MAX; i++)
    {
      g_autofree char *account = g_strdup_printf ("m%u@example.org", i);
      g_autoptr (GError) error = ask (fixture, account);

      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED);
    }
  g_assert_cmpuint (count_grants (fixture), ==, VAULT_GRANTS_PER_APPLICATION_MAX);
}

static void
the_user_s_word_has_room_before_questions (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) asked = NULL;

  fill_with_questions (fixture);
  asked = ask (fixture, "late@example.org");
  g_assert_error (asked, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  error = answer (fixture, "late@example.org", "allow");
  g_assert_no_error (error);
  error = ask (fixture, "late@example.org");
  g_assert_no_error (error);
  g_assert_cmpuint (count_grants (fixture), ==, VAULT_GRANTS_PER_APPLICATION_MAX);
}

static void
answers_are_not_dropped_for_answers (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < VAULT_GRANTS_PER_APPLICATION_MAX; i++)
    {
      g_autofree char *account = g_strdup_printf ("m%u@example.org", i);

      error = answer (fixture, account, "deny");
      g_assert_no_error (error);
    }
  error = answer (fixture, "late@example.org", "allow");
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  g_clear_error (&error);
  error = answer (fixture, "m0@example.org", "ask");
  g_assert_no_error (error);
  error = answer (fixture, "late@example.org", "allow");
  g_assert_no_error (error);
}

static void
ask_forgets_what_was_said (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  error = answer (fixture, "alice@example.org", "allow");
  g_assert_no_error (error);
  g_assert_cmpuint (count_grants (fixture), ==, 1);
  error = answer (fixture, "alice@example.org", "ask");
  g_assert_no_error (error);
  g_assert_cmpuint (count_grants (fixture), ==, 0);
  error = ask (fixture, "alice@example.org");
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED);
}

static void
a_question_is_put_once (Fixture *fixture, gconstpointer unused)
{
  for (guint i = 0; i < 5; i++)
    g_error_free (ask (fixture, "alice@example.org"));
  g_assert_cmpuint (fixture->questions, ==, 1);
  g_error_free (ask (fixture, "carol@example.org"));
  g_assert_cmpuint (fixture->questions, ==, 2);
  /* another of its connections */
  g_object_unref (fixture->program);
  fixture->program = new_program ();
  g_error_free (ask (fixture, "alice@example.org"));
  g_assert_cmpuint (fixture->questions, ==, 3);
}

static void
what_finds_no_room_is_not_put (Fixture *fixture, gconstpointer unused)
{
  fill_with_questions (fixture);
  fixture->questions = 0;
  g_error_free (ask (fixture, "late@example.org"));
  g_assert_cmpuint (fixture->questions, ==, 0);
}

/* Between the question and the session the user has said no. */
static void
a_grant_that_was_taken_back_is_none (Fixture *fixture, gconstpointer unused)
{
  CoreAccount *account = fixture->side->account;
  g_autoptr (GError) error = NULL;

  error = answer (fixture, "alice@example.org", "allow");
  g_assert_no_error (error);
  g_assert_true (core_check_grant (fixture->program, account, &error));
  error = answer (fixture, "alice@example.org", "deny");
  g_assert_no_error (error);
  g_assert_false (core_check_grant (fixture->program, account, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED);
}

static void
add_test (const char *name, void (*test) (Fixture *fixture, gconstpointer unused))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  add_test ("/core/grants/the-user-s-word-has-room-before-questions",
            the_user_s_word_has_room_before_questions);
  add_test ("/core/grants/answers-are-not-dropped-for-answers",
            answers_are_not_dropped_for_answers);
  add_test ("/core/grants/ask-forgets-what-was-said", ask_forgets_what_was_said);
  add_test ("/core/grants/a-question-is-put-once", a_question_is_put_once);
  add_test ("/core/grants/what-finds-no-room-is-not-put", what_finds_no_room_is_not_put);
  add_test ("/core/grants/a-grant-that-was-taken-back-is-none",
            a_grant_that_was_taken_back_is_none);
  return g_test_run ();
}
