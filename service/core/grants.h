/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Grants: which account a sandboxed program may use, by the user's word.
 */
#pragma once

#include "core/core.h"

G_BEGIN_DECLS

/* Whether @application may use the account, in any spelling of its name.  One that has never asked
 * has now: signal grant-requested (application, protocol, account) of @core.  AccessDenied unless
 * it is allowed. */
void core_ask_grant (Core *core,
                     const char *application,
                     const char *protocol,
                     const char *name,
                     const CoreAccountOptions *options,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
/* @grant: `allow`, `deny`, `ask`; on disk before the answer. */
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
