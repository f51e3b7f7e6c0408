/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What lines cost, counted in exponentiations: those are nearly all that libotr spends time on. A
 * turn of direction costs four, although bare libotr spends a fifth in vain, and nothing that may
 * still come is unreadable for it. */
#include <dlfcn.h>
#include <gcrypt.h>
#include <unistd.h>

#include "pair.h"

static guint n_powers;

/* In place of libgcrypt's own, for libotr. */
void
gcry_mpi_powm (gcry_mpi_t w, const gcry_mpi_t b, const gcry_mpi_t e, const gcry_mpi_t m)
{
  void (*power) (gcry_mpi_t, const gcry_mpi_t, const gcry_mpi_t, const gcry_mpi_t) =
      dlsym (RTLD_NEXT, "gcry_mpi_powm");

  n_powers++;
  power (w, b, e, m);
}

static void
say (End *from, const char *text)
{
  g_assert_true (end_send (from, text, 0));
  end_take_one (from->peer);
  g_assert_cmpstr (end_last_text (from->peer), ==, text);
}

static void
test_a_turn_of_direction_costs_four (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      n_powers = 0;
      say (i % 2 ? &pair->bob : &pair->alice, text);
      g_assert_cmpuint (n_powers, <=, 4);
    }
  g_assert_cmpuint (n_powers, ==, 4);
}

static void
test_a_line_in_the_same_direction_costs_none (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);

  say (&pair->alice, "one");
  say (&pair->bob, "two");
  say (&pair->alice, "three");
  n_powers = 0;
  say (&pair->alice, "four");
  g_assert_cmpuint (n_powers, ==, 0);
}

/* Lines of both keys of both ends, each kept back over a turn and read after it. */
static void
test_a_line_that_a_turn_has_overtaken_is_read (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);
  g_autofree char *late = NULL;

  for (guint i = 0; i < 8; i++)
    {
      End *from = i % 2 ? &pair->bob : &pair->alice;
      g_autofree char *held = end_encrypt (from, "held");

      if (late != NULL)
        {
          end_receive (from, late);
          g_assert_cmpstr (end_last_text (from), ==, "held");
        }
      say (from, "first");
      g_free (late);
      late = g_steal_pointer (&held);
    }
}

/* A goodbye in a line that turns the direction: the key that was out of sight is neither lost nor
 * freed twice. */
static void
test_a_turn_that_ends_all_goes_well (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);

  for (guint i = 0; i < 4; i++)
    say (i % 2 ? &pair->bob : &pair->alice, "to and fro");
  end_end (&pair->alice);
  pair_settle (pair);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_FINISHED);
  pair_go_private (pair);
  say (&pair->bob, "again");
}

static void
add (const char *name, GTestDataFunc test)
{
  for (guint version = 2; version <= 3; version++)
    {
      g_autofree char *path = g_strdup_printf ("/cost/v%u/%s", version, name);

      g_test_add_data_func (path, GUINT_TO_POINTER (version), test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  add ("a-turn-of-direction-costs-four", test_a_turn_of_direction_costs_four);
  add ("a-line-in-the-same-direction-costs-none", test_a_line_in_the_same_direction_costs_none);
  add ("a-line-that-a-turn-has-overtaken-is-read", test_a_line_that_a_turn_has_overtaken_is_read);
  add ("a-turn-that-ends-all-goes-well", test_a_turn_that_ends_all_goes_well);
  return g_test_run ();
}
