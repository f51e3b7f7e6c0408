/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What main () does first, for test programs that have no engine: libgcrypt's
 * initialisation in the order of secret/memory.h, and a watchdog. */

#pragma once

#include <gcrypt.h>
#include <unistd.h>

#include "secret/memory.h"

static inline void
test_init_without_engine (guint seconds)
{
  alarm (seconds);
  gcry_control (GCRYCTL_SET_PREFERRED_RNG_TYPE, GCRY_RNG_TYPE_SYSTEM);
  gcry_check_version (NULL);
  secret_memory_install_handlers ();
  secret_memory_finish ();
}
