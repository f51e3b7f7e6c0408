/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The account's parts, shared by the files that make it up and with its
 * sessions; inside core only.
 */
#pragma once

#include "core/account.h"
#include "core/clock.h"
#include "core/slices.h"
#include "core/workers.h"
#include "engine/key.h"
#include "engine/known-keys.h"
#include "introspection/otrd-enums.h"
#include "introspection/otrd-error.h"
#include "vault/vault.h"

G_BEGIN_DECLS

struct _CoreAccount
{
  GObject parent;

  Vault *vault;
  CoreClock *clock;
  CoreWorkers *workers;
  CoreSlices *slices;
  char *protocol;
  char *name;
  guint32 instance_tag;
  OtrdPolicy policy;
  gboolean removed;

  char *fingerprint;      /* "": unknown */
  gboolean has_key;       /* the vault, when it is open, has a private key */
  EngineKey *key;         /* NULL: not made, locked away, or not read yet */
  EngineKey *public_half; /* outlives a lock */
  gboolean generating;
  GPtrArray *generations; /* of GTask: who waits for the key being made */

  GHashTable *sessions; /* contact -> CoreSession */
};

/* account.c */
CoreAccount *core_account_new (Vault *vault,
                               CoreClock *clock,
                               CoreWorkers *workers,
                               CoreSlices *slices,
                               const char *protocol,
                               const char *name);
/* Takes from the vault what it says of the account: at first, and after every unlock. */
void core_account_load (CoreAccount *account);
/* The vault was locked: the private key goes. */
void core_account_lock (CoreAccount *account);
/* Locked, ...: the vault's error, when it is not open. */
gboolean core_account_check_open (CoreAccount *account, const char *attempted, GError **error);
void core_account_remove_session (CoreAccount *account, CoreSession *session);
gboolean core_account_has_private_session (CoreAccount *account);
/* Default policy, or the account's, may have changed. */
void core_account_policies_changed (CoreAccount *account);

/* account-change.c */
/* For vault_note_undo (): what is changed. @what: "key", "policy", "trust", "grant"; NULL: the
 * account with all that belongs to it. @whose: a contact, or an application, @which: a
 * fingerprint; else "". */
char *core_name_setting (const char *protocol,
                         const char *account,
                         const char *what,
                         const char *whose,
                         const char *which);
typedef void (*CoreChangeFunc) (CoreAccount *account, gpointer change);
/* Something was put into the vault: ends @task (taken) when it is on disk, having called @done
 * with @change; when it cannot be saved, @undo is called (vault_note_undo ()), of @setting (taken).
 */
void core_account_save_change (CoreAccount *account,
                               GTask *task,
                               char *setting,
                               CoreChangeFunc done,
                               CoreChangeFunc undo,
                               gpointer change,
                               GDestroyNotify free_change);

/* account-key.c */
const char *core_account_find_key_state (CoreAccount *account);
/* Its properties, after what they show has changed. */
void core_account_notify_key (CoreAccount *account);
/* The key to lend to a call: private, public half, or NULL. */
EngineKey *core_account_dup_key (CoreAccount *account);
/* Somebody needs the private key: makes it, if it can and must be made. */
void core_account_want_key (CoreAccount *account);
/* Raises the key store's prompt and does not wait for it. */
void core_account_ask_to_unlock (CoreAccount *account);
/* Ends who waits for a key, because the account goes. */
void core_account_abandon_generation (CoreAccount *account);

/* account-fingerprints.c */
EngineKnownKeys *
core_account_make_known (CoreAccount *account, const char *contact, gboolean *seen_v3);
/* aa{sv} of what is known of @contact but of the fingerprint @except (nullable); floating. */
GVariant *
core_account_describe_contact (CoreAccount *account, const char *contact, const char *except);
/* LIMIT_EXCEEDED: no more fingerprints of this contact are taken. */
gboolean core_account_has_room (CoreAccount *account, const char *contact, GError **error);
/* a{sv} as ListFingerprints has it; floating. */
GVariant *core_account_describe_fingerprint (CoreAccount *account, const VaultFingerprint *record);
/* A session with the contact has it now. */
gboolean
core_account_uses_fingerprint (CoreAccount *account, const char *contact, const char *fingerprint);

/* account-trust.c */
/* Emits trust-changed and tells the contact's session. @record: NULL: forgotten. */
void core_account_trust_changed (CoreAccount *account,
                                 const char *contact,
                                 const char *fingerprint,
                                 const VaultFingerprint *record);

/* For vault_note_undo (). @old: NULL: there was none, @new: NULL: forgotten. What was found out
 * meanwhile stays: that the key was seen, and what a verification has said. */
void core_undo_trust (Vault *vault, const VaultFingerprint *old, const VaultFingerprint *new);

/* account-policy.c */
/* FALSE: the policies cannot be read now. */
gboolean core_account_find_policy (CoreAccount *account, const char *contact, OtrdPolicy *policy);

G_END_DECLS
