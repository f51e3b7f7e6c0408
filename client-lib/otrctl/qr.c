// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* QR codes, by libqrencode. */

#include "qr.h"
#include "otrd/otrd.h"

#ifdef HAVE_QRENCODE
#include <qrencode.h>

/* Light modules around it, without which a camera does not find it. */
#define MARGIN 4

static gboolean
is_dark (const QRcode *code, int x, int y)
{
  return x >= 0 && y >= 0 && x < code->width && y < code->width
         && (code->data[y * code->width + x] & 1) != 0;
}

/* Without colours the terminal is taken to be light on dark. */
static const char *
choose_block (gboolean upper, gboolean lower)
{
  return upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
}

static void
append_row (GString *drawn, const QRcode *code, int y, gboolean coloured)
{
  if (coloured)
    g_string_append (drawn, "\033[30;107m");
  for (int x = -MARGIN; x < code->width + MARGIN; x++)
    g_string_append (drawn, choose_block (is_dark (code, x, y) == coloured,
                                          is_dark (code, x, y + 1) == coloured));
  g_string_append (drawn, coloured ? "\033[0m\n" : "\n");
}

char *
qr_draw (const char *text, gboolean coloured, GError **error)
{
  QRcode *code = QRcode_encodeString (text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  GString *drawn;

  if (code == NULL)
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_FAILED, "The QR code could not be made");
      return NULL;
    }
  drawn = g_string_new (NULL);
  for (int y = -MARGIN; y < code->width + MARGIN; y += 2)
    append_row (drawn, code, y, coloured);
  QRcode_free (code);
  return g_string_free (drawn, FALSE);
}

#else

char *
qr_draw (const char *text, gboolean coloured, GError **error)
{
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED,
                       "This otrctl was built without QR codes; see --link");
  return NULL;
}

#endif
