/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Contact over account over default, and the words for it. */

#include "core/policy.h"

#include "introspection/otrd-error.h"

const char *
core_policy_origin_to_string (CorePolicyOrigin origin)
{
  switch (origin)
    {
    case CORE_ORIGIN_CONTACT:
      return "contact";
    case CORE_ORIGIN_ACCOUNT:
      return "account";
    case CORE_ORIGIN_DEFAULT:
      break;
    }
  return "default";
}

gboolean
core_policy_read (const char *word, gboolean may_inherit, OtrdPolicy *policy, GError **error)
{
  OtrdPolicy read = otrd_policy_from_string (word);

  if (read == OTRD_POLICY_UNKNOWN || (read == OTRD_POLICY_INHERIT && !may_inherit))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Cannot set the policy: it must be never, manual, opportunistic%s always",
                   may_inherit ? ", empty (inherit) or" : " or");
      return FALSE;
    }
  *policy = read;
  return TRUE;
}

static gboolean
decides (OtrdPolicy policy)
{
  return policy != OTRD_POLICY_INHERIT && otrd_policy_to_string (policy) != NULL;
}

OtrdPolicy
core_policy_resolve (OtrdPolicy contact,
                     OtrdPolicy account,
                     OtrdPolicy by_default,
                     CorePolicyOrigin *origin)
{
  CorePolicyOrigin found = CORE_ORIGIN_DEFAULT;
  OtrdPolicy policy = decides (by_default) ? by_default : CORE_POLICY_DEFAULT;

  if (decides (contact))
    {
      found = CORE_ORIGIN_CONTACT;
      policy = contact;
    }
  else if (decides (account))
    {
      found = CORE_ORIGIN_ACCOUNT;
      policy = account;
    }
  if (origin != NULL)
    *origin = found;
  return policy;
}
