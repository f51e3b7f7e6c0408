// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Draws the padlock. The shape tells as well as the colour, for those who do not
 * see the difference of red and green. */

#include "padlock.h"

#define SIZE 16
/* The shackle is the upper part; open, it stands beside the body. */
#define SHACKLE_ROWS 7
#define OPEN_SHIFT 4

static const char *const padlock[SIZE] = {
  "................", "....#####.......", "...#######......", "...##...##......",
  "...##...##......", "...##...##......", "...##...##......", ".###########....",
  ".###########....", ".#####.#####....", ".####...####....", ".#####.#####....",
  ".#####.#####....", ".###########....", ".###########....", "................",
};

static gboolean
is_inked (int x, int y, gboolean shut)
{
  if (!shut && y < SHACKLE_ROWS)
    x -= OPEN_SHIFT;
  return x >= 0 && padlock[y][x] == '#';
}

GdkPixbuf *
padlock_draw (guint32 colour, gboolean shut)
{
  GdkPixbuf *drawn = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, SIZE, SIZE);
  int row_bytes = gdk_pixbuf_get_rowstride (drawn);
  guchar *pixels = gdk_pixbuf_get_pixels (drawn);

  gdk_pixbuf_fill (drawn, 0);
  for (int y = 0; y < SIZE; y++)
    for (int x = 0; x < SIZE; x++)
      if (is_inked (x, y, shut))
        {
          guchar *pixel = pixels + y * row_bytes + 4 * x;

          pixel[0] = (colour >> 16) & 0xff;
          pixel[1] = (colour >> 8) & 0xff;
          pixel[2] = colour & 0xff;
          pixel[3] = 0xff;
        }
  return drawn;
}
