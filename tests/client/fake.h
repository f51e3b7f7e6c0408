// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

/* A service by script, on a bus of its own and in a thread of its own, so that
 * calls that wait can be tested. What is not scripted is answered with empty
 * values of the contract's types. It can die and have a successor. */
typedef struct _Fake Fake;

Fake *fake_new (void);
void fake_free (Fake *self);
const char *fake_get_address (Fake *self);

/* The next call of the method is answered so. Floating values are consumed. */
void fake_answer (Fake *self, const char *method, GVariant *reply);
void fake_refuse (Fake *self, const char *method, const char *error_name, const char *message);
/* The service dies at the next call of the method, and its successor has the name at once. */
void fake_die_at (Fake *self, const char *method);
/* The direct connections close at the next call of the method, or now; the service lives. */
void fake_hang_up_at (Fake *self, const char *method);
void fake_hang_up (Fake *self);
/* It leaves the name to its successor, and lives on its direct connections. */
void fake_release_name (Fake *self);
/* Calls of the method, and all later ones, wait for one of the other method; then all are
 * answered in order. */
void fake_hold_until (Fake *self, const char *method, const char *until);

/* Comes (again), goes. */
void fake_start (Fake *self);
void fake_stop (Fake *self);

void fake_ring (Fake *self);
void fake_set_property (Fake *self, const char *interface, const char *name, GVariant *value);
void fake_emit (Fake *self, const char *interface, const char *signal, GVariant *parameters);

/* The calls so far, as "Method(parameters)", with "!" if it may prompt; how many of one. */
char *fake_find_call (Fake *self, const char *method, guint index);
guint fake_count_calls (Fake *self, const char *method);
/* Waits without any main context. */
void fake_await_calls (Fake *self, const char *method, guint count);
/* Of all methods, those that came by the bus. */
guint fake_count_bus_calls (Fake *self);
/* What was read from the first descriptor of the last call that had one, and its seals. */
char *fake_get_secret (Fake *self, int *seals);

#define FAKE_SESSION_PATH                                                                          \
  "/im/otrd1/account/xmpp_3aalice_40example_2eorg/session/bob_40example_2eorg"
#define FAKE_ACCOUNT_PATH "/im/otrd1/account/xmpp_3aalice_40example_2eorg"
