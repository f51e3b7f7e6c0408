// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "otrd-turn.h"

G_BEGIN_DECLS

/* Making turns out of replies. What is said about a turn here is said before
 * anybody else has seen it; from then on it does not change. */

OtrdTurn *otrd_turn_new (GVariant *transmit, GVariant *events);
void otrd_turn_set_sent (OtrdTurn *self, guint64 id, OtrdVerdict verdict, GVariant *details);
void
otrd_turn_set_received (OtrdTurn *self, OtrdVerdict verdict, const char *text, GVariant *details);

/* Puts what an earlier turn has before what this one has. */
void otrd_turn_prepend (OtrdTurn *self, const OtrdTurn *earlier);

/* Takes lines and events out of a turn, into one of their own. */
OtrdTurn *otrd_turn_take_content (OtrdTurn *self);

/* Takes the lines out that hold the text. */
void otrd_turn_drop_text (OtrdTurn *self, guint64 id);

/* Takes out of the events "lost" of that reason the texts that are not lost. */
typedef gboolean (*OtrdTextFunc) (guint64 id, gpointer user_data);
void otrd_turn_drop_lost (OtrdTurn *self,
                          const char *reason,
                          OtrdTextFunc is_not_lost,
                          gpointer user_data);

void otrd_turn_add_sent (OtrdTurn *self, guint64 id);
void otrd_turn_add_lost (OtrdTurn *self, guint64 id, const char *text, const char *reason);

G_END_DECLS
