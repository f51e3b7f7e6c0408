// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>

#include "messenger.h"

G_BEGIN_DECLS

/* The warning of a contact's changed key, which stops and asks. What the user
 * answers, in the dialog or by a command, is about the fingerprint that was shown,
 * whatever is in use by then. */
typedef struct _ChangedKey ChangedKey;

ChangedKey *changed_key_new (void);
void changed_key_free (ChangedKey *self);

void changed_key_handle_event (Talk *talk, OtrdEvent *event);
/* Whether sending has been stopped, or goes on: the event itself may have gone to
 * another program of the user's. */
void changed_key_follow (Talk *talk);
/* The dialog goes. */
void changed_key_close (Talk *talk);

/* The fingerprint that was warned of and is not answered yet; NULL: none. */
const char *changed_key_get_fingerprint (Talk *talk);
void changed_key_accept (Talk *talk);
void changed_key_reject (Talk *talk);

G_END_DECLS
