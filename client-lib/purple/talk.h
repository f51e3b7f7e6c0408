// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* A conversation with one contact: what the user types and what the network
 * brings go to the service one by one, in order, and what it answers goes to
 * the network and to the user. Counted: an answer may come after its end. */

typedef struct _Jobs Jobs;

Talk *talk_new (Messenger *messenger, PurpleAccount *account, const char *who);
Talk *talk_ref (Talk *self);
void talk_unref (Talk *self);
/* The messenger no longer has it: answers that still come are dropped. */
void talk_abandon (Talk *self);

PurpleAccount *talk_get_account (Talk *self);
const char *talk_get_who (Talk *self);
PurplePlugin *talk_get_plugin (Talk *self);
/* NULL: abandoned. */
Messenger *talk_get_messenger (Talk *self);
OtrdClient *talk_get_client (Talk *self);
/* The warning of a changed key that the user has not answered yet. */
struct _ChangedKey *talk_get_changed_key (Talk *self);
/* The service's account as it was at the opening of the session, to be looked at at
 * once; NULL until it is there. What asks more of it goes by account_do (). */
OtrdAccount *talk_peek_own_account (Talk *self);
/* NULL until the service has opened it. */
OtrdSession *talk_get_session (Talk *self);
/* Opens it, if that is not under way; the jobs hear of it. */
void talk_open (Talk *self);
Jobs *talk_get_jobs (Talk *self);
/* It is open, and the service is there. */
gboolean talk_can_ask (Talk *self);
/* To the network. */
gboolean talk_has_link (Talk *self);
/* What dropping it would lose, in words; free it. NULL: nothing. */
char *talk_describe_unsent (Talk *self);
/* The window; made if there is none. */
PurpleConversation *talk_get_conversation (Talk *self);
/* NULL if there is none. */
PurpleConversation *talk_find_conversation (Talk *self);

/* Both HTML, as libpurple has it. */
void talk_send (Talk *self, const char *text);
/* What another part of the program sends, and shows. */
void talk_send_shown (Talk *self, const char *text);
void talk_receive (Talk *self, const char *from, const char *line, PurpleMessageFlags flags);

/* Calls when the session is open and all before it is done; never if it cannot
 * be opened: then the user is told. */
typedef void (*TalkTask) (Talk *talk, gpointer user_data);
void talk_do (Talk *self, TalkTask task, gpointer user_data, GDestroyNotify destroy);

/* Takes the answer of a call of the session: transmits, shows; the user hears
 * of an error as `Could not WHAT: ...`. */
void talk_take_turn (Talk *self, OtrdTurn *turn, const GError *error, const char *what);

void talk_client_made (Talk *self, const GError *error);
void talk_go_on (Talk *self);
void talk_set_online (Talk *self, gboolean online);
void talk_set_contact_online (Talk *self, gboolean online);
/* Nothing goes by this program any more: the contact is told, if it was the last
 * one of the user's, and texts that wait are given back. What follows is dropping it. */
void talk_leave (Talk *self, const char *why);
/* The window is closed. */
void talk_close (Talk *self);
/* We close its dialogs, not the user. */
void talk_set_closing_dialogs (Talk *self, gboolean closing);
gboolean talk_is_closing_dialogs (Talk *self);
/* A window is there, and should say how private it is. */
void talk_show_state (Talk *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Talk, talk_unref)

G_END_DECLS
