// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** fingerprint_group: 40 hex digits in five groups of eight; anything else as it is. */
char *fingerprint_group (const char *fingerprint);

/** fingerprint_is: whether @word is 40 hex digits, however they are parted: by white space of any
 * kind, colons or dashes. */
gboolean fingerprint_is (const char *word);

/**
 * fingerprint_lay_out:
 * @our_name: whose the first is
 * @ours: the first
 * @their_name: whose the other is
 * @theirs: the other
 * @width: the columns of the terminal
 *
 * Two fingerprints to be compared, group by group where there is room.
 */
char *fingerprint_lay_out (const char *our_name,
                           const char *ours,
                           const char *their_name,
                           const char *theirs,
                           guint width);

G_END_DECLS
