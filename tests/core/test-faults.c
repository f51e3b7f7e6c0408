/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Something fails inside: encrypting a text, an engine that has lost its state, the disk. Send
 * gives an error or holds; never does a text leave in the clear. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../engine/bare.h"
#include "core/session-private.h"
#include "engine/engine.h"
#include "engine/instance.h"
#include "engine/session-private.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define WORDS "for bob alone"

static gboolean encrypting_fails;
static gboolean disk_fails;

/* In place of libotr's own, for libotr too. */
gcry_error_t
otrl_proto_create_data (char **line,
                        ConnContext *context,
                        const char *text,
                        const OtrlTLV *tlvs,
                        unsigned char flags,
                        unsigned char *extra_key)
{
  gcry_error_t (*create) (char **, ConnContext *, const char *, const OtrlTLV *, unsigned char,
                          unsigned char *) = dlsym (RTLD_NEXT, "otrl_proto_create_data");

  if (encrypting_fails)
    return gcry_error (GPG_ERR_ENOMEM);
  return create (line, context, text, tlvs, flags, extra_key);
}

/* In place of libc's: how GLib puts a file in its place. */
int
rename (const char *from, const char *to)
{
  int (*real) (const char *, const char *) = dlsym (RTLD_NEXT, "rename");

  if (!disk_fails)
    return real (from, to);
  errno = ENOSPC;
  return -1;
}

typedef struct
{
  guint version;
  const char *policy;
} Case;

static void
be_private_under_default (Talk *talk, const Case *of)
{
  if (of->version == 2)
    actor_receive (talk->b, "?OTRv2?");
  else
    actor_start (talk->a);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  g_assert_cmpuint (core_session_get_otr_version (talk->alice->session), ==, of->version);
}

static void
be_private (Talk *talk, const Case *of)
{
  side_set_policy (talk->alice, of->policy);
  be_private_under_default (talk, of);
}

/* The same turn that says private says that it was not saved. */
static void
assert_told_with_private (Side *side)
{
  for (guint i = 0; i < side->answers->len; i++)
    {
      const Answer *answer = g_ptr_array_index (side->answers, i);

      if (!answer_has_event (answer, "private {"))
        continue;
      g_assert_true (answer_has_event (answer, "not-saved {"));
      return;
    }
  g_assert_not_reached ();
}

static void
test_a_failed_encryption (gconstpointer of)
{
  g_autoptr (Talk) talk = talk_new ();
  Answer *failed, *again;

  be_private (talk, of);
  encrypting_fails = TRUE;
  failed = actor_send (talk->a, WORDS, 1);
  side_wait (talk->alice);
  encrypting_fails = FALSE;
  g_assert_error (failed->error, OTRD_ERROR, OTRD_ERROR_FAILED);
  g_assert_cmpuint (failed->n_lines, ==, 0);
  /* Nothing was sent: the same id may be used again. */
  again = actor_send (talk->a, WORDS, 1);
  g_assert_no_error (again->error);
  g_assert_cmpint (again->verdict, ==, ENGINE_VERDICT_PRIVATE);
  side_settle (talk->alice);
  g_assert_cmpuint (talk->bob->texts->len, ==, 1);
  g_assert_cmpuint (side_count_on_wire (talk->alice, WORDS), ==, 0);
}

/* They wait on, and the next that can be sent does not go before them. */
static void
test_held_texts_that_cannot_be_encrypted (gconstpointer data)
{
  const Case *of = data;
  g_autoptr (Talk) talk = talk_new ();
  Answer *end;

  side_set_policy (talk->alice, of->policy);
  actor_start (talk->a);
  side_wait (talk->alice);
  g_queue_clear_full (&talk->bob->inbox, g_free);
  actor_receive (talk->b, of->version == 2 ? "?OTRv2?" : "?OTRv3?");
  g_assert_cmpint (actor_send (talk->a, WORDS, 1)->verdict, ==, ENGINE_VERDICT_HELD);
  encrypting_fails = TRUE;
  side_settle (talk->alice);
  encrypting_fails = FALSE;
  g_assert_false (side_has_event (talk->alice, "sent {"));
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  g_assert_cmpuint (core_session_get_held (talk->alice->session), ==, 1);
  g_assert_cmpint (actor_send (talk->a, WORDS ", too", 2)->verdict, ==, ENGINE_VERDICT_HELD);
  end = actor_end (talk->a);
  side_settle (talk->alice);
  g_assert_true (answer_has_event (end, "(uint64 1, '" WORDS "'), (2, '" WORDS ", too')"));
  g_assert_true (answer_has_event (end, "'ended'"));
  g_assert_cmpuint (talk->bob->texts->len, ==, 0);
  g_assert_cmpuint (side_count_on_wire (talk->alice, WORDS), ==, 0);
}

/* What the contact has lost cannot be encrypted again: nothing is told as sent, and it comes back.
 */
static void
test_resending_that_fails (void)
{
  g_autoptr (Talk) talk = talk_new ();

  side_go_private (talk->alice);
  side_restart (talk->bob);
  actor_send (talk->a, WORDS, 7);
  side_wait (talk->alice);
  talk->b = side_attach (talk->bob, "gajim");
  encrypting_fails = TRUE;
  side_settle (talk->alice);
  encrypting_fails = FALSE;
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  g_assert_false (side_has_event (talk->alice, "resent {"));
  g_assert_true (side_has_event (talk->alice, "lost {'messages': <[(uint64 7, '" WORDS "')]>"));
}

/* Behind the engine's back, as by a bug or by libotr itself, nothing is private any more: what the
 * user did not end is not in the clear. */
static void
test_an_engine_that_lost_its_state (gconstpointer of)
{
  g_autoptr (Talk) talk = talk_new ();
  EngineSession *engine;
  EngineInstance *instance;
  Answer *sent;

  be_private (talk, of);
  engine = talk->alice->session->engine;
  instance = g_ptr_array_index (engine->instances, 0);
  engine_channel_context (instance->live)->msgstate = OTRL_MSGSTATE_PLAINTEXT;
  for (guint i = 0; i < 3; i++)
    {
      sent = actor_send (talk->a, WORDS, 1 + i);
      side_wait (talk->alice);
      if (sent->error == NULL)
        g_assert_cmpint (sent->verdict, !=, ENGINE_VERDICT_PLAINTEXT);
      side_settle (talk->alice);
    }
  engine_channel_context (instance->live)->msgstate = OTRL_MSGSTATE_FINISHED;
  sent = actor_send (talk->a, WORDS, 9);
  side_wait (talk->alice);
  if (sent->error == NULL)
    g_assert_cmpint (sent->verdict, !=, ENGINE_VERDICT_PLAINTEXT);
  g_ptr_array_set_size (engine->instances, 0);
  engine->best = NULL;
  sent = actor_send (talk->a, WORDS, 10);
  side_wait (talk->alice);
  if (sent->error == NULL)
    g_assert_cmpint (sent->verdict, !=, ENGINE_VERDICT_PLAINTEXT);
  g_assert_cmpuint (side_count_on_wire (talk->alice, WORDS), ==, 0);
  side_settle (talk->alice);
}

/* The disk takes nothing: the latch of the session cannot be kept. That is told before anything is
 * said in private, and while the service lives nothing goes out in the clear. */
static void
test_a_latch_that_is_not_saved (gconstpointer data)
{
  const Case *of = data;
  g_autoptr (Talk) talk = talk_new ();
  Answer *sent;

  side_set_policy (talk->alice, of->policy);
  disk_fails = TRUE;
  if (of->version == 2)
    actor_receive (talk->b, "?OTRv2?");
  else
    actor_start (talk->a);
  side_settle (talk->alice);
  disk_fails = FALSE;
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  assert_told_with_private (talk->alice);
  actor_end (talk->b);
  side_settle (talk->alice);
  sent = actor_send (talk->a, WORDS, 1);
  side_wait (talk->alice);
  g_assert_error (sent->error, OTRD_ERROR, OTRD_ERROR_FINISHED);
  g_assert_cmpuint (side_count_on_wire (talk->alice, WORDS), ==, 0);
}

/* What could not be kept is kept with the next change that can. */
static void
test_a_latch_that_is_saved_later (gconstpointer data)
{
  const Case *of = data;
  g_autoptr (Talk) talk = talk_new ();
  Answer *sent;

  disk_fails = TRUE;
  be_private_under_default (talk, of);
  disk_fails = FALSE;
  side_set_policy (talk->alice, of->policy);
  talk->alice->peer = talk->bob->peer = NULL;
  side_restart (talk->alice);
  talk->a = side_attach (talk->alice, "pidgin");
  g_assert_cmpstr (core_session_get_state (talk->alice->session), !=, "plaintext");
  sent = actor_send (talk->a, WORDS, 1);
  side_wait (talk->alice);
  if (sent->error == NULL)
    g_assert_cmpint (sent->verdict, ==, ENGINE_VERDICT_HELD);
  g_assert_cmpuint (side_count_on_wire (talk->alice, WORDS), ==, 0);
  side_join (talk->alice, talk->bob);
}

typedef struct
{
  const char *name;
  GTestDataFunc test;
} Fault;

int
main (int argc, char **argv)
{
  static const Fault faults[] = {
    { "a-failed-encryption-is-an-error", test_a_failed_encryption },
    { "held-texts-that-cannot-be-encrypted-wait", test_held_texts_that_cannot_be_encrypted },
    { "an-engine-that-lost-its-state-lets-nothing-out", test_an_engine_that_lost_its_state },
    { "a-latch-that-is-not-saved-is-told", test_a_latch_that_is_not_saved },
    { "a-latch-is-saved-with-the-next-change", test_a_latch_that_is_saved_later },
  };
  static const Case cases[] = { { 2, "manual" },        { 3, "manual" }, { 2, "opportunistic" },
                                { 3, "opportunistic" }, { 2, "always" }, { 3, "always" } };

  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (faults) * G_N_ELEMENTS (cases); i++)
    {
      const Fault *fault = &faults[i / G_N_ELEMENTS (cases)];
      const Case *of = &cases[i % G_N_ELEMENTS (cases)];
      g_autofree char *path =
          g_strdup_printf ("/core/faults/%s/v%u-%s", fault->name, of->version, of->policy);

      g_test_add_data_func (path, of, fault->test);
    }
  g_test_add_func ("/core/faults/resending-that-fails-gives-back", test_resending_that_fails);
  return g_test_run ();
}
