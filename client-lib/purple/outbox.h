// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>

#include "messenger.h"

G_BEGIN_DECLS

/* The lines for one contact that go to the network, in order. They wait while there
 * is no link to it. */
typedef struct _Outbox Outbox;

/* The talk has it, and outlives it. */
Outbox *outbox_new (Talk *talk);
void outbox_free (Outbox *self);

/* What the service wants transmitted. */
void outbox_take (Outbox *self, OtrdTurn *turn);
/* What waited goes, if there is a link. */
void outbox_transmit (Outbox *self);
gboolean outbox_is_empty (Outbox *self);
/* That what waits is lost now; free it. NULL: nothing waits. */
char *outbox_describe_loss (Outbox *self);
gboolean outbox_has_link (Outbox *self);

G_END_DECLS
