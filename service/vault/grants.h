/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Grants: which sandboxed program may use which account. They rest with the
 * trust. */

#pragma once

#include "vault/vault.h"

G_BEGIN_DECLS

/* More are LimitExceeded: a sandboxed program makes them by asking. */
#define VAULT_GRANTS_MAX 512
#define VAULT_GRANTS_PER_APPLICATION_MAX 32

typedef struct
{
  char *application; /* the sandbox's id */
  char *protocol;
  char *account;
  char *grant; /* the contract's word: allow, deny or ask */
} VaultGrant;

void vault_grant_free (VaultGrant *grant);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultGrant, vault_grant_free)

GPtrArray *vault_list_grants (Vault *vault); /* of VaultGrant */
/* NULL: it has never asked, or the vault is not open. */
VaultGrant *vault_lookup_grant (Vault *vault,
                                const char *application,
                                const char *protocol,
                                const char *account);
gboolean vault_put_grant (Vault *vault, const VaultGrant *grant, GError **error);
void vault_remove_grant (Vault *vault, const VaultGrant *grant);

G_END_DECLS
