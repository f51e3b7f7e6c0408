/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A first exchange is under way, and somebody in the middle writes one line of it himself: what the
 * user types then is held, and goes to the contact alone when the exchange is done. */
#include <string.h>
#include <unistd.h>

#include "core/account-private.h"
#include "core/session-private.h"
#include "engine/engine.h"
#include "side.h"

#define WORDS "SECRET words"

enum
{
  COMMIT = 0x02,
  DH_KEY = 0x0a,
  REVEAL_SIGNATURE = 0x11,
  SIGNATURE = 0x12,
};

typedef struct
{
  const char *policy;
  guint version;
  guint8 type; /* 0: a query for version 2 */
  gboolean of_stranger;
  gboolean we_commit;
} Case;

/* Right up to its tags, and nothing behind. */
static char *
forge (const Case *one, guint32 sender, guint32 receiver)
{
  guint8 bytes[96] = { 0, (guint8)one->version, one->type };
  guint32 from = GUINT32_TO_BE (sender), to = GUINT32_TO_BE (receiver);
  g_autofree char *code = NULL;

  if (one->type == 0)
    return g_strdup ("?OTRv2?");
  if (one->version == 3)
    {
      memcpy (bytes + 3, &from, sizeof from);
      memcpy (bytes + 7, &to, sizeof to);
    }
  code = g_base64_encode (bytes, sizeof bytes);
  return g_strdup_printf ("?OTR:%s.", code);
}

static void
inject (Talk *talk, const Case *one)
{
  guint32 sender = one->of_stranger ? 0x1234 : talk->bob->account->instance_tag;
  g_autofree char *line = forge (one, sender, talk->alice->account->instance_tag);

  actor_receive (talk->a, line);
  side_wait (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "starting");
}

static void
type (Talk *talk, guint64 id)
{
  Answer *answer = actor_send (talk->a, WORDS, id);

  side_wait (talk->alice);
  g_assert_no_error (answer->error);
  g_assert_cmpint (answer->verdict, ==, ENGINE_VERDICT_HELD);
}

static void
hand_over (Side *to, Actor *actor)
{
  g_autofree char *line = g_queue_pop_head (&to->inbox);

  if (line != NULL)
    actor_receive (actor, line);
  side_wait (to);
}

/* Who asks is who waits for the other's commit; a query in the middle is for the version. */
static void
begin (Talk *talk, const Case *one)
{
  const char *query = one->version == 2 ? "?OTRv2?" : "?OTRv23?";

  if (one->we_commit)
    actor_receive (talk->a, query);
  else
    {
      actor_start (talk->a);
      side_wait (talk->alice);
      g_queue_clear_full (&talk->bob->inbox, g_free);
      actor_receive (talk->b, query);
    }
  side_wait (talk->alice);
  side_wait (talk->bob);
}

static void
attack (const Case *one)
{
  g_autoptr (Talk) talk = talk_new ();
  guint64 id = 1;

  side_set_policy (talk->alice, one->policy);
  side_set_trust (talk->alice, core_account_get_fingerprint (talk->bob->account), "verified");
  if (one->type == 0)
    talk->alice->session->seen_v3 = TRUE;
  begin (talk, one);
  for (guint step = 0; step < 2; step++)
    {
      inject (talk, one);
      type (talk, id++);
      if (one->we_commit)
        hand_over (talk->bob, talk->b);
      hand_over (talk->alice, talk->a);
      if (!one->we_commit)
        hand_over (talk->bob, talk->b);
      if (strcmp (core_session_get_state (talk->alice->session), "starting") != 0)
        break;
    }
  side_settle (talk->alice);
  for (guint i = 0; i < 4; i++)
    {
      clock_turn (11 * G_USEC_PER_SEC);
      side_settle (talk->alice);
    }
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  g_assert_cmpuint (talk->bob->texts->len, ==, id - 1);
  g_assert_cmpuint (side_count_on_wire (talk->alice, WORDS), ==, 0);
}

static void
test_a_forged_line (gconstpointer policy)
{
  static const guint8 types[] = { 0, COMMIT, DH_KEY, REVEAL_SIGNATURE, SIGNATURE };

  for (guint version = 2; version <= 3; version++)
    for (guint i = 0; i < G_N_ELEMENTS (types); i++)
      for (guint way = 0; way < 4; way++)
        {
          const Case one = { policy, version, types[i], way % 2 == 1, way / 2 == 1 };

          if (version == 3 || (types[i] != 0 && !one.of_stranger))
            attack (&one);
        }
}

/* The line that proves the contact is bent on its way, again and again, and comes at last. */
static void
test_a_bent_proof_costs_nothing (void)
{
  g_autoptr (Talk) talk = talk_new ();
  g_autofree char *proof = NULL;

  actor_start (talk->a);
  side_wait (talk->alice);
  hand_over (talk->bob, talk->b);
  hand_over (talk->alice, talk->a);
  hand_over (talk->bob, talk->b);
  proof = g_queue_pop_head (&talk->alice->inbox);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *bent = g_strdup (proof);

      bent[60 + 4 * i] = bent[60 + 4 * i] == 'A' ? 'B' : 'A';
      actor_receive (talk->a, bent);
      side_wait (talk->alice);
      g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "starting");
    }
  actor_receive (talk->a, proof);
  side_settle (talk->alice);
  g_assert_cmpstr (core_session_get_state (talk->alice->session), ==, "private");
  g_assert_cmpstr (core_session_get_state (talk->bob->session), ==, "private");
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
      g_autofree char *path =
          g_strconcat ("/core/forged/a-line-of-the-exchange-lets-nothing-out/", policies[i], NULL);

      g_test_add_data_func (path, policies[i], test_a_forged_line);
    }
  g_test_add_func ("/core/forged/a-bent-proof-costs-nothing", test_a_bent_proof_costs_nothing);
  return g_test_run ();
}
