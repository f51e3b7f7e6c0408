// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>
#include <purple.h>

G_BEGIN_DECLS

/* libpurple as a messenger of the service: the client, and a talk for each
 * contact that was written to or heard from. */
typedef struct _Messenger Messenger;
typedef struct _Talk Talk;

Messenger *messenger_new (PurplePlugin *plugin);
/* The plugin is unloaded: the talks go. Answers that still come find it closed. */
void messenger_close (Messenger *self);
Messenger *messenger_ref (Messenger *self);
void messenger_unref (Messenger *self);

/* NULL: closed. */
PurplePlugin *messenger_get_plugin (Messenger *self);

/* Calls when the client is there; with NULL, and why, if there is none to be had;
 * never if the plugin is unloaded before. */
typedef void (*MessengerTask) (Messenger *messenger,
                               OtrdClient *client,
                               const GError *error,
                               gpointer user_data);
void messenger_do (Messenger *self, MessengerTask task, gpointer user_data, GDestroyNotify destroy);

/* NULL: not there yet; the talks hear of it when it is, or why it is not. */
OtrdClient *messenger_get_client (Messenger *self);

/* The talk with the contact; made if there is none. */
Talk *messenger_get_talk (Messenger *self, PurpleAccount *account, const char *who);
/* NULL if there is none. */
Talk *messenger_find_talk (Messenger *self, PurpleAccount *account, const char *who);
void messenger_drop_talk (Messenger *self, Talk *talk);
void messenger_drop_account (Messenger *self, PurpleAccount *account);
/* The talks of the account; free the array. */
GPtrArray *messenger_list_talks (Messenger *self, PurpleAccount *account);

/* A line is on its way into the network, or a text to the user, by our own hand. */
void messenger_enter (Messenger *self);
void messenger_leave (Messenger *self);
gboolean messenger_is_entered (Messenger *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Messenger, messenger_unref)

G_END_DECLS
