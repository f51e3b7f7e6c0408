/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A verification between the two sides of a talk, and what must be true of it. */
#pragma once

#include "side.h"

#define RIGHT "the old mill"
#define WRONG "the new mill"

/* Private, in that version of OTR. */
Talk *talk_new_in_version (guint version);

/* Alice asks and Bob is asked. */
void talk_ask (Talk *talk, const char *secret, const char *question);
void talk_answer (Talk *talk, const char *secret);
/* A whole one, right. */
void talk_verify (Talk *talk);

/* It ended once, so, and nothing is under way. */
void side_assert_result (Side *side, const char *result, gboolean proves_contact);
/* The user said so by hand before: a failure leaves it, a success is the new reason. */
void side_assert_kept (Side *side, const char *fingerprint, gboolean proven);
void talk_assert_next_one_works (Talk *talk);
