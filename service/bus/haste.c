/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A count that begins anew when it has taken too long. */

#include "bus/haste.h"

gboolean
bus_haste_note (BusHaste *haste, gint64 now)
{
  if (haste->calls == 0 || now - haste->since > BUS_HASTE_TIME)
    {
      haste->calls = 0;
      haste->since = now;
    }
  haste->calls++;
  return haste->calls >= BUS_HASTE_CALLS;
}

gboolean
bus_haste_end (BusHaste *haste)
{
  gboolean was_hasty = haste->calls >= BUS_HASTE_CALLS;

  haste->calls = 0;
  return was_hasty;
}
