/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Configuration: what Configure and OpenSession say of an attachment.
 */
#pragma once

#include "core/session.h"

G_BEGIN_DECLS

/* Reads the options of Configure; InvalidArgument for a wrong type or value. */
gboolean
bus_configuration_read (GVariant *options, CoreConfiguration *configuration, GError **error);

G_END_DECLS
