// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "call.h"
#include "mirror.h"
#include "otrd-client.h"
#include "wire.h"

G_BEGIN_DECLS

#define OTRD_MANAGER_PATH "/im/otrd1"
#define OTRD_MANAGER_INTERFACE "im.otrd1.Manager"
#define OTRD_PORTAL_PATH "/im/otrd1/portal"
#define OTRD_PORTAL_INTERFACE "im.otrd1.Portal"
#define OTRD_ACCOUNT_INTERFACE "im.otrd1.Account"
#define OTRD_SESSION_INTERFACE "im.otrd1.Session"

/* What accounts, sessions and the methods in other files need of a client. */

OtrdWire *otrd_client_get_wire (OtrdClient *self);
OtrdMirror *otrd_client_get_mirror (OtrdClient *self);
/* facts.c: what the service says of itself. */
extern const OtrdMirrorName otrd_client_facts[];

/* A call of any object of the service, sent as it is; not a session's. */
OtrdCall *otrd_client_call_new (OtrdClient *self,
                                gpointer asker,
                                const char *path,
                                const char *interface,
                                const char *method,
                                GVariant *parameters,
                                OtrdCallTraits traits);
/* INTERACTIVE if prompts may be raised. */
OtrdCallTraits otrd_client_prompting (OtrdClient *self);

/* Tells a service that has just come who we are; once an epoch. */
void otrd_client_greet (OtrdClient *self);

/* Under which id it is told from now on. */
void otrd_client_rename (OtrdClient *self, const char *application, const char *name);

/* The object of the path, if there is one, not owned. */
gpointer otrd_client_find (OtrdClient *self, const char *path);
void otrd_client_remember (OtrdClient *self, const char *path, gpointer object);
void otrd_client_let_go (OtrdClient *self, const char *path, gpointer object);

/* Common readers. */
gpointer otrd_read_nothing (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error);
gpointer otrd_read_variant (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error);
/* Is the body of that type? If not, the error is set. */
gboolean otrd_check_body (OtrdCall *call, GVariant *body, const char *type, GError **error);

/* What becomes of an answer: the result or the error that it is read as. */
void otrd_answered (OtrdCall *call, GDBusMessage *reply, const GError *error);
gpointer otrd_read_answer (OtrdCall *call, GDBusMessage *reply, GError **error);

GError *otrd_not_utf8 (const char *method);

G_END_DECLS
