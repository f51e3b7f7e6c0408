/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stray: a message that none of our handlers would see, from a caller that is
 * not known to be welcome.
 *
 * The bus library would answer it by itself, and so tell which accounts and
 * contacts there are: introspection lists them, and so does the difference
 * between one error and another.
 */
#pragma once

#include <gio/gio.h>

#include "bus/tree.h"

G_BEGIN_DECLS

/* Answers @message as soon as it is known who sent it: AccessDenied, or what anybody else is
 * answered. */
void bus_stray_take (BusTree *tree, GDBusMessage *message);

G_END_DECLS
