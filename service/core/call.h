/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A call on a session: what was asked, what has come of it so far, and how it
 * goes on. Calls wait in their session's queue; one runs at a time.
 *
 *   begin    main thread: core's rules; may answer the call right away
 *   work     the engine; on a worker when the call is dear
 *   settle   main thread: what must be stored, events of core's own
 *   (saved)  the vault, when something must last before the answer
 *   answer   main thread: properties, what was owed, the reply
 */
#pragma once

#include "core/repeats.h"
#include "core/session.h"
#include "engine/session.h"
#include "introspection/otrd-enums.h"
#include "introspection/otrd-error.h"

G_BEGIN_DECLS

typedef struct _CoreCall CoreCall;

typedef struct
{
  /* FALSE: nothing more to do, the answer stands in turn or error. */
  gboolean (*begin) (CoreCall *call);
  /* May run on a worker: touches the call, the engine session and held texts only. NULL: none. */
  void (*work) (CoreCall *call);
  void (*settle) (CoreCall *call); /* NULL: nothing of its own */
  /* What it causes is owed to a messenger when the caller is not attached. */
  gboolean for_messengers;
  /* Notes by itself whether the caller is the one who is served from now on. */
  gboolean may_repeat;
  /* Its reply has no room for what is owed. */
  gboolean has_no_turn;
  /* Is not made when the caller has gone before its turn came. */
  gboolean dies_with_caller;
} CoreCallType;

struct _CoreCall
{
  const CoreCallType *type;
  CoreSession *session;  /* owned */
  CoreMessenger *caller; /* owned; NULL: core itself */
  CoreReply reply;       /* NULL: what comes of it is owed */
  gpointer user_data;

  /* what is asked */
  char *text; /* Send: the text; Receive: the line; wiped */
  char *from;
  char *line_id;
  char *at_least;
  char *fingerprint;
  char *question;
  Secret *secret;
  GBytes *use_data;
  gboolean has_id;
  guint64 id;
  guint32 number;
  gboolean clear;
  gboolean interactive;
  gboolean sent;
  gboolean history;
  gboolean pin;
  gboolean normalise;
  gboolean end_if_last;
  CoreConfiguration configuration;
  GPtrArray *lines; /* lines set aside, to be fed again; of CoreWaitingLine */

  /* on its way */
  gboolean was_attached;
  CoreContentType content_type; /* the caller's */
  char *shown;                  /* a text in that form; wiped */
  gboolean dear;
  gboolean starts;     /* an exchange is to be begun after the rest */
  gboolean keeps_turn; /* the turn is the caller's, although it is not attached any more */
  gboolean only_news;  /* of Collect: what is owed is another messenger's */
  EngineContext context;
  OtrdPolicy policy;
  EngineLine *line;
  CoreFirstResult *first;
  gboolean must_save; /* something was put into the vault already */
  EngineTurn *told;   /* what only the caller may see, whoever is owed the rest; NULL */

  /* what came of it */
  EngineTurn *turn;
  Secret *key;
  GError *error;
};

CoreCall *core_call_new (const CoreCallType *type,
                         CoreSession *session,
                         CoreMessenger *caller,
                         CoreReply reply,
                         gpointer user_data);
void core_call_free (CoreCall *call);

/* Frees a text, which may be NULL, and leaves nothing of it. */
void core_wipe_text (char *text);

/* Ends the call with an error; returns FALSE, for begin functions. */
gboolean
core_call_fail (CoreCall *call, OtrdError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
