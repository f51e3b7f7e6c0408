/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The yardstick for the service: the same conversation on bare libotr, both ends in this process.
 * For each line of input, a number of texts, it has them said, each way in turn, so that every
 * line ratchets, and prints the CPU nanoseconds that they took: whoever asks can take turns with
 * it, so that both have the same neighbours.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libotr/privkey.h>
#include <libotr/proto.h>

#include <libotr/message.h>

#include "cpu.h"

#define PROTOCOL "xmpp"

typedef struct
{
  OtrlUserState state;
  const char *name;
  const char *peer;
  GQueue *out;
} Side;

static OtrlPolicy
on_policy (void *side, ConnContext *context)
{
  return OTRL_POLICY_ALLOW_V3;
}

static int
on_is_logged_in (void *side, const char *account, const char *protocol, const char *recipient)
{
  return 1;
}

static void
on_inject (void *side,
           const char *account,
           const char *protocol,
           const char *recipient,
           const char *message)
{
  g_queue_push_tail (((Side *)side)->out, g_strdup (message));
}

static int
on_max_size (void *side, ConnContext *context)
{
  return 0;
}

static const OtrlMessageAppOps ops = {
  .policy = on_policy,
  .is_logged_in = on_is_logged_in,
  .inject_message = on_inject,
  .max_message_size = on_max_size,
};

static FILE *
open_memory (void)
{
  return fdopen (memfd_create ("key", MFD_CLOEXEC), "w+b");
}

static void
side_init (Side *side, const char *name, const char *peer)
{
  FILE *file = open_memory ();

  side->state = otrl_userstate_create ();
  side->name = name;
  side->peer = peer;
  side->out = g_queue_new ();
  otrl_privkey_generate_FILEp (side->state, file, name, PROTOCOL);
  fclose (file);
  file = open_memory ();
  otrl_instag_generate_FILEp (side->state, file, name, PROTOCOL);
  fclose (file);
}

static void
take (Side *side, const char *line)
{
  char *text = NULL;
  OtrlTLV *tlvs = NULL;

  otrl_message_receiving (side->state, &ops, side, side->name, PROTOCOL, side->peer, line, &text,
                          &tlvs, NULL, NULL, NULL);
  otrl_tlv_free (tlvs);
  otrl_message_free (text);
}

static void
settle (Side *one, Side *other)
{
  char *line;

  while ((line = g_queue_pop_head (one->out)) != NULL
         || (line = g_queue_pop_head (other->out)) != NULL)
    {
      /* Each tag names its end: both may read it, one does. */
      take (one, line);
      take (other, line);
      g_free (line);
    }
}

static void
say (Side *from, Side *to, const char *text)
{
  char *line = NULL;

  otrl_message_sending (from->state, &ops, from, from->name, PROTOCOL, from->peer, OTRL_INSTAG_BEST,
                        text, NULL, &line, OTRL_FRAGMENT_SEND_SKIP, NULL, NULL, NULL);
  take (to, line);
  otrl_message_free (line);
}

static void
talk (Side *alice, Side *bob, guint n_texts)
{
  g_autofree char *text = g_strnfill (100, 'x');

  for (guint i = 0; i < n_texts; i++)
    say (i % 2 ? alice : bob, i % 2 ? bob : alice, text);
}

static void
go_private (Side *alice, Side *bob)
{
  g_autofree char *query = g_strdup ("?OTRv3?");

  take (bob, query);
  settle (alice, bob);
}

int
main (void)
{
  Side alice, bob;
  guint n_texts;

  OTRL_INIT;
  gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
  setvbuf (stdout, NULL, _IOLBF, 0);
  side_init (&alice, "alice@example.org", "bob@example.org");
  side_init (&bob, "bob@example.org", "alice@example.org");
  go_private (&alice, &bob);
  while (scanf ("%u", &n_texts) == 1)
    {
      guint64 before = cpu_of_process (getpid ());

      talk (&alice, &bob, n_texts);
      printf ("%" G_GUINT64_FORMAT "\n", cpu_of_process (getpid ()) - before);
    }
  return 0;
}
