// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "fake.h"

#include <otrd/otrd.h>

typedef struct
{
  Fake *fake;
  GDBusConnection *connection;
  OtrdClient *client;
  OtrdSession *session;
  /* Told by signal. */
  GPtrArray *turns;
} Fixture;

/* The bus alone; or with a service, a client and its session. */
void set_up_bus (Fixture *fixture, gconstpointer unused);
void set_up (Fixture *fixture, gconstpointer unused);
void tear_down (Fixture *fixture, gconstpointer unused);
/* What is still under way holds the client; nothing else may. */
void let_client_go (Fixture *fixture);

void iterate_until_turns (Fixture *fixture, guint count);
/* A callback that keeps the result in *user_data, and the wait for it. */
void keep_result (GObject *source, GAsyncResult *result, gpointer user_data);
void iterate_until_result (GAsyncResult **result);

const char *line_of (OtrdTurn *turn, guint index);
/* The last event of the turn gives the text back. */
void assert_lost (OtrdTurn *turn, guint64 id, const char *text, const char *reason);

#define EMPTY "@a{sv} {}"
#define NO_TURN "@a(sa{sv}) [], @a(sa{sv}) []"
#define ADD(path, up, test) g_test_add (path, Fixture, NULL, up, test, tear_down)
