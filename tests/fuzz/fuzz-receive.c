/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fuzzes what arrives: the first byte chooses the state that the session is in, the rest is lines.
 *
 * Whatever they are, a private session stays private or is ended by a message that its keys prove,
 * and an exchange that has begun lets nothing out before it has stood still for too long.
 */
#include "fuzz.h"

#include <string.h>

#include "../engine/pair.h"

typedef enum
{
  IN_PLAINTEXT,
  IN_EXCHANGE,
  IN_PRIVATE,
  IN_FINISHED,
  IN_VERIFICATION,
  N_STATES,
} StartState;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_setenv ("G_TEST_SRCDIR", FIXTURES_FOLDER, TRUE);
  return 0;
}

static void
begin_verification (Pair *pair)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (Secret) secret = secret_new ("x", 1);

  engine_session_start_verification (pair->bob.session, &pair->bob.context, secret, "?", turn,
                                     NULL);
  end_apply (&pair->bob, turn);
}

static void
bring_into (Pair *pair, StartState state)
{
  if (state == IN_PLAINTEXT)
    return;
  if (state == IN_EXCHANGE)
    {
      end_receive (&pair->bob, "?OTRv3?");
      return;
    }
  end_start (&pair->alice);
  pair_settle (pair);
  if (state == IN_FINISHED)
    {
      end_end (&pair->alice);
      pair_settle (pair);
    }
  if (state == IN_VERIFICATION)
    begin_verification (pair);
}

int
LLVMFuzzerTestOneInput (const uint8_t *input, size_t length)
{
  g_autoptr (Pair) pair = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  StartState state;

  if (length < 2)
    return 0;
  pair = pair_new ("alice.key", "bob.key");
  pair->bob.context.allows_v2 = (input[0] & 0x80) != 0;
  state = input[0] % 0x80 % N_STATES;
  bring_into (pair, state);
  text = g_strndup ((const char *)input + 1, length - 1);
  lines = g_strsplit (text, "\n", 64);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      end_receive (&pair->bob, lines[i]);
      end_poll (&pair->bob, G_USEC_PER_SEC);
      if (state == IN_EXCHANGE && !end_has_event (&pair->bob, "stalled"))
        g_assert_cmpint (engine_session_get_way (pair->bob.session, &pair->bob.context), !=,
                         ENGINE_WAY_PLAINTEXT);
    }
  if (state == IN_PRIVATE || state == IN_VERIFICATION)
    g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
  if (state == IN_FINISHED)
    g_assert_cmpint (engine_session_get_way (pair->bob.session, &pair->bob.context), !=,
                     ENGINE_WAY_PLAINTEXT);
  return 0;
}
