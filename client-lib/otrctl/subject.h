// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "command.h"

G_BEGIN_DECLS

/**
 * Subject:
 * @account: one of the user's
 * @contact: as it was written
 * @fingerprint: as it was written; NULL: none was
 * Whom a command line is about: [ACCOUNT] CONTACT [FINGERPRINT], where a link
 * stands for contact and fingerprint.
 */
typedef struct
{
  OtrdAccount *account;
  char *contact;
  char *fingerprint;
} Subject;

/**
 * subject_read:
 * @command: the command line
 * @n_words: how many of its words, from the first, are about the subject
 * @error: InvalidArgument when the account is not given and may be any of
 *   several, NotFound
 */
Subject *subject_read (Command *command, guint n_words, GError **error);

/**
 * subject_find_knowing:
 * @contact: as it was written
 * @error: NotFound; InvalidArgument when several know it
 *
 * The only account that has a conversation with the contact or knows it; never
 * one that does not, though there be no other.
 */
OtrdAccount *subject_find_knowing (OtrdClient *client, const char *contact, GError **error);

void subject_free (Subject *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Subject, subject_free)

G_END_DECLS
