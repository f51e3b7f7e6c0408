// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "otrd/otrd.h"

G_BEGIN_DECLS

/**
 * known_print:
 * @account: an account
 * @session: its session with the contact
 *
 * Prints what is known of the contact's other keys, so that the one in use can be
 * judged by it.
 */
gboolean known_print (OtrdAccount *account, OtrdSession *session, GError **error);

G_END_DECLS
