/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* In place of libgcrypt's random bytes, as libotr asks for them: the same ones in the same order
 * for each input, so that what a fuzzer has found happens again. (A signature's own are others.) */
#pragma once

/* From the beginning. */
void fixed_restart (void);
