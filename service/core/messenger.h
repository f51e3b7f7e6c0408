/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A messenger: one caller. Bus makes one for each connection that calls, and
 * tells when it has gone.
 *
 * What is per session (content type, size of a line, online) is in the
 * session's attachments; here is only who it is and how to ring its bell.
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _CoreSession CoreSession;

#define CORE_TYPE_MESSENGER (core_messenger_get_type ())
G_DECLARE_FINAL_TYPE (CoreMessenger, core_messenger, CORE, MESSENGER, GObject)

/* Something is owed to @messenger on @session: it is to call Collect. Rung once until it has made
 * a call there, which brings the owed along. */
typedef void (*CoreBell) (CoreMessenger *messenger, CoreSession *session, gpointer user_data);

/* @id: a stable name of the connection (its unique name); @user_data must outlive
 * core_messenger_vanish (). */
CoreMessenger *
core_messenger_new (const char *id, gboolean sandboxed, CoreBell bell, gpointer user_data);

const char *core_messenger_get_id (CoreMessenger *messenger);
gboolean core_messenger_is_sandboxed (CoreMessenger *messenger);

/* What it calls itself: the application id ("" until it says), and a name for
 * people (NULL: the application id). */
void core_messenger_introduce (CoreMessenger *messenger, const char *application, const char *name);
const char *core_messenger_get_application (CoreMessenger *messenger);
const char *core_messenger_get_name (CoreMessenger *messenger);

/* It asks for the account; whether for the first time.  After many questions none is. */
gboolean
core_messenger_note_question (CoreMessenger *messenger, const char *protocol, const char *account);

/* The sessions it is attached to. (transfer container) (element-type CoreSession) */
GPtrArray *core_messenger_list_sessions (CoreMessenger *messenger);

guint core_messenger_count_sessions (CoreMessenger *messenger);

/* Detaches it from the sessions of that account. */
void
core_messenger_leave_account (CoreMessenger *messenger, const char *protocol, const char *account);

/* Its bell rings no more. */
void core_messenger_silence (CoreMessenger *messenger);

/* The connection has closed: detaches it from every session; its bell rings no more. */
void core_messenger_vanish (CoreMessenger *messenger);

G_END_DECLS
