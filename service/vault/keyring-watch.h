/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hears what becomes of the desktop's keyring while we run: it appears, one of
 * its collections is locked or unlocked. It starts nothing and asks for nothing
 * that could prompt. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _VaultKeyringWatch VaultKeyringWatch;

/* @collection: its path; NULL: the keyring as a whole has appeared. */
typedef void (*VaultKeyringChanged) (const char *collection, gboolean locked, gpointer user_data);

VaultKeyringWatch *vault_keyring_watch_new (VaultKeyringChanged changed, gpointer user_data);
void vault_keyring_watch_free (VaultKeyringWatch *watch);

G_END_DECLS
