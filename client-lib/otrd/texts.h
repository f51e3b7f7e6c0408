// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "objects.h"
#include "turn-private.h"

G_BEGIN_DECLS

/* Texts of the user's that the service has taken and not yet sent: if it goes
 * away they are offered to the next one, with the same ids. */

/* Of the ids that the library makes: 2^53 - 1. */
#define OTRD_TEXT_ID_MAX (((guint64)1 << 53) - 1)

typedef struct
{
  guint64 id;
  char *text;
  char *at_least;
  GVariant *options;
  /* When it was handed in the session was not in the clear; what a later life of
   * the service says, which knows no better, does not let it go out so. */
  gboolean guarded;
  guint epoch;
  /* The user has not agreed that anything goes in the clear, in any life. */
  gboolean latched;
} OtrdText;

OtrdText *otrd_text_new (const char *text, const char *at_least, GVariant *options);
OtrdText *otrd_text_copy (const OtrdText *self);
void otrd_text_free (OtrdText *self);
/* Unless more is asked of it already. */
void otrd_text_raise (OtrdText *self, const char *at_least);
GVariant *otrd_text_to_parameters (const OtrdText *self);

/* Keeps texts in the order in which they were held. */
void otrd_texts_keep (GQueue *texts, const OtrdText *text);
void otrd_texts_drop (GQueue *texts, guint64 id);
/* Drops those that the turn says have gone or are lost; what a service gives back that ends stays,
 * and is taken out of the turn. */
void otrd_texts_observe (GQueue *texts, OtrdTurn *turn);
/* Gives all back to the user, in events of the turn. */
void otrd_texts_let_go (GQueue *texts, OtrdTurn *turn, const char *reason);

G_END_DECLS
