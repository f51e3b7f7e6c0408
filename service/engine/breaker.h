/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The breaker: stops errors that answer errors and queries that answer
 * queries.  A bucket of tokens that time fills; it has no clock of its own.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint spent;
  gint64 since;
} EngineBreaker;

#define ENGINE_BREAKER_TOKENS 5
#define ENGINE_BREAKER_REFILL (12 * G_USEC_PER_SEC) /* one token */

/* Whether an answer may go at @now (microseconds); takes a token if so. */
static inline gboolean
engine_breaker_allows (EngineBreaker *breaker, gint64 now)
{
  gint64 refilled = (now - breaker->since) / ENGINE_BREAKER_REFILL;

  if (refilled > 0)
    {
      breaker->spent -= MIN (breaker->spent, (guint64)refilled);
      breaker->since += refilled * ENGINE_BREAKER_REFILL;
    }
  if (breaker->spent >= ENGINE_BREAKER_TOKENS)
    return FALSE;
  breaker->spent++;
  return TRUE;
}

G_END_DECLS
