/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A desktop of the test's own: a HOME, XDG folders and a session bus that can
 * start nothing by itself (dbus-run-session would start the real keyring). */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *folder; /* holds all of it */
  GSubprocess *daemon;
  GDBusConnection *connection; /* the one that g_bus_get () gives */
} TestBus;

/* Sets the environment: call it before anything asks for a bus. */
TestBus *test_bus_start (void);
void test_bus_stop (TestBus *bus);

/* A child that dies with us. @input (nullable) is what it reads. */
GSubprocess *test_bus_spawn (const char *const *arguments, const char *input);
/* Ends a child, and waits for that. */
void test_bus_end (GSubprocess *child);

/* Until the name has an owner, or has none. */
void test_bus_wait_for_name (const char *name, gboolean owned);

G_END_DECLS
