// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <otrd/otrd.h>
#include <purple.h>

G_BEGIN_DECLS

/* When pidgin-otr made conversations private: its rule for all, in libpurple's
 * preferences, and those for contacts, in the buddy list. A policy that the service
 * has from the user is never replaced. */
typedef struct _OldPolicies OldPolicies;

/* As they are now. */
OldPolicies *old_policies_new (void);
void old_policies_free (OldPolicies *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OldPolicies, old_policies_free)

/* Both call done () once; the policies must live until then. */
typedef void (*OldPoliciesDone) (gpointer user_data);
/* Finds out what is new to the service. */
void old_policies_compare (OldPolicies *self,
                           OtrdClient *client,
                           OldPoliciesDone done,
                           gpointer user_data);
/* Gives the service what is new to it. */
void old_policies_hand_over (OldPolicies *self,
                             OtrdClient *client,
                             OldPoliciesDone done,
                             gpointer user_data);

/* Once they are compared. */
gboolean old_policies_have_news (OldPolicies *self);
/* For people, in lines of their own; empty if there is nothing to say. Free it. */
char *old_policies_describe (OldPolicies *self);

G_END_DECLS
