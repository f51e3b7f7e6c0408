/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Grants: which account a sandboxed program may use, by the user's word.
 */
#pragma once

#include "core/core.h"

G_BEGIN_DECLS

/* Whether the sandboxed @messenger may use the account, in any spelling of its name.  One that has
 * never asked has now: signal grant-requested (application, protocol, account) of @core, once for
 * the messenger and the account.  AccessDenied unless it is allowed. */
void core_ask_grant (Core *core,
                     CoreMessenger *messenger,
                     const char *protocol,
                     const char *name,
                     const CoreAccountOptions *options,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
/* Whether it is so now: what was allowed may have been taken back meanwhile. */
gboolean core_check_grant (CoreMessenger *messenger, CoreAccount *account, GError **error);
/* @grant: `allow`, `deny`; `ask` forgets the answer.  On disk before the answer. */
void core_set_grant (Core *core,
                     const char *application,
                     const char *protocol,
                     const char *name,
                     const char *grant,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
/* Of both. */
gboolean core_grant_finish (Core *core, GAsyncResult *result, GError **error);

/* aa{sv} of ListApplications, floating; NULL: the vault is not open. */
GVariant *core_list_grants (Core *core, GError **error);

G_END_DECLS
