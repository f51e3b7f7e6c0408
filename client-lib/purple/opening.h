// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>

#include "messenger.h"

G_BEGIN_DECLS

/* The session of a talk is opened with what libpurple knows of its contact. */

/* As otrd_client_open_session (). */
void
opening_begin (Talk *talk, OtrdClient *client, GAsyncReadyCallback callback, gpointer user_data);
/* The service is there and will not have this contact, however often it is asked. */
gboolean opening_is_refused (const GError *error);

G_END_DECLS
