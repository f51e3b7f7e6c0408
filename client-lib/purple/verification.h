// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* Verifying a contact, in dialogs that every libpurple program can show. */

/* Asks the user how, and does it. */
void verification_begin (Talk *talk);
/* Asks the user to compare the fingerprint; NULL: the one in use. */
void verification_begin_manual (Talk *talk, const char *fingerprint);
/* With the words of the command line; NULL question: a shared secret. */
void verification_begin_with (Talk *talk, const char *question, const char *secret);
void verification_answer (Talk *talk, const char *secret);
void verification_abort (Talk *talk);
/* Sets what the user thinks of the fingerprint in use. */
void verification_set_trust (Talk *talk, OtrdTrust trust);
void verification_set_trust_of (Talk *talk, const char *fingerprint, OtrdTrust trust);

void verification_handle_event (Talk *talk, OtrdEvent *event);
/* The dialogs go with the verification: its last events may have gone to another
 * program of the user's. */
void verification_follow (Talk *talk);
/* The dialogs of the talk go. */
void verification_close (Talk *talk);

G_END_DECLS
