// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* What the service says of itself and of its vault, as it was last told. */

#include "client-private.h"

const OtrdMirrorName otrd_client_facts[] = {
  { "Version", "version" },
  { "ProgramVersion", "program-version" },
  { "Vault", "vault" },
  { "KeyStore", "key-store" },
  { "DefaultPolicy", "default-policy" },
  { "LockWithScreen", "lock-with-screen" },
  { "LockWhenIdle", "lock-when-idle" },
  { NULL, NULL },
};

guint
otrd_client_get_version (OtrdClient *self)
{
  return otrd_mirror_get_uint (otrd_client_get_mirror (self), "Version");
}

const char *
otrd_client_get_program_version (OtrdClient *self)
{
  return otrd_mirror_get_string (otrd_client_get_mirror (self), "ProgramVersion");
}

OtrdVault
otrd_client_get_vault (OtrdClient *self)
{
  return otrd_vault_from_string (otrd_mirror_get_string (otrd_client_get_mirror (self), "Vault"));
}

const char *
otrd_client_get_key_store (OtrdClient *self)
{
  return otrd_mirror_get_string (otrd_client_get_mirror (self), "KeyStore");
}

OtrdPolicy
otrd_client_get_default_policy (OtrdClient *self)
{
  const char *word = otrd_mirror_get_string (otrd_client_get_mirror (self), "DefaultPolicy");

  return *word == '\0' ? OTRD_POLICY_UNKNOWN : otrd_policy_from_string (word);
}

gboolean
otrd_client_get_lock_with_screen (OtrdClient *self)
{
  GVariant *value = otrd_mirror_get (otrd_client_get_mirror (self), "LockWithScreen", "b");

  return value != NULL && g_variant_get_boolean (value);
}

guint
otrd_client_get_lock_when_idle (OtrdClient *self)
{
  return otrd_mirror_get_uint (otrd_client_get_mirror (self), "LockWhenIdle");
}
