/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everybody logged in more than once: one or two machines with otrd on each side, one or two
 * messengers on each, and a network that gives every line to all of them. */
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "introspection/otrd-error.h"
#include "side.h"

#define MACHINES_MAX 2

typedef struct
{
  guint n_machines;
  Side *machines[MACHINES_MAX];
  guint carried[MACHINES_MAX]; /* lines of its wire that the network has taken */
} Person;

typedef struct
{
  Person alice;
  Person bob;
} Room;

static void
log_in (Person *person,
        const char *name,
        const char *contact,
        const char *key,
        guint n_machines,
        guint n_messengers)
{
  person->n_machines = n_machines;
  for (guint i = 0; i < n_machines; i++)
    {
      person->machines[i] = side_new (name, contact, key);
      for (guint k = 0; k < n_messengers; k++)
        side_attach (person->machines[i], k == 0 ? "pidgin" : "dino");
    }
}

static void
log_out (Person *person)
{
  for (guint i = 0; i < person->n_machines; i++)
    side_free (person->machines[i]);
}

static void
deliver (Person *person, const char *line)
{
  for (guint i = 0; i < person->n_machines; i++)
    for (guint k = 0; k < person->machines[i]->actors->len; k++)
      actor_receive (g_ptr_array_index (person->machines[i]->actors, k), line);
}

static gboolean
carry (Person *from, Person *to)
{
  gboolean carried = FALSE;

  for (guint i = 0; i < from->n_machines; i++)
    {
      Side *side = from->machines[i];

      side_wait (side);
      for (; from->carried[i] < side->wire->len; from->carried[i]++)
        {
          g_autofree char *line = g_strdup (g_ptr_array_index (side->wire, from->carried[i]));

          deliver (to, line);
          carried = TRUE;
        }
    }
  return carried;
}

static void
settle (Room *room)
{
  guint rounds = 0;

  while (carry (&room->alice, &room->bob) | carry (&room->bob, &room->alice))
    g_assert_cmpuint (rounds++, <, 200);
}

static void
let_time_pass (Room *room)
{
  for (guint i = 0; i < 5; i++)
    {
      clock_turn (11 * G_USEC_PER_SEC);
      settle (room);
    }
}

static void
enter (Room *room, guint alices, guint bobs, guint messengers)
{
  log_in (&room->alice, "alice@example.org", "bob@example.org", "alice.key", alices, messengers);
  log_in (&room->bob, "bob@example.org", "alice@example.org", "bob.key", bobs, messengers);
}

static void
leave (Room *room)
{
  log_out (&room->alice);
  log_out (&room->bob);
  memset (room, 0, sizeof *room);
}

static Actor *
first_messenger (Person *person, guint machine)
{
  return g_ptr_array_index (person->machines[machine]->actors, 0);
}

static guint
count_reads (Person *person, const char *text)
{
  guint count = 0;

  for (guint i = 0; i < person->n_machines; i++)
    for (guint k = 0; k < person->machines[i]->texts->len; k++)
      count += strcmp (g_ptr_array_index (person->machines[i]->texts, k), text) == 0;
  return count;
}

static void
assert_peace (Person *person)
{
  for (guint i = 0; i < person->n_machines; i++)
    {
      Side *side = person->machines[i];

      g_assert_cmpstr (core_session_get_state (side->session), ==, "private");
      g_assert_false (side_has_event (side, "peer-error"));
      g_assert_false (side_has_event (side, "storm"));
      g_assert_false (side_has_event (side, "lost"));
      g_assert_cmpuint (side_count_on_wire (side, "OTR Error"), ==, 0);
      g_assert_cmpuint (side_count_on_wire (side, "text "), ==, 0);
    }
}

/* Every machine's text is read once, on one of the other's. */
static void
assert_readable (Room *room, Person *from, Person *to)
{
  for (guint i = 0; i < from->n_machines; i++)
    {
      g_autofree char *text =
          g_strdup_printf ("text %u of %s", i, from == &room->alice ? "alice" : "bob");

      g_assert_cmpint (actor_send (first_messenger (from, i), text, 100 + i)->verdict, ==,
                       ENGINE_VERDICT_PRIVATE);
      settle (room);
      g_assert_cmpuint (count_reads (to, text), ==, 1);
    }
}

static void
meet (guint alices, guint bobs, guint messengers, gboolean crossing)
{
  Room room = { 0 };

  enter (&room, alices, bobs, messengers);
  actor_start (first_messenger (&room.alice, 0));
  if (crossing)
    actor_start (first_messenger (&room.bob, bobs - 1));
  settle (&room);
  let_time_pass (&room);
  assert_peace (&room.alice);
  assert_peace (&room.bob);
  assert_readable (&room, &room.alice, &room.bob);
  assert_readable (&room, &room.bob, &room.alice);
  assert_peace (&room.alice);
  assert_peace (&room.bob);
  leave (&room);
}

static void
test_all_combinations (gconstpointer crossing)
{
  for (guint alices = 1; alices <= MACHINES_MAX; alices++)
    for (guint bobs = 1; bobs <= MACHINES_MAX; bobs++)
      for (guint messengers = 1; messengers <= 2; messengers++)
        meet (alices, bobs, messengers, GPOINTER_TO_INT (crossing));
}

static guint
count_verdicts (Side *side, guint from, EngineVerdict verdict, gboolean repeated)
{
  guint count = 0;

  for (guint i = from; i < side->answers->len; i++)
    {
      const Answer *answer = g_ptr_array_index (side->answers, i);

      count += answer->verdict == verdict && answer->repeated == repeated;
    }
  return count;
}

static void
make_lines_short (Room *room)
{
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 200 };
  Side *side = room->alice.machines[0];

  for (guint i = 0; i < side->actors->len; i++)
    core_session_attach (side->session, ((Actor *)g_ptr_array_index (side->actors, i))->messenger,
                         &small, NULL);
}

/* However many pieces it comes in, and however many messengers hand it in. */
static void
test_other_instance_is_said_once (void)
{
  Room room = { 0 };
  Side *other;
  guint begun[MACHINES_MAX];
  guint said = 0, said_again = 0;

  enter (&room, 1, 2, 2);
  make_lines_short (&room);
  actor_start (first_messenger (&room.alice, 0));
  settle (&room);
  for (guint i = 0; i < 2; i++)
    begun[i] = room.bob.machines[i]->answers->len;
  actor_send (first_messenger (&room.alice, 0), "text 0", 1);
  settle (&room);
  g_assert_cmpuint (count_reads (&room.bob, "text 0"), ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      other = room.bob.machines[i];
      said += count_verdicts (other, begun[i], ENGINE_VERDICT_OTHER_INSTANCE, FALSE);
      said_again += count_verdicts (other, begun[i], ENGINE_VERDICT_OTHER_INSTANCE, TRUE);
      g_assert_cmpuint (count_verdicts (other, 0, ENGINE_VERDICT_OTHER_INSTANCE, FALSE), <=, 1);
    }
  g_assert_cmpuint (said, ==, 1);
  g_assert_cmpuint (said_again, ==, 1);
  leave (&room);
}

static guint32
instance_tag (Side *side, guint index)
{
  g_autoptr (GVariant) instances = core_session_dup_instances (side->session);
  g_autoptr (GVariant) details = NULL;
  guint32 tag;

  g_assert_cmpuint (g_variant_n_children (instances), ==, 2);
  g_variant_get_child (instances, index, "(u@a{sv})", &tag, &details);
  return tag;
}

static void
on_selected (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data)
{
  *(gboolean *)user_data = turn != NULL;
}

static void
select_instance (Actor *actor, guint32 tag)
{
  gboolean selected = FALSE;

  core_session_select_instance (actor->side->session, actor->messenger, tag, on_selected,
                                &selected);
  g_assert_true (selected);
}

static void
test_the_chosen_one_reads (void)
{
  Room room = { 0 };
  Side *alice;

  enter (&room, 1, 2, 1);
  alice = room.alice.machines[0];
  actor_start (first_messenger (&room.alice, 0));
  settle (&room);
  g_assert_cmpuint (instance_tag (alice, 0), !=, instance_tag (alice, 1));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);
      guint32 tag = instance_tag (alice, i);

      select_instance (first_messenger (&room.alice, 0), tag);
      g_assert_cmpuint (core_session_get_instance (alice->session), ==, tag);
      actor_send (first_messenger (&room.alice, 0), text, i + 1);
      settle (&room);
      g_assert_cmpuint (count_reads (&room.bob, text), ==, 1);
    }
  g_assert_cmpuint (room.bob.machines[0]->texts->len, ==, 1);
  g_assert_cmpuint (room.bob.machines[1]->texts->len, ==, 1);
  leave (&room);
}

static void
test_end_tells_every_instance (void)
{
  Room room = { 0 };

  enter (&room, 1, 2, 2);
  actor_start (first_messenger (&room.alice, 0));
  settle (&room);
  actor_end (first_messenger (&room.alice, 0));
  settle (&room);
  g_assert_cmpstr (core_session_get_state (room.alice.machines[0]->session), ==, "plaintext");
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (core_session_get_state (room.bob.machines[i]->session), ==, "finished");
  leave (&room);
}

static void
assert_verified (Side *side, guint index)
{
  g_autoptr (GVariant) instances = core_session_dup_instances (side->session);
  g_autoptr (GVariant) details = NULL;
  const char *trust = NULL;

  g_variant_get_child (instances, index, "(u@a{sv})", NULL, &details);
  g_variant_lookup (details, "trust", "&s", &trust);
  g_assert_cmpstr (trust, ==, "verified");
}

/* Each of the contact's clients has a key of its own, and both are verified: that is no change, and
 * each reads what is for it. */
static void
test_two_verified_keys (void)
{
  Room room = { 0 };
  Side *alice;

  log_in (&room.alice, "alice@example.org", "bob@example.org", "alice.key", 1, 2);
  log_in (&room.bob, "bob@example.org", "alice@example.org", "bob.key", 1, 2);
  room.bob.n_machines = 2;
  room.bob.machines[1] = side_new ("bob@example.org", "alice@example.org", "mallory.key");
  side_attach (room.bob.machines[1], "pidgin");
  alice = room.alice.machines[0];
  for (guint i = 0; i < 2; i++)
    side_set_trust (alice, core_account_get_fingerprint (room.bob.machines[i]->account),
                    "verified");
  actor_start (first_messenger (&room.alice, 0));
  settle (&room);
  let_time_pass (&room);
  assert_peace (&room.alice);
  assert_peace (&room.bob);
  g_assert_false (side_has_event (alice, "fingerprint-changed"));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      assert_verified (alice, i);
      select_instance (first_messenger (&room.alice, 0), instance_tag (alice, i));
      g_assert_cmpstr (core_session_get_trust (alice->session), ==, "verified");
      actor_send (first_messenger (&room.alice, 0), text, i + 1);
      settle (&room);
      g_assert_cmpuint (count_reads (&room.bob, text), ==, 1);
    }
  g_assert_cmpuint (room.bob.machines[0]->texts->len, ==, 1);
  g_assert_cmpuint (room.bob.machines[1]->texts->len, ==, 1);
  actor_end (first_messenger (&room.alice, 0));
  settle (&room);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (core_session_get_state (room.bob.machines[i]->session), ==, "finished");
  leave (&room);
}

/* One of the contact's clients goes; what is said after goes to the other. */
static void
test_the_other_client_goes_on (void)
{
  Room room = { 0 };
  Side *alice;

  enter (&room, 1, 2, 1);
  alice = room.alice.machines[0];
  actor_start (first_messenger (&room.alice, 0));
  settle (&room);
  core_shut_down (room.bob.machines[0]->core);
  settle (&room);
  g_assert_cmpstr (core_session_get_state (alice->session), ==, "private");
  actor_send (first_messenger (&room.alice, 0), "text 0", 1);
  settle (&room);
  g_assert_cmpuint (room.bob.machines[1]->texts->len, ==, 1);
  leave (&room);
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/core/clients/all-combinations-become-private", GINT_TO_POINTER (FALSE),
                        test_all_combinations);
  g_test_add_data_func ("/core/clients/all-combinations-with-crossing-starts-become-private",
                        GINT_TO_POINTER (TRUE), test_all_combinations);
  g_test_add_func ("/core/clients/other-instance-is-said-once", test_other_instance_is_said_once);
  g_test_add_func ("/core/clients/the-chosen-one-reads", test_the_chosen_one_reads);
  g_test_add_func ("/core/clients/end-tells-every-instance", test_end_tells_every_instance);
  g_test_add_func ("/core/clients/two-verified-keys-are-no-change", test_two_verified_keys);
  g_test_add_func ("/core/clients/the-other-client-goes-on", test_the_other_client_goes_on);
  return g_test_run ();
}
