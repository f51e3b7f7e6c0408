/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Process-wide care for secrets in memory: libgcrypt's allocation goes through
 * the arena, and no core dump or debugger of another program sees us.
 *
 * libgcrypt, libotr and libsecret each want to set libgcrypt's allocation
 * handlers; blocks of one set freed by another kill the process. So there is
 * one order, once, before anything else uses libgcrypt:
 *
 *   gcry_control (GCRYCTL_SET_PREFERRED_RNG_TYPE, GCRY_RNG_TYPE_SYSTEM)
 *   OTRL_INIT                            (a program without libotr: gcry_check_version)
 *   secret_memory_install_handlers ()
 *   secret_memory_finish ()
 *
 * engine_init () does all of that; only programs without the engine do it themselves. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Secure requests of libgcrypt go to the arena, all others to malloc, and every
 * block is wiped when freed (Debian's libotr promises that and does not do it). */
void secret_memory_install_handlers (void);

/* Marks libgcrypt's initialisation finished, which keeps libsecret from
 * putting its own handlers in. */
void secret_memory_finish (void);

/* No core dumps, and no other process of the user may read our memory. */
void secret_memory_harden_process (void);

G_END_DECLS
