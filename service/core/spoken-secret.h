/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What people tell each other to verify: a secret as two people type it, or a
 * number that we make for them to read aloud. It is in locked memory only.
 */
#pragma once

#include <glib.h>

#include "secret/secret.h"

G_BEGIN_DECLS

#define CORE_PIN_DIGITS 6

/* *@shown: the digits, to be told to who asked; the caller wipes them. */
Secret *core_spoken_secret_new_pin (char shown[CORE_PIN_DIGITS + 1]);

/* As two people type it who say the same: Unicode's form NFC, without white
 * space around it. InvalidArgument: not UTF-8, or nothing is left. */
Secret *core_spoken_secret_normalise (Secret *secret, GError **error);

G_END_DECLS
