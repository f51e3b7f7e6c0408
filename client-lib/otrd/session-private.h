// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include "mirror.h"
#include "objects.h"
#include "texts.h"
#include "turn-private.h"

G_BEGIN_DECLS

/* A session's insides: otrd-session.c shows it, attachment.c keeps it open,
 * session-send.c, session-calls.c and verification.c are its methods. */

struct _OtrdSession
{
  GObject parent;

  OtrdClient *client;
  char *path;
  OtrdMirror *mirror;
  char **messengers;
  /* What the service said last, before it went. */
  OtrdState last_state;
  /* It has been private (or was about to be when the service went), and our user
   * has neither ended it nor agreed to the clear; what others ended is no consent. */
  gboolean latched;

  /* How it was opened, to open it again. */
  gboolean attached;
  char *protocol;
  char *account;
  char *contact;
  GVariant *options;
  guint epoch;
  gboolean opening;
  guint revivals;
  GQueue waiting; /* OtrdCall, in order */

  gboolean collecting;
  gboolean collect_again;

  GQueue texts; /* OtrdText, held by the service */
  /* What came before the answer that is waited for. */
  OtrdTurn *earlier;
};

/* A call that opens the session again if need be, and is answered in order. */
OtrdCall *otrd_session_call_new (OtrdSession *self,
                                 const char *method,
                                 GVariant *parameters,
                                 OtrdCallTraits traits);
gpointer otrd_read_turn (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error);

/* A turn of a call of the application: what came before goes before it. Takes
 * the turn. */
OtrdTurn *otrd_session_pass_turn (OtrdSession *self, OtrdCall *call, OtrdTurn *turn);
/* A turn that no call of the application has caused. Takes the turn. */
void otrd_session_emit_turn (OtrdSession *self, OtrdCall *call, OtrdTurn *turn);
/* What came before an answer that failed is told by signal. */
void otrd_session_flush_earlier (OtrdSession *self);
void otrd_session_tell (OtrdSession *self, OtrdTurn *turn);

gboolean otrd_session_must_open (OtrdSession *self);
void otrd_session_clear_attachment (OtrdSession *self);
void otrd_session_merge_options (OtrdSession *self, GVariant *options);
/* A call of the library's own, without arguments; its turn is told by signal. */
void otrd_session_send_own (OtrdSession *self, const char *method, OtrdCallTraits traits);
/* Offers the texts that an earlier service held to this one. */
void otrd_session_offer_texts (OtrdSession *self);

G_END_DECLS
