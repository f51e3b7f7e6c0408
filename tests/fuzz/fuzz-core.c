/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fuzzes core's Receive: repeats by two messengers, carbons, archives, lines that a transport has
 * cut, lines set aside for a locked key, storms. The first byte chooses the state and the policy,
 * the second whether lines are short; then come lines, each with a byte before it that says how it
 * is handed in. A line "=N" is the N-th that the contact has really said so far, "!" makes it say
 * one more.
 *
 * Whatever they are: a text is read once, the private session stays, what was to be private is not
 * in the clear, and the answers come to an end.
 */
#include "fuzz.h"

#include <string.h>

#include "../core/side.h"
#include "../engine/pair.h"
#include "core/account-private.h"
#include "core/session-private.h"
#include "engine/engine.h"
#include "fixed.h"

#define LINES_MAX 48
#define WORDS "a secret text "

enum
{
  BY_SECOND = 1,
  SENT = 2,
  HISTORY = 4,
  WITH_ID = 8,
  LATER = 16,
  LOCKED = 32, /* the vault is locked before, or unlocked */
};

typedef enum
{
  IN_PLAINTEXT,
  IN_EXCHANGE,
  IN_PRIVATE,
  IN_FINISHED,
  IN_VERIFICATION,
} StartState;

typedef struct
{
  Side *side; /* ours */
  Actor *actors[2];
  Pair *contact; /* its alice */
  guint carried; /* of our wire */
  guint said;
  gboolean locked;
} Meeting;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_setenv ("G_TEST_SRCDIR", FIXTURES_FOLDER, TRUE);
  engine_init ();
  return 0;
}

/* What we said reaches the contact; what it says waits in its peer's inbox. */
static void
carry_out (Meeting *meeting)
{
  side_wait (meeting->side);
  for (; meeting->carried < meeting->side->wire->len; meeting->carried++)
    end_receive (&meeting->contact->alice,
                 g_ptr_array_index (meeting->side->wire, meeting->carried));
}

static void
exchange (Meeting *meeting)
{
  GQueue *said = &meeting->contact->bob.inbox;

  carry_out (meeting);
  for (char *line; (line = g_queue_pop_head (said)) != NULL; g_free (line))
    {
      actor_receive (meeting->actors[0], line);
      carry_out (meeting);
    }
}

/* The upper half are those that came later: inputs keep their meaning. */
static StartState
find_state (guint8 how)
{
  return how < 0x80 ? how % IN_FINISHED : IN_FINISHED + how % 2;
}

static void
go_on (Meeting *meeting, StartState state)
{
  exchange (meeting);
  g_assert_cmpstr (core_session_get_state (meeting->side->session), ==, "private");
  if (state == IN_FINISHED)
    {
      end_end (&meeting->contact->alice);
      exchange (meeting);
      g_assert_cmpstr (core_session_get_state (meeting->side->session), ==, "finished");
    }
  if (state == IN_VERIFICATION)
    {
      actor_verify (meeting->actors[0], "x", "?");
      carry_out (meeting);
      g_assert_cmpstr (core_session_get_verification (meeting->side->session), ==, "waiting");
    }
}

static void
begin (Meeting *meeting, guint8 how, gboolean short_lines)
{
  static const char *const policies[] = { "manual", "opportunistic", "always" };
  const CoreConfiguration small = { .has_max_message_size = TRUE, .max_message_size = 200 };
  StartState state = find_state (how);

  fixed_restart ();
  meeting->contact = pair_new ("alice.key", "carol.key");
  meeting->side = side_new ("bob@example.org", "alice@example.org", "bob.key");
  meeting->actors[0] = side_attach (meeting->side, "pidgin");
  meeting->actors[1] = side_attach (meeting->side, "dino");
  side_set_policy (meeting->side, policies[how / IN_FINISHED % G_N_ELEMENTS (policies)]);
  for (guint i = 0; short_lines && i < 2; i++)
    core_session_attach (meeting->side->session, meeting->actors[i]->messenger, &small, NULL);
  if (state == IN_PLAINTEXT)
    return;
  actor_start (meeting->actors[0]);
  if (state != IN_EXCHANGE)
    go_on (meeting, state);
}

static void
lock_or_unlock (Meeting *meeting)
{
  meeting->locked = !meeting->locked;
  if (meeting->locked)
    core_lock (meeting->side->core, NULL, NULL);
  else
    core_unlock (meeting->side->core, NULL, FALSE, NULL, NULL);
  while (!g_str_equal (core_get_vault_state (meeting->side->core),
                       meeting->locked ? "locked" : "ready"))
    g_main_context_iteration (NULL, TRUE);
}

/* One of the contact's own lines, NULL: there is none. */
static char *
find_said (Meeting *meeting, const char *number)
{
  GPtrArray *wire = meeting->contact->alice.wire;

  if (wire->len == 0)
    return NULL;
  return g_strdup (g_ptr_array_index (wire, strtoul (number, NULL, 10) % wire->len));
}

static char *
choose_line (Meeting *meeting, const char *words)
{
  g_autofree char *text = NULL;

  if (*words == '=')
    return find_said (meeting, words + 1);
  if (*words != '!')
    return g_utf8_make_valid (words, -1);
  text = g_strdup_printf ("said %u", meeting->said);
  meeting->said += end_send (&meeting->contact->alice, text, 0);
  return g_queue_pop_tail (&meeting->contact->bob.inbox);
}

static void
hand_in (Meeting *meeting, guint8 how, const char *words)
{
  const CoreReceiveOptions options = { .sent = (how & SENT) != 0,
                                       .history = (how & HISTORY) != 0,
                                       .id = (how & WITH_ID) != 0 ? "an id" : NULL };
  g_autofree char *line = NULL;

  if ((how & LATER) != 0)
    clock_turn (6 * G_USEC_PER_SEC);
  if ((how & LOCKED) != 0)
    lock_or_unlock (meeting);
  line = choose_line (meeting, words);
  if (line != NULL)
    actor_receive_with (meeting->actors[(how & BY_SECOND) != 0], line, &options);
  carry_out (meeting);
}

static void
check_texts (Meeting *meeting)
{
  for (guint i = 0; i < meeting->said; i++)
    {
      g_autofree char *text = g_strdup_printf ("said %u", i);
      guint count = 0;

      for (guint k = 0; k < meeting->side->answers->len; k++)
        {
          const Answer *answer = g_ptr_array_index (meeting->side->answers, k);

          count += answer->verdict == ENGINE_VERDICT_PRIVATE && !answer->repeated
                   && g_strcmp0 (answer->text, text) == 0;
        }
      g_assert_cmpuint (count, <=, 1);
    }
}

static void
check (Meeting *meeting, const char *begun)
{
  Answer *sent;

  check_texts (meeting);
  g_assert_cmpuint (meeting->side->wire->len, <, 1000);
  if (strcmp (begun, "private") == 0)
    g_assert_cmpstr (core_session_get_state (meeting->side->session), ==, "private");
  else if (strcmp (begun, "finished") != 0)
    return;
  sent = actor_send (meeting->actors[0], WORDS, 0);
  side_wait (meeting->side);
  if (sent->error == NULL)
    g_assert_cmpint (sent->verdict, !=, ENGINE_VERDICT_PLAINTEXT);
  g_assert_cmpuint (side_count_on_wire (meeting->side, WORDS), ==, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *input, size_t length)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  Meeting meeting = { 0 };
  g_autofree char *begun = NULL;

  if (length < 3)
    return 0;
  text = g_strndup ((const char *)input + 2, length - 2);
  lines = g_strsplit (text, "\n", LINES_MAX);
  begin (&meeting, input[0], (input[1] & 1) != 0);
  begun = g_strdup (core_session_get_state (meeting.side->session));
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      hand_in (&meeting, (guint8)*lines[i], lines[i] + 1);
  if (meeting.locked)
    lock_or_unlock (&meeting);
  carry_out (&meeting);
  check (&meeting, begun);
  side_wait (meeting.side);
  side_free (meeting.side);
  pair_free (meeting.contact);
  return 0;
}
