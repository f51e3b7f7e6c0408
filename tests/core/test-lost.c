/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Texts that were under way, or waited, when the contact came with another key: they are told as
 * lost and go to nobody, in both versions and under all policies. And texts that wait while the
 * commit arrives in pieces are not lost. */
#include <string.h>
#include <unistd.h>

#include "../engine/pair.h"
#include "core/account-private.h"
#include "core/session-private.h"
#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

typedef struct
{
  guint version;
  const char *policy;
  const char *trust;
  const char *sign;   /* of the contact's that it has lost the session; NULL: none */
  guint returns_with; /* the version of its new program */
} Case;

typedef struct
{
  const Case *of;
  Talk *talk;
  Pair *other; /* its alice is the contact's new program, with another key */
  guint carried;
} Change;

static void
be_private (Change *change)
{
  Talk *talk = change->talk;

  if (change->of->version == 2)
    actor_receive (talk->b, "?OTRv2?");
  else
    actor_start (talk->a);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  g_assert_cmpuint (core_session_get_otr_version (talk->alice->session), ==, change->of->version);
  side_set_trust (talk->alice, core_account_get_fingerprint (talk->bob->account),
                  change->of->trust);
  side_set_policy (talk->alice, change->of->policy);
}

static void
come_with_another_key (Change *change)
{
  End *end;

  change->other = pair_new ("mallory.key", "carol.key");
  end = &change->other->alice;
  if (change->of->returns_with == 3)
    end->tag = change->talk->bob->account->instance_tag;
  end->context.allows_v2 = change->of->returns_with == 2;
  end_restart (end, FALSE);
  change->talk->alice->peer = change->talk->bob->peer = NULL;
  change->carried = change->talk->alice->wire->len;
}

/* A program of version 2 only takes of an offer what it knows. */
static char *
as_understood (Change *change, const char *line)
{
  if (change->of->returns_with == 2 && g_str_has_prefix (line, "?OTRv23?"))
    return g_strdup ("?OTRv2?");
  return g_strdup (line);
}

/* What either says reaches the other. */
static void
carry (Change *change)
{
  Side *alice = change->talk->alice;
  GQueue *said = &change->other->bob.inbox;
  gboolean carried = TRUE;

  while (carried)
    {
      carried = FALSE;
      for (char *line; (line = g_queue_pop_head (said)) != NULL; g_free (line))
        {
          actor_receive (change->talk->a, line);
          carried = TRUE;
        }
      side_wait (alice);
      for (; change->carried < alice->wire->len; change->carried++)
        {
          g_autofree char *line =
              as_understood (change, g_ptr_array_index (alice->wire, change->carried));

          end_receive (&change->other->alice, line);
          carried = TRUE;
        }
    }
}

static void
start_over (Change *change)
{
  if (change->of->sign != NULL)
    actor_receive (change->talk->a, change->of->sign);
  side_wait (change->talk->alice);
  if (change->of->returns_with == 2)
    {
      actor_receive (change->talk->a, "?OTRv2?");
      side_wait (change->talk->alice);
    }
  else
    end_start (&change->other->alice);
  carry (change);
}

static void
assert_nothing_reached (Change *change)
{
  g_assert_cmpuint (change->other->alice.texts->len, ==, 0);
  g_assert_cmpuint (side_count_on_wire (change->talk->alice, "under way "), ==, 0);
  g_assert_false (side_has_event (change->talk->alice, "resent {"));
}

/* The old session lives on here: the contact's old program takes it away, and the new one comes
 * again. */
static void
take_the_old_one_away (Change *change)
{
  Side *bob = change->talk->bob;
  Answer *end = actor_end (change->talk->b);

  side_wait (bob);
  g_assert_cmpuint (end->n_lines, ==, 1);
  actor_receive (change->talk->a, g_ptr_array_index (end->lines, 0));
  end_restart (&change->other->alice, FALSE);
  carry (change);
  assert_nothing_reached (change);
  start_over (change);
}

/* The user accepts the new key: what was for the old one does not go to it even now. */
static void
accept (Change *change)
{
  Side *alice = change->talk->alice;
  const char *other = engine_key_get_fingerprint (change->other->alice.context.key);

  if (strcmp (core_session_get_fingerprint (alice->session), other) != 0)
    take_the_old_one_away (change);
  g_assert_cmpstr (core_session_get_fingerprint (alice->session), ==, other);
  if (strcmp (change->of->trust, "verified") == 0)
    g_assert_error (actor_send (change->talk->a, "not yet", 0)->error, OTRD_ERROR,
                    OTRD_ERROR_FINGERPRINT_CHANGED);
  assert_nothing_reached (change);
  g_assert_no_error (actor_accept (change->talk->a, other)->error);
  carry (change);
}

static void
assert_told (Change *change)
{
  Side *alice = change->talk->alice;

  g_assert_true (side_has_event (alice, "lost {"));
  g_assert_true (side_has_event (alice, "'other-fingerprint'"));
  g_assert_true (
      side_has_event (alice, "(uint64 11, 'under way 1'), (12, 'under way 2')]>, 'reason': "));
}

static void
test_sent_texts (gconstpointer data)
{
  Change change = { .of = data, .talk = talk_new () };
  Side *alice = change.talk->alice;

  be_private (&change);
  alice->peer = NULL;
  g_assert_cmpint (actor_send (change.talk->a, "under way 1", 11)->verdict, ==,
                   ENGINE_VERDICT_PRIVATE);
  g_assert_cmpint (actor_send (change.talk->a, "under way 2", 12)->verdict, ==,
                   ENGINE_VERDICT_PRIVATE);
  come_with_another_key (&change);
  start_over (&change);
  assert_nothing_reached (&change);
  if (strcmp (change.of->policy, "never") == 0)
    g_assert_cmpint (change.other->alice.view->state, !=, ENGINE_STATE_PRIVATE);
  else
    {
      g_assert_cmpint (change.other->alice.view->state, ==, ENGINE_STATE_PRIVATE);
      g_assert_true (side_has_event (alice, "fingerprint-changed {"));
      accept (&change);
      assert_nothing_reached (&change);
      assert_told (&change);
      g_assert_cmpint (actor_send (change.talk->a, "for the new one", 13)->verdict, ==,
                       ENGINE_VERDICT_PRIVATE);
      carry (&change);
      g_assert_cmpstr (end_last_text (&change.other->alice), ==, "for the new one");
      g_assert_cmpuint (change.other->alice.texts->len, ==, 1);
    }
  pair_free (change.other);
  side_join (alice, change.talk->bob);
  talk_free (change.talk);
}

/* The contact's program is another, which speaks version 3 and has the same key. */
static void
test_version_2_then_3 (void)
{
  g_autoptr (Talk) talk = talk_new ();

  actor_receive (talk->b, "?OTRv2?");
  side_settle (talk->alice);
  g_assert_cmpuint (core_session_get_otr_version (talk->alice->session), ==, 2);
  side_restart (talk->bob);
  actor_send (talk->a, "under way", 11);
  side_wait (talk->alice);
  g_queue_clear_full (&talk->bob->inbox, g_free);
  talk->b = side_attach (talk->bob, "gajim");
  g_queue_clear_full (&talk->alice->inbox, g_free);
  clock_turn (G_USEC_PER_SEC);
  actor_receive (talk->a, "?OTRv3?");
  side_settle (talk->alice);
  g_assert_cmpuint (core_session_get_otr_version (talk->alice->session), ==, 3);
  g_assert_cmpuint (talk->bob->texts->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (talk->bob->texts, 0), ==, "[resent] under way");
}

static void
make_lines_short (Side *side, Actor *actor)
{
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 200 };

  core_session_attach (side->session, actor->messenger, &small, NULL);
}

/* libotr forgets what it holds when the commit comes in pieces. */
static void
test_a_commit_in_pieces (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new ();

  make_lines_short (talk->bob, talk->b);
  side_set_policy (talk->alice, "always");
  g_assert_cmpint (actor_send (talk->a, "text 0", 1)->verdict, ==, ENGINE_VERDICT_HELD);
  g_assert_cmpint (actor_send (talk->a, "text 1", 2)->verdict, ==, ENGINE_VERDICT_HELD);
  side_wait (talk->alice);
  g_queue_clear_full (&talk->bob->inbox, g_free);
  actor_receive (talk->b, version == 2 ? "?OTRv2?" : "?OTRv3?");
  side_wait (talk->bob);
  g_assert_cmpuint (talk->alice->inbox.length, >=, 2);
  g_assert_cmpuint (side_count_on_wire (talk->bob, version == 2 ? "?OTR," : "?OTR|"), ==,
                    talk->alice->inbox.length);
  side_settle (talk->alice);
  g_assert_cmpuint (core_session_get_otr_version (talk->bob->session), ==, version);
  talk_assert_read (talk->bob, 2);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
  g_assert_false (side_has_event (talk->alice, "lost {"));
}

/* And a text that is typed between two pieces. */
static void
test_typed_between_pieces (gconstpointer number)
{
  guint version = GPOINTER_TO_UINT (number);
  g_autoptr (Talk) talk = talk_new ();
  guint typed = 0;

  make_lines_short (talk->bob, talk->b);
  actor_start (talk->a);
  side_wait (talk->alice);
  g_queue_clear_full (&talk->bob->inbox, g_free);
  actor_receive (talk->b, version == 2 ? "?OTRv2?" : "?OTRv3?");
  side_wait (talk->bob);
  for (char *piece; (piece = g_queue_pop_head (&talk->alice->inbox)) != NULL; g_free (piece))
    {
      g_autofree char *text = g_strdup_printf ("text %u", typed++);

      g_assert_cmpint (actor_send (talk->a, text, typed)->verdict, ==, ENGINE_VERDICT_HELD);
      actor_receive (talk->a, piece);
    }
  g_assert_cmpuint (typed, >=, 2);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, typed);
  g_assert_cmpuint (side_count_on_wire (talk->alice, "text "), ==, 0);
}

static void
add_cases (void)
{
  static const char *const policies[] = { "never", "manual", "opportunistic", "always" };
  static const char *const trusts[] = { "unverified", "verified" };
  static const char *const signs[] = { NULL, "?OTR Error: I have lost it" };

  static const char *const ways[] = { "v2", "v3", "v2-then-v3" };

  for (guint i = 0; i < 3 * 4 * 2 * 2; i++)
    {
      Case *one = g_new0 (Case, 1);
      g_autofree char *path = NULL;

      one->version = i % 3 == 1 ? 3 : 2;
      one->returns_with = i % 3 == 0 ? 2 : 3;
      one->policy = policies[i / 3 % 4];
      one->trust = trusts[i / 12 % 2];
      one->sign = signs[i / 24 % 2];
      path = g_strdup_printf ("/core/lost/sent-texts-to-another-key/%s-%s-%s%s", ways[i % 3],
                              one->policy, one->trust, one->sign != NULL ? "-after-an-error" : "");
      g_test_add_data_func_full (path, one, test_sent_texts, g_free);
    }
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  add_cases ();
  g_test_add_func ("/core/lost/texts-of-version-2-go-again-with-version-3", test_version_2_then_3);
  for (guint version = 2; version <= 3; version++)
    {
      g_autofree char *held =
          g_strdup_printf ("/core/lost/no-held-text-with-a-commit-in-pieces/v%u", version);
      g_autofree char *typed =
          g_strdup_printf ("/core/lost/no-text-typed-between-pieces/v%u", version);

      g_test_add_data_func (held, GUINT_TO_POINTER (version), test_a_commit_in_pieces);
      g_test_add_data_func (typed, GUINT_TO_POINTER (version), test_typed_between_pieces);
    }
  return g_test_run ();
}
