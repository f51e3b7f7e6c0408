// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Asks pinentry, in its language (Assuan): a command a line over a pipe, answered by
 * "D data" lines and then OK or ERR. The passphrase comes in such a line; it is read by
 * hand, for no stream to keep it, and never stands in an argument or the environment. */

#include "pinentry.h"
#include "otrd/otrd.h"

#include <errno.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM_VARIABLE "OTRCTL_PINENTRY"
#define LINE_LIMIT 1024
#define SECRET_LIMIT 1024
#define CODE_MASK 0xffff /* the rest of an error's number says who it is from */
#define CODE_CANCELED 99
#define CODE_FULLY_CANCELED 198

/* The person's answer, and the line it came in. */
typedef struct
{
  gsize length;
  char bytes[SECRET_LIMIT];
  char line[LINE_LIMIT];
} Answer;

typedef struct
{
  GPid process;
  int to;
  int from;
} Pinentry;

typedef enum
{
  REPLY_OK,
  REPLY_DISMISSED,
  REPLY_FAILED,
} Reply;

static void
wipe_answer (gpointer answer)
{
  explicit_bzero (answer, sizeof (Answer));
  g_free (answer);
}

typedef Answer WipedAnswer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WipedAnswer, wipe_answer)

static gboolean
write_text (Pinentry *pinentry, const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      gssize n = write (pinentry->to, text, left);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      text += n;
      left -= n;
    }
  return TRUE;
}

/* What steers the language, and what no line holds, as %XX. */
static char *
escape (const char *text)
{
  GString *escaped = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    if ((guchar)*c < 0x20 || *c == '%' || *c == 0x7f)
      g_string_append_printf (escaped, "%%%02X", (guchar)*c);
    else
      g_string_append_c (escaped, *c);
  return g_string_free (escaped, FALSE);
}

/* A line without its end; FALSE at the end of all, or when it is too long. */
static gboolean
read_line (Pinentry *pinentry, Answer *answer)
{
  for (gsize length = 0; length < LINE_LIMIT; length++)
    {
      gssize n;

      do
        n = read (pinentry->from, &answer->line[length], 1);
      while (n < 0 && errno == EINTR);
      if (n != 1)
        return FALSE;
      if (answer->line[length] != '\n')
        continue;
      answer->line[length] = '\0';
      return TRUE;
    }
  return FALSE;
}

static gboolean
append_data (Answer *answer, const char *data)
{
  for (; *data != '\0'; data++)
    {
      char byte = *data;

      if (byte == '%' && g_ascii_isxdigit (data[1]) && g_ascii_isxdigit (data[2]))
        {
          byte = (char)(g_ascii_xdigit_value (data[1]) << 4 | g_ascii_xdigit_value (data[2]));
          data += 2;
        }
      if (answer->length == SECRET_LIMIT)
        return FALSE;
      answer->bytes[answer->length++] = byte;
    }
  return TRUE;
}

static Reply
read_error (const char *line)
{
  guint64 code = g_ascii_strtoull (line + strlen ("ERR "), NULL, 10) & CODE_MASK;

  return code == CODE_CANCELED || code == CODE_FULLY_CANCELED ? REPLY_DISMISSED : REPLY_FAILED;
}

static Reply
read_reply (Pinentry *pinentry, Answer *answer)
{
  while (read_line (pinentry, answer))
    if (g_str_has_prefix (answer->line, "OK"))
      return REPLY_OK;
    else if (g_str_has_prefix (answer->line, "ERR "))
      return read_error (answer->line);
    else if (g_str_has_prefix (answer->line, "D ")
             && !append_data (answer, answer->line + strlen ("D ")))
      return REPLY_FAILED;
  return REPLY_FAILED;
}

static Reply
command (Pinentry *pinentry, Answer *answer, const char *name, const char *argument)
{
  g_autofree char *escaped = argument != NULL ? escape (argument) : NULL;
  g_autofree char *line =
      g_strconcat (name, escaped != NULL ? " " : "", escaped != NULL ? escaped : "", "\n", NULL);

  return write_text (pinentry, line) ? read_reply (pinentry, answer) : REPLY_FAILED;
}

/* What it does not know of these it does without. */
static void
give_option (Pinentry *pinentry, Answer *answer, const char *name, const char *value)
{
  g_autofree char *option = value != NULL ? g_strconcat (name, "=", value, NULL) : NULL;

  if (option != NULL)
    command (pinentry, answer, "OPTION", option);
}

static Reply
talk (Pinentry *pinentry, Answer *answer, const char *description, const char *complaint)
{
  const char *terminal = ttyname (STDIN_FILENO);
  Reply reply = read_reply (pinentry, answer); /* its greeting */

  if (reply != REPLY_OK)
    return reply;
  give_option (pinentry, answer, "ttyname", terminal != NULL ? terminal : g_getenv ("GPG_TTY"));
  give_option (pinentry, answer, "ttytype", g_getenv ("TERM"));
  give_option (pinentry, answer, "lc-ctype", setlocale (LC_CTYPE, NULL));
  if (command (pinentry, answer, "SETDESC", description) != REPLY_OK
      || command (pinentry, answer, "SETPROMPT", "Passphrase:") != REPLY_OK
      || (complaint != NULL && command (pinentry, answer, "SETERROR", complaint) != REPLY_OK))
    return REPLY_FAILED;
  answer->length = 0;
  return command (pinentry, answer, "GETPIN", NULL);
}

static const char *
find_program (void)
{
  const char *program = g_getenv (PROGRAM_VARIABLE);

  if (program == NULL)
    return "pinentry";
  return *program != '\0' && !g_str_equal (program, "none") ? program : NULL;
}

static gboolean
start (Pinentry *pinentry, const char *program)
{
  const char *arguments[] = { program, NULL };
  int to[2], from[2];
  gboolean is_started;

  if (!g_unix_open_pipe (to, FD_CLOEXEC, NULL))
    return FALSE;
  if (!g_unix_open_pipe (from, FD_CLOEXEC, NULL))
    {
      close (to[0]);
      close (to[1]);
      return FALSE;
    }
  is_started = g_spawn_async_with_fds (NULL, (char **)arguments, NULL,
                                       G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD
                                           | G_SPAWN_STDERR_TO_DEV_NULL,
                                       NULL, NULL, &pinentry->process, to[0], from[1], -1, NULL);
  close (to[0]);
  close (from[1]);
  pinentry->to = to[1];
  pinentry->from = from[0];
  if (is_started)
    return TRUE;
  close (to[1]);
  close (from[0]);
  return FALSE;
}

static void
end (Pinentry *pinentry)
{
  write_text (pinentry, "BYE\n");
  close (pinentry->to);
  close (pinentry->from);
  while (waitpid (pinentry->process, NULL, 0) < 0 && errno == EINTR)
    ;
  g_spawn_close_pid (pinentry->process);
}

static GBytes *
answer_to_bytes (Answer *answer)
{
  explicit_bzero (answer->line, sizeof answer->line);
  return g_bytes_new_with_free_func (answer->bytes, answer->length, wipe_answer, answer);
}

GBytes *
pinentry_ask (const char *description, const char *complaint, gboolean *is_there, GError **error)
{
  g_autoptr (WipedAnswer) answer = g_new0 (Answer, 1);
  const char *program = find_program ();
  void (*before) (int) = signal (SIGPIPE, SIG_IGN); /* it may end at any moment */
  Pinentry pinentry;
  Reply reply = REPLY_FAILED;

  if (program != NULL && start (&pinentry, program))
    {
      reply = talk (&pinentry, answer, description, complaint);
      end (&pinentry);
    }
  signal (SIGPIPE, before);
  *is_there = reply != REPLY_FAILED;
  if (reply == REPLY_DISMISSED)
    g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_DISMISSED, "Nothing was entered");
  if (reply != REPLY_OK)
    return NULL;
  return answer_to_bytes (g_steal_pointer (&answer));
}
