/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A side of a conversation: a whole core on a vault of its own, with messengers
 * that do what messengers do (hand in what arrives, transmit what comes back,
 * collect when the bell rings), joined to the other side by a queue of lines.
 * The clock stands still until a test turns it.
 */
#pragma once

#include "core/core.h"
#include "vault/vault.h"

typedef struct _Side Side;

/* A messenger of a side. */
typedef struct
{
  Side *side;
  CoreMessenger *messenger;
  guint bells;
  gboolean deaf; /* does not collect when it rings */
} Actor;

/* What a call was answered. */
typedef struct
{
  Actor *actor;
  gboolean done;
  GError *error;
  EngineVerdict verdict;
  char *text;
  gboolean repeated;
  guint n_lines;
  GPtrArray *lines;  /* of char * */
  GPtrArray *events; /* of EngineEvent's name and details, printed */
} Answer;

struct _Side
{
  char *folder;
  VaultKeyStore *key_store;
  Vault *vault;
  Core *core;
  CoreAccount *account;
  CoreSession *session;
  char *name;
  char *contact;
  GPtrArray *actors;  /* of Actor */
  GPtrArray *answers; /* of Answer: all */
  GPtrArray *events;  /* of char *: of all turns, printed */
  GPtrArray *texts;   /* of char *: what was read, in order */
  GPtrArray *wire;    /* of char *: all that was transmitted */
  GQueue inbox;       /* of char *: on the way to this side */
  Side *peer;
};

/* @key: a fixture; NULL: the account has none yet. */
Side *side_new (const char *name, const char *contact, const char *key);
void side_free (Side *side);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Side, side_free)
void side_join (Side *side, Side *peer);
/* The service ends without a word and begins again; every messenger is gone. */
void side_restart (Side *side);
/* Ends core and vault, or begins them. */
void side_stop (Side *side);
void side_start (Side *side);
/* The vault is locked, or opened, when it returns. */
void side_lock (Side *side);
void side_unlock (Side *side);
/* Without a session. */
void side_start_alone (Side *side);

/* Attaches a new messenger (opening the session anew if it has gone). */
Actor *side_attach (Side *side, const char *application);
/* One in a sandbox, of which this is the application. */
Actor *side_attach_sandboxed (Side *side, const char *application);
Actor *side_add_stranger (Side *side);
void actor_leave (Actor *actor);

Answer *actor_send (Actor *actor, const char *text, guint64 id);
Answer *actor_send_with (Actor *actor,
                         const char *text,
                         const char *at_least,
                         const CoreSendOptions *options);
Answer *actor_receive (Actor *actor, const char *line);
Answer *actor_receive_with (Actor *actor, const char *line, const CoreReceiveOptions *options);
Answer *actor_start (Actor *actor);
Answer *actor_end (Actor *actor);
Answer *actor_collect (Actor *actor);
Answer *actor_detach (Actor *actor);
Answer *actor_verify (Actor *actor, const char *secret, const char *question);
Answer *actor_verify_with (Actor *actor, Secret *secret, const CoreVerificationOptions *options);
Answer *actor_answer (Actor *actor, const char *secret);
Answer *actor_answer_with (Actor *actor, Secret *secret, gboolean normalise);
Answer *actor_abort_verification (Actor *actor);
Answer *actor_export_key (Actor *actor);
Answer *actor_accept (Actor *actor, const char *fingerprint);
Answer *actor_set_online (Actor *actor, gboolean online);

/* Until nothing runs and nothing is on its way. */
void side_settle (Side *side);
/* Until nothing runs, delivering nothing. */
void side_wait (Side *side);
/* Both settled, both private. */
void side_go_private (Side *side);
/* Turns the clock of all sides. */
void clock_turn (gint64 microseconds);

gboolean side_has_event (Side *side, const char *words);
gboolean answer_has_event (const Answer *answer, const char *words);
/* How often a text went over the network in the clear. A word that base64 could spell by chance
 * would be found in ciphertext: words has a blank or a mark. */
guint side_count_on_wire (Side *side, const char *words);
void side_set_policy (Side *side, const char *policy);
void side_set_trust (Side *side, const char *fingerprint, const char *trust);

/* Two sides, each with an account and a messenger. */
typedef struct
{
  Side *alice;
  Side *bob;
  Actor *a;
  Actor *b;
} Talk;

Talk *talk_new (void);
/* @alice_key, @bob_key: fixtures; NULL: none yet. */
Talk *talk_new_with (const char *alice_key, const char *bob_key);
void talk_free (Talk *talk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Talk, talk_free)

/* "text 0", "text 1", ... and nothing else were read. */
void talk_assert_read (Side *side, guint count);
