/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Vaults that a passphrase opens at the least cost there is: a test opens hundreds. */

#pragma once

#include "vault/sealed-file.h"

G_BEGIN_DECLS

/* The parameters of a header. */
GBytes *cheap_passphrase_wrap (const char *passphrase, Secret *key);
/* The file as it is, but opened by @wrapped. */
void cheap_passphrase_seal (
    const char *folder, const char *name, VaultContents contents, Secret *key, GBytes *wrapped);

G_END_DECLS
