/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Another key than the contact's answers: whatever it does, and whatever the service goes through,
 * nothing is for it before the user has looked; and what the user then says is followed. */
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

typedef struct
{
  Talk *talk;
  Side *other;
  Actor *evil;
  char *bobs;
} Change;

/* Alice has talked to Bob and has ended it; from now on the other one answers. */
static void
change_begin (Change *change, const char *trust)
{
  Talk *talk = talk_new ();

  change->talk = talk;
  side_go_private (talk->alice);
  change->bobs = g_strdup (core_session_get_fingerprint (talk->alice->session));
  side_set_trust (talk->alice, change->bobs, trust);
  side_settle (talk->alice);
  actor_end (talk->a);
  side_settle (talk->alice);
  change->other = side_new ("bob@example.org", "alice@example.org", "carol.key");
  side_join (talk->alice, change->other);
  change->evil = side_attach (change->other, "evil");
}

static void
change_end (Change *change)
{
  side_join (change->talk->alice, change->talk->bob);
  change->other->peer = NULL;
  talk_free (change->talk);
  side_free (change->other);
  g_free (change->bobs);
}

static CoreSession *
session_of (Change *change)
{
  return change->talk->alice->session;
}

static void
settle (Change *change)
{
  side_settle (change->talk->alice);
}

/* A text is held while the other one goes private with us. */
static void
hold_one (Change *change)
{
  actor_start (change->talk->a);
  g_assert_cmpint (actor_send (change->talk->a, "text 0", 5)->verdict, ==, ENGINE_VERDICT_HELD);
  settle (change);
  g_assert_true (side_has_event (change->talk->alice, "fingerprint-changed"));
  g_assert_cmpstr (core_session_get_state (session_of (change)), ==, "private");
}

static void
assert_held (Change *change)
{
  settle (change);
  g_assert_cmpuint (core_session_get_held (session_of (change)), ==, 1);
  g_assert_cmpuint (change->other->texts->len, ==, 0);
}

static void
assert_released (Change *change)
{
  settle (change);
  g_assert_cmpstr (core_session_get_blocked (session_of (change)), ==, "");
  g_assert_cmpuint (core_session_get_held (session_of (change)), ==, 0);
  talk_assert_read (change->other, 1);
}

static void
assert_nothing_leaves (Change *change)
{
  Answer *answer = actor_send (change->talk->a, "not for the other", 9);

  settle (change);
  g_assert_nonnull (answer->error);
  g_assert_cmpuint (change->other->texts->len, ==, 0);
  g_assert_cmpuint (side_count_on_wire (change->talk->alice, "not for the other"), ==, 0);
}

static void
test_its_goodbye_opens_nothing (gconstpointer policy)
{
  Change change;

  change_begin (&change, "verified");
  side_set_policy (change.talk->alice, policy);
  actor_start (change.evil);
  settle (&change);
  g_assert_cmpstr (core_session_get_blocked (session_of (&change)), ==, "fingerprint-changed");
  actor_end (change.evil);
  settle (&change);
  g_assert_cmpstr (core_session_get_state (session_of (&change)), ==, "finished");
  assert_nothing_leaves (&change);
  change_end (&change);
}

static void
test_a_restart_opens_nothing (gconstpointer policy)
{
  Change change;

  change_begin (&change, "verified");
  side_set_policy (change.talk->alice, policy);
  actor_start (change.evil);
  settle (&change);
  change.other->peer = NULL;
  side_restart (change.talk->alice);
  change.talk->a = side_attach (change.talk->alice, "pidgin");
  side_wait (change.talk->alice);
  g_assert_cmpstr (core_session_get_state (session_of (&change)), !=, "plaintext");
  g_assert_cmpint (actor_send (change.talk->a, "not for the other", 9)->verdict, !=,
                   ENGINE_VERDICT_PLAINTEXT);
  g_assert_cmpuint (side_count_on_wire (change.talk->alice, "not for the other"), ==, 0);
  change_end (&change);
}

static void
test_a_second_exchange_accepts_nothing (void)
{
  Change change;

  change_begin (&change, "unverified");
  hold_one (&change);
  assert_held (&change);
  actor_start (change.evil);
  assert_held (&change);
  actor_start (change.talk->a);
  assert_held (&change);
  actor_end (change.evil);
  settle (&change);
  actor_start (change.evil);
  assert_held (&change);
  actor_accept (change.talk->a, core_session_get_fingerprint (session_of (&change)));
  assert_released (&change);
  change_end (&change);
}

static void
on_selected (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
}

static void
test_a_choice_of_instance_accepts_nothing (void)
{
  Change change;

  change_begin (&change, "unverified");
  hold_one (&change);
  core_session_select_instance (session_of (&change), change.talk->a->messenger, 0, on_selected,
                                NULL);
  assert_held (&change);
  side_set_trust (change.talk->alice, change.bobs, "verified");
  assert_held (&change);
  change_end (&change);
}

static void
test_comparing_by_hand_unblocks (gconstpointer trust)
{
  g_autofree char *fingerprint = NULL;
  Change change;

  change_begin (&change, trust);
  hold_one (&change);
  fingerprint = g_strdup (core_session_get_fingerprint (session_of (&change)));
  side_set_trust (change.talk->alice, fingerprint, "unverified");
  assert_held (&change);
  side_set_trust (change.talk->alice, fingerprint, "verified");
  assert_released (&change);
  g_assert_cmpstr (core_session_get_trust (session_of (&change)), ==, "verified");
  change_end (&change);
}

static void
test_after_a_rejection_a_new_key_is_a_change (void)
{
  Change change;

  change_begin (&change, "rejected");
  hold_one (&change);
  g_assert_true (side_has_event (change.talk->alice, "'known': <'changed'>"));
  assert_held (&change);
  change_end (&change);
}

/* A stranger's key that was rejected says nothing of the contact's own. */
static void
test_a_key_rejected_unseen_is_no_key_of_the_contact (void)
{
  static const char never_seen[] = "00112233445566778899AABBCCDDEEFF00112233";
  g_autoptr (Talk) talk = talk_new ();

  side_set_trust (talk->alice, never_seen, "rejected");
  side_go_private (talk->alice);
  g_assert_false (side_has_event (talk->alice, "fingerprint-changed"));
}

static void
on_trust_set (GObject *account, GAsyncResult *result, gpointer user_data)
{
  GError **error = user_data;

  g_assert_false (core_account_change_finish (CORE_ACCOUNT (account), result, error));
}

static void
test_a_link_of_another_contact_is_refused (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (GError) error = NULL;
  const char *bobs = core_account_get_fingerprint (talk->bob->account);
  g_autofree char *carols_link =
      g_strconcat ("xmpp:carol@example.org?otr-fingerprint=", bobs, NULL);
  g_autofree char *bobs_link =
      g_strconcat ("xmpp:BOB@example.org/home?otr-fingerprint=", bobs, NULL);

  core_account_set_trust (talk->alice->account, "bob@example.org", carols_link, "verified", "",
                          on_trust_set, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  side_set_trust (talk->alice, bobs_link, "verified");
}

static void
test_a_rejection_taken_back_blocks_nothing (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autofree char *fingerprint = NULL;

  side_go_private (talk->alice);
  fingerprint = g_strdup (core_session_get_fingerprint (talk->alice->session));
  side_set_trust (talk->alice, fingerprint, "rejected");
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "rejected");
  side_set_trust (talk->alice, fingerprint, "unverified");
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "finished");
}

/* The accepted one goes on, and nothing is said to be blocked. */
static void
test_a_rejected_key_beside_an_accepted_one_blocks_nothing (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autoptr (Side) other = side_new ("bob@example.org", "alice@example.org", "carol.key");
  Actor *evil;

  side_set_trust (talk->alice, core_account_get_fingerprint (other->account), "rejected");
  side_go_private (talk->alice);
  side_join (talk->alice, other);
  evil = side_attach (other, "evil");
  actor_start (evil);
  side_settle (talk->alice);
  g_assert_true (side_has_event (talk->alice, "'known': <'rejected'>"));
  g_assert_false (side_has_event (talk->alice, "'blocked': <true>"));
  g_assert_cmpstr (core_session_get_blocked (talk->alice->session), ==, "");
  side_join (talk->alice, talk->bob);
  other->peer = NULL;
  g_assert_cmpint (actor_send (talk->a, "text 0", 1)->verdict, ==, ENGINE_VERDICT_PRIVATE);
  side_settle (talk->alice);
  talk_assert_read (talk->bob, 1);
}

/* Whoever it shares the key with is who announced it, not who is trusted. */
static void
test_a_key_it_announces_is_told_as_its_own (void)
{
  Change change;
  g_autofree char *others = NULL;
  GPtrArray *events;

  change_begin (&change, "verified");
  actor_start (change.evil);
  settle (&change);
  actor_export_key (change.evil);
  settle (&change);
  events = change.talk->alice->events;
  others = g_strdup_printf ("'fingerprint': <'%s'>",
                            core_account_get_fingerprint (change.other->account));
  g_assert_true (g_str_has_prefix (events->pdata[events->len - 1], "key-received "));
  g_assert_nonnull (strstr (events->pdata[events->len - 1], others));
  change_end (&change);
}

static void
test_a_key_known_beforehand_was_first_seen_when_it_was_seen (void)
{
  g_autoptr (Talk) talk = talk_new ();
  CoreFingerprintFilter filter = { 0 };
  g_autofree char *next = NULL;
  g_autofree char *printed = NULL;
  g_autoptr (GVariant) records = NULL;

  side_set_trust (talk->alice, core_account_get_fingerprint (talk->bob->account), "verified");
  side_go_private (talk->alice);
  records = core_account_list_fingerprints (talk->alice->account, &filter, &next, NULL);
  printed = g_variant_print (records, FALSE);
  g_assert_nonnull (strstr (printed, "'first-seen': <uint64 "));
}

int
main (int argc, char **argv)
{
  static const char *const policies[] = { "manual", "opportunistic", "always" };

  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    {
      g_autofree char *goodbye =
          g_strconcat ("/core/changed-keys/its-goodbye-opens-nothing/", policies[i], NULL);
      g_autofree char *restart =
          g_strconcat ("/core/changed-keys/a-restart-opens-nothing/", policies[i], NULL);

      g_test_add_data_func (goodbye, policies[i], test_its_goodbye_opens_nothing);
      g_test_add_data_func (restart, policies[i], test_a_restart_opens_nothing);
    }
  g_test_add_func ("/core/changed-keys/a-second-exchange-accepts-nothing",
                   test_a_second_exchange_accepts_nothing);
  g_test_add_func ("/core/changed-keys/a-choice-of-instance-accepts-nothing",
                   test_a_choice_of_instance_accepts_nothing);
  g_test_add_data_func ("/core/changed-keys/comparing-by-hand-unblocks/verified", "verified",
                        test_comparing_by_hand_unblocks);
  g_test_add_data_func ("/core/changed-keys/comparing-by-hand-unblocks/unverified", "unverified",
                        test_comparing_by_hand_unblocks);
  g_test_add_func ("/core/changed-keys/after-a-rejection-a-new-key-is-a-change",
                   test_after_a_rejection_a_new_key_is_a_change);
  g_test_add_func ("/core/changed-keys/a-key-rejected-unseen-is-no-key-of-the-contact",
                   test_a_key_rejected_unseen_is_no_key_of_the_contact);
  g_test_add_func ("/core/changed-keys/a-link-of-another-contact-is-refused",
                   test_a_link_of_another_contact_is_refused);
  g_test_add_func ("/core/changed-keys/a-rejection-taken-back-blocks-nothing",
                   test_a_rejection_taken_back_blocks_nothing);
  g_test_add_func ("/core/changed-keys/a-rejected-key-beside-an-accepted-one-blocks-nothing",
                   test_a_rejected_key_beside_an_accepted_one_blocks_nothing);
  g_test_add_func ("/core/changed-keys/a-key-it-announces-is-told-as-its-own",
                   test_a_key_it_announces_is_told_as_its_own);
  g_test_add_func ("/core/changed-keys/a-key-known-beforehand-was-first-seen-when-it-was-seen",
                   test_a_key_known_beforehand_was_first_seen_when_it_was_seen);
  return g_test_run ();
}
