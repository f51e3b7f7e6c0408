// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "otrd/otrd.h"

G_BEGIN_DECLS

/* What the relay tells a script: one JSON object each, without its newline. */

/** relay_output_ready: the session is open. */
char *relay_output_ready (OtrdSession *session);

/** relay_output_state: what the session is like now. */
char *relay_output_state (OtrdSession *session);

/** relay_output_transmission: a line for the network. */
char *relay_output_transmission (OtrdTransmission *transmission);

/** relay_output_event: something that happened. */
char *relay_output_event (OtrdEvent *event);

/** relay_output_sent: what became of a text. */
char *relay_output_sent (OtrdTurn *turn);

/** relay_output_received: what became of a line, and the text to show. */
char *relay_output_received (OtrdTurn *turn);

/** relay_output_error: what went wrong with the line of input numbered @input; 0: with none. */
char *relay_output_error (const GError *error, guint64 input);

/** relay_output_service: whether the service is there. */
char *relay_output_service (gboolean there);

/** relay_output_done: the line of input numbered @input is done with. */
char *relay_output_done (guint64 input);

G_END_DECLS
