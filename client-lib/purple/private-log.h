// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <purple.h>

G_BEGIN_DECLS

/* Whether libpurple's log may have what was private: by contact, or as the user
 * has it for all. */

typedef enum
{
  PRIVATE_LOG_AS_DEFAULT,
  PRIVATE_LOG_NEVER,
  PRIVATE_LOG_ALWAYS,
} PrivateLog;

void private_log_add_preferences (void);
void private_log_lay_out (PurplePluginPrefFrame *frame);

gboolean private_log_is_kept (PurpleConversation *conversation);

PrivateLog private_log_get (PurpleBlistNode *contact);
void private_log_set (PurpleBlistNode *contact, PrivateLog rule);

G_END_DECLS
