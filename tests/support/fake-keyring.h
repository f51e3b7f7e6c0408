/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fake Secret Service of fake_keyring.py, on the bus of the test. What it
 * is told it has done when the call returns. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FakeKeyring FakeKeyring;

FakeKeyring *fake_keyring_new (void);
void fake_keyring_free (FakeKeyring *keyring);

/* One command, or many with "; " between; gives the last one's answer. */
char *fake_keyring_tell (FakeKeyring *keyring, const char *commands);

G_END_DECLS
