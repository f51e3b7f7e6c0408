/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A session: the OTR state between an account and a contact, and the messengers
 * on it. All calls of im.otrd1.Session are here, with its rules.
 *
 * Calls are answered in the order in which they came, whatever they cost: each
 * goes through the session's queue, at once when nothing is before it. A reply
 * may be called before the function returns, otherwise later from the main
 * loop. Properties are notified before the reply is called.
 *
 * GObject properties carry the names, types and words of the contract ("state",
 * "trust", "session-id", ...), so that they can be bound to a skeleton's.
 */
#pragma once

#include <gio/gio.h>

#include "core/messenger.h"
#include "engine/turn.h"
#include "engine/view.h"
#include "secret/secret.h"

G_BEGIN_DECLS

typedef struct _CoreAccount CoreAccount;

#define CORE_TYPE_SESSION (core_session_get_type ())
G_DECLARE_FINAL_TYPE (CoreSession, core_session, CORE, SESSION, GObject)

/* (transfer none); the contact's canonical name. */
CoreAccount *core_session_get_account (CoreSession *session);
const char *core_session_get_contact (CoreSession *session);

/* The words of the contract; see im.otrd1.Session for each. */
const char *core_session_get_policy (CoreSession *session);
const char *core_session_get_state (CoreSession *session);
const char *core_session_get_trust (CoreSession *session);
const char *core_session_get_blocked (CoreSession *session);
const char *core_session_get_fingerprint (CoreSession *session);
guint core_session_get_otr_version (CoreSession *session);
GVariant *core_session_dup_session_id (CoreSession *session); /* (ss), not floating */
GVariant *core_session_dup_instances (CoreSession *session);  /* a(ua{sv}), not floating */
guint core_session_get_instance (CoreSession *session);
const char *core_session_get_verification (CoreSession *session);
guint core_session_get_held (CoreSession *session);
/* Application ids. (transfer full) */
char **core_session_dup_messengers (CoreSession *session);
/* a{sv} of GetVerification, not floating. */
GVariant *core_session_dup_verification (CoreSession *session);

/* The form of every text exchanged with one messenger. */
typedef enum
{
  CORE_CONTENT_PLAIN,
  CORE_CONTENT_HTML,
} CoreContentType;

/* Configure's options; what is not set stays as it is. */
typedef struct
{
  gboolean has_content_type;
  CoreContentType content_type;
  gboolean has_max_message_size;
  guint max_message_size;
  gboolean has_online;
  gboolean online;
  gboolean has_contact_online;
  gboolean contact_online;
} CoreConfiguration;

typedef struct
{
  gboolean has_id;
  guint64 id;
  gboolean clear;
  gboolean interactive; /* the call may raise a prompt */
} CoreSendOptions;

typedef struct
{
  const char *from; /* full transport address; NULL */
  const char *id;   /* the network's; NULL */
  gboolean sent;
  gboolean history;
} CoreReceiveOptions;

typedef struct
{
  const char *question; /* NULL: a shared secret */
  gboolean pin;         /* @secret is made by us */
  gboolean normalise;   /* what two people type is the same if they say the same */
} CoreVerificationOptions;

/* @turn: all that the call caused, after all that was owed to the caller; valid during the reply
 * only, NULL with @error. @key: of ExportKey and TakeKey only; TakeKey's turn is the
 * event that announced the key and nothing else. */
typedef void (*CoreReply) (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data);

/* Attaches @messenger, or configures it when it is attached already; at once. May leave something
 * owed to it (see core_session_owes ()): no bell is rung for that. */
gboolean core_session_attach (CoreSession *session,
                              CoreMessenger *messenger,
                              const CoreConfiguration *configuration,
                              GError **error);
gboolean core_session_is_attached (CoreSession *session, CoreMessenger *messenger);
/* `pending` of OpenSession. */
gboolean core_session_owes (CoreSession *session, CoreMessenger *messenger);

/* @at_least: "", "private" or "verified". @text: valid UTF-8. */
void core_session_send (CoreSession *session,
                        CoreMessenger *caller,
                        const char *text,
                        const char *at_least,
                        const CoreSendOptions *options,
                        CoreReply reply,
                        gpointer user_data);
void core_session_receive (CoreSession *session,
                           CoreMessenger *caller,
                           const char *line,
                           const CoreReceiveOptions *options,
                           CoreReply reply,
                           gpointer user_data);
void core_session_collect (CoreSession *session,
                           CoreMessenger *caller,
                           CoreReply reply,
                           gpointer user_data);
void core_session_configure (CoreSession *session,
                             CoreMessenger *caller,
                             const CoreConfiguration *configuration,
                             CoreReply reply,
                             gpointer user_data);
void core_session_start (CoreSession *session,
                         CoreMessenger *caller,
                         gboolean interactive,
                         CoreReply reply,
                         gpointer user_data);
void
core_session_end (CoreSession *session, CoreMessenger *caller, CoreReply reply, gpointer user_data);
void core_session_detach (CoreSession *session,
                          CoreMessenger *caller,
                          gboolean end_if_last,
                          CoreReply reply,
                          gpointer user_data);
/* @secret: NULL with the option pin. */
void core_session_start_verification (CoreSession *session,
                                      CoreMessenger *caller,
                                      Secret *secret,
                                      const CoreVerificationOptions *options,
                                      CoreReply reply,
                                      gpointer user_data);
void core_session_answer_verification (CoreSession *session,
                                       CoreMessenger *caller,
                                       Secret *secret,
                                       gboolean normalise,
                                       CoreReply reply,
                                       gpointer user_data);
void core_session_abort_verification (CoreSession *session,
                                      CoreMessenger *caller,
                                      CoreReply reply,
                                      gpointer user_data);
void core_session_accept_fingerprint (CoreSession *session,
                                      CoreMessenger *caller,
                                      const char *fingerprint,
                                      CoreReply reply,
                                      gpointer user_data);
void core_session_select_instance (CoreSession *session,
                                   CoreMessenger *caller,
                                   guint32 instance,
                                   CoreReply reply,
                                   gpointer user_data);
void core_session_export_key (CoreSession *session,
                              CoreMessenger *caller,
                              guint32 use,
                              GBytes *use_data,
                              CoreReply reply,
                              gpointer user_data);
void core_session_take_key (
    CoreSession *session, CoreMessenger *caller, guint64 id, CoreReply reply, gpointer user_data);

G_END_DECLS
