/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hostile lines: whatever comes, the session stays private, memory stays bounded, the process stays
 * up. */
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "pair.h"

static void
drain (End *end)
{
  g_queue_clear_full (&end->inbox, g_free);
}

static char *
corrupt (const char *line, GRand *rand)
{
  char *copy = g_strdup (line);
  gsize length = strlen (copy);
  guint changes = g_rand_int_range (rand, 1, 4);

  for (guint i = 0; i < changes && length > 0; i++)
    copy[g_rand_int_range (rand, 0, length)] = (char)g_rand_int_range (rand, 1, 256);
  return copy;
}

/* Lines of a whole conversation, to be bent. */
static GPtrArray *
record (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  pair_go_private (pair);
  end_send (&pair->alice, "recorded", 1);
  pair_settle (pair);
  end_end (&pair->alice);
  for (guint i = 0; i < pair->alice.wire->len; i++)
    g_ptr_array_add (lines, g_strdup (g_ptr_array_index (pair->alice.wire, i)));
  for (guint i = 0; i < pair->bob.wire->len; i++)
    g_ptr_array_add (lines, g_strdup (g_ptr_array_index (pair->bob.wire, i)));
  return lines;
}

static void
test_corrupted_lines (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autoptr (GPtrArray) lines = record ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (4711);

  pair_go_private (pair);
  for (guint i = 0; i < 4000; i++)
    {
      g_autofree char *line =
          corrupt (g_ptr_array_index (lines, g_rand_int_range (rand, 0, lines->len)), rand);

      end_receive (&pair->bob, line);
      g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
      drain (&pair->alice);
      if (i % 50 == 0)
        end_poll (&pair->bob, 30 * G_USEC_PER_SEC);
      drain (&pair->alice);
    }
  /* An exchange that the last ones have begun is waited for no longer. */
  end_poll (&pair->bob, 46 * G_USEC_PER_SEC);
  drain (&pair->alice);
  g_assert_true (end_send (&pair->bob, "still private", 9));
  g_assert_cmpuint (pair->alice.inbox.length, ==, 1);
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->alice), ==, "still private");
}

static char *
spoof_tag (const char *line, guint32 tag)
{
  g_autofree char *code = g_strndup (line + 5, strlen (line) - 6);
  g_autofree char *encoded = NULL;
  gsize length;
  guchar *body = g_base64_decode_inplace (code, &length);
  guint32 be = GUINT32_TO_BE (tag);

  memcpy (body + 3, &be, 4);
  encoded = g_base64_encode (body, length);
  return g_strdup_printf ("?OTR:%s.", encoded);
}

static gsize
heap (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static void
test_spoofed_instances (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autofree char *commit = NULL;
  gsize before = 0;

  end_receive (&pair->alice, "?OTRv3?");
  commit = g_queue_pop_head (&pair->bob.inbox);
  pair_go_private (pair);
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *line = spoof_tag (commit, 0x1000 + i);

      end_receive (&pair->bob, line);
      drain (&pair->alice);
      g_ptr_array_set_size (pair->bob.wire, 0);
      g_ptr_array_set_size (pair->bob.events, 0);
      if (i == 200)
        before = heap ();
    }
  g_assert_cmpuint (heap (), <, before + 256 * 1024);
  g_assert_true (end_send (&pair->bob, "alice is still here", 9));
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->alice), ==, "alice is still here");
}

/* A contact that comes with another tag each time is served each time. */
static void
test_the_next_instance_finds_room (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

  for (guint i = 0; i < 70; i++)
    {
      pair->alice.tag = 0x1000 + i;
      end_restart (&pair->alice, FALSE);
      end_poll (&pair->bob, 30 * G_USEC_PER_SEC);
      end_poll (&pair->alice, 30 * G_USEC_PER_SEC);
      pair_go_private (pair);
      g_assert_true (end_send (&pair->bob, "hello again", 1));
      pair_settle (pair);
      g_assert_cmpstr (end_last_text (&pair->alice), ==, "hello again");
      g_assert_cmpuint (pair->bob.view->instances->len, <=, 32);
      end_end (&pair->alice);
      pair_settle (pair);
    }
}

/* Somebody who comes with another key under many tags takes no room from the contact. */
static void
test_a_stranger_takes_no_room_from_the_contact (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autoptr (Pair) attack = pair_new ("mallory.key", "carol.key");

  pair_go_private (pair);
  end_know (&pair->bob, pair->bob.view->fingerprint, ENGINE_TRUST_VERIFIED);
  for (guint i = 0; i < 40; i++)
    {
      attack->alice.tag = 0x1000 + i;
      end_restart (&attack->alice, FALSE);
      end_poll (&pair->bob, 60 * G_USEC_PER_SEC);
      drain (&pair->alice);
      end_start (&attack->alice);
      for (guint k = 0; k < 6; k++)
        {
          g_autofree char *line = g_queue_pop_head (&attack->bob.inbox);

          if (line != NULL)
            end_receive (&pair->bob, line);
          while (pair->alice.inbox.length > 0)
            {
              g_autofree char *answer = g_queue_pop_head (&pair->alice.inbox);

              end_receive (&attack->alice, answer);
            }
        }
    }
  g_assert_true (end_send (&pair->bob, "alice is still here", 9));
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->alice), ==, "alice is still here");
  g_assert_true (end_has_event (&pair->bob, "fingerprint-changed"));
  end_poll (&pair->bob, 60 * G_USEC_PER_SEC);
  drain (&pair->alice);
  pair->alice.tag = 0x5000;
  end_restart (&pair->alice, FALSE);
  pair_go_private (pair);
}

/* libotr alone leaks 48 bytes for each. */
static void
test_unreadable_messages (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autofree char *line = NULL;
  gsize before = 0;

  pair_go_private (pair);
  line = end_encrypt (&pair->alice, "x");
  line[60] = line[60] == 'A' ? 'B' : 'A';
  for (guint i = 0; i < 20000; i++)
    {
      end_receive (&pair->bob, line);
      drain (&pair->alice);
      g_ptr_array_set_size (pair->bob.wire, 0);
      g_ptr_array_set_size (pair->bob.events, 0);
      if (i == 1000)
        before = heap ();
    }
  g_assert_cmpuint (heap (), <, before + 64 * 1024);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
}

/* libotr alone begins the exchange anew with each and leaks the keys of the one before. */
static void
test_repeated_dh_key (void)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autofree char *dh_key = NULL;
  gsize before = 0;
  guint answers = 0;

  end_receive (&pair->bob, "?OTRv3?");
  end_take_one (&pair->alice);
  dh_key = g_queue_pop_head (&pair->bob.inbox);
  for (guint i = 0; i < 500; i++)
    {
      end_receive (&pair->bob, dh_key);
      answers += pair->alice.inbox.length;
      drain (&pair->alice);
      g_ptr_array_set_size (pair->bob.wire, 0);
      if (i == 50)
        before = heap ();
    }
  g_assert_cmpuint (answers, ==, 500);
  g_assert_cmpuint (heap (), <, before + 16 * 1024);
  end_receive (&pair->bob, dh_key);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
}

static void
test_sessions_leave_nothing (void)
{
  gsize before = 0;

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");

      pair_go_private (pair);
      end_send (&pair->alice, "hello", 1);
      pair_settle (pair);
      end_end (&pair->alice);
      pair_settle (pair);
      if (i == 100)
        before = heap ();
    }
  g_assert_cmpuint (heap (), <, before + 64 * 1024);
}

/* What was sent and is not proven read goes to nobody else, whoever asks for it and however: libotr
 * alone can be made to send it to an attacker. */
static void
test_unproven_texts_stay (gconstpointer number)
{
  g_autoptr (Pair) pair = pair_new ("alice.key", "bob.key");
  g_autoptr (Pair) attack = pair_new ("mallory.key", "carol.key");
  End *bob = &pair->bob;

  bob->context.allows_v2 = GPOINTER_TO_INT (number) == 2;
  attack->alice.context.allows_v2 = bob->context.allows_v2;
  end_receive (bob, GPOINTER_TO_INT (number) == 2 ? "?OTRv2?" : "?OTRv3?");
  pair->alice.context.allows_v2 = bob->context.allows_v2;
  pair_settle (pair);
  g_assert_cmpint (bob->view->version, ==, GPOINTER_TO_INT (number));
  g_assert_true (end_send (bob, "for alice alone", 1));
  drain (&pair->alice);
  end_end (&pair->alice);
  pair_settle (pair);
  end_receive (bob, "?OTR Error: I have lost it");
  end_receive (bob, GPOINTER_TO_INT (number) == 2 ? "?OTRv2?" : "?OTRv3?");
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *line = g_queue_pop_head (&pair->alice.inbox);
      g_autofree char *answer = NULL;

      if (line != NULL)
        end_receive (&attack->alice, line);
      answer = g_queue_pop_head (&attack->bob.inbox);
      if (answer != NULL)
        end_receive (bob, answer);
    }
  g_assert_cmpint (attack->alice.view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_cmpuint (attack->alice.texts->len, ==, 0);
  g_assert_true (end_has_event (bob, "lost"));
  g_assert_false (end_has_event (bob, "resent"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);

  g_test_add_func ("/hostile/corrupted-lines-leave-the-session-private", test_corrupted_lines);
  g_test_add_func ("/hostile/spoofed-instances-are-bounded", test_spoofed_instances);
  g_test_add_func ("/hostile/the-next-instance-finds-room", test_the_next_instance_finds_room);
  g_test_add_func ("/hostile/a-stranger-takes-no-room-from-the-contact",
                   test_a_stranger_takes_no_room_from_the_contact);
  g_test_add_func ("/hostile/unreadable-messages-leave-no-memory-behind", test_unreadable_messages);
  g_test_add_func ("/hostile/a-repeated-d-h-key-leaves-no-memory-behind", test_repeated_dh_key);
  g_test_add_func ("/hostile/sessions-leave-no-memory-behind", test_sessions_leave_nothing);
  g_test_add_data_func ("/hostile/unproven-texts-stay/v2", GINT_TO_POINTER (2),
                        test_unproven_texts_stay);
  g_test_add_data_func ("/hostile/unproven-texts-stay/v3", GINT_TO_POINTER (3),
                        test_unproven_texts_stay);
  return g_test_run ();
}
