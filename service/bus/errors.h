/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errors: every error that reaches a caller is one of the contract's.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @error itself when it is of OTRD_ERROR, else the one of the contract that says the same.  Takes
 * @error; never NULL. */
GError *bus_error_fold (GError *error);

G_END_DECLS
