/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/support/fake-keyring.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

struct _FakeKeyring
{
  GSubprocess *process;
  GDataInputStream *answers;
};

static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

FakeKeyring *
fake_keyring_new (void)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  const char *const arguments[] = { g_getenv ("OTRD_PYTHON"), g_getenv ("OTRD_FAKE_KEYRING"),
                                    NULL };
  FakeKeyring *keyring = g_new0 (FakeKeyring, 1);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  keyring->process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  keyring->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (keyring->process));
  return keyring;
}

void
fake_keyring_free (FakeKeyring *keyring)
{
  g_subprocess_force_exit (keyring->process);
  g_subprocess_wait (keyring->process, NULL, NULL);
  g_object_unref (keyring->answers);
  g_object_unref (keyring->process);
  g_free (keyring);
}

static char *
tell_one (FakeKeyring *keyring, const char *command)
{
  GOutputStream *commands = g_subprocess_get_stdin_pipe (keyring->process);
  g_autofree char *line = g_strconcat (command, "\n", NULL);
  g_autoptr (GError) error = NULL;
  char *answer;

  g_output_stream_write_all (commands, line, strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
  answer = g_data_input_stream_read_line (keyring->answers, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);
  return answer;
}

char *
fake_keyring_tell (FakeKeyring *keyring, const char *commands)
{
  g_auto (GStrv) each = g_strsplit (commands, "; ", -1);
  char *answer = NULL;

  for (guint i = 0; each[i] != NULL; i++)
    {
      g_free (answer);
      answer = tell_one (keyring, each[i]);
    }
  return answer;
}
