/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A SecretService that prompts as it should. libsecret's own prompting never
 * comes back when the keyring dies meanwhile, cannot tell "dismissed" from "not
 * there", and crashes gnome-keyring when cancelled. This one watches the owner
 * of the name, has an error for each end, and never takes a prompt away.
 *
 * It is made for one operation: a long-lived one stays bound to a keyring that
 * was restarted. */

#pragma once

#include <libsecret/secret.h>

G_BEGIN_DECLS

typedef enum
{
  VAULT_PROMPT_ERROR_DISMISSED,
  VAULT_PROMPT_ERROR_VANISHED,
  VAULT_PROMPT_ERROR_NOT_ALLOWED,
} VaultPromptError;

#define VAULT_PROMPT_ERROR (vault_prompt_error_quark ())
GQuark vault_prompt_error_quark (void);

#define VAULT_TYPE_PROMPT_SERVICE (vault_prompt_service_get_type ())
G_DECLARE_FINAL_TYPE (
    VaultPromptService, vault_prompt_service, VAULT, PROMPT_SERVICE, SecretService)

typedef void (*VaultPromptBegins) (gpointer user_data);

/* Until this is called no prompt is allowed: what needs one fails with
 * NOT_ALLOWED. @begins is called before each prompt; NULL, NULL forbids them again. */
void vault_prompt_service_allow (VaultPromptService *service,
                                 VaultPromptBegins begins,
                                 gpointer user_data);

G_END_DECLS
