// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The terminal. Secrets are read from /dev/tty (never from argv) without being
 * shown, a byte at a time, so that no stdio buffer keeps them. */

#include "tty.h"
#include "otrd/otrd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define SECRET_LIMIT 4096
#define KEY_INTERRUPT 0x03
#define KEY_END 0x04
#define KEY_KILL 0x15
#define KEY_BACKSPACE 0x7f

gboolean
tty_is_output (void)
{
  return isatty (STDOUT_FILENO);
}

guint
tty_get_width (void)
{
  struct winsize size;

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

gboolean
tty_has_colours (void)
{
  const char *no_colour = g_getenv ("NO_COLOR");

  return tty_is_output () && (no_colour == NULL || *no_colour == '\0')
         && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

TtyColour
tty_colour_of (const char *word)
{
  static const char *const good[] = { "verified", "private", "ready", NULL };
  static const char *const care[] = { "unverified", "starting",   "finished",  "locked",    "asked",
                                      "waiting",    "generating", "unlocking", "read-only", NULL };
  static const char *const bad[] = { "rejected",    "fingerprint-changed",
                                     "damaged",     "keyless",
                                     "unavailable", "failed",
                                     "cheated",     NULL };

  if (g_strv_contains (good, word))
    return TTY_GOOD;
  if (g_strv_contains (care, word))
    return TTY_CARE;
  return g_strv_contains (bad, word) ? TTY_BAD : TTY_PLAIN;
}

char *
tty_paint (const char *text, TtyColour colour)
{
  static const char *const codes[] = { NULL, "32", "33", "1;31" };

  if (colour == TTY_PLAIN || !tty_has_colours ())
    return g_strdup (text);
  return g_strdup_printf ("\033[%sm%s\033[0m", codes[colour], text);
}

char *
tty_make_printable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *printable = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      GUnicodeType type = g_unichar_type (c);

      if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR
          || type == G_UNICODE_PARAGRAPH_SEPARATOR)
        c = 0xfffd;
      g_string_append_unichar (printable, c);
    }
  return g_string_free (printable, FALSE);
}

glong
tty_measure (const char *text)
{
  glong width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

typedef struct
{
  gsize length;
  char bytes[SECRET_LIMIT];
} Line;

static void
wipe_line (Line *line)
{
  explicit_bzero (line, sizeof *line);
  g_free (line);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Line, wipe_line)

static void
wipe_bytes (gpointer line)
{
  wipe_line (line);
}

static GBytes *
line_to_bytes (Line *line)
{
  return g_bytes_new_with_free_func (line->bytes, line->length, wipe_bytes, line);
}

static gboolean
append_byte (Line *line, char byte, GError **error)
{
  if (line->length == sizeof line->bytes)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "The secret is longer than %d bytes", SECRET_LIMIT);
      return FALSE;
    }
  line->bytes[line->length++] = byte;
  return TRUE;
}

static void
erase_character (Line *line)
{
  while (line->length > 0 && (line->bytes[--line->length] & 0xc0) == 0x80)
    ;
}

static gssize
read_byte (int descriptor, char *byte)
{
  gssize n;

  do
    n = read (descriptor, byte, 1);
  while (n < 0 && errno == EINTR);
  return n;
}

static gboolean
read_unseen (int descriptor, Line *line, GError **error)
{
  char byte;

  while (read_byte (descriptor, &byte) == 1 && byte != KEY_INTERRUPT && byte != KEY_END)
    if (byte == '\n' || byte == '\r')
      return TRUE;
    else if (byte == KEY_BACKSPACE || byte == '\b')
      erase_character (line);
    else if (byte == KEY_KILL)
      line->length = 0;
    else if (!append_byte (line, byte, error))
      return FALSE;
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_DISMISSED, "Nothing was entered");
  return FALSE;
}

static int
open_terminal (GError **error)
{
  int descriptor = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

  if (descriptor < 0)
    g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                         "There is no terminal to ask on; see the options that need none");
  return descriptor;
}

static void
print_on (int descriptor, const char *text)
{
  while (*text != '\0')
    {
      gssize n = write (descriptor, text, strlen (text));

      if (n <= 0)
        return;
      text += n;
    }
}

/* Raw keys rather than signals: a Ctrl-C must not leave the terminal mute. The
 * prompt comes when what is typed is unseen already. */
GBytes *
tty_read_secret (const char *prompt, GError **error)
{
  g_autoptr (Line) line = g_new0 (Line, 1);
  int descriptor = open_terminal (error);
  struct termios before, unseen;
  gboolean read;

  if (descriptor < 0)
    return NULL;
  tcgetattr (descriptor, &before);
  unseen = before;
  unseen.c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG);
  tcsetattr (descriptor, TCSAFLUSH, &unseen);
  print_on (descriptor, prompt);
  read = read_unseen (descriptor, line, error);
  tcsetattr (descriptor, TCSAFLUSH, &before);
  print_on (descriptor, "\n");
  close (descriptor);
  return read ? line_to_bytes (g_steal_pointer (&line)) : NULL;
}

GBytes *
tty_read_secret_from (int descriptor, GError **error)
{
  g_autoptr (Line) line = g_new0 (Line, 1);
  char byte;

  while (read_byte (descriptor, &byte) == 1 && byte != '\n')
    if (!append_byte (line, byte, error))
      return NULL;
  if (line->length > 0)
    return line_to_bytes (g_steal_pointer (&line));
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                       "There is no secret on standard input");
  return NULL;
}

char *
tty_ask_line (const char *question, GError **error)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  int descriptor = open_terminal (error);
  char byte;

  if (descriptor < 0)
    return NULL;
  print_on (descriptor, question);
  while (read_byte (descriptor, &byte) == 1 && byte != '\n')
    if (answer->len < SECRET_LIMIT)
      g_string_append_c (answer, byte);
  close (descriptor);
  return g_strstrip (g_string_free (g_steal_pointer (&answer), FALSE));
}

gboolean
tty_ask_yes (const char *question, gboolean *yes, GError **error)
{
  g_autofree char *prompt = g_strdup_printf ("%s [yes/no] ", question);
  g_autofree char *answer = tty_ask_line (prompt, error);

  *yes = answer != NULL && g_ascii_strcasecmp (answer, "yes") == 0;
  return answer != NULL;
}
