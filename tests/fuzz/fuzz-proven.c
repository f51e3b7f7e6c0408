/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fuzzes what is behind the keys: the contact's own program is hostile, and its messages are
 * encrypted and proven. The first byte chooses the version and who has begun a verification; each
 * line after it is one thing that the contact does, or the user.
 *
 *   T text          a text, any bytes
 *   V type value    any TLV beside a text
 *   S Q A X K E R   the contact begins a verification (with a question), answers, aborts, announces
 *                   a key, ends, starts over; pairs of bytes behind it bend the TLVs at a place
 *   B W P           the user answers, writes; time passes
 *
 * Whatever it is, nothing of ours is in the clear, and only its goodbye ends the session.
 */
#include "fuzz.h"

#include <dlfcn.h>
#include <string.h>

#include "../engine/pair.h"
#include "engine/engine.h"
#include "engine/session-private.h"
#include "fixed.h"

#define OPERATIONS_MAX 48
#define LINES_MAX 40

typedef struct
{
  Pair *pair;
  gboolean goodbye; /* the contact has said one */
  guint operations;
} Talk;

/* How the contact bends the TLVs of what it sends; length 0: not at all. */
static const guint8 *bending;
static gsize bending_length;

static void
bend (const OtrlTLV *tlv)
{
  for (gsize i = 0; tlv != NULL && tlv->len > 0 && i + 1 < bending_length; i += 2)
    tlv->data[bending[i] * 4 % tlv->len] ^= bending[i + 1];
}

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

  bend (tlvs);
  return create (line, context, text, tlvs, flags, extra_key);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_setenv ("G_TEST_SRCDIR", FIXTURES_FOLDER, TRUE);
  return 0;
}

static ConnContext *
find_context (End *end)
{
  EngineInstance *instance = engine_session_chosen (end->session, &end->context);

  if (instance == NULL || !engine_instance_is_private (instance))
    return NULL;
  return engine_channel_context (instance->live);
}

static void
say (Talk *talk, const char *text, OtrlTLV *beside)
{
  ConnContext *context = find_context (&talk->pair->alice);
  char *line = NULL;

  if (context == NULL)
    return;
  otrl_proto_create_data (&line, context, text, beside, 0, NULL);
  if (line != NULL)
    end_receive (&talk->pair->bob, line);
  free (line);
}

static void
say_beside (Talk *talk, const guint8 *bytes, gsize length)
{
  guint16 type = length > 0 ? bytes[0] % 12 : 0;
  OtrlTLV *beside = otrl_tlv_new (type, length > 1 ? length - 1 : 0, bytes + MIN (length, 1));

  talk->goodbye |= type == OTRL_TLV_DISCONNECTED;
  say (talk, "x", beside);
  otrl_tlv_free (beside);
}

static void
verify (End *end, const char *question)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (Secret) secret = secret_new ("x", 1);

  engine_session_start_verification (end->session, &end->context, secret, question, turn, NULL);
  end_apply (end, turn);
}

static void
answer (End *end)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (Secret) secret = secret_new ("x", 1);

  engine_session_answer_verification (end->session, &end->context, secret, turn, NULL);
  end_apply (end, turn);
}

static void
abort_verification (End *end)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  engine_session_abort_verification (end->session, &end->context, turn, NULL);
  end_apply (end, turn);
}

static void
announce_key (End *end)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GBytes) use_data = g_bytes_new_static ("use", 3);
  g_autoptr (Secret) key =
      engine_session_export_key (end->session, &end->context, 1, use_data, turn, NULL);

  end_apply (end, turn);
}

static void
act (Talk *talk, guint8 operation, const guint8 *bytes, gsize length)
{
  End *contact = &talk->pair->alice, *user = &talk->pair->bob;
  g_autofree char *text = g_strndup ((const char *)bytes, length);

  switch (operation)
    {
    case 'T':
      say (talk, text, NULL);
      return;
    case 'V':
      say_beside (talk, bytes, length);
      return;
    case 'B':
      answer (user);
      return;
    case 'W':
      end_send (user, "text", 1 + talk->operations);
      return;
    case 'P':
      end_poll (user, 11 * G_USEC_PER_SEC);
      end_poll (contact, 11 * G_USEC_PER_SEC);
      return;
    default:
      break;
    }
  bending = bytes;
  bending_length = length;
  if (operation == 'S' || operation == 'Q')
    verify (contact, operation == 'Q' ? "?" : NULL);
  else if (operation == 'A')
    answer (contact);
  else if (operation == 'X')
    abort_verification (contact);
  else if (operation == 'K')
    announce_key (contact);
  else if (operation == 'R')
    end_start (contact);
  else if (operation == 'E')
    {
      talk->goodbye = TRUE;
      end_end (contact);
    }
}

/* What was said arrives, bent as long as the contact is at it. */
static void
settle (Talk *talk)
{
  for (guint i = 0; i < LINES_MAX; i++)
    {
      gboolean moved = end_take_one (&talk->pair->bob);

      moved |= end_take_one (&talk->pair->alice);
      if (!moved)
        break;
    }
  bending_length = 0;
}

static void
check (Talk *talk)
{
  End *user = &talk->pair->bob;

  g_assert_cmpint (engine_session_get_way (user->session, &user->context), !=,
                   ENGINE_WAY_PLAINTEXT);
  if (!talk->goodbye)
    g_assert_cmpint (user->view->state, ==, ENGINE_STATE_PRIVATE);
  for (guint i = 0; i < user->texts->len; i++)
    g_assert_true (g_utf8_validate (g_ptr_array_index (user->texts, i), -1, NULL));
  for (guint i = 0; i < user->wire->len; i++)
    g_assert_true (g_str_has_prefix (g_ptr_array_index (user->wire, i), "?OTR"));
  g_assert_cmpuint (user->wire->len, <, 20 + 12 * (talk->operations + 1));
}

static void
begin (Talk *talk, guint8 how)
{
  const gboolean v2 = (how & 1) != 0;

  fixed_restart ();
  talk->pair = pair_new ("alice.key", "bob.key");
  talk->pair->alice.context.allows_v2 = talk->pair->bob.context.allows_v2 = v2;
  end_receive (&talk->pair->bob, v2 ? "?OTRv2?" : "?OTRv3?");
  pair_settle (talk->pair);
  if ((how & 2) != 0)
    verify (&talk->pair->bob, (how & 4) != 0 ? "?" : NULL);
  settle (talk);
}

int
LLVMFuzzerTestOneInput (const uint8_t *input, size_t length)
{
  const uint8_t *end = input + length, *line = input + 1;
  Talk talk = { 0 };

  if (length < 2)
    return 0;
  begin (&talk, input[0]);
  for (; line < end && talk.operations < OPERATIONS_MAX; talk.operations++)
    {
      const uint8_t *next = memchr (line, '\n', (size_t)(end - line));

      if (next == NULL)
        next = end;
      if (next > line)
        act (&talk, *line, line + 1, (gsize)(next - line) - 1);
      settle (&talk);
      check (&talk);
      line = next + 1;
    }
  pair_free (talk.pair);
  return 0;
}
