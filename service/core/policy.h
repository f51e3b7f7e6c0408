/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Policy: which one holds for a contact, and where it comes from.
 *
 * The words are the contract's (OtrdPolicy); here is only the inheritance:
 * contact over account over default.
 */
#pragma once

#include "introspection/otrd-enums.h"

G_BEGIN_DECLS

/* What holds where nobody has said anything. */
#define CORE_POLICY_DEFAULT OTRD_POLICY_OPPORTUNISTIC

typedef enum
{
  CORE_ORIGIN_CONTACT,
  CORE_ORIGIN_ACCOUNT,
  CORE_ORIGIN_DEFAULT,
} CorePolicyOrigin;

/* The contract's word for it. */
const char *core_policy_origin_to_string (CorePolicyOrigin origin);

/* Reads a policy's word; "" (inherit) only if @may_inherit.  INVALID_ARGUMENT for any other. */
gboolean
core_policy_read (const char *word, gboolean may_inherit, OtrdPolicy *policy, GError **error);

/* The policy that holds; never OTRD_POLICY_INHERIT or _UNKNOWN.  *@origin (nullable) says whose
 * it is.  A value that is no policy counts as inherit. */
OtrdPolicy core_policy_resolve (OtrdPolicy contact,
                                OtrdPolicy account,
                                OtrdPolicy by_default,
                                CorePolicyOrigin *origin);

G_END_DECLS
