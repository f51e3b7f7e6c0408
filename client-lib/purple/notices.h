// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>
#include <purple.h>

#include "messenger.h"

G_BEGIN_DECLS

/* What the user is told: in system lines, which no contact can write. Every
 * remote word in them is escaped, and said to be the contact's. */

/* What a window has been told of how private it is. */
typedef struct
{
  gboolean told;
  OtrdState state;
  OtrdTrust trust;
} NoticesShown;

/* Plain text by a format. */
void notices_tell (PurpleConversation *conversation, const char *format, ...) G_GNUC_PRINTF (2, 3);
void notices_warn (PurpleConversation *conversation, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Says what is new, and keeps it in front of the window's title. */
void notices_show_state (Talk *talk, NoticesShown *shown);
/* In words: "private, not verified". */
const char *notices_describe (OtrdState state, OtrdTrust trust);
/* What a text must be sent with, by what the window has been told. */
const char *notices_at_least (const NoticesShown *shown);

void notices_show_event (Talk *talk, OtrdEvent *event);
/* A word of warning before a text that is not as private as it might seem. */
void notices_before_text (Talk *talk, OtrdVerdict verdict);

/* Keeps what is written next out of libpurple's log, if it is private and the
 * user wants that; whether the conversation is logged otherwise. The flag NO_LOG
 * would not do: Pidgin draws such texts like notices, without the speaker. */
gboolean notices_pause_log (PurpleConversation *conversation, gboolean private_text);
/* NULL: another plugin has closed it meanwhile. */
void notices_resume_log (PurpleConversation *conversation, gboolean logging);

/* Forty hex digits in groups; free it. */
char *notices_spell_fingerprint (const char *fingerprint);

G_END_DECLS
