// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "client-private.h"
#include "otrd-account.h"
#include "otrd-session.h"

G_BEGIN_DECLS

/* What a client and an account or a session say to each other. */

OtrdAccount *otrd_account_get (OtrdClient *client, const char *path, GVariant *properties);
void otrd_account_signalled (OtrdAccount *self, GDBusMessage *signal);
void otrd_account_apply (OtrdAccount *self, GVariant *properties);
/* Asks for its properties. */
OtrdCall *otrd_account_make_refresh (OtrdAccount *self);
void otrd_account_service_came (OtrdAccount *self);

OtrdSession *otrd_session_get (OtrdClient *client, const char *path, GVariant *properties);
void otrd_session_apply (OtrdSession *self, GVariant *properties);
/* The client has opened it, in these words and this epoch; 0: one that is over. */
void otrd_session_opened (OtrdSession *self,
                          const char *protocol,
                          const char *account,
                          const char *contact,
                          GVariant *options,
                          GVariant *state,
                          guint epoch);
void otrd_session_pending (OtrdSession *self);
void otrd_session_service_came (OtrdSession *self);
void otrd_session_service_went (OtrdSession *self);

G_END_DECLS
