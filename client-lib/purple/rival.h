// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <purple.h>

G_BEGIN_DECLS

/* pidgin-otr, and what came after it: plugins that encrypt as well. Two that
 * both do would undo each other, so one of them is never loaded beside ours. */

/* The name of the one that is loaded; NULL: none. */
const char *rival_find_loaded (void);

/* From now on, one that is loaded is unloaded at once, and the user is told;
 * until the plugin's handle is disconnected. */
void rival_keep_out (PurplePlugin *plugin);

G_END_DECLS
