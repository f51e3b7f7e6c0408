/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Process-wide initialisation: libotr, libgcrypt and their memory, in the one
 * order that works.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* First thing in main () and in every test program, before anything of libsecret: libotr and
 * libsecret each replace libgcrypt's allocator, and memory of the one must not be freed by the
 * other. */
void engine_init (void);

G_END_DECLS
