/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session's parts, shared by the files that make it up; inside the engine only. */
#pragma once

#include "engine/breaker.h"
#include "engine/instance.h"
#include "engine/session.h"

G_BEGIN_DECLS

/* Instances of one contact; the oldest that is not private goes first. */
#define ENGINE_MAX_INSTANCES 32
/* Changed keys of one contact that the user has not accepted. */
#define ENGINE_MAX_UNACCEPTED 256
/* Symmetric keys that the contact announced and nobody took, and how long one is kept. */
#define ENGINE_MAX_ANNOUNCED_KEYS 16
#define ENGINE_ANNOUNCED_KEY_LIFE (300 * G_USEC_PER_SEC)
/* Remote words in events, in bytes. */
#define ENGINE_REMOTE_WORDS_MAX 512

/* What begins a text that goes again, as libotr marks it. */
#define ENGINE_RESENT_PREFIX "[resent] "
/* How long a replaced channel reads late lines, and an unanswered commit keeps its keys. */
#define ENGINE_OLD_CHANNEL_LIFE (120 * G_USEC_PER_SEC)

typedef struct
{
  EngineVerification state;
  EngineInstance *instance;
  EngineChannel *channel;
  char fingerprint[ENGINE_FINGERPRINT_LEN + 1];
  gboolean asked_by_us;
  gboolean has_question;
  char *question;
  guint percent;
  const char *result;
  gboolean proves_contact; /* with its result */
} EngineVerificationRun;

typedef struct
{
  guint64 id;
  Secret *key;
  GVariant *details; /* a{sv} of the event that announced it */
  gint64 until;
} EngineAnnouncedKey;

void engine_announced_key_free (EngineAnnouncedKey *announced);

struct _EngineSession
{
  guint32 tag;
  gboolean latched;
  GPtrArray *instances; /* of EngineInstance */
  guint32 selected;
  EngineInstance *best; /* the choice while selected is 0 */
  EngineTrust best_trust;
  gint64 ended;                              /* when the user has ended it; 0: not lately */
  char rejected[ENGINE_FINGERPRINT_LEN + 1]; /* the last exchange ended with this key; "": not so */
  GHashTable *unaccepted; /* of char *: changed keys on record that the user has not accepted */

  EngineChannel *offer; /* our commit to anybody */
  gboolean offer_answered;
  guint unanswered_query; /* the version of one that came while an exchange was running; 0: none */
  gboolean offer_set_aside; /* nobody waits for an answer any more; one that comes is taken */
  guint serial;
  gboolean asking;    /* our query is unanswered */
  gboolean under_way; /* an exchange was begun and has come to no end */
  gboolean
      wants_commit;    /* the contact was told of an unreadable text, and has it for who commits */
  gint64 moved;        /* the last progress of what is under way */
  gint64 patience;     /* how long to wait for the next */
  gint64 step_began;   /* when what is under way last said something new, or began */
  gint64 slowest_step; /* of what is under way */
  guint restarts;
  gint64 restarted;       /* the last time */
  gboolean waits_for_key; /* what is under way waits for us, not for the contact */
  EngineBreaker errors;
  EngineBreaker queries;

  EngineVerificationRun verification;
  GQueue announced; /* of EngineAnnouncedKey */
  guint64 next_key;
};

/* session.c */
EngineInstance *engine_session_find_instance (EngineSession *session, guint32 tag);
EngineInstance *
engine_session_add_instance (EngineSession *session, guint32 tag, gint64 now, EngineTurn *turn);
EngineInstance *engine_session_chosen (EngineSession *session, const EngineContext *context);
/* Of a key in use: at least unverified, also before it has a record. */
EngineTrust engine_session_trust (const EngineContext *context, const EngineChannel *channel);
gboolean engine_session_is_exchanging (EngineSession *session);
/* Our query is out, and nothing has come of it. */
gboolean engine_session_is_only_asking (EngineSession *session);
/* Cuts and adds what @call injected; @instance NULL: to the contact. */
EngineTransmission *engine_session_emit (EngineSession *session,
                                         const EngineContext *context,
                                         EngineInstance *instance,
                                         EngineCall *call,
                                         EngineTurn *turn);
void engine_session_finish_instance (EngineSession *session,
                                     EngineInstance *instance,
                                     const char *by,
                                     EngineTurn *turn);
gboolean engine_session_send_to (EngineSession *session,
                                 const EngineContext *context,
                                 EngineInstance *instance,
                                 const char *text,
                                 const char *prefix,
                                 guint64 id,
                                 EngineTurn *turn,
                                 GError **error);
/* @words cut to ENGINE_REMOTE_WORDS_MAX bytes, valid and without controls. */
char *engine_clean_remote_words (const char *words);

/* session-view.c */
/* What the properties are of: the chosen instance's channel, or else one whose changed key waits
 * for the user; NULL: nothing is private. */
EngineChannel *engine_session_shown_channel (EngineSession *session,
                                             const EngineContext *context,
                                             EngineInstance **instance);
EngineBlocked engine_session_blocked (EngineSession *session, const EngineContext *context);
void
engine_session_finish_call (EngineSession *session, const EngineContext *context, EngineTurn *turn);

/* session-exchange.c */
void engine_session_take_exchange (EngineSession *session,
                                   const EngineContext *context,
                                   const EngineLine *line,
                                   const char *from,
                                   EngineTurn *turn);
void engine_session_take_query (EngineSession *session,
                                const EngineContext *context,
                                const EngineLine *line,
                                EngineTurn *turn);
/* It has come to an end, whichever. */
void engine_session_settle_exchange (EngineSession *session);
void engine_session_drop_exchanges (EngineSession *session);
/* Transmits a D-H Commit to anybody. */
void engine_session_offer (EngineSession *session,
                           const EngineContext *context,
                           guint version,
                           EngineTurn *turn);
void engine_session_ask (EngineSession *session, const EngineContext *context, EngineTurn *turn);

/* What is under way has not moved for too long. */
void
engine_session_start_over (EngineSession *session, const EngineContext *context, EngineTurn *turn);

/* session-judge.c: takes @channel, whose exchange is done. */
void engine_session_judge (EngineSession *session,
                           const EngineContext *context,
                           EngineInstance *instance,
                           EngineChannel *channel,
                           EngineTurn *turn);
/* @channel (transfer full) is where texts to @instance go from now on. */
void engine_session_promote (EngineSession *session,
                             const EngineContext *context,
                             EngineInstance *instance,
                             EngineChannel *channel,
                             EngineTurn *turn);
/* The user has accepted the key, or verified it. */
void engine_session_accept_key (EngineSession *session,
                                const EngineContext *context,
                                const char *fingerprint,
                                EngineTurn *turn);
void
engine_session_drop_pending (EngineSession *session, EngineInstance *instance, EngineTurn *turn);
void engine_session_tell_lost (GList *texts, const char *reason, EngineTurn *turn);

/* session-receive.c */
/* The contact may have lost what was private. */
void engine_session_note_loss (EngineSession *session);
/* Errors or queries go in circles, we have stopped answering. */
void engine_session_storm (EngineSession *session, EngineTurn *turn);

/* session-verify.c */
void engine_session_take_smp (EngineSession *session,
                              const EngineContext *context,
                              EngineInstance *instance,
                              EngineChannel *channel,
                              EngineCall *call,
                              EngineTurn *turn);
/* So that the contact's program does not wait for a next step. */
void engine_session_tell_abort (EngineSession *session,
                                const EngineContext *context,
                                EngineInstance *instance,
                                EngineChannel *channel,
                                EngineTurn *turn);
/* The channel it runs in goes away, or a new exchange replaces it. */
void engine_session_drop_verification (EngineSession *session, EngineTurn *turn);

/* session-key.c */
void engine_session_announce_key (EngineSession *session,
                                  const EngineContext *context,
                                  EngineInstance *instance,
                                  EngineChannel *channel,
                                  EngineCall *call,
                                  EngineTurn *turn);
/* Those that nobody took in time. */
void engine_session_drop_announced_keys (EngineSession *session, gint64 now);

G_END_DECLS
