// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "otrd/otrd.h"

G_BEGIN_DECLS

/* What a script asks of the relay: one JSON object of its input, read and
 * checked. */

typedef enum
{
  RELAY_SEND,
  RELAY_RECEIVE,
  RELAY_START,
  RELAY_END,
  RELAY_COLLECT,
  RELAY_VERIFY,
  RELAY_ANSWER,
  RELAY_ABORT,
  RELAY_ACCEPT,
  RELAY_SELECT,
  RELAY_CONFIGURE,
  RELAY_DETACH,
} RelayVerb;

/**
 * RelayOrder:
 * @verb: what is to be done
 * @text: the text, the line or the fingerprint
 * @at_least: of a text
 * @question: of a verification, or NULL
 * @secret: of a verification, wiped when freed, or NULL
 * @instance: which to select
 * @options: the rest, a{sv}
 */
typedef struct
{
  RelayVerb verb;
  char *text;
  char *at_least;
  char *question;
  GBytes *secret;
  guint instance;
  GVariant *options;
} RelayOrder;

/**
 * relay_order_parse:
 * @line: a line of input, UTF-8
 * @error: InvalidArgument
 *
 * A member that is not known is an error: a misspelt "at-least" must not send
 * in the clear.
 */
RelayOrder *relay_order_parse (const char *line, gssize length, GError **error);

void relay_order_free (RelayOrder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelayOrder, relay_order_free)

G_END_DECLS
