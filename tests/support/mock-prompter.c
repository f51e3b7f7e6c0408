/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A prompter for gnome-keyring that answers by script. It prints its bus name,
 * for GNOME_KEYRING_TEST_PROMPTER, then a line when a prompt is up; answers each
 * after a delay.
 *
 *     mock-prompter DELAY_MS [ok:PASSWORD | cancel]... */

#define GCR_API_SUBJECT_TO_CHANGE
#include <gcr/gcr-base.h>
#include <stdio.h>
#include <stdlib.h>

static gboolean
look_for_prompt (gpointer was_prompting)
{
  gboolean is_prompting = gcr_mock_prompter_is_prompting ();

  if (is_prompting && !*(gboolean *)was_prompting)
    {
      printf ("prompt\n");
      fflush (stdout);
    }
  *(gboolean *)was_prompting = is_prompting;
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  gboolean was_prompting = FALSE;

  if (argc < 2)
    return 2;
  printf ("%s\n", gcr_mock_prompter_start ());
  fflush (stdout);
  gcr_mock_prompter_set_delay_msec (atoi (argv[1]));
  for (int i = 2; i < argc; i++)
    if (g_str_has_prefix (argv[i], "ok:"))
      gcr_mock_prompter_expect_password_ok (argv[i] + 3, NULL);
    else
      gcr_mock_prompter_expect_password_cancel ();
  g_timeout_add (10, look_for_prompt, &was_prompting);
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  return 0;
}
