// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>

#include "messenger.h"

G_BEGIN_DECLS

/* How texts come into the window: the contact's, marked and after a warning where
 * one is due, and the user's, or why they were not sent. None of them gets into
 * libpurple's log that is to be kept out. */

typedef struct
{
  const char *html;
  PurpleMessageFlags flags;
  time_t time;
} Text;

void texts_show_received (Talk *talk, const Text *text, OtrdVerdict verdict);
/* What the service does not take is not kept from the user. */
void texts_show_refused (Talk *talk, const Text *line, const char *why);
void texts_show_sent (Talk *talk, const Text *text, OtrdVerdict verdict);

void texts_tell_unsent (Talk *talk, const char *html, const char *why);
/* It has been encrypted, and there is no link to the network. */
void texts_tell_delayed (Talk *talk, const char *html);

G_END_DECLS
