/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A real gnome-keyring on the test's bus. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of this start and the ones before, all in the test's XDG folders. @unlocked:
 * makes and opens the login keyring; else it is there, if ever made, and locked. */
GSubprocess *test_keyring_start (gboolean unlocked);
void test_keyring_stop (GSubprocess *keyring);

/* Locks the login keyring, as the user may at any time. */
void test_keyring_lock (void);
/* Forgets all keyrings there were; none may be running. */
void test_keyring_forget (void);

/* Paths of the items with this attribute, locked or not. */
char **test_keyring_find (const char *attribute, const char *value);
/* Deletes an item, as the user may with Seahorse. */
void test_keyring_delete (const char *item);
/* Gives an item another value, likewise. */
void test_keyring_change (const char *item, const char *text);

G_END_DECLS
