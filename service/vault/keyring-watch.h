/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hears what becomes of the desktop's keyring while we run: it appears, it goes,
 * one of its collections is locked or unlocked, an item changes or is deleted. It
 * starts nothing and asks for nothing that could prompt. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _VaultKeyringWatch VaultKeyringWatch;

typedef enum
{
  VAULT_KEYRING_APPEARED,
  VAULT_KEYRING_VANISHED,
  VAULT_KEYRING_LOCKED,       /* @path: the collection */
  VAULT_KEYRING_UNLOCKED,     /* likewise */
  VAULT_KEYRING_ITEM_CHANGED, /* @path: the item, which may be gone */
} VaultKeyringEvent;

typedef void (*VaultKeyringChanged) (VaultKeyringEvent event, const char *path, gpointer user_data);

VaultKeyringWatch *vault_keyring_watch_new (VaultKeyringChanged changed, gpointer user_data);
void vault_keyring_watch_free (VaultKeyringWatch *watch);

G_END_DECLS
